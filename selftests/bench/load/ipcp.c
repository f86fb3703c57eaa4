// SPDX-License-Identifier: GPL-2.0
/* IPCP: an address of the server's, who says which: RFC 1332 */
#include <string.h>

#include "ppp.h"

#define OPTION_ADDRESS	3
#define ADDRESS_LEN	(OPTION_HEADER + sizeof(struct in_addr))

static bool is_address(const uint8_t *option)
{
	return option[0] == OPTION_ADDRESS && option[1] == ADDRESS_LEN;
}

static size_t ask(const struct ppp *ppp, uint8_t *options)
{
	options[0] = OPTION_ADDRESS;
	options[1] = ADDRESS_LEN;
	memcpy(options + OPTION_HEADER, &ppp->address, sizeof(ppp->address));
	return ADDRESS_LEN;
}

static enum ppp_code judge(struct ppp *ppp, const uint8_t *option, uint8_t *better)
{
	(void)better;
	if (!is_address(option))
		return PPP_REJECT;
	memcpy(&ppp->peer, option + OPTION_HEADER, sizeof(ppp->peer));
	return PPP_ACK;
}

static bool advised(struct ppp *ppp, enum ppp_code code, const uint8_t *option)
{
	if (code != PPP_NAK || !is_address(option))
		return false;
	memcpy(&ppp->address, option + OPTION_HEADER, sizeof(ppp->address));
	return true;
}

static void opened(struct ppp *ppp)
{
	if (ppp->is_up)
		return;
	if (!ppp->address.s_addr || !ppp->peer.s_addr) {
		ppp->owner->ended(ppp, CAUSE_PROTOCOL);
		return;
	}
	ppp->is_up = true;
	ppp->owner->up(ppp);
}

const struct negotiation_kind ipcp = {
	.protocol	= PPP_IPCP,
	.ask		= ask,
	.judge		= judge,
	.advised	= advised,
	.opened		= opened,
};
