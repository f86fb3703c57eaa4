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
#include "pptp_state.h"

struct control;
struct event;
struct kept;
struct source;
struct server;

/* Why a call is refused, as an Outgoing-Call-Reply has it */
struct call_verdict {
	uint8_t result;			/* enum pptp_out_result */
	uint8_t error;			/* enum pptp_error */
};

struct call {
	LIST_ENTRY(call) entry;		/* of the server */
	LIST_ENTRY(call) sibling;	/* of the control connection */
	struct server *server;
	struct source *source;		/* held */
	struct control *control;	/* NULL when it is gone */
	const struct pptp_machine *machine;	/* pptp_out_pac or pptp_in_pns */
	enum pptp_state state;		/* PPTP_IDLE: over for the peer */
	struct event *timer;		/* what for depends on the state */
	struct event *login;		/* so long it may take */
	struct call_verdict verdict;	/* why it is refused */
	struct call_socket socket;
	uint16_t peer_call_id;
	struct in_addr peer;
	uint32_t cause;			/* PPTP_MUX_CAUSE_*, 0 while nobody hangs up */
	uint8_t disconnect;		/* result for a Call-Disconnect-Notify */
	uint16_t window;		/* the peer's, in packets */
	struct pptp_link_info link;	/* the last Set-Link-Info */
	struct pptp_wan_error counted;	/* the last WAN-Error-Notify: the peer's errors */
	struct pptp_wan_error told;	/* our last one: those of the packets to us */
	long long asked;		/* for, by its peer; milliseconds of clock_ms() */
	bool logged_in;
	bool is_stranger;		/* it has a slot, and has not logged in */
	TAILQ_ENTRY(call) stranger;	/* while it is one */
	long long began;		/* the same: microseconds of sources_clock() */
	long long queued;		/* it waits for a slot; milliseconds of clock_ms() */
	TAILQ_ENTRY(call) turn;		/* while it does */
	bool heir;			/* another call of its source has given a slot back */
	char user[LEASE_USER_OCTETS];	/* "" until it has authenticated */
	uint8_t bundle[LEASE_BUNDLE_OCTETS];	/* the same in links of one; 0: no multilink */
	bool has_address;
	struct in_addr address;		/* what the client gets */
	int lan;			/* interface of the network that it is in, 0: none */
	bool waiting;			/* for an address that others are giving back */
	struct in_addr wish;		/* a certain one, while waiting */
	int64_t stray;			/* GRE of nobody's when pppd began, for stray.c */
	unsigned int event;		/* RRAS event id of our refusal, 0: none */
	char refusal[512];		/* why, for the log */
	struct pppd *pppd;
	int place;			/* in the book, for who takes over */
	int stored;			/* with what systemd keeps: its pppd's output, -1: nothing */
	bool lent;			/* a crash has left its slot to its pppd alone */
	char name[64];
};

/* Is it on its way out, whoever began it? */
static inline bool call_is_ending(const struct call *call)
{
	return call->cause || call->event;
}

/* Until it gives it back */
static inline bool call_has_slot(const struct call *call)
{
	return call->socket.fd >= 0 || call->lent;
}

void call_message(struct control *control, const struct pptp_msg *msg);
void call_clear(struct call *call);
void call_hang_up(struct call *call, uint32_t cause);
void call_lose(struct call *call);
bool call_restore(struct server *server, struct control *control, int place,
		  const struct kept *kept);
bool calls_open(struct server *server);
unsigned int calls_count(const struct server *server);
void calls_close(struct server *server);

#endif /* CALL_H */
