/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has been seen of a PPP peer: which of its packets came, and what it offered.
 * The plugin looks at them, and tells pptpmuxd in a datagram without an answer.
 */
#ifndef PPP_SEEN_H
#define PPP_SEEN_H

#include <stdint.h>

#define PPP_SEEN_LCP		(1u << 0)	/* any packet of LCP */
#define PPP_SEEN_LCP_ANSWER	(1u << 1)	/* an answer to one of ours */
#define PPP_SEEN_AUTH		(1u << 2)	/* any packet of authentication */
#define PPP_SEEN_WANTS_PAP	(1u << 3)	/* instead of what we asked for, and so on */
#define PPP_SEEN_WANTS_CHAP	(1u << 4)	/* with MD5 */
#define PPP_SEEN_WANTS_MSCHAP	(1u << 5)	/* version 1 */
#define PPP_SEEN_WANTS_MSCHAP2	(1u << 6)
#define PPP_SEEN_WANTS_EAP	(1u << 7)
#define PPP_SEEN_NO_CCP		(1u << 8)	/* it has rejected the protocol */
#define PPP_SEEN_MPPE_WEAK	(1u << 9)	/* it has offered no 128 bits */
#define PPP_SEEN_MPPE_STATEFUL	(1u << 10)	/* 128 bits, but not stateless */
#define PPP_SEEN_MPPE_GOOD	(1u << 11)
#define PPP_SEEN_REJECTS_MPPE	(1u << 12)	/* it goes on rejecting encrypted packets */
#define PPP_SEEN_OTHER_KEYS	(1u << 13)	/* it goes on encrypting with other keys */
#define PPP_SEEN_EAP_FAILURE	(1u << 14)	/* it was sent, by us: its log-in has failed */

struct ppp_seen {
	uint32_t marks;		/* PPP_SEEN_*, of all packets so far */
};

#endif /* PPP_SEEN_H */
