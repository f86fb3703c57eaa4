// SPDX-License-Identifier: GPL-2.0
/*
 * A pppd that a pptpmuxd before us has started, and that still runs.
 *
 * Nothing was kept of it (takeover/) or that could not be read: its control connection
 * died with that pptpmuxd, so most clients hang up by themselves. Until the process has ended the address is the client's: it is
 * watched by its pidfd, which a later process of the same number does not have.
 */
#include "orphan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "lease.h"
#include "log.h"
#include "pppd.h"
#include "process.h"
#include "projection.h"
#include "server.h"

#define GRACE_SECONDS	10	/* from SIGTERM to SIGKILL, as for a pppd of our own */
#define NAME		"call from before the restart"

struct orphan {
	LIST_ENTRY(orphan) entry;
	struct server *server;
	struct in_addr address;
	char user[256];
	int pidfd;
	bool ending;		/* SIGTERM was sent */
	struct event *ended;
	struct event *grace;
};

static void orphan_free(struct orphan *orphan)
{
	LIST_REMOVE(orphan, entry);
	if (orphan->ended)
		event_free(orphan->ended);
	if (orphan->grace)
		event_free(orphan->grace);
	close(orphan->pidfd);
	free(orphan);
}

static void give_back(struct server *server, struct in_addr address)
{
	projection_end(server->rtnl, address);
	pool_release(server->pool, address, time(NULL));
	server_note(server, address);
}

static void on_ended(evutil_socket_t fd, short what, void *context)
{
	struct orphan *orphan = context;
	struct server *server = orphan->server;
	char text[INET_ADDRSTRLEN];

	(void)fd;
	(void)what;
	inet_ntop(AF_INET, &orphan->address, text, sizeof(text));
	event_report("ended", 0, NAME, "ended, address %s of %s is free", text,
		     *orphan->user ? orphan->user : "a client without a name");
	give_back(server, orphan->address);
	orphan_free(orphan);
	lease_retry(server);
	server_check_end(server);
}

static void on_grace(evutil_socket_t fd, short what, void *context)
{
	struct orphan *orphan = context;

	(void)fd;
	(void)what;
	log_warning(NAME ": pppd did not end within %d s of SIGTERM and is killed",
		    GRACE_SECONDS);
	pidfd_send_signal(orphan->pidfd, SIGKILL, NULL, 0);
}

static void orphan_stop(struct orphan *orphan)
{
	static const struct timeval grace = { .tv_sec = GRACE_SECONDS };

	if (orphan->ending)
		return;
	orphan->ending = true;
	pidfd_send_signal(orphan->pidfd, SIGTERM, NULL, 0);
	evtimer_add(orphan->grace, &grace);
}

static bool adopt(struct server *server, const struct pool_address *entry, int pidfd)
{
	struct orphan *orphan = calloc(1, sizeof(*orphan));

	if (!orphan) {
		close(pidfd);
		return false;
	}
	orphan->server = server;
	orphan->address.s_addr = htonl(entry->address);
	orphan->pidfd = pidfd;
	memcpy(orphan->user, entry->owner->user, sizeof(orphan->user));
	LIST_INSERT_HEAD(&server->orphans, orphan, entry);
	orphan->ended = event_new(server->base, pidfd, EV_READ, on_ended, orphan);
	orphan->grace = evtimer_new(server->base, on_grace, orphan);
	return orphan->ended && orphan->grace && event_add(orphan->ended, NULL) == 0;
}

/**
 * orphan_adopt_all - see which calls of before still stand
 * @server:	the server, whose pool knows who held what
 *
 * What is held by a process that is no more is given back.
 *
 * Return: false without memory or descriptors.
 */
bool orphan_adopt_all(struct server *server)
{
	const struct pool_address *entry;
	unsigned int kept = 0, gone = 0;
	size_t i;
	int pidfd;

	for (i = 0; (entry = pool_at(server->pool, i)); i++) {
		if (entry->state != POOL_HELD ||
		    pppd_is_ours(entry->owner->pid, entry->owner->started))
			continue;
		pidfd = process_open(entry->owner->pid, entry->owner->started);
		if (pidfd < 0) {
			give_back(server, (struct in_addr){ htonl(entry->address) });
			gone++;
			continue;
		}
		if (!adopt(server, entry, pidfd))
			return false;
		kept++;
	}
	if (kept || gone)
		log_info("calls from before the restart: %u stand and keep their addresses, %u are gone",
			 kept, gone);
	return true;
}

/**
 * orphan_conflict - end or honour a user's calls of before
 * @server:	the server
 * @user:	the user, who calls again
 * @deny:	honour them
 *
 * Return: NULL, or the name of one that is honoured.
 */
const char *orphan_conflict(struct server *server, const char *user, bool deny)
{
	struct orphan *orphan;

	LIST_FOREACH(orphan, &server->orphans, entry) {
		if (orphan->ending || strcmp(orphan->user, user))
			continue;
		if (deny)
			return "a " NAME;
		event_report("replaced", 0, NAME, "ended: %s calls again", user);
		orphan_stop(orphan);
	}
	return NULL;
}

/* Is one of them about to give its address back? */
bool orphan_ends(const struct server *server)
{
	const struct orphan *orphan;

	LIST_FOREACH(orphan, &server->orphans, entry) {
		if (orphan->ending)
			return true;
	}
	return false;
}

/* We shut down: they are no longer anybody's */
void orphan_stop_all(struct server *server)
{
	struct orphan *orphan;

	LIST_FOREACH(orphan, &server->orphans, entry)
		orphan_stop(orphan);
}

/* At once, without their scripts */
void orphan_kill_all(struct server *server)
{
	struct orphan *orphan;

	LIST_FOREACH(orphan, &server->orphans, entry)
		pidfd_send_signal(orphan->pidfd, SIGKILL, NULL, 0);
}

void orphan_free_all(struct server *server)
{
	struct orphan *orphan;

	while ((orphan = LIST_FIRST(&server->orphans)))
		orphan_free(orphan);
}
