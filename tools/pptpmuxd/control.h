/* SPDX-License-Identifier: GPL-2.0 */
/* A control connection (RFC 2637, section 3.1), with us as its PAC */
#ifndef CONTROL_H
#define CONTROL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "pptp_msg.h"
#include "server.h"

enum control_state {
	CONTROL_NEW = 1,		/* no Start-Control-Connection-Request yet */
	CONTROL_ESTABLISHED = 2,
	CONTROL_STOPPING = 4,		/* we have sent Stop-Control-Connection-Request */
	CONTROL_CLOSING = 8,		/* what we have to say is on its way out */
};

struct control {
	LIST_ENTRY(control) entry;
	struct server *server;
	struct bufferevent *stream;
	struct event *timer;		/* what for depends on the state */
	enum control_state state;
	bool echo_due;			/* our echo has not been answered */
	bool leaving;			/* stop as soon as the last call is gone */
	uint32_t echo_id;
	unsigned int call_count;
	LIST_HEAD(, call) calls;
	struct sockaddr_in peer;
	struct sockaddr_in local;
	struct pptp_framer framer;
	char name[INET_ADDRSTRLEN + 8];
};

bool control_new(struct server *server, int fd, const struct sockaddr_in *peer);
void control_free(struct control *control);
void control_send(struct control *control, const struct pptp_msg *msg);
void control_leave(struct control *control);
void control_call_gone(struct control *control);

#endif /* CONTROL_H */
