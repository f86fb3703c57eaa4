/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the plugin in a pppd asks pptpmuxd, over a socket pair that pppd inherits:
 * one datagram a question, one an answer. Both ends are of one host, and a
 * question or an answer of another size is from another version.
 *
 * Each question has a number, which its answer repeats. The plugin does not wait for
 * ever: an answer that comes after it has gone on is none to what it asks next.
 */
#ifndef LEASE_MSG_H
#define LEASE_MSG_H

#include <netinet/in.h>
#include <stdint.h>

#define LEASE_USER_OCTETS	256	/* as pppd's own MAXNAMELEN */
#define LEASE_REASON_OCTETS	160
#define LEASE_BUNDLE_OCTETS	24

enum lease_question {
	LEASE_USER = 1,	/* the client has authenticated: may it have a call? */
	LEASE_ADDRESS,	/* IPCP begins: which address does it get? */
	LEASE_UP,	/* IPCP is up: do its packets come to it? */
	LEASE_DOWN,	/* no question: the link has ended, and pppd may stay for others */
};

struct lease_request {
	uint32_t question;
	uint32_t number;
	int32_t ifindex;	/* of the PPP interface, from LEASE_UP on */
	struct in_addr local;	/* from LEASE_UP on */
	struct in_addr remote;	/* chosen elsewhere (chap-secrets, RADIUS), else 0 */
	char user[LEASE_USER_OCTETS];	/* "" if nobody had to say a name */
	/* With LEASE_USER: 1 and the client's end of a multilink bundle, or all 0 */
	uint8_t bundle[LEASE_BUNDLE_OCTETS];
};

struct lease_reply {
	uint32_t number;	/* of the question */
	uint32_t granted;	/* 0: end the call, for @reason */
	struct in_addr remote;
	char reason[LEASE_REASON_OCTETS];
};

#endif /* LEASE_MSG_H */
