// SPDX-License-Identifier: GPL-2.0
/* One client: its control connection, its call, its link */
#include "client.h"

#include <string.h>

#include "clock.h"

#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

/* RFC 1661, section 4.6: the restart timer */
#define RESTART		3
/* RFC 2637, section 3.1.4: an echo when nothing was heard for so long, and its answer */
#define ECHO_INTERVAL	60

static struct event_base *loop;
static struct in_addr server;
static const struct client_owner *owner;
/* All wait equally long for these: their timers lie in a queue, and not in a heap. */
static const struct timeval *restart, *echo_interval;

/* ---- what it says ---- */

static void say_start(struct client *client)
{
	struct pptp_msg msg = {
		.type = PPTP_SCCRQ,
		.start = {
			.version	= PPTP_VERSION,
			.framing	= PPTP_FRAMING_EITHER,
			.bearer		= PPTP_BEARER_EITHER,
			.host		= "load",
			.vendor		= "pptp-mux",
		},
	};

	control_send(&client->control, &msg);
}

static void say_call(struct client *client)
{
	struct pptp_msg msg = {
		.type = PPTP_OCRQ,
		.out_request = {
			.call_id	= client->call.id,
			.serial		= client->call.id,
			.min_bps	= 300,
			.max_bps	= 100000000,
			.bearer		= PPTP_BEARER_EITHER,
			.framing	= PPTP_FRAMING_EITHER,
			.window		= 64,
		},
	};

	control_send(&client->control, &msg);
}

static void say_link_info(struct client *client)
{
	struct pptp_msg msg = {
		.type = PPTP_SLI,
		.link_info = {
			.peer_call_id	= client->call.peer_id,
			.send_accm	= 0xffffffff,
			.receive_accm	= 0xffffffff,
		},
	};

	control_send(&client->control, &msg);
}

static void say_echo(struct client *client)
{
	struct pptp_msg msg = { .type = PPTP_ECHO_RQ, .echo = { .identifier = client->call.id } };

	control_send(&client->control, &msg);
}

static void say_echoed(struct client *client, uint32_t identifier)
{
	struct pptp_msg msg = {
		.type = PPTP_ECHO_RP,
		.echo = { .identifier = identifier, .result = PPTP_RESULT_OK },
	};

	control_send(&client->control, &msg);
}

static void say_clear(struct client *client)
{
	struct pptp_msg msg = { .type = PPTP_CCRQ, .clear = { .call_id = client->call.id } };

	control_send(&client->control, &msg);
}

static void say_stop(struct client *client)
{
	struct pptp_msg msg = { .type = PPTP_STOP_RQ, .stop = { .result = PPTP_STOP_NONE } };

	control_send(&client->control, &msg);
}

/* ---- its end ---- */

static bool is_hanging_up(const struct client *client)
{
	return client->phase > CLIENT_UP;
}

static void be_idle(struct client *client)
{
	event_del(&client->restart);
	event_del(&client->deadline);
	gre_close(&client->call);
	control_close(&client->control);
	client->phase = CLIENT_IDLE;
}

static void fail(struct client *client, enum cause cause, unsigned int code)
{
	bool was_up = client->phase == CLIENT_UP;

	be_idle(client);
	owner->failed(client, cause, code, was_up);
}

static void gone(struct client *client, bool answered)
{
	be_idle(client);
	owner->gone(client, answered);
}

/* The call is no more: what is left to be said is about the connection. */
static void stop(struct client *client)
{
	client->phase = CLIENT_STOPPING;
	event_del(&client->restart);
	gre_close(&client->call);
	say_stop(client);
}

static void clear(struct client *client)
{
	client->phase = CLIENT_CLEARING;
	event_del(&client->restart);
	say_clear(client);
}

/* The other side has ended the call. */
static void ended(struct client *client, enum cause cause)
{
	if (is_hanging_up(client))
		stop(client);
	else
		fail(client, cause, 0);
}

/* ---- its control connection ---- */

static void on_connected(struct control *control)
{
	struct client *client = container_of(control, struct client, control);

	client->phase = CLIENT_STARTING;
	say_start(client);
}

static void on_started(struct client *client, const struct pptp_start *start)
{
	if (client->phase != CLIENT_STARTING)
		return;
	if (start->result != PPTP_START_OK) {
		fail(client, CAUSE_START_REFUSED, start->result);
		return;
	}
	client->phase = CLIENT_CALLING;
	say_call(client);
}

static void on_answer(struct client *client, const struct pptp_out_reply *reply)
{
	if (client->phase != CLIENT_CALLING || reply->peer_call_id != client->call.id)
		return;
	if (reply->result != PPTP_OUT_CONNECTED) {
		fail(client, CAUSE_CALL_REFUSED, reply->result);
		return;
	}
	client->call.peer_id = reply->call_id;
	client->phase = CLIENT_LINK;
	say_link_info(client);
	ppp_begin(&client->ppp);
	if (client->early_len)
		ppp_receive(&client->ppp, client->early, client->early_len);
}

static void on_disconnect(struct client *client, const struct pptp_disconnect *disconnect)
{
	bool has_call = client->phase >= CLIENT_LINK && client->phase < CLIENT_STOPPING;

	if (has_call && disconnect->call_id == client->call.peer_id)
		ended(client, CAUSE_CLOSED);
}

static void on_closed(struct control *control)
{
	struct client *client = container_of(control, struct client, control);

	if (is_hanging_up(client))
		gone(client, client->phase == CLIENT_STOPPING);
	else
		fail(client, client->phase > CLIENT_STARTING ? CAUSE_CLOSED : CAUSE_NO_CONNECTION,
		     0);
}

static void on_nonsense(struct control *control)
{
	fail(container_of(control, struct client, control), CAUSE_PROTOCOL, 0);
}

static void on_message(struct control *control, const struct pptp_msg *msg)
{
	struct client *client = container_of(control, struct client, control);

	switch (msg->type) {
	case PPTP_SCCRP:
		on_started(client, &msg->start);
		break;
	case PPTP_OCRP:
		on_answer(client, &msg->out_reply);
		break;
	case PPTP_CDN:
		on_disconnect(client, &msg->disconnect);
		break;
	case PPTP_ECHO_RQ:
		say_echoed(client, msg->echo.identifier);
		break;
	case PPTP_ECHO_RP:
		client->asked = false;
		break;
	case PPTP_STOP_RQ:
	case PPTP_STOP_RP:
		on_closed(control);
		break;
	default:
		break;
	}
}

static const struct control_owner control_owner = {
	.connected	= on_connected,
	.message	= on_message,
	.nonsense	= on_nonsense,
	.closed		= on_closed,
};

/* ---- its link ---- */

static void keep_early(struct client *client, const uint8_t *frame, size_t len)
{
	if (len > sizeof(client->early))
		return;
	memcpy(client->early, frame, len);
	client->early_len = len;
}

static void on_frame(struct gre_call *call, const uint8_t *frame, size_t len)
{
	struct client *client = container_of(call, struct client, call);

	if (client->phase >= CLIENT_LINK)
		ppp_receive(&client->ppp, frame, len);
	else
		keep_early(client, frame, len);
}

/*
 * Said again is only what nobody has answered for a while: a pppd whose MPPE is up ends
 * the call when a request of CCP comes again (pptpmuxd's grants it again).
 */
static void link_send(struct ppp *ppp, const uint8_t *frame, size_t len)
{
	struct client *client = container_of(ppp, struct client, ppp);

	if (client->phase == CLIENT_LINK)
		event_add(&client->restart, restart);
	gre_send(&client->call, frame, len);
}

static void link_up(struct ppp *ppp)
{
	struct client *client = container_of(ppp, struct client, ppp);

	client->phase = CLIENT_UP;
	client->took = clock_ms() - client->began;
	client->asked = false;
	event_del(&client->restart);
	event_del(&client->deadline);
	event_add(&client->deadline, echo_interval);
	owner->up(client);
}

static void link_ended(struct ppp *ppp, enum cause cause)
{
	struct client *client = container_of(ppp, struct client, ppp);

	/* Who is hanging up waits for the server to say it of the call */
	if (!is_hanging_up(client))
		fail(client, cause, 0);
}

static void link_terminated(struct ppp *ppp)
{
	struct client *client = container_of(ppp, struct client, ppp);

	if (client->phase == CLIENT_TERMINATING)
		clear(client);
}

static void link_ip(struct ppp *ppp, const uint8_t *packet, size_t len)
{
	struct client *client = container_of(ppp, struct client, ppp);

	if (client->echoed || !client->echo.len || !echo_is_answer(&client->echo, packet, len))
		return;
	client->echoed = true;
	owner->echoed(client);
}

static const struct ppp_owner link_owner = {
	.send		= link_send,
	.up		= link_up,
	.ended		= link_ended,
	.terminated	= link_terminated,
	.ip		= link_ip,
};

/* ---- its clocks ---- */

static void on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd;
	(void)what;
	if (client->phase == CLIENT_TERMINATING) {
		clear(client);
		return;
	}
	ppp_again(&client->ppp);
	event_add(&client->restart, restart);
}

/* A server that has not answered the last echo is not there any more. */
static void ask_server(struct client *client)
{
	if (client->asked) {
		fail(client, CAUSE_TIMED_OUT, 0);
		return;
	}
	client->asked = true;
	event_add(&client->deadline, echo_interval);
	say_echo(client);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd;
	(void)what;
	if (client->phase == CLIENT_UP)
		ask_server(client);
	else if (is_hanging_up(client))
		gone(client, false);
	else
		fail(client, CAUSE_TIMED_OUT, 0);
}

/* ---- what it is told to do ---- */

/**
 * client_start - be ready for clients
 * @base:		the loop
 * @server_address:	whom they dial
 * @client_owner:	told of what becomes of them
 *
 * Return: 0, or -1 with errno.
 */
int client_start(struct event_base *base, struct in_addr server_address,
		 const struct client_owner *client_owner)
{
	loop = base;
	server = server_address;
	owner = client_owner;
	restart = event_base_init_common_timeout(base, &(struct timeval){ .tv_sec = RESTART });
	echo_interval = event_base_init_common_timeout(base, &(struct timeval){
		.tv_sec = ECHO_INTERVAL });
	return gre_start(base, on_frame);
}

void client_stop(void)
{
	gre_stop();
}

/**
 * client_init - a client that may dial
 * @client:	the client, all zero
 * @source:	its address
 * @login:	its name and the like
 */
void client_init(struct client *client, struct in_addr source, const struct ppp_login *login)
{
	client->source = source;
	client->login = *login;
	client->control.owner = &control_owner;
	client->ppp.owner = &link_owner;
	client->ppp.login = &client->login;
	evtimer_assign(&client->restart, loop, on_restart, client);
	evtimer_assign(&client->deadline, loop, on_deadline, client);
}

/**
 * client_dial - have an idle client dial
 * @client:	the client
 * @give_up:	how long it tries
 */
void client_dial(struct client *client, const struct timeval *give_up)
{
	client->phase = CLIENT_CONNECTING;
	client->began = clock_ms();
	client->early_len = 0;
	client->echo.len = 0;
	event_add(&client->deadline, give_up);
	if (gre_open(&client->call, client->source, server) ||
	    control_open(&client->control, loop, client->source, server))
		fail(client, CAUSE_NO_CONNECTION, 0);
}

/**
 * client_ping - send a packet through a call that is up
 * @client:	the client
 * @len:	its length, ECHO_MIN to ECHO_MAX
 */
void client_ping(struct client *client, size_t len)
{
	uint8_t packet[ECHO_MAX];

	client->echoed = false;
	client->echo.from = client->ppp.address;
	client->echo.to = client->ppp.peer;
	client->echo.id = client->call.id;
	client->echo.sequence++;
	client->echo.len = len;
	echo_write(&client->echo, packet);
	ppp_send_ip(&client->ppp, packet, len);
}

/**
 * client_hang_up - have a client that is up end its call
 * @client:	the client
 * @give_up:	how long it waits for the server to agree
 */
void client_hang_up(struct client *client, const struct timeval *give_up)
{
	client->phase = CLIENT_TERMINATING;
	event_del(&client->deadline);
	event_add(&client->deadline, give_up);
	event_add(&client->restart, restart);
	ppp_terminate(&client->ppp);
}

/**
 * client_forget - have a client be gone, so that the server hears nothing of it
 * @client:	the client
 */
void client_forget(struct client *client)
{
	control_forget(&client->control);
	be_idle(client);
}
