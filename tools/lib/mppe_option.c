// SPDX-License-Identifier: GPL-2.0
/*
 * MPPE's option of CCP (RFC 3078, section 2.1), in what a peer has sent: each length
 * in it may be wrong.
 */
#include "mppe_option.h"

#include <string.h>

#include "ppp_option.h"

#define MPPE		18
#define OCTETS		6
#define STATELESS	0x01	/* in its first octet behind the head */
#define STRONG		0x40	/* in its last one: 128 bits */
#define WEAK		0x20	/* 40 bits */
#define MIDDLE		0x80	/* 56 */

/**
 * mppe_option_offer - what a peer's options say of MPPE
 * @options:	of a packet of CCP
 * @len:	their octets
 */
enum mppe_offer mppe_option_offer(const uint8_t *options, size_t len)
{
	const uint8_t *mppe = ppp_option(options, len, MPPE);

	if (!mppe || mppe[1] != OCTETS)
		return MPPE_OFFER_NONE;
	if (mppe[5] & STRONG)
		return mppe[2] & STATELESS ? MPPE_OFFER_STATELESS : MPPE_OFFER_STATEFUL;
	if (mppe[5] & WEAK)
		return MPPE_OFFER_WEAK;
	return mppe[5] & MIDDLE ? MPPE_OFFER_56 : MPPE_OFFER_ANY;
}

/**
 * mppe_option_answer - answer a request for MPPE that has to be another one
 * @options:	of a Configure-Request, with MPPE's; made into those of the answer
 * @len:	their octets
 * @reject:	set: is it a Configure-Reject, of what is not MPPE? It goes first
 *		(RFC 1661, section 5.4). Else it is a Configure-Nak with what it should be
 *
 * Return: octets of the answer.
 */
size_t mppe_option_answer(uint8_t *options, size_t len, bool *reject)
{
	static const uint8_t wanted[OCTETS] = { MPPE, OCTETS, STATELESS, 0, 0, STRONG };
	size_t at = ppp_option(options, len, MPPE) - options;

	*reject = len != OCTETS;
	if (!*reject) {
		memcpy(options, wanted, OCTETS);
		return OCTETS;
	}
	memmove(options + at, options + at + OCTETS, len - at - OCTETS);
	return len - OCTETS;
}
