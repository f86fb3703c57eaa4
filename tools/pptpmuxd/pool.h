/* SPDX-License-Identifier: GPL-2.0 */
/* The addresses that clients get */
#ifndef POOL_H
#define POOL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_MAX	65535	/* addresses: as many as there can be slots */

/* First and last address, host byte order */
struct pool_range {
	uint32_t first;
	uint32_t last;
};

struct pool;

const char *pool_range_parse(const char *text, struct pool_range *range);
struct pool *pool_new(const struct pool_range *ranges, size_t count);
void pool_free(struct pool *pool);
bool pool_take(struct pool *pool, struct in_addr *address);
void pool_release(struct pool *pool, struct in_addr address);
size_t pool_left(const struct pool *pool);
size_t pool_size(const struct pool *pool);

#endif /* POOL_H */
