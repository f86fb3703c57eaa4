// SPDX-License-Identifier: GPL-2.0
/*
 * Takes over what another pptpmuxd has begun, in the order in which things need each
 * other: sources, connections, calls; their addresses when the pool is known, interfaces
 * when the server works.
 *
 * What cannot be read, or is not what it says, ends alone: its pppd is told to, and the
 * log says why. A connection without its calls, or the reverse, ends as ever.
 */
#include "restore.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "book.h"
#include "call.h"
#include "claim_fd.h"
#include "control.h"
#include "events.h"
#include "interface.h"
#include "lease.h"
#include "log.h"
#include "process.h"
#include "record.h"
#include "server.h"
#include "store.h"

/* ---- what cannot be taken over ---- */

/* The process of a record, if it is still that one */
static void end_process(const struct kept_pppd *kept)
{
	int pidfd = kept->pid > 1 ? process_open(kept->pid, kept->started) : -1;

	if (pidfd < 0)
		return;
	pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
	close(pidfd);
}

static void close_all(const struct kept *kept)
{
	unsigned int i;

	for (i = 0; i < KEPT_FDS; i++) {
		if (kept->fds[i] >= 0)
			close(kept->fds[i]);
	}
}

/* In a record that is damaged the process is named for nothing, or by its start */
static void give_up(struct server *server, int place, const struct kept *kept, const char *why)
{
	static const char * const kinds[KEPT_KINDS] = {
		[KEPT_CONTROL] = "a control connection", [KEPT_CALL] = "a call",
		[KEPT_INTERFACE] = "an interface",
	};
	const char *kind = kept->kind < KEPT_KINDS ? kinds[kept->kind] : NULL;

	log_error("%s of before cannot be taken over, and ends: %s is not right in what was kept of it",
		  kind ? kind : "something", why);
	if (kept->kind == KEPT_CALL && kept->call.has_pppd)
		end_process(&kept->call.pppd);
	if (kept->kind == KEPT_INTERFACE)
		end_process(&kept->interface.pppd);
	close_all(kept);
	store_drop(place);
	book_drop(server->book, place);
}

/* ---- descriptors ---- */

/* Has what it is about one of these? */
static bool has_fd(const struct kept *kept, enum kept_fd which)
{
	switch (kept->kind) {
	case KEPT_CONTROL:
		return which == KEPT_FD_STREAM;
	case KEPT_CALL:
		if (which == KEPT_FD_CALL)
			return !kept->call.queued;
		return which != KEPT_FD_STREAM && kept->call.has_pppd;
	case KEPT_INTERFACE:
		return which == KEPT_FD_OUTPUT || which == KEPT_FD_SOCKET;
	default:
		return false;
	}
}

/* What stands in it for nothing is closed */
static void claim_its_fds(struct kept *kept)
{
	unsigned int i;

	for (i = 0; i < KEPT_FDS; i++) {
		kept->fds[i] = claim_fd(kept->fds[i]);
		if (kept->fds[i] < 0 || has_fd(kept, i))
			continue;
		close(kept->fds[i]);
		kept->fds[i] = -1;
	}
}

static void claim_fds(struct server *server)
{
	struct kept kept;
	int place;

	for (place = 0; place < book_places(server->book); place++) {
		if (!book_read(server->book, place, &kept))
			continue;
		claim_its_fds(&kept);
		book_write(server->book, place, &kept);
	}
}

static bool is_socket(int fd, int domain, int type)
{
	int its_domain = -1, its_type = -1;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &its_domain, &len) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &its_type, &len) == 0 &&
	       its_domain == domain && its_type == type;
}

static bool is_pipe(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

static const char *ends_fault(const struct kept *kept)
{
	if (!is_pipe(kept->fds[KEPT_FD_OUTPUT]))
		return "the output of its pppd";
	if (!is_socket(kept->fds[KEPT_FD_SOCKET], AF_UNIX, SOCK_SEQPACKET))
		return "the socket to its pppd";
	return NULL;
}

static const char *fds_fault(const struct kept *kept)
{
	switch (kept->kind) {
	case KEPT_CONTROL:
		return is_socket(kept->fds[KEPT_FD_STREAM], AF_INET, SOCK_STREAM) ? NULL :
		       "its TCP connection";
	case KEPT_CALL:
		return kept->call.has_pppd ? ends_fault(kept) : NULL;
	case KEPT_INTERFACE:
		return ends_fault(kept);
	default:
		return NULL;
	}
}

/* Return: whether there is a record of this kind at a place, in which nothing is wrong */
static bool next_of(struct server *server, enum kept_kind kind, int place, struct kept *kept)
{
	const char *fault;

	if (!book_read(server->book, place, kept) || kept->kind != kind)
		return false;
	fault = kept_fault(kept);
	if (!fault)
		fault = fds_fault(kept);
	if (!fault)
		return true;
	give_up(server, place, kept, fault);
	return false;
}

/* ---- sources, connections, calls ---- */

static void restore_source(struct server *server, const struct kept_source *kept)
{
	long long now = sources_clock();
	struct source *source = source_hold(server->sources, kept->address, now);

	if (!source)
		return;
	source->failures = kept->failures;
	source->unknown = kept->unknown;
	source->blocked = kept->blocked;
	source->unknown_last = kept->unknown_last < now ? kept->unknown_last : now;
	source_drop(server->sources, source, now);
}

static void restore_sources(struct server *server)
{
	struct kept kept;
	int place;

	for (place = 0; place < book_places(server->book); place++) {
		if (!next_of(server, KEPT_SOURCE, place, &kept))
			continue;
		restore_source(server, &kept.source);
		book_drop(server->book, place);
	}
}

static unsigned int restore_controls(struct server *server, struct control **controls)
{
	unsigned int count = 0;
	struct kept kept;
	int place;

	for (place = 0; place < book_places(server->book); place++) {
		if (!next_of(server, KEPT_CONTROL, place, &kept))
			continue;
		controls[place] = control_restore(server, place, &kept);
		kept.fds[KEPT_FD_STREAM] = -1;
		if (controls[place])
			count++;
		else
			give_up(server, place, &kept, "its TCP connection, which is broken,");
	}
	return count;
}

static void restore_call(struct server *server, int place, const struct kept *kept,
			 struct control **controls, int count)
{
	int its = kept->call.control;
	struct control *control = its >= 0 && its < count ? controls[its] : NULL;

	if (!call_restore(server, control, place, kept))
		give_up(server, place, kept, "its socket, or its connection,");
}

static unsigned int restore_all_calls(struct server *server, struct control **controls,
				      int places)
{
	unsigned int count = 0;
	struct call *call;
	struct kept kept;
	int place;

	for (place = 0; place < places; place++) {
		if (next_of(server, KEPT_CALL, place, &kept))
			restore_call(server, place, &kept, controls, places);
	}
	LIST_FOREACH(call, &server->calls, entry)
		count++;
	return count;
}

/* Of a kind that this version does not know, or damaged */
static void drop_unknown(struct server *server)
{
	struct kept kept;
	int place;

	for (place = 0; place < book_places(server->book); place++) {
		if (book_read(server->book, place, &kept) && kept.kind >= KEPT_KINDS)
			give_up(server, place, &kept, "its kind");
	}
}

/**
 * restore_calls - take over connections and their calls
 * @server:	the server, with a book of another one's
 */
void restore_calls(struct server *server)
{
	int places = book_places(server->book);
	struct control **controls = calloc(places + 1, sizeof(*controls));
	unsigned int connections = 0, calls = 0;

	claim_fds(server);
	if (controls) {
		drop_unknown(server);
		restore_sources(server);
		connections = restore_controls(server, controls);
		calls = restore_all_calls(server, controls, places);
	}
	free(controls);
	event_report("taken-over", 0, "pptpmuxd", "this one has taken over from the one before it: control connections: %u, calls: %u",
		     connections, calls);
}

/* ---- addresses ---- */

static void restore_address(struct server *server, const struct call *call)
{
	const struct pool_address *entry = pool_find(server->pool, call->address);
	struct pool_owner owner = { 0 };

	if (!entry || entry->state == POOL_HELD)
		return;
	lease_owner(call, &owner);
	pool_reserve(server->pool, call->address, &owner, time(NULL));
	server_note(server, call->address);
}

/**
 * restore_addresses - what calls have, if the pool does not know
 * @server:	the server, whose pool has been read
 */
void restore_addresses(struct server *server)
{
	const struct call *call;

	LIST_FOREACH(call, &server->calls, entry) {
		if (call->has_address)
			restore_address(server, call);
	}
}

/* ---- interfaces ---- */

static int find_interface(struct server *server, const char *name, struct kept *kept)
{
	int place;

	for (place = 0; place < book_places(server->book); place++) {
		if (next_of(server, KEPT_INTERFACE, place, kept) &&
		    !strcmp(kept->interface.name, name))
			return place;
	}
	return BOOK_NO_PLACE;
}

/**
 * restore_interface - take over the pppd of an interface
 * @interface:	the interface, which has none and no place yet
 * @hooks:	what it hears of it, with itself as the context
 *
 * Return: whether there is one; if it was started with other options than are wanted now,
 * it is told to end, and another one is started then.
 */
bool restore_interface(struct interface *interface, const struct pppd_hooks *hooks)
{
	const struct pppd_call what = { .name = interface->config->name, .fd = -1 };
	struct server *server = interface->server;
	struct pppd_ends ends;
	struct kept kept;
	int place = find_interface(server, interface->config->name, &kept);

	if (place == BOOK_NO_PLACE)
		return false;
	ends = (struct pppd_ends){ kept.fds[KEPT_FD_OUTPUT], kept.fds[KEPT_FD_SOCKET] };
	interface->pppd = pppd_restore(server->base, server->config, &what,
				       &kept.interface.pppd, &ends, hooks, interface);
	if (!interface->pppd) {
		end_process(&kept.interface.pppd);
		close_all(&kept);
		book_drop(server->book, place);
		return false;
	}
	book_drop(server->book, interface->place);
	interface->place = place;
	interface->stored = ends.output;
	interface_recall(interface, &kept.interface);
	return true;
}

/**
 * restore_end - all is taken over that is wanted: the rest ends
 * @server:	the server
 */
void restore_end(struct server *server)
{
	const struct interface *interface;
	struct kept kept;
	int place;

	for (place = 0; place < book_places(server->book); place++) {
		if (!next_of(server, KEPT_INTERFACE, place, &kept))
			continue;
		LIST_FOREACH(interface, &server->interfaces, entry) {
			if (interface->place == place)
				break;
		}
		if (interface)
			continue;
		log_info("%s: it is no interface any more, and its pppd is told to end",
			 kept.interface.name);
		end_process(&kept.interface.pppd);
		close_all(&kept);
		store_drop(place);
		book_drop(server->book, place);
	}
	store_sweep(server->book);
}
