// SPDX-License-Identifier: GPL-2.0
/* The control connections and their sources, for pptpmuxctl */
#include "connections.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "call.h"
#include "control.h"
#include "json.h"
#include "server.h"
#include "sources.h"

static void answer_errors(struct json *json, const struct pptp_wan_error *errors)
{
	json_object(json, "peer_errors");
	json_number(json, "crc", errors->crc);
	json_number(json, "framing", errors->framing);
	json_number(json, "overrun", errors->hardware);
	json_number(json, "buffer", errors->buffer);
	json_number(json, "time_out", errors->time_out);
	json_number(json, "alignment", errors->alignment);
	json_object_end(json);
}

static void answer_accm(struct json *json, const char *key, uint32_t accm)
{
	char text[16];

	snprintf(text, sizeof(text), "%08x", accm);
	json_string(json, key, text);
}

static void answer_call(struct json *json, const struct call *call)
{
	char slot[16];

	snprintf(slot, sizeof(slot), "VPN%u", call->socket.slot);
	json_object(json, NULL);
	json_string(json, "slot", slot);
	json_string(json, "kind", call->machine == &pptp_in_pns ? "incoming" : "outgoing");
	json_string(json, "call_state", pptp_state_name(call->state));
	if (*call->user)
		json_string(json, "user", call->user);
	answer_accm(json, "send_accm", call->link.send_accm);
	answer_accm(json, "receive_accm", call->link.receive_accm);
	answer_errors(json, &call->counted);
	json_object_end(json);
}

static const char *state_of(const struct control *control)
{
	if (control->rank == RANK_HALF_OPEN)
		return "half-open";
	return control->closing ? "closing" : pptp_state_name(control->state);
}

static void answer_control(struct json *json, const struct control *control)
{
	const struct call *call;

	json_object(json, NULL);
	json_string(json, "peer", control->name);
	json_string(json, "state", state_of(control));
	json_array(json, "calls");
	LIST_FOREACH(call, &control->calls, sibling)
		answer_call(json, call);
	json_array_end(json);
	json_object_end(json);
}

static void answer_source(const struct source *source, void *context)
{
	char address[INET_ADDRSTRLEN];
	struct json *json = context;

	inet_ntop(AF_INET, &source->address, address, sizeof(address));
	json_object(json, NULL);
	json_string(json, "address", address);
	json_number(json, "connections", source->connections);
	json_number(json, "half_open", source->ranked[RANK_HALF_OPEN]);
	json_number(json, "uncalled", source->ranked[RANK_UNCALLED]);
	json_number(json, "calls", source->calls);
	json_number(json, "failed_logins", source->failures);
	json_number(json, "blocked", source_blocked(source, sources_clock()));
	json_object_end(json);
}

/**
 * connections_answer - all control connections, and all sources that are known
 * @json:	where to
 * @server:	the server
 */
void connections_answer(struct json *json, const struct server *server)
{
	const struct control *control;

	json_object(json, NULL);
	json_array(json, "connections");
	LIST_FOREACH(control, &server->controls, entry)
		answer_control(json, control);
	json_array_end(json);
	json_array(json, "sources");
	sources_each(server->sources, answer_source, json);
	json_array_end(json);
	json_object_end(json);
}
