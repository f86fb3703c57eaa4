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
#include <time.h>
#include <unistd.h>

#include "book.h"
#include "call.h"
#include "claim_fd.h"
#include "control.h"
#include "events.h"
#include "interface.h"
#include "keep.h"
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
	keep_end(server->book, place);
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
	int place = BOOK_NO_PLACE;

	while ((place = book_next(server->book, place, &kept)) != BOOK_NO_PLACE) {
		claim_its_fds(&kept);
		book_write(server->book, place, &kept);
	}
}

static const char *ends_fault(const struct kept *kept)
{
	if (!fd_is_pipe(kept->fds[KEPT_FD_OUTPUT]))
		return "the output of its pppd";
	if (!fd_is_socket(kept->fds[KEPT_FD_SOCKET], AF_UNIX, SOCK_SEQPACKET))
		return "the socket to its pppd";
	return NULL;
}

static const char *fds_fault(const struct kept *kept)
{
	switch (kept->kind) {
	case KEPT_CONTROL:
		return fd_is_socket(kept->fds[KEPT_FD_STREAM], AF_INET, SOCK_STREAM) ? NULL :
		       "its TCP connection";
	case KEPT_CALL:
		return kept->call.has_pppd ? ends_fault(kept) : NULL;
	case KEPT_INTERFACE:
		return ends_fault(kept);
	default:
		return NULL;
	}
}

static const char *fault_of(const struct kept *kept)
{
	const char *fault = kept_fault(kept);

	return fault ? fault : fds_fault(kept);
}

/* As book_next(), of one kind, and of those in which nothing is wrong */
static int next_of(struct server *server, enum kept_kind kind, int place, struct kept *kept)
{
	const char *fault;

	while ((place = book_next(server->book, place, kept)) != BOOK_NO_PLACE) {
		if (kept->kind != kind)
			continue;
		fault = fault_of(kept);
		if (!fault)
			break;
		give_up(server, place, kept, fault);
	}
	return place;
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
	int place = BOOK_NO_PLACE;

	while ((place = next_of(server, KEPT_SOURCE, place, &kept)) != BOOK_NO_PLACE) {
		restore_source(server, &kept.source);
		book_drop(server->book, place);
	}
}

static unsigned int restore_controls(struct server *server, struct control **controls)
{
	unsigned int count = 0;
	struct kept kept;
	int place = BOOK_NO_PLACE;

	while ((place = next_of(server, KEPT_CONTROL, place, &kept)) != BOOK_NO_PLACE) {
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

static void restore_all_calls(struct server *server, struct control **controls, int count)
{
	struct kept kept;
	int place = BOOK_NO_PLACE;

	while ((place = next_of(server, KEPT_CALL, place, &kept)) != BOOK_NO_PLACE)
		restore_call(server, place, &kept, controls, count);
}

/* Of a kind that this version does not know, or damaged */
static void drop_unknown(struct server *server)
{
	struct kept kept;
	int place = BOOK_NO_PLACE;

	while ((place = book_next(server->book, place, &kept)) != BOOK_NO_PLACE) {
		if (kept.kind >= KEPT_KINDS)
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
	unsigned int connections = 0;

	claim_fds(server);
	if (controls) {
		drop_unknown(server);
		restore_sources(server);
		connections = restore_controls(server, controls);
		restore_all_calls(server, controls, places);
	}
	free(controls);
	event_report("taken-over", 0, "pptpmuxd", "this one has taken over from the one before it: control connections: %u, calls: %u",
		     connections, calls_count(server));
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

/**
 * restore_interface - what is kept of an interface
 * @server:	the server
 * @name:	the interface's
 * @kept:	filled in
 *
 * Return: the record's place, which is the interface's own then, BOOK_NO_PLACE: there is none.
 */
int restore_interface(struct server *server, const char *name, struct kept *kept)
{
	int place = BOOK_NO_PLACE;

	do {
		place = next_of(server, KEPT_INTERFACE, place, kept);
	} while (place != BOOK_NO_PLACE && strcmp(kept->interface.name, name) != 0);
	return place;
}

/* It is not wanted, or cannot be had */
void restore_refuse(struct server *server, int place, const struct kept *kept)
{
	end_process(&kept->interface.pppd);
	close_all(kept);
	keep_end(server->book, place);
}

static bool is_taken(const struct server *server, int place)
{
	const struct interface *interface;

	LIST_FOREACH(interface, &server->interfaces, entry) {
		if (interface->place == place)
			return true;
	}
	return false;
}

/**
 * restore_end - all is taken over that is wanted: the rest ends
 * @server:	the server
 */
void restore_end(struct server *server)
{
	struct kept kept;
	int place = BOOK_NO_PLACE;

	while ((place = next_of(server, KEPT_INTERFACE, place, &kept)) != BOOK_NO_PLACE) {
		if (is_taken(server, place))
			continue;
		log_info("%s: it is no interface any more, and its pppd is told to end",
			 kept.interface.name);
		restore_refuse(server, place, &kept);
	}
	store_sweep(server->book);
}
