// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that an administrator ends: by slot, by user, by an address inside or outside,
 * or all of them.
 *
 * Each ends as if the server had decided it: pppd closes PPP over the tunnel, runs its
 * scripts, and the client is notified.
 */
#include "hangup.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "events.h"
#include "json.h"
#include "server.h"

static bool has_slot(const struct call *call, const char *value)
{
	char name[16];

	snprintf(name, sizeof(name), "VPN%u", call->socket.slot);
	return !strcmp(name, value);
}

/* The client's own, or the one that it got */
static bool has_address(const struct call *call, const char *value)
{
	struct in_addr address;

	if (inet_pton(AF_INET, value, &address) != 1)
		return false;
	return call->peer.s_addr == address.s_addr ||
	       (call->has_address && call->address.s_addr == address.s_addr);
}

static bool has_user(const struct call *call, const char *value)
{
	return *call->user && !strcmp(call->user, value);
}

static bool is_any(const struct call *call, const char *value)
{
	(void)call;
	return !*value;
}

/* What is asked for begins with one of these, and the rest is the value. */
static const struct kind {
	const char *begin;
	bool (*means)(const struct call *call, const char *value);
} kinds[] = {
	{ "slot ", has_slot },
	{ "address ", has_address },
	{ "user ", has_user },
	{ "all", is_any },
};

static const struct kind *find_kind(const char *wish)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strncmp(wish, kinds[i].begin, strlen(kinds[i].begin)))
			return &kinds[i];
	}
	return NULL;
}

static void answer_call(struct json *json, const struct call *call)
{
	char text[INET_ADDRSTRLEN];

	snprintf(text, sizeof(text), "VPN%u", call->socket.slot);
	json_object(json, NULL);
	json_string(json, "slot", call->socket.slot ? text : "no slot yet");
	json_string(json, "peer", inet_ntop(AF_INET, &call->peer, text, sizeof(text)));
	if (*call->user)
		json_string(json, "user", call->user);
	if (call->has_address)
		json_string(json, "address",
			    inet_ntop(AF_INET, &call->address, text, sizeof(text)));
	json_object_end(json);
}

static void end_call(struct json *json, struct call *call)
{
	answer_call(json, call);
	event_report("hung-up", 0, call->name, "hung up by an administrator, with \"pptpmuxctl hangup\"");
	call_hang_up(call, PPTP_MUX_CAUSE_ADMIN);
}

/**
 * hangup_answer - end calls, and say which
 * @json:	where to
 * @wish:	"slot VPN3", "address 192.0.2.1", "user alice" or "all"
 * @server:	whose calls
 */
void hangup_answer(struct json *json, const char *wish, struct server *server)
{
	const struct kind *kind = find_kind(wish);
	struct call *call, *next;

	json_object(json, NULL);
	json_array(json, "hung_up");
	for (call = LIST_FIRST(&server->calls); call && kind; call = next) {
		next = LIST_NEXT(call, entry);
		if (!call_is_ending(call) && kind->means(call, wish + strlen(kind->begin)))
			end_call(json, call);
	}
	json_array_end(json);
	json_object_end(json);
}
