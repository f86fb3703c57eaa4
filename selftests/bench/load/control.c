// SPDX-License-Identifier: GPL-2.0
/* A client's control connection (RFC 2637, section 2) */
#include "control.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

/* One message. The owner may have closed the connection when it returns. */
static enum pptp_result take_message(struct control *control, const uint8_t **data, size_t *len)
{
	enum pptp_result result;
	struct pptp_msg msg;
	const char *reason;

	result = pptp_framer_next(&control->framer, data, len, &msg, &reason);
	if (result == PPTP_OK)
		control->owner->message(control, &msg);
	else if (result == PPTP_BAD)
		control->owner->nonsense(control);
	return result;
}

static void on_read(struct bufferevent *stream, void *arg)
{
	struct control *control = arg;
	uint8_t octets[4096];
	const uint8_t *data;
	size_t len;

	while (control->stream == stream) {
		len = bufferevent_read(stream, octets, sizeof(octets));
		if (!len)
			return;
		data = octets;
		while (control->stream == stream)
			if (take_message(control, &data, &len) != PPTP_OK)
				break;
	}
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	struct control *control = arg;

	(void)stream;
	if (what & BEV_EVENT_CONNECTED)
		control->owner->connected(control);
	else
		control->owner->closed(control);
}

/* Ports are chosen at connect(), by both ends: an address has enough for any number */
static int bound_socket(struct in_addr source)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr = source };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!bind(fd, (struct sockaddr *)&from, sizeof(from)))
		return fd;
	close(fd);
	return -1;
}

/**
 * control_open - connect to a server
 * @control:	the connection; its owner is set
 * @base:	the loop
 * @source:	our address
 * @server:	the server's
 *
 * Return: 0 if it is on its way, and the owner hears of it; else -1.
 */
int control_open(struct control *control, struct event_base *base,
		 struct in_addr source, struct in_addr server)
{
	struct sockaddr_in to = {
		.sin_family	= AF_INET,
		.sin_port	= htons(PPTP_PORT),
		.sin_addr	= server,
	};
	int fd = bound_socket(source);

	if (fd < 0)
		return -1;
	control->stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE |
							   BEV_OPT_DEFER_CALLBACKS);
	if (!control->stream) {
		close(fd);
		return -1;
	}
	pptp_framer_init(&control->framer);
	bufferevent_setcb(control->stream, on_read, NULL, on_event, control);
	if (bufferevent_enable(control->stream, EV_READ) ||
	    bufferevent_socket_connect(control->stream, (struct sockaddr *)&to, sizeof(to))) {
		control_close(control);
		return -1;
	}
	return 0;
}

void control_send(struct control *control, const struct pptp_msg *msg)
{
	uint8_t data[PPTP_MSG_MAX];

	bufferevent_write(control->stream, data, pptp_msg_encode(msg, data, sizeof(data)));
}

void control_close(struct control *control)
{
	if (control->stream)
		bufferevent_free(control->stream);
	control->stream = NULL;
}

/**
 * control_forget - be gone without a word, as where the power fails
 * @control:	the connection
 *
 * What is closed while it is in repair (tcp(7) has it for checkpoints) sends neither FIN
 * nor RST. One that was never established has nobody to tell.
 */
void control_forget(struct control *control)
{
	int on = 1;

	if (control->stream)
		setsockopt(bufferevent_getfd(control->stream), IPPROTO_TCP, TCP_REPAIR,
			   &on, sizeof(on));
	control_close(control);
}
