// SPDX-License-Identifier: GPL-2.0
/* What a call tells its peer: the messages of RFC 2637, sections 2.8 to 2.14 */
#include "call_send.h"

#include "call_stats.h"
#include "control.h"

#define SPEED_BPS	100000000	/* told to the peer, which shows it to its user */

static void accept_outgoing(struct call *call)
{
	const struct pptp_msg msg = {
		.type = PPTP_OCRP,
		.out_reply = {
			.call_id = call->socket.call_id,
			.peer_call_id = call->peer_call_id,
			.result = PPTP_OUT_CONNECTED,
			.speed = SPEED_BPS,
			.window = PPTP_RECEIVE_WINDOW,
			.channel = call->socket.slot,
		},
	};

	control_send(call->control, &msg);
}

static void accept_incoming(struct call *call)
{
	const struct pptp_msg msg = {
		.type = PPTP_ICRP,
		.in_reply = {
			.call_id = call->socket.call_id,
			.peer_call_id = call->peer_call_id,
			.result = PPTP_IN_CONNECT,
			.window = PPTP_RECEIVE_WINDOW,
		},
	};

	control_send(call->control, &msg);
}

/* The reply that accepts the call */
void call_send_accept(struct call *call)
{
	if (call->machine == &pptp_in_pns)
		accept_incoming(call);
	else
		accept_outgoing(call);
}

/* An Incoming-Call-Reply has fewer results, and the caller hears "busy" for its last */
static uint8_t in_result(const struct call_verdict *verdict)
{
	return verdict->result == PPTP_OUT_GENERAL ? PPTP_IN_GENERAL : PPTP_IN_NOT_ACCEPTED;
}

/* The reply that refuses a request; there may be no call for it */
void call_send_refuse(struct control *control, enum pptp_type request, uint16_t peer_call_id,
		      const struct call_verdict *verdict)
{
	struct pptp_msg msg = { .type = PPTP_OCRP };

	if (request == PPTP_ICRQ) {
		msg.type = PPTP_ICRP;
		msg.in_reply.peer_call_id = peer_call_id;
		msg.in_reply.result = in_result(verdict);
		msg.in_reply.error = verdict->error;
	} else {
		msg.out_reply.peer_call_id = peer_call_id;
		msg.out_reply.result = verdict->result;
		msg.out_reply.error = verdict->error;
	}
	control_send(control, &msg);
}

void call_send_clear(struct call *call)
{
	const struct pptp_msg msg = {
		.type = PPTP_CCRQ,
		.clear.call_id = call->socket.call_id,
	};

	control_send(call->control, &msg);
}

/* The end of the call, with what the module has counted where it still knows that */
void call_send_notify(struct call *call)
{
	struct pptp_msg msg = {
		.type = PPTP_CDN,
		.disconnect = {
			.call_id = call->socket.call_id,
			.result = call->disconnect,
		},
	};
	struct call_stats stats;

	if (call_stats_get(&call->socket, &stats) == 0)
		call_stats_text(&stats, msg.disconnect.statistics,
				sizeof(msg.disconnect.statistics));
	control_send(call->control, &msg);
}

static uint64_t total(const struct pptp_wan_error *errors)
{
	return (uint64_t)errors->crc + errors->framing + errors->hardware + errors->buffer +
	       errors->time_out + errors->alignment;
}

/**
 * call_send_errors - tell the PNS of errors that it does not know of yet
 * @call:	the call; we are its PAC
 *
 * RFC 2637, section 2.14: only when there are any, and at most once in the
 * interval in which this is called.
 */
void call_send_errors(struct call *call)
{
	struct pptp_msg msg = { .type = PPTP_WEN };
	struct call_stats stats;

	if (call_stats_get(&call->socket, &stats))
		return;
	if (total(&stats.errors) == total(&call->told))
		return;
	call->told = stats.errors;
	call->told.peer_call_id = call->peer_call_id;
	msg.wan_error = call->told;
	control_send(call->control, &msg);
}
