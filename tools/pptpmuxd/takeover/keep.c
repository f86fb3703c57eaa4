// SPDX-License-Identifier: GPL-2.0
/*
 * Writes down what a pptpmuxd that takes over has to know.
 *
 * Of each connection, call and interface that is each time it has changed; what changes all
 * the time, and matters only to one who goes on at that moment, when we leave in order.
 */
#include "keep.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <string.h>

#include "book.h"
#include "call.h"
#include "control.h"
#include "interface.h"
#include "record.h"
#include "server.h"
#include "store.h"

/* ---- connections ---- */

/* One that is closing is nobody's any more */
static void fill_control(struct kept *kept, const struct control *control)
{
	struct kept_control *it = &kept->control;

	kept_init(kept, control->closing ? KEPT_NOTHING : KEPT_CONTROL);
	kept->fds[KEPT_FD_STREAM] = bufferevent_getfd(control->stream);
	it->state = control->state;
	it->echo_due = control->echo_due;
	it->leaving = control->leaving;
	it->echo_id = control->echo_id;
	it->partial_len = control->framer.len;
	memcpy(it->partial, control->framer.data, control->framer.len);
}

/* Its descriptors, once: its socket to its pppd has always the same fate as the output */
static void store_ends(int place, const struct kept *kept, int *stored)
{
	const int fds[STORE_FDS] = { kept->fds[KEPT_FD_OUTPUT], kept->fds[KEPT_FD_SOCKET] };

	if (*stored == fds[0])
		return;
	store_drop(place);
	store_put(place, fds);
	*stored = fds[0];
}

/**
 * keep_control - a control connection has changed
 * @control:	the connection
 */
void keep_control(struct control *control)
{
	struct kept kept;

	if (control->place == BOOK_NO_PLACE)
		return;
	fill_control(&kept, control);
	book_write(control->server->book, control->place, &kept);
}

/* With what is on its way out. Return: false if that is more than can be kept. */
static bool keep_whole(struct control *control)
{
	struct evbuffer *output = bufferevent_get_output(control->stream);
	struct kept kept;

	fill_control(&kept, control);
	kept.control.unsent_len = evbuffer_get_length(output);
	if (kept.control.unsent_len > sizeof(kept.control.unsent))
		return false;
	evbuffer_copyout(output, kept.control.unsent, kept.control.unsent_len);
	book_write(control->server->book, control->place, &kept);
	return true;
}

/* ---- calls ---- */

static void fill_lease(struct kept_call *it, const struct call *call)
{
	it->logged_in = call->logged_in;
	it->has_address = call->has_address;
	it->waiting = call->waiting;
	it->address = call->address;
	it->wish = call->wish;
	it->lan = call->lan;
	memcpy(it->bundle, call->bundle, sizeof(it->bundle));
	memcpy(it->user, call->user, sizeof(it->user));
}

static void fill_pppd(struct kept *kept, struct kept_pppd *it, struct pppd *pppd)
{
	struct pppd_ends ends;

	pppd_keep(pppd, it, &ends);
	kept->fds[KEPT_FD_OUTPUT] = ends.output;
	kept->fds[KEPT_FD_SOCKET] = ends.socket;
}

static void fill_call(struct kept *kept, const struct call *call)
{
	struct kept_call *it = &kept->call;

	kept_init(kept, KEPT_CALL);
	kept->fds[KEPT_FD_CALL] = call->socket.fd;
	it->slot = call_has_slot(call) ? call->socket.slot : 0;
	it->call_id = call->socket.call_id;
	it->control = call->control ? call->control->place : BOOK_NO_PLACE;
	it->incoming = call->machine == &pptp_in_pns;
	it->state = call->state;
	it->disconnect = call->disconnect;
	it->queued = call->queued != 0;
	it->peer_call_id = call->peer_call_id;
	it->window = call->window;
	it->peer = call->peer;
	it->cause = call->cause;
	it->event = call->event;
	it->asked = call->asked;
	it->began = call->began;
	it->counted = call->counted;
	it->told = call->told;
	snprintf(it->name, sizeof(it->name), "%s", call->name);
	snprintf(it->refusal, sizeof(it->refusal), "%.*s", KEPT_REFUSAL - 1, call->refusal);
	fill_lease(it, call);
	it->has_pppd = call->pppd != NULL;
	if (call->pppd)
		fill_pppd(kept, &it->pppd, call->pppd);
}

/**
 * keep_call - a call has changed
 * @call:	the call
 */
void keep_call(struct call *call)
{
	struct kept kept;

	if (call->place == BOOK_NO_PLACE)
		return;
	fill_call(&kept, call);
	book_write(call->server->book, call->place, &kept);
	store_ends(call->place, &kept, &call->stored);
}

/* ---- interfaces ---- */

/**
 * keep_interface - an interface has changed
 * @interface:	the interface
 */
void keep_interface(struct interface *interface)
{
	struct kept kept;

	if (interface->place == BOOK_NO_PLACE)
		return;
	kept_init(&kept, interface->pppd ? KEPT_INTERFACE : KEPT_NOTHING);
	snprintf(kept.interface.name, sizeof(kept.interface.name), "%s", interface->config->name);
	snprintf(kept.interface.peer, sizeof(kept.interface.peer), "%s", interface->peer);
	kept.interface.command = interface->command;
	kept.interface.state = interface->state;
	kept.interface.slot = interface->slot;
	kept.interface.since = interface->since;
	kept.interface.next = interface->next;
	kept.interface.failed = interface->failed;
	kept.interface.outer = interface->outer;
	if (interface->pppd)
		fill_pppd(&kept, &kept.interface.pppd, interface->pppd);
	book_write(interface->server->book, interface->place, &kept);
	store_ends(interface->place, &kept, &interface->stored);
}

/* ---- the end ---- */

/**
 * keep_end - a connection, call or interface is over
 * @book:	the book
 * @place:	its own
 */
void keep_end(struct book *book, int place)
{
	store_drop(place);
	book_drop(book, place);
}

/* ---- what matters when we leave in order ---- */

/* Of an attempt to leave that has failed */
static void drop_sources(struct book *book)
{
	struct kept kept;
	int place = BOOK_NO_PLACE;

	while ((place = book_next(book, place, &kept)) != BOOK_NO_PLACE) {
		if (kept.kind == KEPT_SOURCE)
			book_drop(book, place);
	}
}

static void keep_source(const struct source *source, void *context)
{
	struct server *server = context;
	struct kept kept;

	if (!source->failures && !source->unknown)
		return;
	kept_init(&kept, KEPT_SOURCE);
	kept.source.address = source->address;
	kept.source.failures = source->failures;
	kept.source.unknown = source->unknown;
	kept.source.blocked = source->blocked;
	kept.source.unknown_last = source->unknown_last;
	book_write(server->book, book_take(server->book), &kept);
}

/**
 * keep_rest - we leave in order: write down what is not yet
 * @server:	the server
 *
 * A peer that does not read what it is sent loses its connection here, as it would.
 */
void keep_rest(struct server *server)
{
	struct control *control, *next;
	struct interface *interface;
	struct call *call;

	for (control = LIST_FIRST(&server->controls); control; control = next) {
		next = LIST_NEXT(control, entry);
		if (control->closing || !keep_whole(control))
			control_free(control);
	}
	LIST_FOREACH(call, &server->calls, entry)
		keep_call(call);
	LIST_FOREACH(interface, &server->interfaces, entry)
		keep_interface(interface);
	drop_sources(server->book);
	sources_each(server->sources, keep_source, server);
	book_note_login_time(server->book, server->login_time);
}
