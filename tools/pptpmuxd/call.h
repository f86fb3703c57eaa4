/* SPDX-License-Identifier: GPL-2.0 */
/* A call: its slot, its address, its pppd */
#ifndef CALL_H
#define CALL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "call_socket.h"
#include "pppd.h"
#include "pptp_msg.h"

struct control;
struct server;

struct call {
	LIST_ENTRY(call) entry;		/* of the server */
	LIST_ENTRY(call) sibling;	/* of the control connection */
	struct server *server;
	struct control *control;	/* NULL when it is gone */
	struct call_socket socket;
	uint16_t peer_call_id;
	struct in_addr peer;
	uint32_t cause;			/* PPTP_MUX_CAUSE_*, 0 while nobody hangs up */
	bool notified;			/* the peer has its Call-Disconnect-Notify */
	char user[LEASE_USER_OCTETS];	/* "" until it has authenticated */
	bool has_address;
	struct in_addr address;		/* what the client gets */
	int lan;			/* interface of the network that it is in, 0: none */
	bool waiting;			/* for an address that others are giving back */
	struct in_addr wish;		/* a certain one, while waiting */
	unsigned int event;		/* RRAS event id of our refusal, 0: none */
	char refusal[512];		/* why, for the log */
	struct pppd *pppd;
	char name[64];
};

void call_open(struct control *control, const struct pptp_out_request *request,
	       struct pptp_out_reply *reply);
struct call *call_find(struct control *control, uint16_t call_id);
struct call *call_find_peer(struct control *control, uint16_t peer_call_id);
void call_clear(struct call *call);
void call_hang_up(struct call *call, uint32_t cause);
void call_lose(struct call *call);
bool call_is_ending(const struct call *call);

#endif /* CALL_H */
