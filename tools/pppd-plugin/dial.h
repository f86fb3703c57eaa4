/* SPDX-License-Identifier: GPL-2.0 */
/* Dialling a PPTP server: from its name to a connected call */
#ifndef DIAL_H
#define DIAL_H

#include <netinet/in.h>

#include "call_socket.h"
#include "stream.h"

/* What to dial */
struct dial_plan {
	const char *server;	/* name or address */
	struct in_addr client;	/* our address; INADDR_ANY: as routed */
	const char *phone;	/* for the server's use; may be NULL */
	uint32_t usage;		/* PPTP_MUX_USAGE_DIAL_OUT or _DEMAND_DIAL */
};

/* A call that stands */
struct dialled {
	struct stream control;
	bool started;		/* the server has accepted the control connection */
	struct call_socket call;
	uint16_t peer_call_id;
	struct in_addr peer;
};

#define DIAL_REPLY_MS	60000	/* RFC 2637, section 3.1.4: wait for a reply */
#define DIAL_CONNECT_MS	30000	/* the TCP connection */

int dial(const struct dial_plan *plan, struct dialled *dialled);

#endif /* DIAL_H */
