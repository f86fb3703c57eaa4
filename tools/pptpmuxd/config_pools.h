/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration's part about addresses: pools, users' own, routes */
#ifndef CONFIG_POOLS_H
#define CONFIG_POOLS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

/* A range and where it was written */
struct config_range {
	struct pool_range range;
	char *text;
	int line;
};

struct config_pool {
	char *name;
	struct config_range *ranges;
	size_t range_count;
	struct config_range *excluded;
	size_t excluded_count;
	char **users;		/* patterns, ends with NULL; of the default pool: empty */
	bool proxyarp;
};

/* A network behind a user's call */
struct config_route {
	char *user;
	struct in_addr network;
	uint8_t len;
};

struct config_pools {
	struct config_pool *pool;	/* the first is the default one, maybe empty */
	size_t count;
	struct pool_fixed *fixed;
	size_t fixed_count;
	struct config_route *routes;
	size_t route_count;
};

struct cfg_t;

const char *config_route_parse(const char *text, struct config_route *route);
void config_pools_validate(struct cfg_t *cfg);
bool config_pools_read(struct config_pools *pools, struct cfg_t *cfg, const char *path,
		       struct in_addr localip);
void config_pools_free(struct config_pools *pools);

size_t config_pools_of(const struct config_pools *pools, const char *user);
const struct pool_fixed *config_pools_fixed(const struct config_pools *pools, const char *user);
bool config_pools_same(const struct config_pools *one, const struct config_pools *other);
struct pool *config_pools_make(const struct config_pools *pools);

#endif /* CONFIG_POOLS_H */
