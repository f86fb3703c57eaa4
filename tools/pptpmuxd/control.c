// SPDX-License-Identifier: GPL-2.0
/*
 * A control connection (RFC 2637, section 3.1) that a peer has opened.
 *
 * What is done in which state is the table of pptp_receiver, each of whose
 * actions is a function here. Nothing that they call frees the connection: it is
 * closing, and goes when its last octets have, or after FLUSH_SECONDS.
 */
#include "control.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "capacity.h"
#include "clock.h"
#include "collision.h"
#include "log.h"
#include "takeover/book.h"
#include "takeover/keep.h"
#include "takeover/record.h"
#include "takeover/store.h"

#define FLUSH_SECONDS	5	/* for what is still to be sent to a peer that we leave */
#define INPUT_MAX	4096	/* octets read ahead */
#define OUTPUT_MAX	16384	/* octets unsent: then the peer does not read */
#define NOISE		10	/* lines a second about one source */

static void set_timer(struct control *control, unsigned int seconds)
{
	struct timeval timeout = { .tv_sec = seconds };

	evtimer_add(control->timer, &timeout);
}

/**
 * control_log - a line that the peer can provoke as often as it likes
 * @control:	the connection
 * @level:	as log_write()'s, and so on
 * @format:	without the connection's name
 */
void control_log(struct control *control, int level, const char *format, ...)
{
	struct log_limit *noise = &control->source->noise;
	char text[768], more[64] = "";
	va_list args;

	if (!log_wants(level) || !log_allowed(noise, NOISE))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (noise->suppressed)
		snprintf(more, sizeof(more), " (%lu more lines about it left out)",
			 noise->suppressed);
	noise->suppressed = 0;
	log_write(level, "%s: %s%s", control->name, text, more);
}

static void enter_rank(struct control *control, enum rank rank)
{
	struct server *server = control->server;

	control->rank = rank;
	control->ranked = clock_ms();
	control->source->ranked[rank]++;
	server->ranked[rank]++;
	TAILQ_INSERT_TAIL(&server->ranks[rank], control, equal);
}

static void leave_rank(struct control *control)
{
	struct server *server = control->server;

	control->source->ranked[control->rank]--;
	server->ranked[control->rank]--;
	TAILQ_REMOVE(&server->ranks[control->rank], control, equal);
}

/* What is closing stays so */
static void change_rank(struct control *control, enum rank rank)
{
	if (control->rank == rank || control->rank == RANK_CLOSING)
		return;
	leave_rank(control);
	enter_rank(control, rank);
}

/* Close once all is sent; at once if nothing is to be */
static void finish(struct control *control)
{
	bool empty = !evbuffer_get_length(bufferevent_get_output(control->stream));

	control->closing = true;
	change_rank(control, RANK_CLOSING);
	bufferevent_disable(control->stream, EV_READ);
	set_timer(control, empty ? 0 : FLUSH_SECONDS);
}

/* Close without sending what the peer does not take anyway */
static void abandon(struct control *control)
{
	control->closing = true;
	change_rank(control, RANK_CLOSING);
	bufferevent_disable(control->stream, EV_READ | EV_WRITE);
	set_timer(control, 0);
}

/**
 * control_send - send a message
 * @control:	the connection
 * @msg:	the message
 *
 * Never waits. A peer that does not read loses its connection.
 */
void control_send(struct control *control, const struct pptp_msg *msg)
{
	uint8_t data[PPTP_MSG_MAX];
	size_t len = pptp_msg_encode(msg, data, sizeof(data));

	if (control->closing)
		return;
	log_debug("%s: sent %s", control->name, pptp_type_name(msg->type));
	if (bufferevent_write(control->stream, data, len) == 0 &&
	    evbuffer_get_length(bufferevent_get_output(control->stream)) <= OUTPUT_MAX)
		return;
	control_log(control, LOG_WARNING, "the client does not read what it is sent: connection closed");
	abandon(control);
}

/* ---- actions; those that no message leads to have none ---- */

static void reply_start(struct control *control, enum pptp_start_result result)
{
	struct pptp_msg msg = {
		.type = PPTP_SCCRP,
		.start = {
			.version = PPTP_VERSION,
			.result = result,
			.framing = PPTP_FRAMING_EITHER,
			.bearer = PPTP_BEARER_EITHER,
			.firmware = 1,
		},
	};
	struct config *config = control->server->config;
	unsigned int receiving = capacity_receiving(control->server);

	msg.start.max_channels = receiving < UINT16_MAX ? receiving : UINT16_MAX;

	snprintf(msg.start.host, sizeof(msg.start.host), "%s", config->hostname);
	snprintf(msg.start.vendor, sizeof(msg.start.vendor), "%s", config->vendor);
	control_send(control, &msg);
}

static void do_accept_start(struct control *control, const struct pptp_msg *msg)
{
	control_log(control, LOG_INFO, "control connection with \"%s\" (%s)", msg->start.host,
		    msg->start.vendor);
	reply_start(control, PPTP_START_OK);
}

static void do_exists(struct control *control, const struct pptp_msg *msg)
{
	(void)msg;
	control_log(control, LOG_WARNING, "it has a control connection already");
	reply_start(control, PPTP_START_EXISTS);
}

/* Section 2.2, result 4: its log-ins have failed too often */
static void do_deny(struct control *control, const struct pptp_msg *msg)
{
	(void)msg;
	control_log(control, LOG_WARNING, "connection refused: its log-ins have failed %u times, and it may not call for %u s, see login-failures in pptpmuxd.conf",
		    control->source->failures, source_blocked(control->source, sources_clock()));
	reply_start(control, PPTP_START_NOT_AUTHORISED);
	finish(control);
}

static void do_version(struct control *control, const struct pptp_msg *msg)
{
	control_log(control, LOG_WARNING, "protocol version %#x is not supported: connection closed",
		    msg->start.version);
	reply_start(control, PPTP_START_VERSION);
	finish(control);
}

static void stop(struct control *control, enum pptp_stop_reason reason)
{
	struct pptp_msg msg = { .type = PPTP_STOP_RQ, .stop.result = reason };

	control_send(control, &msg);
	if (!control->closing)
		set_timer(control, control->server->config->stop_timeout);
}

/* The only reason that we have to leave */
static void do_stop(struct control *control, const struct pptp_msg *msg)
{
	(void)msg;
	stop(control, PPTP_STOP_SHUTDOWN);
}

static void do_stop_protocol(struct control *control, const struct pptp_msg *msg)
{
	(void)msg;
	stop(control, PPTP_STOP_PROTOCOL);
}

static void do_stop_reply(struct control *control, const struct pptp_msg *msg)
{
	struct pptp_msg reply = { .type = PPTP_STOP_RP, .stop.result = PPTP_RESULT_OK };
	struct call *call;

	control_log(control, LOG_INFO, "control connection stopped by the client: %s (reason %u)",
		    pptp_stop_reason_text(msg->stop.result), msg->stop.result);
	LIST_FOREACH(call, &control->calls, sibling)
		call_clear(call);
	control_send(control, &reply);
	finish(control);
}

static void do_close(struct control *control, const struct pptp_msg *msg)
{
	if (msg)
		finish(control);
	else
		abandon(control);
}

static void do_echo_reply(struct control *control, const struct pptp_msg *msg)
{
	struct pptp_msg reply = {
		.type = PPTP_ECHO_RP,
		.echo = { .identifier = msg->echo.identifier, .result = PPTP_RESULT_OK },
	};

	control_send(control, &reply);
}

static void send_echo(struct control *control)
{
	struct pptp_msg echo = { .type = PPTP_ECHO_RQ, .echo.identifier = ++control->echo_id };

	control_send(control, &echo);
}

/* Section 3.1.4: 60 seconds of silence, then 60 for the reply */
static void do_echo(struct control *control, const struct pptp_msg *msg)
{
	(void)msg;
	control->echo_due = true;
	set_timer(control, control->server->config->echo_timeout);
	send_echo(control);
}

static void (*const actions[PPTP_ACTIONS])(struct control *control,
					   const struct pptp_msg *msg) = {
	[PPTP_DO_ACCEPT_START]	= do_accept_start,
	[PPTP_DO_EXISTS]	= do_exists,
	[PPTP_DO_DENY]		= do_deny,
	[PPTP_DO_VERSION]	= do_version,
	[PPTP_DO_STOP]		= do_stop,
	[PPTP_DO_STOP_PROTOCOL]	= do_stop_protocol,
	[PPTP_DO_STOP_REPLY]	= do_stop_reply,
	[PPTP_DO_CLOSE]		= do_close,
	[PPTP_DO_ECHO]		= do_echo,
	[PPTP_DO_ECHO_REPLY]	= do_echo_reply,
	[PPTP_DO_CALL]		= call_message,
};

/* @msg is NULL for what is no message */
static void step(struct control *control, enum pptp_event event, const struct pptp_msg *msg)
{
	struct pptp_step step = pptp_step(&pptp_receiver, control->state, event);

	control->state = step.next;
	if (step.next != PPTP_IDLE && control->rank == RANK_HALF_OPEN)
		change_rank(control, RANK_UNCALLED);
	if (actions[step.action])
		actions[step.action](control, msg);
}

/* ---- events ---- */

/* Only the server knows what else there is with the peer */
static enum pptp_event judge_start(struct control *control)
{
	uint32_t ours = ntohl(control->local.sin_addr.s_addr);
	uint32_t theirs = ntohl(control->peer.sin_addr.s_addr);
	bool won = pptp_collision_won(ours, theirs);

	if (source_blocked(control->source, sources_clock()))
		return PPTP_ON_START_DENIED;
	/* this host may well dial itself */
	if (ours == theirs || !collision_with(control->peer.sin_addr))
		return PPTP_ON_START;
	control_log(control, LOG_INFO, "it dials us while we dial it: %s",
		    won ? "our connection is kept" : "its connection is kept");
	return won ? PPTP_ON_COLLISION_WON : PPTP_ON_COLLISION_LOST;
}

static void handle(struct control *control, const struct pptp_msg *msg)
{
	enum pptp_event event = pptp_control_event(msg);

	log_debug("%s: got %s", control->name, pptp_type_name(msg->type));
	if (event == PPTP_ON_START && control->state == PPTP_IDLE)
		event = judge_start(control);
	if (!pptp_listed(&pptp_receiver, control->state, event))
		control_log(control, LOG_WARNING, "unexpected %s (state %s)",
			    pptp_type_name(msg->type), pptp_state_name(control->state));
	step(control, event, msg);
	if (control->closing || control->state != PPTP_ESTABLISHED)
		return;
	/* whatever comes shows that the peer is there */
	control->echo_due = false;
	set_timer(control, control->server->config->echo_interval);
}

/* A message that its call's state does not allow */
void control_forbid(struct control *control)
{
	step(control, PPTP_ON_FORBIDDEN, NULL);
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct evbuffer *input = bufferevent_get_input(stream);
	struct control *control = context;
	const char *reason = NULL;
	enum pptp_result result;
	const uint8_t *data;
	struct pptp_msg msg;
	uint8_t piece[512];
	size_t len;
	int got;

	control->heard = clock_ms();
	control_answered(control);
	while (!control->closing &&
	       (got = evbuffer_remove(input, piece, sizeof(piece))) > 0) {
		data = piece;
		len = got;
		do {
			result = pptp_framer_next(&control->framer, &data, &len, &msg, &reason);
			if (result == PPTP_OK)
				handle(control, &msg);
		} while (result == PPTP_OK && !control->closing);
		if (result == PPTP_BAD) {
			control_log(control, LOG_WARNING, "%s: connection closed", reason);
			finish(control);
		}
	}
	keep_control(control);
}

/* All is sent */
static void on_write(struct bufferevent *stream, void *context)
{
	struct control *control = context;

	(void)stream;
	if (control->closing)
		control_free(control);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct control *control = context;

	(void)stream;
	if (control->closing) {
		control_free(control);
		return;
	}
	if (control->state == PPTP_ESTABLISHED)
		control_log(control, LOG_INFO, "control connection %s, calls hung up: %u",
			    what & BEV_EVENT_EOF ? "closed by the client" : "broken",
			    control->call_count);
	step(control, PPTP_ON_LOST, NULL);
}

static void log_timeout(struct control *control)
{
	const struct config *config = control->server->config;

	switch (control->state) {
	case PPTP_ESTABLISHED:
		control_log(control, LOG_WARNING, "no answer to an echo request within %u s: the client is gone, calls hung up: %u",
			    config->echo_timeout, control->call_count);
		break;
	case PPTP_WAIT_STOP_REPLY:
		control_log(control, LOG_INFO, "no reply to our stop within %u s: connection closed",
			    config->stop_timeout);
		break;
	default:
		control_log(control, LOG_WARNING, "no Start-Control-Connection-Request within %u s: connection closed",
			    config->start_timeout);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;

	(void)fd;
	(void)what;
	if (control->closing) {
		control_free(control);
		return;
	}
	if (control->state == PPTP_ESTABLISHED && !control->echo_due) {
		step(control, PPTP_ON_QUIET, NULL);
	} else {
		log_timeout(control);
		step(control, PPTP_ON_TIMEOUT, NULL);
	}
	keep_control(control);
}

static void set_name(struct control *control)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &control->peer.sin_addr, address, sizeof(address));
	snprintf(control->name, sizeof(control->name), "%s:%u", address,
		 ntohs(control->peer.sin_port));
}

/* The descriptor is the stream's once there is one */
static bool open_stream(struct control *control, int fd)
{
	struct event_base *base = control->server->base;
	socklen_t len = sizeof(control->local);
	int one = 1;

	if (getsockname(fd, (struct sockaddr *)&control->local, &len) < 0)
		return false;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	control->timer = evtimer_new(base, on_timer, control);
	if (!control->timer)
		return false;
	control->stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!control->stream)
		return false;
	bufferevent_setwatermark(control->stream, EV_READ, 0, INPUT_MAX);
	bufferevent_setcb(control->stream, on_read, on_write, on_event, control);
	return bufferevent_enable(control->stream, EV_READ | EV_WRITE) == 0;
}

/* It counts for its source, and is half open */
static void begin(struct control *control, struct source *source)
{
	struct server *server = control->server;

	control->source = source;
	source->users++;
	source->connections++;
	enter_rank(control, RANK_HALF_OPEN);
	LIST_INSERT_HEAD(&server->controls, control, entry);
	server->control_count++;
}

/* Return: NULL without memory */
static struct control *alloc(struct server *server, const struct sockaddr_in *peer,
			     struct source *source)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->server = server;
	control->peer = *peer;
	control->state = PPTP_IDLE;
	control->heard = clock_ms();
	control->place = BOOK_NO_PLACE;
	begin(control, source);
	LIST_INIT(&control->calls);
	pptp_framer_init(&control->framer);
	set_name(control);
	return control;
}

/* What could not be opened. The descriptor may be its stream's already. */
static void discard(struct control *control, int fd)
{
	if (!control || !control->stream)
		close(fd);
	if (control)
		control_free(control);
}

/**
 * control_new - take a connection that was accepted
 * @server:	the server
 * @fd:		its socket, non-blocking; closed in any case
 * @peer:	who it is
 * @source:	its source, in the server's table
 *
 * Return: whether it could be taken.
 */
bool control_new(struct server *server, int fd, const struct sockaddr_in *peer,
		 struct source *source)
{
	struct control *control = alloc(server, peer, source);

	if (control && open_stream(control, fd)) {
		control->place = book_take(server->book);
		store_put(control->place, (int [STORE_FDS]){ fd, -1 });
		set_timer(control, server->config->start_timeout);
		step(control, PPTP_ON_OPEN, NULL);
		keep_control(control);
		return true;
	}
	discard(control, fd);
	return false;
}

/* ---- taken over ---- */

/* What was waited for is waited for anew */
static void go_on(struct control *control)
{
	const struct config *config = control->server->config;

	if (control->state == PPTP_IDLE)
		set_timer(control, config->start_timeout);
	else if (control->state == PPTP_WAIT_STOP_REPLY)
		set_timer(control, config->stop_timeout);
	else
		set_timer(control, control->echo_due ? config->echo_timeout :
			  config->echo_interval);
	if (control->state != PPTP_IDLE)
		change_rank(control, RANK_UNCALLED);
}

static void recall(struct control *control, const struct kept_control *kept)
{
	control->state = kept->state;
	control->echo_due = kept->echo_due;
	control->leaving = kept->leaving;
	control->echo_id = kept->echo_id;
	control->framer.len = kept->partial_len;
	memcpy(control->framer.data, kept->partial, kept->partial_len);
	if (kept->unsent_len)
		bufferevent_write(control->stream, kept->unsent, kept->unsent_len);
}

/**
 * control_restore - take a connection over that another pptpmuxd has accepted
 * @server:	the server
 * @place:	of its record
 * @kept:	the record
 *
 * Return: the connection, without its calls; NULL if it stands no longer or there is no
 * memory, and then its socket is closed.
 */
struct control *control_restore(struct server *server, int place, const struct kept *kept)
{
	long long now = sources_clock();
	struct control *control;
	struct sockaddr_in peer;
	struct source *source;
	socklen_t len = sizeof(peer);
	int fd = kept->fds[KEPT_FD_STREAM];

	if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0) {
		close(fd);
		return NULL;
	}
	source = source_hold(server->sources, peer.sin_addr, now);
	control = source ? alloc(server, &peer, source) : NULL;
	if (source)
		source_drop(server->sources, source, now);
	if (!control || !open_stream(control, fd)) {
		discard(control, fd);
		return NULL;
	}
	control->place = place;
	recall(control, &kept->control);
	go_on(control);
	/* what was unsent is ours to send from now on, and nobody's to send again */
	keep_control(control);
	return control;
}

/**
 * control_free - the end of a connection
 * @control:	the connection
 *
 * Its calls are hung up; they live on until their pppd has ended, and no longer
 * know of the connection.
 */
void control_free(struct control *control)
{
	struct server *server = control->server;
	struct call *call;

	while ((call = LIST_FIRST(&control->calls)))
		call_lose(call);
	control_answered(control);
	leave_rank(control);
	keep_end(server->book, control->place);
	LIST_REMOVE(control, entry);
	server->control_count--;
	control->source->connections--;
	source_drop(server->sources, control->source, sources_clock());
	if (control->stream)
		bufferevent_free(control->stream);
	if (control->timer)
		event_free(control->timer);
	free(control);
	server_check_end(server);
}

static void leave_if_idle(struct control *control)
{
	if (control->leaving && !control->call_count && !control->closing)
		step(control, PPTP_ON_LEAVE, NULL);
}

/**
 * control_leave - we shut down: hang up the calls, then stop the connection
 * @control:	the connection
 */
void control_leave(struct control *control)
{
	struct call *call;

	control->leaving = true;
	LIST_FOREACH(call, &control->calls, sibling)
		call_hang_up(call, PPTP_MUX_CAUSE_ADMIN);
	leave_if_idle(control);
	keep_control(control);
}

/**
 * control_ask - ask now whether the client is there
 * @control:	the connection
 *
 * Its host acknowledges what is sent, or refuses it, whatever the client does: so it
 * is sent anew though an echo may be due.
 *
 * Return: whether it could be asked.
 */
bool control_ask(struct control *control)
{
	if (control->state != PPTP_ESTABLISHED || control->closing)
		return false;
	if (control->echo_due)
		send_echo(control);
	else
		step(control, PPTP_ON_QUIET, NULL);
	keep_control(control);
	return !control->closing;
}

/* It is there, or there is no need to know any more */
void control_answered(struct control *control)
{
	control->source->asked -= !!control->asked;
	control->asked = 0;
}

/* It is not there, and somebody waits for what it has */
void control_give_up(struct control *control, unsigned int milliseconds)
{
	control_answered(control);
	control_log(control, LOG_WARNING, "its host has sent neither TCP nor GRE for %u ms though it was asked, and another call waits for a slot: the client is gone, calls hung up: %u",
		    milliseconds, control->call_count);
	step(control, PPTP_ON_LOST, NULL);
}

/* What its calls make it worth */
static void rank_by_calls(struct control *control)
{
	if (control->known_count)
		change_rank(control, RANK_CALLED);
	else
		change_rank(control, control->call_count ? RANK_STRANGER : RANK_UNCALLED);
}

/* It has got a call, or one that waits */
void control_called(struct control *control)
{
	rank_by_calls(control);
}

/* One of its calls has logged in */
void control_known(struct control *control)
{
	control->known_count++;
	rank_by_calls(control);
}

/* One of its calls has ended, that was @known */
void control_call_gone(struct control *control, bool known)
{
	control->call_count--;
	control->known_count -= known;
	rank_by_calls(control);
	leave_if_idle(control);
}
