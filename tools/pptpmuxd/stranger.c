// SPDX-License-Identifier: GPL-2.0
/*
 * Calls whose clients have not proved who they are.
 *
 * Each has a slot and a pppd, for which it has given nothing: so there are only so
 * many of a source, and of all together, and when there is no room the oldest goes of
 * the source that has most of them.
 *
 * Who has no more of them than the newcomer is left in peace: of its own source for as
 * long as a log-in takes here; of another one for longer, as it may be that all are slow
 * because there are so many, and whoever is sent away comes back. But not of one whose
 * calls never log in, if the newcomer's may.
 */
#include "stranger.h"

#include "call.h"
#include "capacity.h"
#include "server.h"
#include "sources.h"
#include "takeover/book.h"

#define SECOND		1000000LL
#define PEACE		(3 * SECOND)	/* at least */
#define PATIENCE	3		/* times what a log-in takes of late */
#define FEW		2		/* clients of one address, in a crowd */
#define PACE		8		/* log-ins that "of late" is about */

/* Before the first one nobody knows how long a log-in takes here, but for a server before us */
void stranger_open(struct server *server)
{
	long long known = book_login_time(server->book);

	TAILQ_INIT(&server->strangers);
	server->login_time = known ? known : PEACE;
}

void stranger_add(struct call *call)
{
	struct server *server = call->server;

	call->is_stranger = true;
	call->began = sources_clock();
	source_stranger_began(call->source, server->config, call->began);
	call->source->strangers++;
	server->stranger_count++;
	TAILQ_INSERT_TAIL(&server->strangers, call, stranger);
}

/* It is over, or no stranger any more */
void stranger_remove(struct call *call)
{
	struct server *server = call->server;

	if (!call->is_stranger)
		return;
	call->is_stranger = false;
	call->source->strangers--;
	server->stranger_count--;
	TAILQ_REMOVE(&server->strangers, call, stranger);
}

/* Its client has logged in; how long that took is what others may take as well */
void stranger_known(struct call *call)
{
	struct server *server = call->server;

	if (!call->is_stranger)
		return;
	server->login_time += (sources_clock() - call->began - server->login_time) / PACE;
	stranger_remove(call);
}

static bool own_room(const struct call *call)
{
	return source_stranger_room(call->source, call->server->config, sources_clock());
}

/* Is there no room for one more, of whatever source? */
bool stranger_full(struct server *server)
{
	return server->stranger_count >= capacity_strangers(server->config,
							    capacity_receiving(server));
}

/* May there be one more, of this one's source? */
bool stranger_room(const struct call *call)
{
	return own_room(call) && !stranger_full(call->server);
}

static long long peace(const struct server *server, bool brief)
{
	long long most = server->config->login_timeout * SECOND / 2;
	long long time = PATIENCE * server->login_time;

	if (!brief)
		return most;
	if (time < PEACE)
		time = PEACE;
	return time < most ? time : most;
}

/* The oldest of the source that has most, the newcomer counted in, and doubts */
static struct call *oldest_of_most(const struct call *newcomer, bool own)
{
	struct call *call, *found = NULL;
	long long now = sources_clock();
	unsigned int count, most = 0;

	TAILQ_FOREACH(call, &newcomer->server->strangers, stranger) {
		if (call_is_ending(call) || (own && call->source != newcomer->source))
			continue;
		count = call->source->strangers + (call->source == newcomer->source) +
			source_is_doubtful(call->source, now);
		if (count <= most)
			continue;
		most = count;
		found = call;
	}
	return found;
}

/* Has it no more than the time of a log-in, for this newcomer? */
static bool is_brief(const struct call *call, const struct call *newcomer, long long now)
{
	return call->source == newcomer->source ||
	       (source_is_doubtful(call->source, now) &&
		!source_is_doubtful(newcomer->source, now));
}

/*
 * So long it is left in peace by this newcomer, from its beginning on. A source that has
 * more than the newcomer's has none, but for two who call from behind one address
 * in a crowd: theirs is the time of a log-in, as it takes now.
 */
static long long peace_from(const struct call *call, const struct call *newcomer, long long now)
{
	const struct server *server = newcomer->server;
	long long time = PATIENCE * server->login_time;

	if (call->source->strangers <= newcomer->source->strangers + 1)
		return peace(server, is_brief(call, newcomer, now));
	if (call->source->strangers > FEW || source_is_doubtful(call->source, now))
		return 0;
	return time < PEACE ? time : PEACE;
}

/**
 * stranger_victim - who has to go for a call that there is no room for
 * @newcomer:	the call, no stranger yet
 *
 * Return: a call, NULL if nobody has to, yet.
 */
struct call *stranger_victim(const struct call *newcomer)
{
	struct call *call = oldest_of_most(newcomer, !own_room(newcomer));
	long long now = sources_clock();

	if (!call || now - call->began < peace_from(call, newcomer, now))
		return NULL;
	return call;
}
