// SPDX-License-Identifier: GPL-2.0
/*
 * A call: its slot, its pppd; its address is lease.c's.
 *
 * It lives until its pppd has ended, which is longer than its control
 * connection may: only then are its address and its slot free to be used again.
 */
#include "call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "events.h"
#include "lease.h"
#include "log.h"
#include "single.h"

#define SPEED_BPS	100000000	/* told to the peer, which shows it to its user */

static void refuse(struct pptp_out_reply *reply, uint8_t result, uint8_t error)
{
	reply->result = result;
	reply->error = error;
}

/* RFC 2637, section 2.8: the reply that says why the kernel refused */
static void refuse_for(const struct call_refusal *refusal, struct pptp_out_reply *reply)
{
	switch (refusal->slots.reason) {
	case PPTP_MUX_REFUSAL_NO_USAGE:
		refuse(reply, PPTP_OUT_NOT_ACCEPTED, PPTP_ERROR_NONE);
		return;
	case PPTP_MUX_REFUSAL_ALL_BUSY:
		refuse(reply, PPTP_OUT_BUSY, PPTP_ERROR_NONE);
		return;
	case PPTP_MUX_REFUSAL_NO_RESOURCE:
		refuse(reply, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
		return;
	}
	if (refusal->error == ENOMEM || refusal->error == ENOBUFS || refusal->error == EMFILE ||
	    refusal->error == ENFILE)
		refuse(reply, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
	else
		refuse(reply, PPTP_OUT_GENERAL, PPTP_ERROR_PAC);
}

static void log_refusal(const struct control *control, const struct call_refusal *refusal)
{
	char text[512];

	call_refusal_text(refusal, PPTP_MUX_USAGE_RECEIVE, text, sizeof(text));
	log_warning("%s: call refused: %s", control->name, text);
}

static bool take_slot(struct call *call, struct control *control, struct pptp_out_reply *reply)
{
	struct call_refusal refusal;

	if (call_socket_claim(&call->socket, control->local.sin_addr,
			      PPTP_MUX_USAGE_RECEIVE, &refusal) == 0) {
		snprintf(call->name, sizeof(call->name), "VPN%u (%s)", call->socket.slot,
			 control->name);
		if (call_socket_connect(&call->socket, control->peer.sin_addr,
					call->peer_call_id, &refusal) == 0)
			return true;
	}
	refuse_for(&refusal, reply);
	log_refusal(control, &refusal);
	return false;
}

static void call_free(struct call *call)
{
	struct server *server = call->server;
	struct control *control = call->control;

	call_socket_close(&call->socket);
	lease_end(call);
	LIST_REMOVE(call, entry);
	if (control) {
		LIST_REMOVE(call, sibling);
		control->call_count--;
	}
	free(call);
	lease_retry(server);
	if (control)
		control_call_gone(control);
	server_check_end(server);
}

/* Tells the peer that the call is over, once (RFC 2637, section 2.13) */
static void notify(struct call *call, uint8_t result)
{
	struct pptp_msg msg = {
		.type = PPTP_CDN,
		.disconnect = { .call_id = call->socket.call_id, .result = result },
	};

	if (!call->control || call->notified)
		return;
	call->notified = true;
	control_send(call->control, &msg);
}

/* Who hung up; pppd's own word where nobody did */
static const char *end_text(const struct call *call, const struct pppd_end *end)
{
	switch (call->cause) {
	case PPTP_MUX_CAUSE_PEER:
		return "the client hung up";
	case PPTP_MUX_CAUSE_ADMIN:
		return "pptpmuxd hung up";
	case PPTP_MUX_CAUSE_LOST:
		return "its control connection was lost";
	}
	return end->text;
}

/*
 * A client that was not let in hangs up before pppd has ended, so that pppd's
 * word counts more than the hang-up; but not when we have killed it.
 */
static void report_end(const struct call *call, const struct pppd_end *end)
{
	if (call->event)
		event_report("failed", call->event, call->name, "call ended: %s",
			     call->refusal);
	else if (end->event && !(call->cause && end->status > 128))
		event_report("failed", end->event, call->name,
			     "call ended: %s (pppd's status %d)", end->text, end->status);
	else
		event_report("ended", 0, call->name, "call ended: %s (pppd's status %d)",
			     end_text(call, end), end->status);
}

static void on_pppd_end(void *context, const struct pppd_end *end)
{
	struct call *call = context;
	uint32_t cause = end->cause;
	uint8_t result = end->cdn_result;

	report_end(call, end);
	if (call->event) {
		cause = PPTP_MUX_CAUSE_PPP;
		result = PPTP_CDN_GENERAL;
	} else if (call->cause) {
		cause = call->cause;
		result = PPTP_CDN_ADMINISTRATIVE;
	}
	call->pppd = NULL;
	call_socket_cause(&call->socket, cause);
	notify(call, result);
	call_free(call);
}

static void on_pppd_question(void *context, const struct lease_request *request)
{
	lease_asked(context, request);
}

static const struct pppd_hooks hooks = {
	.ended = on_pppd_end,
	.asked = on_pppd_question,
};

static bool start_pppd(struct call *call, struct pptp_out_reply *reply)
{
	struct pppd_call what = {
		.name = call->name,
		.fd = call->socket.fd,
		.peer = call->peer,
	};

	call->pppd = pppd_start(call->server->base, call->server->config, &what,
				&hooks, call);
	if (call->pppd)
		return true;
	log_error("%s: call refused: cannot start %s: %s; correct pppd in pptpmuxd.conf, or see \"free -m\" and \"ulimit -u\"",
		  call->name, call->server->config->pppd, strerror(errno));
	refuse(reply, PPTP_OUT_GENERAL, PPTP_ERROR_PAC);
	return false;
}

/* RFC 2637, section 2.7: what a request may say. Returns an error code. */
static uint8_t request_fault(struct control *control, const struct pptp_out_request *request)
{
	if (request->phone_len > PPTP_STRING_MAX)
		return PPTP_ERROR_BAD_FORMAT;
	if (request->min_bps > request->max_bps ||
	    !request->bearer || request->bearer > PPTP_BEARER_EITHER ||
	    !request->framing || request->framing > PPTP_FRAMING_EITHER)
		return PPTP_ERROR_BAD_VALUE;
	if (call_find_peer(control, request->call_id))
		return PPTP_ERROR_BAD_CALL_ID;
	return PPTP_ERROR_NONE;
}

static bool acceptable(struct control *control, const struct pptp_out_request *request,
		       struct pptp_out_reply *reply)
{
	uint8_t fault = request_fault(control, request);

	if (fault) {
		log_warning("%s: call refused: %s in its %s (call id %u)", control->name,
			    pptp_error_text(fault), pptp_type_name(PPTP_OCRQ), request->call_id);
		refuse(reply, PPTP_OUT_GENERAL, fault);
		return false;
	}
	if (control->call_count >= control->server->config->max_calls) {
		log_warning("%s: call refused: it has %u calls already, see max-calls-per-connection in pptpmuxd.conf",
			    control->name, control->call_count);
		refuse(reply, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
		return false;
	}
	return true;
}

static struct call *call_new(struct control *control, uint16_t peer_call_id)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->server = control->server;
	call->control = control;
	call->peer_call_id = peer_call_id;
	call->peer = control->peer.sin_addr;
	call->socket.fd = -1;
	LIST_INSERT_HEAD(&control->server->calls, call, entry);
	LIST_INSERT_HEAD(&control->calls, call, sibling);
	control->call_count++;
	return call;
}

/* By its client's address; by its user's name it is judged when that is known */
static bool sole(struct call *call, struct control *control, struct pptp_out_reply *reply)
{
	const char *other = single_conflict(call, SINGLE_BY_PEER);

	if (!other)
		return true;
	log_warning("%s: call refused: its client has a call already, %s, and single-session in pptpmuxd.conf denies a second one",
		    control->name, other);
	refuse(reply, PPTP_OUT_NOT_ACCEPTED, PPTP_ERROR_NONE);
	return false;
}

static void accept_call(const struct call *call, struct pptp_out_reply *reply)
{
	reply->result = PPTP_OUT_CONNECTED;
	reply->call_id = call->socket.call_id;
	reply->speed = SPEED_BPS;
	reply->window = PPTP_RECEIVE_WINDOW;
	reply->channel = call->socket.slot;
	log_info("%s: call connected, call id %u, peer's %u", call->name,
		 call->socket.call_id, call->peer_call_id);
}

/**
 * call_open - answer an Outgoing-Call-Request
 * @control:	the connection that it came on
 * @request:	the request
 * @reply:	filled in: the call's ids, or why there is none
 *
 * pppd is started here, but takes longer to its first packet than the reply
 * takes to leave.
 */
void call_open(struct control *control, const struct pptp_out_request *request,
	       struct pptp_out_reply *reply)
{
	struct call *call;

	*reply = (struct pptp_out_reply){ .peer_call_id = request->call_id };
	if (!acceptable(control, request, reply))
		return;
	call = call_new(control, request->call_id);
	if (!call) {
		refuse(reply, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
		return;
	}
	snprintf(call->name, sizeof(call->name), "%s", control->name);
	if (!sole(call, control, reply) || !take_slot(call, control, reply) ||
	    !start_pppd(call, reply)) {
		call_free(call);
		return;
	}
	call_socket_peer_window(&call->socket, request->window);
	accept_call(call, reply);
}

/* The call that we know by @call_id */
struct call *call_find(struct control *control, uint16_t call_id)
{
	struct call *call;

	LIST_FOREACH(call, &control->calls, sibling) {
		if (call->socket.call_id == call_id)
			return call;
	}
	return NULL;
}

/* The call that the peer knows by @peer_call_id, unless it is over for the peer */
struct call *call_find_peer(struct control *control, uint16_t peer_call_id)
{
	struct call *call;

	LIST_FOREACH(call, &control->calls, sibling) {
		if (call->peer_call_id == peer_call_id && !call->notified)
			return call;
	}
	return NULL;
}

/**
 * call_clear - the peer hangs up (RFC 2637, section 2.12)
 * @call:	the call
 *
 * It is answered at once; that pppd takes its time is not the peer's concern.
 */
void call_clear(struct call *call)
{
	if (!call->cause)
		call->cause = PPTP_MUX_CAUSE_PEER;
	notify(call, PPTP_CDN_REQUEST);
	pppd_stop(call->pppd);
}

/**
 * call_hang_up - we hang up
 * @call:	the call
 * @cause:	one of PPTP_MUX_CAUSE_*
 *
 * pppd goes first, so that it can close PPP over the tunnel; the peer is
 * notified when it has ended.
 */
void call_hang_up(struct call *call, uint32_t cause)
{
	if (!call->cause)
		call->cause = cause;
	pppd_stop(call->pppd);
}

/* Is it on its way out, whoever began it? */
bool call_is_ending(const struct call *call)
{
	return call->cause || call->event;
}

/**
 * call_lose - the control connection is gone
 * @call:	the call
 */
void call_lose(struct call *call)
{
	LIST_REMOVE(call, sibling);
	call->control = NULL;
	call_hang_up(call, PPTP_MUX_CAUSE_LOST);
}
