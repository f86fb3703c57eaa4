/* SPDX-License-Identifier: GPL-2.0 */
/* How long each of many took */
#ifndef LATENCY_H
#define LATENCY_H

#include "json.h"

struct latency {
	unsigned int	*ms;
	unsigned int	count;
	unsigned int	room;
};

int latency_init(struct latency *latency, unsigned int room);
void latency_free(struct latency *latency);
void latency_add(struct latency *latency, unsigned int ms);
void latency_write(struct latency *latency, struct json *json, const char *key);

#endif /* LATENCY_H */
