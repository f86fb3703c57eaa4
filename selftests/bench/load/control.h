/* SPDX-License-Identifier: GPL-2.0 */
/* A client's control connection (RFC 2637, section 2) */
#ifndef CONTROL_H
#define CONTROL_H

#include <netinet/in.h>

#include <event2/bufferevent.h>

#include "pptp_msg.h"

struct control;

/* What happens to it; each may close it */
struct control_owner {
	void (*connected)(struct control *control);
	void (*message)(struct control *control, const struct pptp_msg *msg);
	void (*nonsense)(struct control *control);
	void (*closed)(struct control *control);
};

struct control {
	const struct control_owner	*owner;
	struct bufferevent		*stream;
	struct pptp_framer		framer;
};

int control_open(struct control *control, struct event_base *base,
		 struct in_addr source, struct in_addr server);
void control_send(struct control *control, const struct pptp_msg *msg);
void control_close(struct control *control);
void control_forget(struct control *control);

#endif /* CONTROL_H */
