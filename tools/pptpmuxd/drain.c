// SPDX-License-Identifier: GPL-2.0
/*
 * No new calls, as an administrator wants it: before a machine is taken out of service, or
 * the module is replaced. Those that are up, or are being negotiated, go on; whoever calls
 * is told that all is busy. It stays so when another pptpmuxd takes over.
 */
#include "drain.h"

#include "call.h"
#include "events.h"
#include "json.h"
#include "server.h"
#include "takeover/book.h"

/**
 * drain_answer - begin or end it, and answer how many calls there are
 * @json:	where to
 * @server:	the server
 * @drains:	whether no new calls are wanted from now on
 */
void drain_answer(struct json *json, struct server *server, bool drains)
{
	unsigned int calls = calls_count(server);

	if (server->drains != drains)
		event_report(drains ? "drains" : "drains-no-more", 0, "pptpmuxd",
			     drains ? "no new calls are taken; calls that go on: %u" :
			     "new calls are taken again; calls that went on: %u", calls);
	server->drains = drains;
	if (server->book)
		book_drain(server->book, drains);
	json_object(json, NULL);
	json_bool(json, "drains", drains);
	json_number(json, "calls", calls);
	json_object_end(json);
}
