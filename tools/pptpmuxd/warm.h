/* SPDX-License-Identifier: GPL-2.0 */
/* A pppd that was started ahead, and whose copies serve calls */
#ifndef WARM_H
#define WARM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

#include "config.h"
#include "pppd_spawn.h"

struct event_base;
struct warm;

struct warm *warm_new(struct event_base *base, const struct config *config);
void warm_free(struct warm *warm);
void warm_use(struct warm *warm, const struct config *config);
const struct config *warm_config(const struct warm *warm);
void warm_prepare(struct warm *warm);
bool warm_copy(struct warm *warm, unsigned int *generation, struct in_addr peer,
	       const struct pppd_descriptors *its);
void warm_born(struct warm *warm, unsigned int generation);
void warm_reaped(struct warm *warm, pid_t pid);
void warm_abandon(struct warm *warm, unsigned int generation, const char *why);

#endif /* WARM_H */
