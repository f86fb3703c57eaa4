/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration's part about what is dialled: sections "interface" */
#ifndef CONFIG_INTERFACES_H
#define CONFIG_INTERFACES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "config_pools.h"
#include "config_words.h"
#include "redial.h"

struct config_interface {
	char *name;		/* of the PPP interface too */
	char *servers;		/* with commas between, in the order of dialling */
	char *user;		/* NULL: options-file says */
	const char *usage;	/* of the slots that it takes: demand-dial or dial-out */
	bool demand;		/* dialled when there is something to send, else always */
	unsigned int idle;	/* seconds until it is hung up, 0: never */
	struct redial_bounds redial;
	int encryption;		/* enum config_encryption */
	char *options_file;	/* NULL: none */
	struct config_words words;
	char *local;		/* "" : as the server says */
	char *remote;
	struct config_route *routes;	/* without users */
	size_t route_count;
};

struct config_interfaces {
	struct config_interface *interface;
	size_t count;
};

struct cfg_t;

void config_interfaces_validate(struct cfg_t *cfg);
bool config_interfaces_read(struct config_interfaces *interfaces, struct cfg_t *cfg);
void config_interfaces_free(struct config_interfaces *interfaces);
bool config_interfaces_same(const struct config_interfaces *one,
			    const struct config_interfaces *other);

#endif /* CONFIG_INTERFACES_H */
