// SPDX-License-Identifier: GPL-2.0
/*
 * A control connection that we have opened, and the one call on it. What is done
 * in which state is the tables of lib/pptp_state.c, each of whose actions is a
 * function here. Nothing waits, and nothing is logged: dial.c and keeper.c do.
 */
#include "line.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Sends, or gives the connection up: what a dialler sends in its whole life fits
 * into the socket's buffer many times over, so a full one means a dead peer.
 */
static void put(struct line *line, const struct pptp_msg *msg)
{
	if (stream_send(&line->stream, msg))
		return;
	line->control = PPTP_IDLE;
	line->call = PPTP_IDLE;
}

/* ---- actions of the control connection ---- */

static void do_start(struct line *line, const struct pptp_msg *msg)
{
	struct pptp_msg request = {
		.type = PPTP_SCCRQ,
		.start = {
			.version = PPTP_VERSION,
			.framing = PPTP_FRAMING_EITHER,
			.bearer = PPTP_BEARER_EITHER,
			.vendor = "pptp-mux",
		},
	};

	(void)msg;
	/* A name that is too long for the field is cut, which is no fault. */
	if (gethostname(request.start.host, sizeof(request.start.host) - 1) < 0)
		request.start.host[0] = '\0';
	put(line, &request);
}

static void do_exists(struct line *line, const struct pptp_msg *msg)
{
	const struct pptp_msg reply = {
		.type = PPTP_SCCRP,
		.start = { .version = PPTP_VERSION, .result = PPTP_START_EXISTS },
	};

	(void)msg;
	put(line, &reply);
}

/* That clears the call (RFC 2637, section 2.3) */
static void stop(struct line *line, enum pptp_stop_reason reason)
{
	const struct pptp_msg request = { .type = PPTP_STOP_RQ, .stop.result = reason };

	put(line, &request);
	line_call(line, PPTP_ON_LOST);
}

static void do_stop(struct line *line, const struct pptp_msg *msg)
{
	(void)msg;
	stop(line, PPTP_STOP_NONE);
}

static void do_stop_protocol(struct line *line, const struct pptp_msg *msg)
{
	(void)msg;
	stop(line, PPTP_STOP_PROTOCOL);
}

static void do_close(struct line *line, const struct pptp_msg *msg)
{
	(void)msg;
	line_call(line, PPTP_ON_LOST);
}

static void do_stop_reply(struct line *line, const struct pptp_msg *msg)
{
	const struct pptp_msg reply = { .type = PPTP_STOP_RP, .stop.result = PPTP_RESULT_OK };

	put(line, &reply);
	do_close(line, msg);
}

static void do_echo(struct line *line, const struct pptp_msg *msg)
{
	const struct pptp_msg echo = { .type = PPTP_ECHO_RQ, .echo.identifier = ++line->echo_id };

	(void)msg;
	put(line, &echo);
}

static void do_echo_reply(struct line *line, const struct pptp_msg *msg)
{
	const struct pptp_msg reply = {
		.type = PPTP_ECHO_RP,
		.echo = { .identifier = msg->echo.identifier, .result = PPTP_RESULT_OK },
	};

	put(line, &reply);
}

/* ---- actions of the call ---- */

static void do_request(struct line *line, const struct pptp_msg *msg)
{
	struct pptp_msg request = {
		.type = PPTP_OCRQ,
		.out_request = {
			.call_id = line->call_id,
			.serial = line->call_id,
			.min_bps = 300,
			.max_bps = 100000000,
			.bearer = PPTP_BEARER_EITHER,
			.framing = PPTP_FRAMING_EITHER,
			.window = PPTP_RECEIVE_WINDOW,
		},
	};

	(void)msg;
	if (line->phone) {
		snprintf(request.out_request.phone, sizeof(request.out_request.phone), "%s",
			 line->phone);
		request.out_request.phone_len = strlen(request.out_request.phone);
	}
	put(line, &request);
}

static void do_up(struct line *line, const struct pptp_msg *msg)
{
	if (msg->type != PPTP_OCRP)
		return;		/* the control connection: the call is for dial.c to place */
	line->peer_call_id = msg->out_reply.call_id;
	line->window = msg->out_reply.window;
}

static void do_clear(struct line *line, const struct pptp_msg *msg)
{
	const struct pptp_msg request = { .type = PPTP_CCRQ, .clear.call_id = line->call_id };

	(void)msg;
	put(line, &request);
}

static void do_end(struct line *line, const struct pptp_msg *msg)
{
	if (msg && msg->type == PPTP_CDN)
		memcpy(line->statistics, msg->disconnect.statistics, sizeof(line->statistics));
}

static void do_errors(struct line *line, const struct pptp_msg *msg)
{
	line->errors = msg->wan_error;
}

static void do_forbid(struct line *line, const struct pptp_msg *msg)
{
	(void)msg;
	line_control(line, PPTP_ON_FORBIDDEN);
}

/* A dialler takes no calls */
static void do_refuse(struct line *line, const struct pptp_msg *msg)
{
	struct pptp_msg reply = { .type = PPTP_OCRP };

	if (msg->type == PPTP_ICRQ) {
		reply.type = PPTP_ICRP;
		reply.in_reply.peer_call_id = msg->in_request.call_id;
		reply.in_reply.result = PPTP_IN_NOT_ACCEPTED;
	} else {
		reply.out_reply.peer_call_id = msg->out_request.call_id;
		reply.out_reply.result = PPTP_OUT_NOT_ACCEPTED;
	}
	put(line, &reply);
}

/* ---- messages of calls ---- */

/* Does a message name our call? By whose id it does is a matter of its type. */
static bool is_ours(const struct line *line, const struct pptp_msg *msg)
{
	switch (msg->type) {
	case PPTP_OCRP:
		return msg->out_reply.peer_call_id == line->call_id;
	case PPTP_CDN:
		/* the reply with the peer's id may not have come */
		return line->call == PPTP_WAIT_DISCONNECT ||
		       (line->call == PPTP_ESTABLISHED &&
			msg->disconnect.call_id == line->peer_call_id);
	case PPTP_CCRQ:
		return msg->clear.call_id == line->peer_call_id;
	case PPTP_WEN:
		return msg->wan_error.peer_call_id == line->call_id;
	case PPTP_SLI:
		return msg->link_info.peer_call_id == line->call_id;
	default:
		return false;
	}
}

static void do_call(struct line *line, const struct pptp_msg *msg);

static void (*const actions[PPTP_ACTIONS])(struct line *line, const struct pptp_msg *msg) = {
	[PPTP_DO_START]		= do_start,
	[PPTP_DO_EXISTS]	= do_exists,
	[PPTP_DO_UP]		= do_up,
	[PPTP_DO_STOP]		= do_stop,
	[PPTP_DO_STOP_PROTOCOL]	= do_stop_protocol,
	[PPTP_DO_STOP_REPLY]	= do_stop_reply,
	[PPTP_DO_CLOSE]		= do_close,
	[PPTP_DO_ECHO]		= do_echo,
	[PPTP_DO_ECHO_REPLY]	= do_echo_reply,
	[PPTP_DO_CALL]		= do_call,
	[PPTP_DO_REQUEST]	= do_request,
	[PPTP_DO_REFUSE]	= do_refuse,
	[PPTP_DO_CLEAR]		= do_clear,
	[PPTP_DO_END]		= do_end,
	[PPTP_DO_ERRORS]	= do_errors,
	[PPTP_DO_FORBID]	= do_forbid,
};

/* @msg is NULL for what is no message */
static void step(struct line *line, const struct pptp_machine *machine, enum pptp_state *state,
		 enum pptp_event event, const struct pptp_msg *msg)
{
	struct pptp_step step = pptp_step(machine, *state, event);

	*state = step.next;
	if (actions[step.action])
		actions[step.action](line, msg);
}

/* One that is not our call's goes to a machine that is idle */
static void do_call(struct line *line, const struct pptp_msg *msg)
{
	enum pptp_event event = pptp_call_event(msg);
	enum pptp_state idle = PPTP_IDLE;

	if (event == PPTP_ON_REQUEST)
		event = PPTP_ON_BAD_REQUEST;
	if (is_ours(line, msg))
		step(line, &pptp_out_pns, &line->call, event, msg);
	else
		step(line, pptp_call_machine(msg->type), &idle, event, msg);
}

/* ---- from outside ---- */

void line_init(struct line *line, int fd, const char *phone)
{
	memset(line, 0, sizeof(*line));
	stream_init(&line->stream, fd);
	line->phone = phone;
}

/* Something that is no message happens to the control connection */
void line_control(struct line *line, enum pptp_event event)
{
	step(line, &pptp_originator, &line->control, event, NULL);
}

/* ... or to the call */
void line_call(struct line *line, enum pptp_event event)
{
	step(line, &pptp_out_pns, &line->call, event, NULL);
}

/**
 * line_read - take the next message that has come, without waiting for one
 * @line:	the connection
 * @reason:	set on STREAM_BAD
 *
 * After STREAM_CLOSED and STREAM_BAD both machines are idle.
 */
enum stream_result line_read(struct line *line, const char **reason)
{
	enum stream_result result = stream_next(&line->stream, &line->last, reason);

	if (result == STREAM_MESSAGE)
		step(line, &pptp_originator, &line->control, pptp_control_event(&line->last),
		     &line->last);
	else if (result != STREAM_NOTHING)
		line_control(line, PPTP_ON_LOST);
	return result;
}

/**
 * line_link_info - tell the PAC which characters the line behind it escapes
 * @line:		the connection
 * @send_accm:		in what it sends to its end of PPP
 * @receive_accm:	in what comes from there
 *
 * There may be no such line, but only the PAC knows (RFC 2637, section 2.15).
 */
void line_link_info(struct line *line, uint32_t send_accm, uint32_t receive_accm)
{
	const struct pptp_msg msg = {
		.type = PPTP_SLI,
		.link_info = {
			.peer_call_id = line->peer_call_id,
			.send_accm = send_accm,
			.receive_accm = receive_accm,
		},
	};

	if (line->call == PPTP_ESTABLISHED)
		put(line, &msg);
}
