/* SPDX-License-Identifier: GPL-2.0 */
/* Dialling a PPTP server: from its name to a connected call */
#ifndef DIAL_H
#define DIAL_H

#include <netinet/in.h>

#include "call_socket.h"
#include "line.h"

/* Seconds; RFC 2637, section 3.1.4 */
#define DIAL_TIMEOUT	60

/* What to dial */
struct dial_plan {
	const char *server;	/* name or address */
	struct in_addr client;	/* our address; INADDR_ANY: as routed */
	const char *phone;	/* for the server's use; may be NULL */
	uint32_t usage;		/* PPTP_MUX_USAGE_DIAL_OUT or _DEMAND_DIAL */
	int reply_timeout;	/* seconds to wait for a reply, and so on */
	int echo_interval;
	int echo_timeout;
};

/* A call that stands */
struct dialled {
	struct line line;
	struct call_socket call;
	struct in_addr peer;
};

#define DIAL_CONNECT_MS	30000	/* the TCP connection */

int dial(const struct dial_plan *plan, struct dialled *dialled);

#endif /* DIAL_H */
