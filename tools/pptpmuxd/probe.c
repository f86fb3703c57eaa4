// SPDX-License-Identifier: GPL-2.0
/*
 * Who is still there: clients that are asked at once, for somebody waits.
 *
 * A client that lost its power says nothing more, and its call keeps its slot until
 * an echo is due, a minute later, just when all clients come back. So when a source
 * returns its older connections are asked, and when all slots are taken all are, by
 * an Echo-Request each. A live client's host acknowledges that, whatever its PPTP
 * does. One that has started anew refuses it (RST), which ends the connection at once.
 * One that is gone is silent: nothing of it has come, neither TCP nor GRE, while it was
 * asked again and again. It is given up if somebody waits for its slot, and only as many
 * are as there are who wait; those first that were silent longest. For who calls again and
 * again and never logs in nobody is given up: a moment's silence may be a dead spot's.
 *
 * TCP waits longer each time before it sends again, up to two minutes, so who has just
 * come back from a dead spot would not hear of the question in time. But there is a way
 * to have it send an empty segment now, which is answered like any other: the end of
 * TCP_REPAIR, whether it had begun or not.
 */
#include "probe.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "call.h"
#include "call_stats.h"
#include "clock.h"
#include "control.h"
#include "queue.h"
#include "server.h"
#include "sources.h"

/* All milliseconds */
#define TICK		100
#define FRESH		1000	/* who was heard of so lately is not asked */
#define AGAIN		1000	/* from one round to the next */
#define LISTEN		500	/* then GRE is looked at, and again at the end */
#define SILENCE		1200	/* at least, and ROUND_TRIPS, and ASKED */
#define ASK_PACE	300
#define UNDECIDED	5000	/* the path is slow, or nobody wants to know */
#define GRAIN		20	/* of the kernel's clock, and more */
#define ASKED		3	/* times without any answer, beside the first */
#define ROUND_TRIPS	3

static const struct timeval tick = { .tv_usec = TICK * 1000 };

static bool get_tcp(const struct control *control, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	return getsockopt(bufferevent_getfd(control->stream), IPPROTO_TCP, TCP_INFO, info,
			  &len) == 0;
}

/* An empty segment; whoever may not do that has TCP's own */
static void ask_host(struct control *control, long long now)
{
	int off = 0;

	control->pushed = now;
	control->pushes += setsockopt(bufferevent_getfd(control->stream), IPPROTO_TCP,
				      TCP_REPAIR, &off, sizeof(off)) == 0;
}

static void ask(struct control *control, long long now)
{
	struct server *server = control->server;
	struct tcp_info info;

	if (control->asked || now - control->heard < FRESH || !control_ask(control) ||
	    !get_tcp(control, &info))
		return;
	control->resent = info.tcpi_total_retrans;
	control->pushes = 0;
	ask_host(control, now);
	control->asked = now;
	control->source->asked++;
	control->listened = false;
	if (!evtimer_pending(server->probe, NULL))
		evtimer_add(server->probe, &tick);
}

/**
 * probe_source - ask the clients of a source that opens one more connection
 * @server:	the server
 * @source:	the source
 */
void probe_source(struct server *server, const struct source *source)
{
	long long now = clock_ms();
	struct control *control;

	if (!source->ranked[RANK_CALLED])
		return;
	TAILQ_FOREACH(control, &server->ranks[RANK_CALLED], equal) {
		if (control->source == source)
			ask(control, now);
	}
}

/**
 * probe_all - ask all clients
 * @server:	the server
 *
 * But not if that was done a moment ago: server->probed says when.
 */
void probe_all(struct server *server)
{
	long long now = clock_ms();
	struct control *control;

	if (now - server->probed < AGAIN)
		return;
	server->probed = now;
	TAILQ_FOREACH(control, &server->ranks[RANK_CALLED], equal)
		ask(control, now);
}

bool probe_running(const struct server *server)
{
	return evtimer_pending(server->probe, NULL);
}

/* All that has come of its calls */
static uint64_t signs_of(const struct control *control)
{
	struct call_stats stats;
	const struct call *call;
	uint64_t signs = 0;

	LIST_FOREACH(call, &control->calls, sibling) {
		if (call_has_slot(call) && call_stats_get(&call->socket, &stats) == 0)
			signs += stats.rx_signs;
	}
	return signs;
}

/* Has it been asked often enough, and has an answer had the time that it takes? */
static bool asked_enough(const struct control *control, const struct tcp_info *info,
			 long long now)
{
	unsigned int times = info->tcpi_total_retrans - control->resent + control->pushes;

	return times > ASKED && (now - control->asked) * 1000 >= ROUND_TRIPS * info->tcpi_rtt;
}

/* Milliseconds since the client's host has acknowledged anything, 0: it has, or closed */
static long long tcp_silence(struct control *control, long long now)
{
	struct tcp_info info = { 0 };

	if (control->heard >= control->asked || control->closing || !get_tcp(control, &info) ||
	    !info.tcpi_unacked || now - info.tcpi_last_ack_recv > control->asked + GRAIN)
		return 0;
	if (now - control->pushed >= ASK_PACE)
		ask_host(control, now);
	return asked_enough(control, &info, now) ? info.tcpi_last_ack_recv : 1;
}

/*
 * Return: 0: it is there; 1: it is not known yet; -1: it has not become known; else how
 * long it has been silent. What GRE says is asked of the kernel only for those of whom
 * TCP says nothing.
 */
static long long silence(struct control *control, long long now, bool wanted)
{
	long long silent = tcp_silence(control, now), took = now - control->asked;
	uint64_t signs;

	if (!silent || took >= UNDECIDED)
		return silent ? -1 : 0;
	if (!wanted || took < LISTEN || (control->listened && took < SILENCE))
		return 1;
	signs = signs_of(control);
	if (control->listened)
		return signs == control->signs ? silent : 0;
	control->signs = signs;
	control->listened = true;
	return 1;
}

/* Return: how many are still asked */
static unsigned int look(struct server *server, bool wanted)
{
	long long now = clock_ms();
	struct control *control;
	unsigned int open = 0;

	LIST_FOREACH(control, &server->controls, entry) {
		if (!control->asked)
			continue;
		control->silent = silence(control, now, wanted);
		if (control->silent > 0) {
			open++;
			continue;
		}
		if (!control->silent)
			control->heard = now;
		control_answered(control);
	}
	return open;
}

static struct control *most_silent(const struct server *server)
{
	struct control *control, *found = NULL;
	long long most = 1;

	LIST_FOREACH(control, &server->controls, entry) {
		if (!control->asked || control->silent <= most)
			continue;
		most = control->silent;
		found = control;
	}
	return found;
}

/* Slots that somebody waits for, and that nobody is about to give back */
static unsigned int wanted_slots(const struct server *server)
{
	long long now = sources_clock();
	unsigned int wanted = 0;
	const struct call *call;

	TAILQ_FOREACH(call, &server->queue, turn)
		wanted += !source_is_doubtful(call->source, now);
	if (!wanted)
		return 0;
	LIST_FOREACH(call, &server->calls, entry) {
		if (wanted && call_has_slot(call) && call_is_ending(call))
			wanted--;
	}
	return wanted;
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;
	unsigned int wanted = wanted_slots(server);
	unsigned int open = look(server, wanted);
	struct control *control;

	(void)fd;
	(void)what;
	while (wanted && (control = most_silent(server))) {
		wanted -= control->call_count < wanted ? control->call_count : wanted;
		control_give_up(control, control->silent);
		open--;
	}
	if (open)
		evtimer_add(server->probe, &tick);
	queue_wake(server);
}

bool probe_open(struct server *server)
{
	server->probe = evtimer_new(server->base, on_tick, server);
	return server->probe;
}

void probe_close(struct server *server)
{
	if (server->probe)
		event_free(server->probe);
	server->probe = NULL;
}
