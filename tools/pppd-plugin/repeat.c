// SPDX-License-Identifier: GPL-2.0
/*
 * A request of CCP's that comes again, since our answer was lost.
 *
 * For pppd that is the beginning of another negotiation: CCP goes down, and with MPPE the
 * call. But it is the request that was granted, octet for octet, of a peer that does not
 * know it: RFC 1661 section 4.6 has it sent again until an answer comes. So it is granted
 * again.
 *
 * The kernel has stopped to encrypt as the request came in, and begins anew, with the
 * first key, as the answer goes out, if CCP is not up: so does a peer that gets its first
 * answer. One whose answer was late, and not lost, is out of step then, where pppd would
 * have ended its call.
 */
#include "repeat.h"

#include <string.h>

#include "pppd_compat.h"

#define CODE		0
#define IDENTIFIER	1
#define LENGTH		2	/* two octets */
#define REQUEST_MAX	64	/* MPPE's has ten; others may stand beside it */

static void (*input_before)(int unit, unsigned char *packet, int len);

/* The last request that was granted, whole; of no octets if there is none */
static unsigned char granted[REQUEST_MAX];
static int granted_len;

/* Return: the octets of a request; 0 if the packet is none, or cut off */
static int request_len(const unsigned char *packet, int len)
{
	int said;

	if (len < HEADERLEN || packet[CODE] != CONFREQ)
		return 0;
	said = packet[LENGTH] << 8 | packet[LENGTH + 1];
	return said >= HEADERLEN && said <= len ? said : 0;
}

static void grant_again(int unit, unsigned char *packet, int len)
{
	info("pptp: the request for MPPE has come again, its answer was lost: answered again");
	ccp_flags_set(unit, 1, 0);
	fsm_sdata(&ccp_fsm[unit], CONFACK, packet[IDENTIFIER], packet + HEADERLEN,
		  len - HEADERLEN);
	ccp_flags_set(unit, 1, 1);
}

static bool is_granted(const unsigned char *packet, int len)
{
	return len && len == granted_len && !memcmp(packet, granted, len);
}

/* pppd may write its answer where the request stands, so a copy comes in */
static void judge(int unit, const unsigned char *request, int len)
{
	int state = ccp_fsm[unit].state;

	granted_len = state == ACKSENT || state == OPENED ? len : 0;
	memcpy(granted, request, granted_len);
}

static void on_input(int unit, unsigned char *packet, int len)
{
	unsigned char copy[REQUEST_MAX];
	int request = request_len(packet, len);

	if (!request || request > REQUEST_MAX) {
		input_before(unit, packet, len);
		return;
	}
	if (ccp_fsm[unit].state == OPENED && ccp_gotoptions[unit].mppe &&
	    is_granted(packet, request)) {
		grant_again(unit, packet, request);
		return;
	}
	memcpy(copy, packet, request);
	input_before(unit, packet, len);
	judge(unit, copy, request);
}

/**
 * repeat_start - come before pppd's own CCP
 */
void repeat_start(void)
{
	input_before = ccp_protent.input;
	ccp_protent.input = on_input;
}
