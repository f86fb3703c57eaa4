// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces: what pptpmuxd dials, each by a pppd of its own that stays.
 *
 * That pppd dials, hangs up, waits and dials again by itself: with "demand" it keeps
 * the interface, its addresses and its routes while there is no call, and the packet
 * that asks for one. The plugin tells us what it is at. We start it, start it again
 * should it end, and route what is behind the interface.
 */
#include "interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pptp_mux.h>

#include "events.h"
#include "interface_pppd.h"
#include "log.h"
#include "pppd.h"
#include "projection.h"
#include "server.h"
#include "takeover/book.h"
#include "takeover/keep.h"
#include "takeover/record.h"
#include "takeover/restore.h"

#define DEMAND_DIAL_FAILED	20111	/* RRAS: connected, and then failed */

#define OUTER_MAX	17	/* servers of an interface, and the last one's address */

/* Lines of the plugin that tell of a fault begin so */
#define PLUGIN_SAYS	"pptp: "

/**
 * interface_state_name - a state in a word
 * @state:	the state
 */
const char *interface_state_name(enum interface_state state)
{
	static const char * const names[] = {
		[INTERFACE_IDLE] = "idle", [INTERFACE_DIALLING] = "dialling",
		[INTERFACE_UP] = "up", [INTERFACE_WAITING] = "waiting",
	};

	return names[state];
}

static void enter(struct interface *interface, enum interface_state state)
{
	if (interface->state != state)
		interface->since = time(NULL);
	interface->state = state;
	interface->next = 0;
}

static void wait_until(struct interface *interface, unsigned int seconds)
{
	enter(interface, INTERFACE_WAITING);
	interface->next = time(NULL) + seconds;
}

/* ---- what the plugin tells ---- */

/*
 * The addresses of its servers, as far as they are known without asking a name server:
 * those that stand in the configuration, and the one that it has dialled last.
 */
static size_t outer_addresses(const struct interface *interface, struct in_addr *outer)
{
	char *list = strdup(interface->config->servers), *rest = list, *word;
	size_t count = 0;

	if (interface->outer.s_addr)
		outer[count++] = interface->outer;
	while (list && count < OUTER_MAX && (word = strsep(&rest, ",")))
		count += inet_pton(AF_INET, word, &outer[count]) == 1;
	free(list);
	return count;
}

static void put_routes(const struct interface *interface, int ifindex)
{
	const struct config_interface *config = interface->config;
	struct in_addr outer[OUTER_MAX];
	const struct projection projection = {
		.rtnl = interface->server->rtnl,
		.ifindex = ifindex,
		.outer = outer,
		.outer_count = outer_addresses(interface, outer),
		.name = config->name,
		.whose = config->name,
	};
	size_t i;

	for (i = 0; i < config->route_count; i++)
		projection_route(&projection, &config->routes[i]);
}

static void take_note(struct interface *interface, const struct link_note *note)
{
	snprintf(interface->peer, sizeof(interface->peer), "%s", note->server);
	interface->slot = note->slot;
	if (note->outer.s_addr)
		interface->outer = note->outer;
}

static void note_failure(struct interface *interface, const char *text)
{
	interface->failed = time(NULL);
	snprintf(interface->failure, sizeof(interface->failure), "%s", text);
}

/* The call was there; what came after did not work */
static void report_failed_call(struct interface *interface, const struct link_note *note)
{
	const char *reason = interface_pppd_reason(note->status, note->cause, &note->seen);

	event_report("demand-dial-failed", DEMAND_DIAL_FAILED, interface->config->name,
		     "the call to %s in slot VPN%u (usage %s) was accepted, and then failed: %s (pppd's status %u)",
		     note->server, note->slot, interface->config->usage, reason,
		     note->status);
	note_failure(interface, reason);
}

/* No server gave us a call; the plugin has said why, of each */
static void report_no_call(struct interface *interface, const struct link_note *note)
{
	const char *reason = *interface->said ? interface->said :
			     interface_pppd_reason(note->status, note->cause, &note->seen);

	note_failure(interface, reason);
	event_report("demand-dial-refused", 0, interface->config->name, "no call: %s",
		     interface->failure);
}

static void on_failed(struct interface *interface, const struct link_note *note)
{
	if (interface->pppd)
		pppd_show(interface->pppd);
	if (note->slot)
		report_failed_call(interface, note);
	else
		report_no_call(interface, note);
	*interface->said = '\0';
	interface->slot = 0;
}

static void on_call_ended(struct interface *interface, const struct link_note *note)
{
	event_report("ended", 0, interface->config->name,
		     "call to %s in slot VPN%u ended: %s (pppd's status %u)", note->server,
		     note->slot, interface_pppd_reason(note->status, note->cause, &note->seen),
		     note->status);
	redial_ended(&interface->restarts, true);
	interface->slot = 0;
	enter(interface, INTERFACE_DIALLING);
}

static void on_up(struct interface *interface, const struct link_note *note)
{
	event_report("up", 0, interface->config->name, "up: %s in slot VPN%u", note->server,
		     note->slot);
	enter(interface, INTERFACE_UP);
	/* with another address the kernel has forgotten those of before */
	put_routes(interface, note->ifindex);
}

static void on_dialling(struct interface *interface)
{
	enter(interface, INTERFACE_DIALLING);
	log_info("%s: dials %s", interface->config->name, interface->peer);
}

static void on_dormant(struct interface *interface, const struct link_note *note)
{
	enter(interface, INTERFACE_IDLE);
	put_routes(interface, note->ifindex);
}

static void on_note(void *context, const struct link_note *note)
{
	struct interface *interface = context;

	take_note(interface, note);
	switch (note->event) {
	case LINK_DORMANT:
		on_dormant(interface, note);
		break;
	case LINK_DIALLING:
		on_dialling(interface);
		break;
	case LINK_ACCEPTED:
		*interface->said = '\0';
		break;
	case LINK_UP:
		on_up(interface, note);
		break;
	case LINK_ENDED:
		on_call_ended(interface, note);
		break;
	case LINK_FAILED:
		on_failed(interface, note);
		break;
	case LINK_WAITING:
		wait_until(interface, note->seconds);
		break;
	}
	keep_interface(interface);
}

static void on_change(void *context)
{
	keep_interface(context);
}

static void on_line(void *context, const char *line)
{
	struct interface *interface = context;
	size_t len = strlen(interface->said);

	if (!strncmp(line, PLUGIN_SAYS, strlen(PLUGIN_SAYS)))
		snprintf(interface->said + len, sizeof(interface->said) - len, "%s%s",
			 len ? "; " : "", line + strlen(PLUGIN_SAYS));
}

/* ---- its pppd ---- */

static void interface_free(struct interface *interface)
{
	LIST_REMOVE(interface, entry);
	keep_end(interface->server->book, interface->place);
	if (interface->restart)
		event_free(interface->restart);
	free(interface);
}

static void restart_later(struct interface *interface)
{
	struct timeval wait = { .tv_sec = redial_ended(&interface->restarts, false) };

	wait_until(interface, wait.tv_sec);
	evtimer_add(interface->restart, &wait);
}

/* It stays unless somebody ends it; or it cannot go on, which it has told in its lines */
static void report_end(struct interface *interface, const struct pppd_end *end)
{
	struct link_note note = { .status = end->status, .slot = interface->slot };

	snprintf(note.server, sizeof(note.server), "%s", interface->peer);
	if (interface->state == INTERFACE_DIALLING && interface->slot) {
		report_failed_call(interface, &note);
		return;
	}
	note_failure(interface, end->status > 128 ? "pppd was killed by a signal" :
		     interface_pppd_reason(end->status, PPTP_MUX_CAUSE_NONE, NULL));
	log_warning("%s: its pppd has ended: %s (status %d)", interface->config->name,
		    interface->failure, end->status);
}

static void on_ended(void *context, const struct pppd_end *end)
{
	struct interface *interface = context;
	struct server *server = interface->server;

	interface->pppd = NULL;
	if (server->stopping) {
		interface_free(interface);
		server_check_end(server);
		return;
	}
	report_end(interface, end);
	interface->slot = 0;
	restart_later(interface);
	keep_interface(interface);
}

static const struct pppd_hooks hooks = {
	.ended = on_ended,
	.noted = on_note,
	.said = on_line,
	.changed = on_change,
};

static void start_pppd(struct interface *interface)
{
	interface->pppd = interface_pppd_start(interface, &hooks);
	if (interface->pppd) {
		enter(interface, INTERFACE_DIALLING);
		keep_interface(interface);
		return;
	}
	log_error("%s: cannot start %s: %s; correct pppd in pptpmuxd.conf, or see \"free -m\" and \"ulimit -u\"",
		  interface->config->name, interface->server->config->pppd, strerror(errno));
	note_failure(interface, "pppd could not be started");
	restart_later(interface);
}

static void on_restart(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	start_pppd(context);
}

/* ---- taken over ---- */

static void recall(struct interface *interface, const struct kept_interface *kept)
{
	interface->state = kept->state;
	interface->since = kept->since;
	interface->next = kept->next;
	interface->failed = kept->failed;
	interface->outer = kept->outer;
	interface->slot = kept->slot;
	interface->command = kept->command;
	snprintf(interface->peer, sizeof(interface->peer), "%s", kept->peer);
}

/*
 * The pppd that another pptpmuxd has started. With other options than are wanted now it has
 * to end first. Return: false if there is none.
 */
static bool take_over(struct interface *interface)
{
	const struct pppd_call what = { .name = interface->config->name, .fd = -1 };
	struct server *server = interface->server;
	struct pppd_ends ends;
	struct kept kept;
	int place = restore_interface(server, interface->config->name, &kept);

	if (place == BOOK_NO_PLACE)
		return false;
	ends = (struct pppd_ends){ kept.fds[KEPT_FD_OUTPUT], kept.fds[KEPT_FD_SOCKET] };
	interface->pppd = pppd_restore(server->base, server->config, &what,
				       &kept.interface.pppd, &ends, &hooks, interface);
	if (!interface->pppd) {
		restore_refuse(server, place, &kept);
		return false;
	}
	interface->place = place;
	interface->stored = ends.output;
	recall(interface, &kept.interface);
	if (interface->command != interface_pppd_command(interface)) {
		log_info("%s: its configuration is another one, its pppd is started anew",
			 interface->config->name);
		pppd_stop(interface->pppd);
	}
	keep_interface(interface);
	return true;
}

/* ---- all of them ---- */

static bool interface_new(struct server *server, const struct config_interface *config)
{
	struct interface *interface = calloc(1, sizeof(*interface));

	if (!interface)
		return false;
	interface->server = server;
	interface->config = config;
	interface->since = time(NULL);
	interface->place = BOOK_NO_PLACE;
	interface->stored = -1;
	redial_init(&interface->restarts, 1, config->redial);
	LIST_INSERT_HEAD(&server->interfaces, interface, entry);
	interface->restart = evtimer_new(server->base, on_restart, interface);
	if (!interface->restart)
		return false;
	if (take_over(interface))
		return true;
	interface->place = book_take(server->book);
	start_pppd(interface);
	return true;
}

/**
 * interfaces_start - bring up what the configuration says
 * @server:	the server
 *
 * Return: false without memory.
 */
bool interfaces_start(struct server *server)
{
	const struct config_interfaces *interfaces = &server->config->interfaces;
	size_t i;

	/* a list is filled from its end */
	for (i = interfaces->count; i > 0; i--) {
		if (!interface_new(server, &interfaces->interface[i - 1]))
			return false;
	}
	restore_end(server);
	return true;
}

/* We shut down: each goes when its pppd has ended */
void interfaces_stop(struct server *server)
{
	struct interface *interface, *next;

	for (interface = LIST_FIRST(&server->interfaces); interface; interface = next) {
		next = LIST_NEXT(interface, entry);
		if (interface->pppd)
			pppd_stop(interface->pppd);
		else
			interface_free(interface);
	}
}

void interfaces_free(struct server *server)
{
	struct interface *interface;

	while ((interface = LIST_FIRST(&server->interfaces)))
		interface_free(interface);
}
