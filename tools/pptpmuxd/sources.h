/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a source address may take of the server, and what it has done so far. Pure
 * but for its memory: the time comes in as an argument.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "guesses.h"
#include "log.h"

#define SOURCES_MEMORY	4096	/* sources that are remembered after they have gone */
#define SOURCE_NAMES	4	/* of which it is known what a source's failures are of */

struct config;
struct sources;

/* What a connection is worth when there is no room for all: who is first goes first */
enum rank {
	RANK_CLOSING,		/* goes by itself, when its peer has read the rest */
	RANK_HALF_OPEN,		/* has not been started yet */
	RANK_UNCALLED,		/* has no call */
	RANK_STRANGER,		/* none of its calls has logged in */
	RANK_CALLED,

	RANKS
};

/* Times are microseconds of sources_clock() */
struct source {
	LIST_ENTRY(source) bucket;
	TAILQ_ENTRY(source) memory;	/* while it has no users */
	struct in_addr address;
	unsigned int users;		/* connections and calls */
	unsigned int connections;
	unsigned int ranked[RANKS];	/* these, by what they are worth */
	unsigned int calls;
	unsigned int strangers;		/* of these, not logged in */
	unsigned long long served;	/* when it was last given a slot: server.h's count */
	unsigned int queued;		/* of these, waiting for a slot */
	unsigned int round;		/* in which there was no room for one of them */
	unsigned int asked;		/* connections of which it is not known if they stand */
	unsigned int unknown;		/* calls in a row that ended before a log-in */
	long long unknown_last;		/* when the last of these did */
	long long unknown_paced;	/* as below, for these */
	unsigned int failures;		/* log-ins in a row */
	struct guess names[SOURCE_NAMES];	/* of these, by the name claimed */
	long long blocked;		/* until then, for these */
	long long paced;		/* connections so far are worth the time until then */
	struct log_limit noise;
	struct log_limit refusals;	/* the same of limits: other noise must not hide them */
};

struct sources *sources_new(void);
void sources_free(struct sources *sources);
size_t sources_remembered(const struct sources *sources);
long long sources_clock(void);

void sources_each(const struct sources *sources,
		 void (*tell)(const struct source *source, void *context), void *context);

struct source *source_hold(struct sources *sources, struct in_addr address, long long now);
void source_drop(struct sources *sources, struct source *source, long long now);

bool source_pace(struct source *source, const struct config *config, long long now);
unsigned int source_login_failed(struct source *source, const struct config *config,
				 const struct guess *guess, long long now);
void source_login_good(struct source *source, uint64_t id);
void source_stayed_unknown(struct source *source, long long now);
bool source_is_doubtful(const struct source *source, long long now);
unsigned int source_strangers_max(const struct source *source, const struct config *config,
				  long long now);
bool source_stranger_room(const struct source *source, const struct config *config,
			  long long now);
void source_stranger_began(struct source *source, const struct config *config, long long now);
unsigned int source_blocked(const struct source *source, long long now);

#endif /* SOURCES_H */
