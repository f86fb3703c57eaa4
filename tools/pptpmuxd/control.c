// SPDX-License-Identifier: GPL-2.0
/*
 * A control connection (RFC 2637, section 3.1), with us as its PAC.
 *
 * What may arrive in which state is one table, at the end of the handlers.
 * Nothing that a handler calls frees the connection: it becomes CLOSING, and
 * goes when its last octets have, or after FLUSH_SECONDS.
 */
#include "control.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "log.h"

#define FLUSH_SECONDS	5	/* for what is still to be sent to a peer that we leave */
#define STOP_SECONDS	5	/* for a Stop-Control-Connection-Reply */
#define INPUT_MAX	4096	/* octets read ahead */
#define OUTPUT_MAX	16384	/* octets unsent: then the peer does not read */

static void set_timer(struct control *control, unsigned int seconds)
{
	struct timeval timeout = { .tv_sec = seconds };

	evtimer_add(control->timer, &timeout);
}

/* Close once all is sent; at once if nothing is to be */
static void finish(struct control *control)
{
	bool empty = !evbuffer_get_length(bufferevent_get_output(control->stream));

	control->state = CONTROL_CLOSING;
	bufferevent_disable(control->stream, EV_READ);
	set_timer(control, empty ? 0 : FLUSH_SECONDS);
}

/* Close without sending what the peer does not take anyway */
static void abandon(struct control *control)
{
	control->state = CONTROL_CLOSING;
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

	if (control->state == CONTROL_CLOSING)
		return;
	log_debug("%s: sent %s", control->name, pptp_type_name(msg->type));
	if (bufferevent_write(control->stream, data, len) == 0 &&
	    evbuffer_get_length(bufferevent_get_output(control->stream)) <= OUTPUT_MAX)
		return;
	log_warning("%s: the client does not read what it is sent: connection closed",
		    control->name);
	abandon(control);
}

static void stop(struct control *control, enum pptp_stop_reason reason)
{
	struct pptp_msg msg = { .type = PPTP_STOP_RQ, .stop.result = reason };

	control_send(control, &msg);
	if (control->state == CONTROL_CLOSING)
		return;
	control->state = CONTROL_STOPPING;
	set_timer(control, STOP_SECONDS);
}

/* RFC 2637 has no word for it, but a way: section 2.3, reason 2 */
static void forbidden(struct control *control, const struct pptp_msg *msg)
{
	log_warning("%s: unexpected %s: connection %s", control->name,
		    pptp_type_name(msg->type),
		    control->state == CONTROL_NEW ? "closed" : "stopped");
	if (control->state == CONTROL_NEW)
		finish(control);
	else
		stop(control, PPTP_STOP_PROTOCOL);
}

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

	snprintf(msg.start.host, sizeof(msg.start.host), "%s", config->hostname);
	snprintf(msg.start.vendor, sizeof(msg.start.vendor), "%s", config->vendor);
	control_send(control, &msg);
}

static void handle_start(struct control *control, const struct pptp_msg *msg)
{
	if (control->state != CONTROL_NEW) {
		log_warning("%s: it has a control connection already", control->name);
		reply_start(control, PPTP_START_EXISTS);
		return;
	}
	if (msg->start.version != PPTP_VERSION) {
		log_warning("%s: protocol version %#x is not supported: connection closed",
			    control->name, msg->start.version);
		reply_start(control, PPTP_START_VERSION);
		finish(control);
		return;
	}
	log_info("%s: control connection with \"%s\" (%s)", control->name, msg->start.host,
		 msg->start.vendor);
	control->state = CONTROL_ESTABLISHED;
	reply_start(control, PPTP_START_OK);
}

static void handle_stop(struct control *control, const struct pptp_msg *msg)
{
	struct pptp_msg reply = { .type = PPTP_STOP_RP, .stop.result = PPTP_RESULT_OK };
	struct call *call;

	log_info("%s: control connection stopped by the client (reason %u)", control->name,
		 msg->stop.result);
	LIST_FOREACH(call, &control->calls, sibling)
		call_clear(call);
	control_send(control, &reply);
	finish(control);
}

static void handle_stopped(struct control *control, const struct pptp_msg *msg)
{
	(void)msg;
	finish(control);
}

static void handle_echo(struct control *control, const struct pptp_msg *msg)
{
	struct pptp_msg reply = {
		.type = PPTP_ECHO_RP,
		.echo = { .identifier = msg->echo.identifier, .result = PPTP_RESULT_OK },
	};

	control_send(control, &reply);
}

static void handle_echo_reply(struct control *control, const struct pptp_msg *msg)
{
	if (msg->echo.identifier != control->echo_id)
		log_debug("%s: echo reply with identifier %u, not %u", control->name,
			  msg->echo.identifier, control->echo_id);
}

static void handle_call(struct control *control, const struct pptp_msg *msg)
{
	struct pptp_msg reply = { .type = PPTP_OCRP };

	if (control->leaving)
		reply.out_reply = (struct pptp_out_reply){
			.peer_call_id = msg->out_request.call_id,
			.result = PPTP_OUT_NOT_ACCEPTED,
		};
	else
		call_open(control, &msg->out_request, &reply.out_reply);
	control_send(control, &reply);
}

/* We dial nobody for a PAC: section 2.10, result 3 */
static void handle_incoming_call(struct control *control, const struct pptp_msg *msg)
{
	struct pptp_msg reply = {
		.type = PPTP_ICRP,
		.in_reply = {
			.peer_call_id = msg->in_request.call_id,
			.result = PPTP_IN_NOT_ACCEPTED,
		},
	};

	log_warning("%s: incoming call refused: this server takes Outgoing-Call-Requests only",
		    control->name);
	control_send(control, &reply);
}

static void clear_by_peer_id(struct control *control, uint16_t peer_call_id, enum pptp_type type)
{
	struct call *call = call_find_peer(control, peer_call_id);

	if (call)
		call_clear(call);
	else
		log_debug("%s: %s for call id %u, which has no call", control->name,
			  pptp_type_name(type), peer_call_id);
}

static void handle_clear(struct control *control, const struct pptp_msg *msg)
{
	clear_by_peer_id(control, msg->clear.call_id, msg->type);
}

/* Meant for a PAC to send, but there are clients that hang up by it */
static void handle_disconnect(struct control *control, const struct pptp_msg *msg)
{
	clear_by_peer_id(control, msg->disconnect.call_id, msg->type);
}

static void handle_wan_error(struct control *control, const struct pptp_msg *msg)
{
	log_debug("%s: call id %u: %u CRC, %u framing, %u overrun, %u buffer, %u time-out, %u alignment errors",
		  control->name, msg->wan_error.peer_call_id, msg->wan_error.crc,
		  msg->wan_error.framing, msg->wan_error.hardware, msg->wan_error.buffer,
		  msg->wan_error.time_out, msg->wan_error.alignment);
}

/* Which characters to escape matters to a serial line, and GRE is none */
static void handle_link_info(struct control *control, const struct pptp_msg *msg)
{
	log_debug("%s: call id %u: ACCM %08x out, %08x in%s", control->name,
		  msg->link_info.peer_call_id, msg->link_info.send_accm,
		  msg->link_info.receive_accm,
		  call_find(control, msg->link_info.peer_call_id) ? "" : "; no such call");
}

#define ANY	(CONTROL_NEW | CONTROL_ESTABLISHED | CONTROL_STOPPING)
#define UP	(CONTROL_ESTABLISHED | CONTROL_STOPPING)

/*
 * RFC 2637, sections 3.1.3, 3.2.3 and 3.2.4: in which states a PAC takes what.
 * While we wait for the reply to our stop, requests may still be on their way;
 * they are answered, but for calls.
 */
static const struct {
	unsigned int states;
	void (*handle)(struct control *control, const struct pptp_msg *msg);
} actions[PPTP_TYPES] = {
	[PPTP_SCCRQ]	= { ANY, handle_start },
	[PPTP_STOP_RQ]	= { UP, handle_stop },
	[PPTP_STOP_RP]	= { CONTROL_STOPPING, handle_stopped },
	[PPTP_ECHO_RQ]	= { UP, handle_echo },
	[PPTP_ECHO_RP]	= { UP, handle_echo_reply },
	[PPTP_OCRQ]	= { UP, handle_call },
	[PPTP_ICRQ]	= { UP, handle_incoming_call },
	[PPTP_CCRQ]	= { UP, handle_clear },
	[PPTP_CDN]	= { UP, handle_disconnect },
	[PPTP_WEN]	= { UP, handle_wan_error },
	[PPTP_SLI]	= { UP, handle_link_info },
};

static void handle(struct control *control, const struct pptp_msg *msg)
{
	const struct config *config = control->server->config;

	log_debug("%s: got %s", control->name, pptp_type_name(msg->type));
	if (actions[msg->type].states & control->state)
		actions[msg->type].handle(control, msg);
	else
		forbidden(control, msg);
	if (control->state != CONTROL_ESTABLISHED)
		return;
	/* whatever comes shows that the peer is there */
	control->echo_due = false;
	set_timer(control, config->echo_interval);
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

	while (control->state != CONTROL_CLOSING &&
	       (got = evbuffer_remove(input, piece, sizeof(piece))) > 0) {
		data = piece;
		len = got;
		do {
			result = pptp_framer_next(&control->framer, &data, &len, &msg, &reason);
			if (result == PPTP_OK)
				handle(control, &msg);
		} while (result == PPTP_OK && control->state != CONTROL_CLOSING);
		if (result == PPTP_BAD) {
			log_warning("%s: %s: connection closed", control->name, reason);
			finish(control);
		}
	}
}

/* All is sent */
static void on_write(struct bufferevent *stream, void *context)
{
	struct control *control = context;

	(void)stream;
	if (control->state == CONTROL_CLOSING)
		control_free(control);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct control *control = context;

	(void)stream;
	if (control->state == CONTROL_ESTABLISHED)
		log_info("%s: control connection %s, calls hung up: %u", control->name,
			 what & BEV_EVENT_EOF ? "closed by the client" : "broken",
			 control->call_count);
	control_free(control);
}

/* Section 3.1.4: 60 seconds of silence, then 60 for the reply */
static void check_alive(struct control *control)
{
	struct pptp_msg msg = { .type = PPTP_ECHO_RQ, .echo.identifier = control->echo_id + 1 };

	if (control->echo_due) {
		log_warning("%s: no answer to an echo request within %u s: the client is gone, calls hung up: %u",
			    control->name, control->server->config->echo_timeout,
			    control->call_count);
		abandon(control);
		return;
	}
	control->echo_due = true;
	control->echo_id++;
	set_timer(control, control->server->config->echo_timeout);
	control_send(control, &msg);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;

	(void)fd;
	(void)what;
	switch (control->state) {
	case CONTROL_ESTABLISHED:
		check_alive(control);
		return;
	case CONTROL_NEW:
		log_warning("%s: no Start-Control-Connection-Request within %u s: connection closed",
			    control->name, control->server->config->reply_timeout);
		break;
	case CONTROL_STOPPING:
		log_info("%s: no reply to our stop within %d s: connection closed",
			 control->name, STOP_SECONDS);
		break;
	case CONTROL_CLOSING:
		break;
	}
	control_free(control);
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

/**
 * control_new - take a connection that was accepted
 * @server:	the server
 * @fd:		its socket, non-blocking; closed in any case
 * @peer:	who it is
 *
 * Return: whether it could be taken.
 */
bool control_new(struct server *server, int fd, const struct sockaddr_in *peer)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control) {
		close(fd);
		return false;
	}
	control->server = server;
	control->peer = *peer;
	control->state = CONTROL_NEW;
	LIST_INIT(&control->calls);
	pptp_framer_init(&control->framer);
	set_name(control);
	LIST_INSERT_HEAD(&server->controls, control, entry);
	server->control_count++;
	if (open_stream(control, fd)) {
		set_timer(control, server->config->reply_timeout);
		return true;
	}
	if (!control->stream)
		close(fd);
	control_free(control);
	return false;
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
	LIST_REMOVE(control, entry);
	server->control_count--;
	if (control->stream)
		bufferevent_free(control->stream);
	if (control->timer)
		event_free(control->timer);
	free(control);
	server_check_end(server);
}

static void leave_if_idle(struct control *control)
{
	if (!control->leaving || control->call_count)
		return;
	if (control->state == CONTROL_ESTABLISHED)
		stop(control, PPTP_STOP_SHUTDOWN);
	else if (control->state == CONTROL_NEW)
		finish(control);
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
}

/* One of its calls has ended */
void control_call_gone(struct control *control)
{
	leave_if_idle(control);
}
