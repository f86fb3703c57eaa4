/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a source address may take of the server, and what it has done so far. Pure
 * but for its memory: the time comes in as an argument.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "log.h"

#define LIMITS_MEMORY	4096	/* sources that are remembered after they have gone */

struct config;
struct limits;

/* Times are microseconds of limits_clock() */
struct source {
	LIST_ENTRY(source) bucket;
	TAILQ_ENTRY(source) memory;	/* while it has no users */
	struct in_addr address;
	unsigned int users;		/* connections and calls */
	unsigned int connections;
	unsigned int half_open;		/* of these, not yet started */
	unsigned int calls;
	unsigned int failures;		/* log-ins in a row */
	long long blocked;		/* until then, for these */
	long long paced;		/* connections so far are worth the time until then */
	struct log_limit noise;
};

struct limits *limits_new(void);
void limits_free(struct limits *limits);
size_t limits_remembered(const struct limits *limits);
long long limits_clock(void);

void limits_each(const struct limits *limits,
		 void (*tell)(const struct source *source, void *context), void *context);

struct source *limits_hold(struct limits *limits, struct in_addr address, long long now);
void limits_drop(struct limits *limits, struct source *source, long long now);

bool limits_pace(struct source *source, const struct config *config, long long now);
unsigned int limits_login_failed(struct source *source, const struct config *config,
				 long long now);
void limits_login_good(struct source *source);
unsigned int limits_blocked(const struct source *source, long long now);

#endif /* LIMITS_H */
