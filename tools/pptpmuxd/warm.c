// SPDX-License-Identifier: GPL-2.0
/*
 * A pppd that was started ahead, and whose copies serve calls: see the plugin's warm.c.
 *
 * It has read its options once. When one of the files that they stand in has changed,
 * another one takes its place, and calls that begin meanwhile start a pppd of their own.
 * So do all calls where it does not work.
 */
#include "warm.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "pppd_command.h"
#include "pppd_output.h"
#include "send_fds.h"
#include "stamp.h"
#include "warm_msg.h"

#define NAME		"pppd for calls to come"
#define START_MS	60000	/* until it is to be ready */
#define LOOK_MS		10000	/* between two looks at libraries, of which there are dozens */
#define GOOD_MS		60000	/* one that has lasted so long was no failure */
#define PAUSE_MS	1000	/* after the first failure, twice as long after each more */
#define PAUSES_MAX	9	/* some minutes */

struct warm {
	struct event_base *base;
	const struct config *config;
	struct stamp *stamp;	/* of what it reads; NULL: nothing is known of that */
	unsigned int failures;	/* in a row, since @stamp is this one */
	struct event *again;	/* pending: no other one is started before, and then one is */
	unsigned int generation;	/* which one it is */
	bool gone;		/* it has ended, and its number may be another one's */
	pid_t pid;		/* 0: there is none, and nothing of what follows */
	struct stamp *mapped;	/* its libraries; NULL: not known */
	long long next_look;	/* at those, milliseconds of clock_ms() */
	bool proven;		/* it has made a copy */
	bool ready;
	long long since;	/* that it is, milliseconds of clock_ms() */
	struct pppd_ends ends;	/* its socket gets orders */
	struct pppd_output *lines;
	struct event *output;
	struct event *said;
};

/* ---- the process ---- */

static void close_down(struct warm *warm)
{
	if (warm->output)
		event_free(warm->output);
	if (warm->said)
		event_free(warm->said);
	pppd_output_free(warm->lines);
	pppd_ends_close(&warm->ends);
	stamp_free(warm->mapped);
	warm->mapped = NULL;
	warm->output = NULL;
	warm->said = NULL;
	warm->lines = NULL;
}

/* It makes the copies that are ordered already, and ends then */
static void let_go(struct warm *warm)
{
	if (warm->pid && !warm->ready && !warm->gone)
		kill(warm->pid, SIGKILL);
	warm->gone = false;
	if (warm->pid)
		close_down(warm);
	warm->pid = 0;
	warm->ready = false;
	warm->proven = false;
}

static bool is_boring(void *context, const char *line)
{
	(void)context;
	(void)line;
	return false;
}

static void on_output(evutil_socket_t fd, short what, void *context)
{
	struct warm *warm = context;

	(void)what;
	if (!pppd_output_read(warm->lines, fd))
		event_del(warm->output);
}

static void pause_for(struct warm *warm, unsigned int ms)
{
	const struct timeval pause = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	evtimer_add(warm->again, &pause);
}

/*
 * It has ended, or has to. What it was started with may be why, or memory that was short
 * for a moment: it is tried again, later and later. One that was good before is replaced
 * at once.
 */
static void count_failure(struct warm *warm)
{
	if (warm->proven && clock_ms() - warm->since >= GOOD_MS) {
		warm->failures = 0;
		return;
	}
	if (warm->failures < PAUSES_MAX)
		warm->failures++;
	pause_for(warm, PAUSE_MS << warm->failures);
}

static void fail(struct warm *warm)
{
	pppd_output_drain(warm->lines, warm->ends.output);
	if (warm->ready || !warm->failures)
		pppd_output_show(warm->lines);
	if (warm->ready)
		log_warning("the pppd whose copies serve calls has ended; calls that are up go on");
	else if (!warm->failures)
		log_warning("no pppd waits for calls to come, as it has not come up: see its lines before, if there are any; each call starts its own, which takes longer, and it is tried again");
	count_failure(warm);
	let_go(warm);
	warm_prepare(warm);
}

/* Its time to become ready is over, or the next one's has come */
static void on_again(evutil_socket_t fd, short what, void *context)
{
	struct warm *warm = context;

	(void)fd;
	(void)what;
	if (warm->pid && !warm->ready)
		fail(warm);
	else
		warm_prepare(warm);
}

/* It is ready, or it is gone */
static void on_said(evutil_socket_t fd, short what, void *context)
{
	struct warm *warm = context;
	struct warm_birth birth;

	(void)what;
	if (recv(fd, &birth, sizeof(birth), MSG_DONTWAIT | MSG_TRUNC) != sizeof(birth) ||
	    warm->ready) {
		fail(warm);
		return;
	}
	evtimer_del(warm->again);
	warm->ready = true;
	warm->since = clock_ms();
	warm->mapped = stamp_new_mapped(warm->pid);
	warm->next_look = clock_ms() + LOOK_MS;
	log_debug("pppd %d waits for calls, which get copies of it", (int)warm->pid);
}

static bool watch(struct warm *warm)
{
	warm->lines = pppd_output_new(NAME, NULL, is_boring, warm);
	warm->output = event_new(warm->base, warm->ends.output, EV_READ | EV_PERSIST,
				 on_output, warm);
	warm->said = event_new(warm->base, warm->ends.socket, EV_READ | EV_PERSIST,
			       on_said, warm);
	return warm->lines && warm->output && warm->said &&
	       event_add(warm->output, NULL) == 0 && event_add(warm->said, NULL) == 0;
}

static void start(struct warm *warm, const char **words)
{
	struct pppd_descriptors its = { .call = open("/dev/null", O_RDONLY | O_CLOEXEC) };

	if (its.call < 0)
		return;
	if (!pppd_ends_open(&warm->ends, &its)) {
		close(its.call);
		return;
	}
	warm->generation++;
	if (watch(warm) && pppd_spawn(&warm->pid, words, &its) == 0) {
		pause_for(warm, START_MS);
	} else {
		warm->pid = 0;
		close_down(warm);
		count_failure(warm);
	}
	pppd_ends_given(&its);
	close(its.call);
}

/* ---- which one ---- */

/* What it was started with is no longer of interest */
static void forget(struct warm *warm)
{
	let_go(warm);
	stamp_free(warm->stamp);
	warm->stamp = NULL;
	warm->failures = 0;
	evtimer_del(warm->again);
}

static void renew(struct warm *warm, const char **words)
{
	forget(warm);
	warm->stamp = stamp_new((const char *const *)words);
	if (warm->stamp)
		return;
	log_warning("no pppd waits for calls to come: its files of options are too many or too long, or have backslashes in them; each call starts its own, which takes longer");
	pause_for(warm, PAUSE_MS << PAUSES_MAX);
}

/* Has it read what there is to read now? */
static bool is_current(struct warm *warm)
{
	if (!warm->stamp || !stamp_holds(warm->stamp))
		return false;
	if (!warm->mapped || clock_ms() < warm->next_look)
		return true;
	warm->next_look = clock_ms() + LOOK_MS;
	return stamp_holds(warm->mapped);
}

/**
 * warm_prepare - see that there is one, or will be, that has read what there is to read
 * @warm:	which may have one
 */
void warm_prepare(struct warm *warm)
{
	bool holds = is_current(warm);
	struct pppd_command_text text;
	const char **words;

	if (!warm->config->warm_pppd || (holds && warm->pid) ||
	    ((holds || !warm->stamp) && evtimer_pending(warm->again, NULL)))
		return;
	words = pppd_command_ahead(warm->config, &text);
	if (!words)
		return;
	if (!holds)
		renew(warm, words);
	if (warm->stamp)
		start(warm, words);
	free(words);
}

/**
 * warm_use - start the next one with another configuration
 * @warm:	which may have one
 * @config:	where pppd is and what it is told; must live until the next one is used
 */
void warm_use(struct warm *warm, const struct config *config)
{
	forget(warm);
	warm->config = config;
	warm_prepare(warm);
}

/* What is used now */
const struct config *warm_config(const struct warm *warm)
{
	return warm->config;
}

/**
 * warm_abandon - a process is not to be copied any more
 * @warm:	which had it, NULL: none
 * @generation:	which one it was
 * @why:	for the log
 */
void warm_abandon(struct warm *warm, unsigned int generation, const char *why)
{
	if (!warm || !warm->pid || warm->generation != generation)
		return;
	log_warning("the pppd whose copies serve calls is replaced: %s", why);
	count_failure(warm);
	kill(warm->pid, SIGKILL);
	let_go(warm);
	warm_prepare(warm);
}

/* It has made a copy */
void warm_born(struct warm *warm, unsigned int generation)
{
	if (warm->pid && warm->generation == generation)
		warm->proven = true;
}

/* Is it that process which has ended? */
void warm_reaped(struct warm *warm, pid_t pid)
{
	if (!warm || pid != warm->pid)
		return;
	warm->gone = true;
	fail(warm);
}

/* ---- orders ---- */

static bool order(const struct warm *warm, struct in_addr peer,
		  const struct pppd_descriptors *its)
{
	const int fds[WARM_DESCRIPTORS] = {
		[WARM_CALL] = its->call, [WARM_OUTPUT] = its->output, [WARM_SOCKET] = its->socket,
	};
	struct warm_order order = { .peer = "" };

	inet_ntop(AF_INET, &peer, order.peer, sizeof(order.peer));
	return send_fds(warm->ends.socket, &order, sizeof(order), fds, WARM_DESCRIPTORS) ==
	       sizeof(order);
}

/**
 * warm_copy - have a copy made for a call
 * @warm:	of which
 * @generation:	filled in with which process was ordered to
 * @peer:	where the call comes from
 * @its:	what the copy gets; stays the caller's
 *
 * The copy says by its socket that it is there, or that it could not be made: struct
 * warm_birth.
 *
 * Return: false if there is none now that has read its options as they are, and takes
 * orders.
 */
bool warm_copy(struct warm *warm, unsigned int *generation, struct in_addr peer,
	       const struct pppd_descriptors *its)
{
	warm_prepare(warm);
	*generation = warm->generation;
	return warm->ready && order(warm, peer, its);
}

/* ---- life ---- */

/**
 * warm_new - one that has no process yet
 * @base:	the event loop
 * @config:	as for warm_use()
 *
 * Return: it, NULL without memory.
 */
struct warm *warm_new(struct event_base *base, const struct config *config)
{
	struct warm *warm = calloc(1, sizeof(*warm));

	if (!warm)
		return NULL;
	warm->base = base;
	warm->config = config;
	warm->again = evtimer_new(base, on_again, warm);
	if (warm->again)
		return warm;
	free(warm);
	return NULL;
}

void warm_free(struct warm *warm)
{
	if (!warm)
		return;
	forget(warm);
	event_free(warm->again);
	free(warm);
}
