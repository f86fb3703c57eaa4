// SPDX-License-Identifier: GPL-2.0
/*
 * What a source address may take of the server, and what it has done so far.
 *
 * There is an entry for each source that has a connection or a call, and those are
 * limited. What it has done is remembered when it has gone, for a while and for
 * SOURCES_MEMORY sources at most: whoever comes from more addresses than that has
 * the ones forgotten that were away longest, and takes no memory by it.
 */
#include "sources.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "config.h"

#define BUCKET_BITS	10
#define BUCKETS		(1 << BUCKET_BITS)
#define SECOND		1000000LL
#define FORGET		(600 * SECOND)	/* log-ins that failed, after the last back-off */
#define LOGIN		(3 * SECOND)	/* takes no longer, as a rule */
#define DOUBTFUL	4	/* calls without a log-in, and none with one */

TAILQ_HEAD(memory, source);

struct sources {
	LIST_HEAD(, source) buckets[BUCKETS];
	struct memory memory;		/* who has gone first stands first */
	size_t remembered;
	uint32_t key;			/* nobody can choose addresses for one bucket */
};

long long sources_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}

struct sources *sources_new(void)
{
	struct sources *sources = calloc(1, sizeof(*sources));

	if (!sources)
		return NULL;
	if (getrandom(&sources->key, sizeof(sources->key), GRND_NONBLOCK) < 0)
		sources->key = sources_clock();
	sources->key |= 1;
	TAILQ_INIT(&sources->memory);
	return sources;
}

static void forget(struct sources *sources, struct source *source)
{
	TAILQ_REMOVE(&sources->memory, source, memory);
	sources->remembered--;
	LIST_REMOVE(source, bucket);
	free(source);
}

/* Nobody uses a source any more */
void sources_free(struct sources *sources)
{
	if (!sources)
		return;
	while (!TAILQ_EMPTY(&sources->memory))
		forget(sources, TAILQ_FIRST(&sources->memory));
	free(sources);
}

/* Sources without connection and call that there is memory of */
size_t sources_remembered(const struct sources *sources)
{
	return sources->remembered;
}

/* Those too that are only remembered */
void sources_each(const struct sources *sources,
		 void (*tell)(const struct source *source, void *context), void *context)
{
	const struct source *source;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		LIST_FOREACH(source, &sources->buckets[i], bucket)
			tell(source, context);
	}
}

/* Has it done nothing that would matter if it came back? */
static bool is_forgettable(const struct source *source, long long now)
{
	return source->paced <= now &&
	       (!source->failures || source->blocked + FORGET <= now) &&
	       source->unknown_paced <= now &&
	       (!source->unknown || source->unknown_last + FORGET <= now);
}

/* All is forgotten that it has done */
static void pardon(struct source *source)
{
	source->failures = 0;
	source->blocked = 0;
	source->unknown = 0;
	memset(source->names, 0, sizeof(source->names));
}

static void forget_some(struct sources *sources, long long now)
{
	struct source *first;

	while ((first = TAILQ_FIRST(&sources->memory)) &&
	       (sources->remembered > SOURCES_MEMORY || is_forgettable(first, now)))
		forget(sources, first);
}

static unsigned int bucket_of(const struct sources *sources, struct in_addr address)
{
	return (address.s_addr ^ sources->key) * 0x9e3779b1u * sources->key >> (32 - BUCKET_BITS);
}

static struct source *find(struct sources *sources, struct in_addr address)
{
	struct source *source;

	LIST_FOREACH(source, &sources->buckets[bucket_of(sources, address)], bucket) {
		if (source->address.s_addr == address.s_addr)
			break;
	}
	return source;
}

/**
 * source_hold - the entry of a source, for a connection or a call
 * @sources:	the table
 * @address:	whose
 * @now:	the time
 *
 * Return: the entry, to be given back by source_drop(); NULL without memory.
 */
struct source *source_hold(struct sources *sources, struct in_addr address, long long now)
{
	struct source *source = find(sources, address);

	if (!source) {
		source = calloc(1, sizeof(*source));
		if (!source)
			return NULL;
		source->address = address;
		LIST_INSERT_HEAD(&sources->buckets[bucket_of(sources, address)], source, bucket);
	} else if (!source->users) {
		TAILQ_REMOVE(&sources->memory, source, memory);
		sources->remembered--;
		if (is_forgettable(source, now))
			pardon(source);
	}
	source->users++;
	return source;
}

/* The last user's entry is remembered, or goes */
void source_drop(struct sources *sources, struct source *source, long long now)
{
	if (--source->users)
		return;
	TAILQ_INSERT_TAIL(&sources->memory, source, memory);
	sources->remembered++;
	if (is_forgettable(source, now))
		forget(sources, source);
	forget_some(sources, now);
}

/**
 * source_pace - may the source open one more connection or call now?
 * @source:	the source
 * @config:	its max_rate: of both a second, 0 is any; as many may come at once
 * @now:	the time
 */
bool source_pace(struct source *source, const struct config *config, long long now)
{
	long long cost;

	if (!config->max_rate)
		return true;
	cost = SECOND / config->max_rate;
	if (source->paced < now)
		source->paced = now;
	if (source->paced + cost > now + SECOND)
		return false;
	source->paced += cost;
	return true;
}

/* The first pause, doubled for each failure after the one that it was for */
static unsigned int pause_of(const struct config *config, unsigned int failures)
{
	unsigned int pause = config->login_backoff;

	for (; failures > config->login_failures && pause < config->login_backoff_max; failures--)
		pause *= 2;
	return pause < config->login_backoff_max ? pause : config->login_backoff_max;
}

/* Names beyond those that there is room for are nobody's: only time forgives them */
static void note_name(struct source *source, uint64_t id)
{
	struct guess *guess = source->names, *end = guess + SOURCE_NAMES;

	while (guess < end && guess->failures && guess->id != id)
		guess++;
	if (!id || guess == end)
		return;
	guess->id = id;
	guess->failures++;
}

/**
 * source_login_failed - a log-in from this source has failed
 * @source:	the source
 * @config:	how many may fail in a row, and the pause after that
 * @guess:	how many have, of the same name, wherever they came from
 * @now:	the time
 *
 * When that name is guessed at from many addresses, each may do so once.
 *
 * Return: for how many seconds it may not call from now on.
 */
unsigned int source_login_failed(struct source *source, const struct config *config,
				 const struct guess *guess, long long now)
{
	unsigned int pause;

	if (source->blocked + FORGET <= now)
		pardon(source);
	source->failures++;
	note_name(source, guess->id);
	source->blocked = now;
	if (!config->login_failures)
		return 0;
	if (guess->failures > config->login_failures &&
	    source->failures < config->login_failures)
		source->failures = config->login_failures;
	if (source->failures < config->login_failures)
		return 0;
	pause = pause_of(config, source->failures);
	source->blocked += pause * SECOND;
	return pause;
}

/**
 * source_login_good - a log-in from this source has succeeded
 * @source:	the source
 * @id:		of those of the same name that had failed, 0: none
 *
 * Those are forgiven. But who knows one password may not guess at another one.
 */
void source_login_good(struct source *source, uint64_t id)
{
	size_t i;

	source->unknown = 0;
	source->unknown_paced = 0;
	for (i = 0; id && i < SOURCE_NAMES; i++) {
		if (source->names[i].id != id)
			continue;
		source->failures -= source->names[i].failures < source->failures ?
				    source->names[i].failures : source->failures;
		source->names[i] = source->names[SOURCE_NAMES - 1];
		source->names[SOURCE_NAMES - 1] = (struct guess){ 0 };
	}
	if (!source->failures)
		source->blocked = 0;
}

/* A call of this source has ended before it logged in */
void source_stayed_unknown(struct source *source, long long now)
{
	if (source->unknown_last + FORGET <= now)
		source->unknown = 0;
	source->unknown++;
	source->unknown_last = now;
}

/**
 * source_is_doubtful - does the source only ever take?
 * @source:	the source
 * @now:	the time
 *
 * It calls again and again, never logs in, and has nothing that did. Others come first.
 */
bool source_is_doubtful(const struct source *source, long long now)
{
	return source->unknown >= DOUBTFUL && source->unknown_last + FORGET > now &&
	       !source->ranked[RANK_CALLED];
}

/**
 * source_strangers_max - how many calls of a source need not have logged in
 * @source:	the source
 * @config:	max_source_unauthenticated
 * @now:	the time
 *
 * Half as many for each that never did, until one does: never none, as a machine that
 * cannot log in may share its address with others that can.
 *
 * Return: their number, 0: any.
 */
unsigned int source_strangers_max(const struct source *source, const struct config *config,
				  long long now)
{
	unsigned int unknown = source->unknown_last + FORGET > now ? source->unknown : 0;
	unsigned int most = config->max_source_unauthenticated;

	while (unknown-- && most > 1)
		most /= 2;
	return most;
}

/**
 * source_stranger_room - may there be one more call that has not logged in?
 * @source:	the source
 * @config:	as source_strangers_max()
 * @now:	the time
 *
 * Each is a process, so that who hangs up at once may not begin as many as he likes
 * either: in the time of a log-in no more than there may be at once.
 */
bool source_stranger_room(const struct source *source, const struct config *config,
			  long long now)
{
	unsigned int most = source_strangers_max(source, config, now);
	long long paced = source->unknown_paced > now ? source->unknown_paced : now;

	return !most || (source->strangers < most &&
			 paced + LOGIN / most <= now + LOGIN);
}

void source_stranger_began(struct source *source, const struct config *config, long long now)
{
	unsigned int most = source_strangers_max(source, config, now);

	if (source->unknown_paced < now)
		source->unknown_paced = now;
	if (most)
		source->unknown_paced += LOGIN / most;
}

/* Seconds for which the source may not call, 0 if it may */
unsigned int source_blocked(const struct source *source, long long now)
{
	return source->blocked > now ? (source->blocked - now + SECOND - 1) / SECOND : 0;
}
