// SPDX-License-Identifier: GPL-2.0
/* CCP, for nothing but MPPE of 128 bits and stateless: RFC 1962, RFC 3078 section 2 */
#include <string.h>

#include "ppp.h"

#define OPTION_MPPE	18

static const uint8_t mppe_128[] = { OPTION_MPPE, 6, 0x01, 0x00, 0x00, 0x40 };

static bool is_ours(const uint8_t *option)
{
	return option[1] == sizeof(mppe_128) && !memcmp(option, mppe_128, sizeof(mppe_128));
}

static size_t ask(const struct ppp *ppp, uint8_t *options)
{
	(void)ppp;
	memcpy(options, mppe_128, sizeof(mppe_128));
	return sizeof(mppe_128);
}

static enum ppp_code judge(struct ppp *ppp, const uint8_t *option, uint8_t *better)
{
	(void)ppp;
	if (option[0] != OPTION_MPPE)
		return PPP_REJECT;
	if (is_ours(option))
		return PPP_ACK;
	memcpy(better, mppe_128, sizeof(mppe_128));
	return PPP_NAK;
}

/* A server that wants another strength, or none, has no call for us. */
static bool advised(struct ppp *ppp, enum ppp_code code, const uint8_t *option)
{
	(void)ppp;
	return code == PPP_NAK && is_ours(option);
}

static void opened(struct ppp *ppp)
{
	uint8_t send[MSCHAP_KEY], receive[MSCHAP_KEY];

	mschap_keys(&ppp->mschap, ppp->login->password, send, receive);
	mppe_cipher_init(&ppp->tx, send, MPPE_128, false);
	mppe_cipher_init(&ppp->rx, receive, MPPE_128, false);
	negotiation_begin(&ppp->ipcp, ppp);
}

/* In stateless mode nothing is out of step, so nothing is to be reset. */
const struct negotiation_kind ccp = {
	.protocol	= PPP_CCP,
	.ask		= ask,
	.judge		= judge,
	.advised	= advised,
	.opened		= opened,
};
