// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that wait for a slot, which somebody is about to give back: its client is
 * dead, or it has not logged in, or it is ending. A moment later there is one, or the
 * call is refused.
 *
 * Each is a request that its peer has not been answered, and nothing else: no slot, no
 * process. Whose source has fewest calls that have not logged in is served first, and of
 * these the one whose last turn is longest ago, so who asks again and again waits for
 * himself only; and before those whose calls never log in.
 */
#include "queue.h"

#include <event2/event.h>

#include "call.h"
#include "clock.h"
#include "server.h"
#include "sources.h"

#define QUEUE_MAX	1024

/* The last one of the source that has most of them */
static struct call *last_of_most(const struct server *server)
{
	struct call *call, *found = NULL;

	TAILQ_FOREACH(call, &server->queue, turn) {
		if (!found || call->source->queued >= found->source->queued)
			found = call;
	}
	return found;
}

/**
 * queue_excess - who can wait no longer when one more has to
 * @newcomer:	the call, which does not wait yet
 *
 * Return: a call that waits, or the newcomer; NULL if there is room for all.
 */
struct call *queue_excess(struct call *newcomer)
{
	struct call *last;

	if (newcomer->server->queued < QUEUE_MAX)
		return NULL;
	last = last_of_most(newcomer->server);
	return last->source->queued > newcomer->source->queued + 1 ? last : newcomer;
}

void queue_join(struct call *call)
{
	struct server *server = call->server;

	call->queued = clock_ms();
	call->source->queued++;
	server->queued++;
	TAILQ_INSERT_TAIL(&server->queue, call, turn);
}

void queue_leave(struct call *call)
{
	struct server *server = call->server;

	if (!call->queued)
		return;
	call->queued = 0;
	call->source->queued--;
	server->queued--;
	TAILQ_REMOVE(&server->queue, call, turn);
}

static bool goes_before(const struct call *call, const struct call *other, long long now)
{
	bool doubtful = source_is_doubtful(call->source, now);

	if (call->heir != other->heir)
		return call->heir;
	if (doubtful != source_is_doubtful(other->source, now))
		return !doubtful;
	if (call->source->strangers != other->source->strangers)
		return call->source->strangers < other->source->strangers;
	return call->source->served < other->source->served;
}

/**
 * queue_next - whose turn is it?
 * @server:	the server
 * @round:	number of the round, not 0; a source that had no room in it has none for its
 *		others either, and is passed over: who waits a thousand times costs one look
 */
struct call *queue_next(const struct server *server, unsigned int round)
{
	long long now = sources_clock();
	struct call *call, *next = NULL;

	TAILQ_FOREACH(call, &server->queue, turn) {
		if (call->source->round != round && (!next || goes_before(call, next, now)))
			next = call;
	}
	return next;
}

/* A call of this source that had logged in has given its slot back: that is its successor's */
void queue_inherit(struct server *server, const struct source *source)
{
	struct call *call;

	TAILQ_FOREACH(call, &server->queue, turn) {
		if (call->source == source && !call->heir) {
			call->heir = true;
			return;
		}
	}
}

/* Something has changed: from the loop, as who says so may walk some list */
void queue_wake(struct server *server)
{
	if (!TAILQ_EMPTY(&server->queue))
		event_active(server->turn, EV_TIMEOUT, 0);
}
