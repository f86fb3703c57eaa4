/* SPDX-License-Identifier: GPL-2.0 */
/* MPPE's option of CCP (RFC 3078, section 2.1), in what a peer has sent */
#ifndef MPPE_OPTION_H
#define MPPE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mppe_offer {
	MPPE_OFFER_NONE,	/* there is no such option, or none that can be read */
	MPPE_OFFER_STATELESS,	/* 128 bits */
	MPPE_OFFER_STATEFUL,	/* 128 bits */
	MPPE_OFFER_WEAK,	/* 40 bits, perhaps 56, and no more */
	MPPE_OFFER_56,		/* 56 bits alone, which pppd does not know */
	MPPE_OFFER_ANY,		/* of no strength: it asks for ours */
};

enum mppe_offer mppe_option_offer(const uint8_t *options, size_t len);
size_t mppe_option_answer(uint8_t *options, size_t len, bool *reject);

#endif /* MPPE_OPTION_H */
