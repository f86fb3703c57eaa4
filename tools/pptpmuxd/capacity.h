/* SPDX-License-Identifier: GPL-2.0 */
/* How much the server takes on: what follows from the number of its slots */
#ifndef CAPACITY_H
#define CAPACITY_H

#include "slot_count.h"

struct config;
struct server;

/* As the module has them, now or a moment ago */
struct capacity {
	struct slot_count count;
	long long until;	/* microseconds of sources_clock(): then it is asked again */
};

const struct slot_count *capacity_slots(struct server *server);
unsigned int capacity_receiving(struct server *server);
unsigned int capacity_connections(const struct config *config, unsigned int slots);
unsigned int capacity_strangers(const struct config *config, unsigned int receiving);

#endif /* CAPACITY_H */
