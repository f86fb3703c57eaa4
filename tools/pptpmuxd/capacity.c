// SPDX-License-Identifier: GPL-2.0
/*
 * How much the server takes on: what follows from the number of its slots.
 *
 * That number is the module's, and is changed there (pptpmuxctl resize, set). It is
 * asked for when it is needed, but at most once a second, and no more than one part
 * in twenty of the time is spent on it, however many slots there are.
 */
#include "capacity.h"

#include "config.h"
#include "server.h"
#include "sources.h"

#define SECOND		1000000LL
#define SHARE		20	/* of the time that an answer took, before it is asked again */
#define USUAL_SLOTS	128	/* as the module has them */
#define SPARE		256	/* connections beside those of calls */
#define LEAST		1024	/* connections */
#define LOGINS		64	/* at once */

static void ask(struct server *server, long long now)
{
	struct capacity *capacity = &server->capacity;
	long long took;

	if (slot_count_get(&capacity->count)) {
		capacity->count.slots = server->config->slots ? server->config->slots :
				       USUAL_SLOTS;
		capacity->count.receiving = capacity->count.slots;
	}
	took = sources_clock() - now;
	capacity->until = now + (took * SHARE > SECOND ? took * SHARE : SECOND);
}

/**
 * capacity_slots - the number of slots
 * @server:	the server
 *
 * Return: all of them and those that receive, as they were a moment ago.
 */
const struct slot_count *capacity_slots(struct server *server)
{
	long long now = sources_clock();

	if (now >= server->capacity.until)
		ask(server, now);
	return &server->capacity.count;
}

unsigned int capacity_receiving(struct server *server)
{
	return capacity_slots(server)->receiving;
}

/**
 * capacity_connections - how many control connections there may be
 * @config:	max_connections, 0: as many as the slots want
 * @slots:	their number
 *
 * When all clients lose theirs at once they come back before the old ones are gone,
 * and whoever is refused is to hear why, in a reply.
 */
unsigned int capacity_connections(const struct config *config, unsigned int slots)
{
	unsigned int wanted = 2 * slots + SPARE;

	if (config->max_connections)
		return config->max_connections;
	return wanted > LEAST ? wanted : LEAST;
}

/**
 * capacity_strangers - how many calls there may be that have not logged in
 * @config:	max_unauthenticated, 0: three quarters of the slots, but LOGINS at most
 * @receiving:	slots that receive
 *
 * The rest can only be taken by those who have. And a log-in is work: of a thousand that
 * begin at once none would be through before its client has given up.
 */
unsigned int capacity_strangers(const struct config *config, unsigned int receiving)
{
	unsigned int part = receiving - receiving / 4;

	if (config->max_unauthenticated)
		return config->max_unauthenticated;
	if (part > LOGINS)
		return LOGINS;
	return part ? part : 1;
}
