// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet of a PPP peer shows (RFC 1661, 1994, 3078). It is the peer's: each
 * length in it may be wrong.
 */
#include "ppp_look.h"

#include "mppe_option.h"
#include "ppp_option.h"

#define HEADER		4	/* address, control, protocol */
#define CODE_HEADER	4	/* code, identifier, length */

#define LCP		0xc021
#define PAP		0xc023
#define CHAP		0xc223
#define EAP		0xc227
#define CCP		0x80fd

#define REQUEST		1
#define ACK		2
#define NAK		3
#define REJECT		4
#define PROTOCOL_REJECT	8

#define LCP_AUTH	3	/* an option of LCP */

static unsigned int two(const uint8_t *data)
{
	return data[0] << 8 | data[1];
}

static uint32_t look_at_auth(const uint8_t *wanted)
{
	if (!wanted || wanted[1] < 4)
		return 0;
	switch (two(wanted + 2)) {
	case PAP:
		return PPP_SEEN_WANTS_PAP;
	case EAP:
		return PPP_SEEN_WANTS_EAP;
	case CHAP:
		if (wanted[1] < 5)
			return 0;
		return wanted[4] == 0x81 ? PPP_SEEN_WANTS_MSCHAP2 :
		       wanted[4] == 0x80 ? PPP_SEEN_WANTS_MSCHAP : PPP_SEEN_WANTS_CHAP;
	}
	return 0;
}

static uint32_t look_at_lcp(uint8_t code, const uint8_t *data, size_t len)
{
	uint32_t marks = PPP_SEEN_LCP;

	if (code >= ACK && code <= REJECT)
		marks |= PPP_SEEN_LCP_ANSWER;
	if (code == NAK)
		marks |= look_at_auth(ppp_option(data, len, LCP_AUTH));
	if (code == PROTOCOL_REJECT && len >= 2 && two(data) == CCP)
		marks |= PPP_SEEN_NO_CCP;
	return marks;
}

static uint32_t look_at_ccp(uint8_t code, const uint8_t *data, size_t len)
{
	if (code != REQUEST)
		return 0;
	switch (mppe_option_offer(data, len)) {
	case MPPE_OFFER_STATELESS:
		return PPP_SEEN_MPPE_GOOD;
	case MPPE_OFFER_STATEFUL:
		return PPP_SEEN_MPPE_STATEFUL;
	case MPPE_OFFER_WEAK:
	case MPPE_OFFER_56:
		return PPP_SEEN_MPPE_WEAK;
	default:
		return 0;
	}
}

/**
 * ppp_look - what a packet shows
 * @packet:	as it came, with address and control field
 * @len:	its octets
 *
 * Return: PPP_SEEN_* of this packet alone.
 */
uint32_t ppp_look(const uint8_t *packet, size_t len)
{
	const uint8_t *data = packet + HEADER + CODE_HEADER;
	size_t whole, left;

	if (len < HEADER + CODE_HEADER)
		return 0;
	whole = two(packet + HEADER + 2);
	left = len - HEADER;
	if (whole < CODE_HEADER || whole > left)
		return 0;
	switch (two(packet + 2)) {
	case LCP:
		return look_at_lcp(packet[HEADER], data, whole - CODE_HEADER);
	case CCP:
		return look_at_ccp(packet[HEADER], data, whole - CODE_HEADER);
	case PAP:
	case CHAP:
	case EAP:
		return PPP_SEEN_AUTH;
	}
	return 0;
}
