/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the plugin in a pppd that dials tells pptpmuxd, over a socket pair that
 * pppd inherits, one datagram each. It waits for no answer.
 */
#ifndef LINK_MSG_H
#define LINK_MSG_H

#include <netinet/in.h>
#include <stdint.h>

#include "ppp_seen.h"

#define LINK_SERVER_OCTETS	256	/* the longest name that the DNS has, and its end */

enum link_event {
	LINK_DORMANT = 1,	/* nothing to send; a packet for @ifindex dials */
	LINK_DIALLING,		/* @server is asked for a call */
	LINK_ACCEPTED,		/* it has given one; PPP begins, in slot VPN@slot */
	LINK_UP,		/* packets pass, over @ifindex */
	LINK_ENDED,		/* a call that was up is over */
	LINK_FAILED,		/* an attempt is over; no server accepted it if @slot is 0 */
	LINK_WAITING,		/* @seconds until the next attempt */
};

struct link_note {
	uint32_t event;
	uint32_t slot;		/* 7 is VPN7; 0: none */
	int32_t ifindex;
	uint32_t seconds;
	uint32_t status;	/* pppd's for this call, pppd(8), EXIT STATUS */
	uint32_t cause;		/* PPTP_MUX_CAUSE_* */
	struct in_addr local;
	struct in_addr remote;
	struct in_addr outer;	/* the server's address that was dialled last, 0: none yet */
	struct ppp_seen seen;	/* of it, in this call */
	char server[LINK_SERVER_OCTETS];
};

#endif /* LINK_MSG_H */
