// SPDX-License-Identifier: GPL-2.0
/*
 * Encrypted calls whose ends have come apart: one of them cannot decrypt what the other
 * sends. Such a call would be up for ever and carry nothing.
 *
 * Two signs tell of it. The peer rejects encrypted packets: LCP's Protocol-Reject of
 * MPPE's protocol number (RFC 1661 section 5.7). Or the module cannot read what the peer
 * encrypts, and gives pppd a frame of that number with nothing in it. A peer that is not
 * ready yet when CCP is agreed upon gives the first sign too, for a moment: so only signs
 * that go on end the call.
 *
 * In a bundle it is the first link's pppd that encrypts; it hears what comes for the
 * bundle, and rejects by its own link only. It ends the bundle, and not its link alone.
 *
 * CCP is not begun anew for them. Both ends would begin from the same start keys, and so
 * encrypt other packets with the same streams: who hears both reads both. A new call has
 * new keys.
 */
#include "apart.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/ppp_defs.h>

#include "pppd_compat.h"
#include "clock.h"
#include "ppp_seen.h"
#include "seen.h"

/* So many signs over so long are no moment's. */
#define SIGNS_MIN		8
#define PATIENCE_MS		5000

/* After such a time without a sign it was one. */
#define FORGET_MS		120000

struct sign {
	const char *first;	/* said of the first one */
	const char *last;	/* said when the call is ended for it, to the peer too */
	uint32_t mark;		/* PPP_SEEN_* */
	unsigned int count;
	uint64_t since;		/* of the first one, milliseconds */
	uint64_t recent;	/* of the last one */
};

static struct sign rejects = {
	.first = "the peer rejects an encrypted packet: it may not be ready yet",
	.last = "the peer goes on rejecting encrypted packets",
	.mark = PPP_SEEN_REJECTS_MPPE,
};

static struct sign nonsense = {
	.first = "what the peer encrypts is not readable",
	.last = "what the peer encrypts is not readable: the ends have different keys",
	.mark = PPP_SEEN_OTHER_KEYS,
};

static void (*lcp_input)(int unit, unsigned char *packet, int len);
static void (*mppe_input)(int unit, unsigned char *packet, int len);

/* pppd's CCP must know of no encryption by now, or it ends the call in its own words. */
static void end_call(const struct sign *sign)
{
	error("pptp: %s", sign->last);
	seen_mark(sign->mark);
	compat_set_status(EXIT_NEGOTIATION_FAILED);
	ccp_gotoptions[0].mppe = 0;
	bundle_terminating = true;
	lcp_close(0, (char *)sign->last);
}

static void hear(struct sign *sign)
{
	uint64_t now = clock_ms();

	if (!sign->count || now - sign->recent > FORGET_MS) {
		sign->count = 0;
		sign->since = now;
		notice("pptp: %s", sign->first);
	}
	sign->recent = now;
	if (++sign->count >= SIGNS_MIN && now - sign->since >= PATIENCE_MS)
		end_call(sign);
}

static bool is_encrypted(void)
{
	return ccp_fsm[0].state == OPENED && ccp_gotoptions[0].mppe;
}

/* Of LCP; what is rejected stands behind code, identifier and length. */
static bool rejects_mppe(const unsigned char *packet, int len)
{
	return len >= HEADERLEN + 2 && packet[0] == PROTREJ &&
	       packet[HEADERLEN] == PPP_COMP >> 8 &&
	       packet[HEADERLEN + 1] == (PPP_COMP & 0xff);
}

/* pppd itself has a line for each of these packets, and nothing else to do. */
static void on_lcp(int unit, unsigned char *packet, int len)
{
	if (is_encrypted() && rejects_mppe(packet, len))
		hear(&rejects);
	else
		lcp_input(unit, packet, len);
}

/* Packets that were not decrypted; pppd's CCP asks the peer for a new key. */
static void on_mppe(int unit, unsigned char *packet, int len)
{
	mppe_input(unit, packet, len);
	if (is_encrypted() && !len)
		hear(&nonsense);
}

/* Another call begins */
void apart_anew(void)
{
	rejects.count = 0;
	nonsense.count = 0;
}

/**
 * apart_start - hear signs, of all calls of this pppd
 */
void apart_start(void)
{
	lcp_input = lcp_protent.input;
	lcp_protent.input = on_lcp;
	mppe_input = ccp_protent.datainput;
	ccp_protent.datainput = on_mppe;
}
