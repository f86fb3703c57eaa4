// SPDX-License-Identifier: GPL-2.0
/*
 * Log-ins that have failed, by the name that was claimed, wherever they came from.
 *
 * Who guesses at one password from many addresses is known by the name. Nobody is shut
 * out by what others do in his name: it is the source that has to wait.
 */
#include "guesses.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#define BUCKET_BITS	8
#define BUCKETS		(1 << BUCKET_BITS)
#define FORGET		(600 * 1000000LL)	/* after the last one */

struct entry {
	LIST_ENTRY(entry) bucket;
	TAILQ_ENTRY(entry) age;
	struct guess guess;
	long long last;
	char name[];
};

struct guesses {
	LIST_HEAD(, entry) buckets[BUCKETS];
	TAILQ_HEAD(, entry) ages;	/* whose last failure was first stands first */
	size_t count;
	uint64_t ids;
	uint32_t key;			/* nobody can choose names for one bucket */
};

struct guesses *guesses_new(void)
{
	struct guesses *guesses = calloc(1, sizeof(*guesses));

	if (!guesses)
		return NULL;
	if (getrandom(&guesses->key, sizeof(guesses->key), GRND_NONBLOCK) < 0)
		guesses->key = (uintptr_t)guesses;
	TAILQ_INIT(&guesses->ages);
	return guesses;
}

static void forget(struct guesses *guesses, struct entry *entry)
{
	TAILQ_REMOVE(&guesses->ages, entry, age);
	LIST_REMOVE(entry, bucket);
	guesses->count--;
	free(entry);
}

void guesses_free(struct guesses *guesses)
{
	if (!guesses)
		return;
	while (!TAILQ_EMPTY(&guesses->ages))
		forget(guesses, TAILQ_FIRST(&guesses->ages));
	free(guesses);
}

/* Names that there is memory of */
size_t guesses_count(const struct guesses *guesses)
{
	return guesses->count;
}

static unsigned int bucket_of(const struct guesses *guesses, const char *name)
{
	uint32_t hash = guesses->key;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x01000193u;
	return hash * 0x9e3779b1u >> (32 - BUCKET_BITS);
}

static struct entry *find(struct guesses *guesses, const char *name)
{
	struct entry *entry;

	LIST_FOREACH(entry, &guesses->buckets[bucket_of(guesses, name)], bucket) {
		if (!strcmp(entry->name, name))
			break;
	}
	return entry;
}

static struct entry *add(struct guesses *guesses, const char *name)
{
	size_t len = strlen(name) + 1;
	struct entry *entry = calloc(1, sizeof(*entry) + len);

	if (!entry)
		return NULL;
	memcpy(entry->name, name, len);
	entry->guess.id = ++guesses->ids;
	LIST_INSERT_HEAD(&guesses->buckets[bucket_of(guesses, name)], entry, bucket);
	TAILQ_INSERT_TAIL(&guesses->ages, entry, age);
	guesses->count++;
	return entry;
}

static void forget_some(struct guesses *guesses, long long now)
{
	struct entry *first;

	while ((first = TAILQ_FIRST(&guesses->ages)) &&
	       (guesses->count > GUESSES_MEMORY || first->last + FORGET <= now))
		forget(guesses, first);
}

/**
 * guesses_failed - a log-in of this name has failed
 * @guesses:	the table
 * @name:	the name, "": not known
 * @now:	the time, in microseconds
 *
 * Return: how many have, in a row, with this one; id 0 if that is not known.
 */
struct guess guesses_failed(struct guesses *guesses, const char *name, long long now)
{
	struct entry *entry;

	forget_some(guesses, now);
	entry = *name ? find(guesses, name) : NULL;
	if (*name && !entry)
		entry = add(guesses, name);
	if (!entry)
		return (struct guess){ 0 };
	entry->guess.failures++;
	entry->last = now;
	TAILQ_REMOVE(&guesses->ages, entry, age);
	TAILQ_INSERT_TAIL(&guesses->ages, entry, age);
	forget_some(guesses, now);
	return entry->guess;
}

/**
 * guesses_good - a log-in of this name has succeeded
 * @guesses:	the table
 * @name:	the name
 *
 * Return: the id of those that had failed, 0 if none had.
 */
uint64_t guesses_good(struct guesses *guesses, const char *name)
{
	struct entry *entry = find(guesses, name);
	uint64_t id;

	if (!entry)
		return 0;
	id = entry->guess.id;
	forget(guesses, entry);
	return id;
}
