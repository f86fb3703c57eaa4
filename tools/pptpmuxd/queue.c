// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that wait for a slot, which somebody is about to give back: its client is
 * dead, or it has not logged in, or it is ending. A moment later there is one, or the
 * call is refused.
 *
 * Each is a request that its peer has not been answered, and nothing else: no slot, no
 * process. Whose source has fewest calls that have not logged in is served first, so
 * who asks again and again waits for himself only.
 */
#include "queue.h"

#include <event2/event.h>

#include "call.h"
#include "clock.h"
#include "server.h"
#include "sources.h"

#define QUEUE_MAX	1024

/* Return: false if there are too many */
bool queue_join(struct call *call)
{
	struct server *server = call->server;

	if (server->queued >= QUEUE_MAX)
		return false;
	call->queued = clock_ms();
	server->queued++;
	TAILQ_INSERT_TAIL(&server->queue, call, turn);
	return true;
}

void queue_leave(struct call *call)
{
	struct server *server = call->server;

	if (!call->queued)
		return;
	call->queued = 0;
	server->queued--;
	TAILQ_REMOVE(&server->queue, call, turn);
}

static bool goes_before(const struct call *call, const struct call *other)
{
	if (call->heir != other->heir)
		return call->heir;
	return call->source->strangers < other->source->strangers;
}

/**
 * queue_next - whose turn is it?
 * @server:	the server
 * @round:	number of the round, not 0; who has had it is passed over
 */
struct call *queue_next(const struct server *server, unsigned int round)
{
	struct call *call, *next = NULL;

	TAILQ_FOREACH(call, &server->queue, turn) {
		if (call->round != round && (!next || goes_before(call, next)))
			next = call;
	}
	return next;
}

/* A call of this source has given its slot back: that is its successor's */
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
