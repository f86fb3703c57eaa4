// SPDX-License-Identifier: GPL-2.0
/* LCP: RFC 1661 */
#include <string.h>

#include "octets.h"
#include "ppp.h"

#define OPTION_MRU	1
#define OPTION_ACCM	2
#define OPTION_LOGIN	3
#define OPTION_MAGIC	5
#define OPTION_PFC	7
#define OPTION_ACFC	8

#define MAGIC_LEN	4

static const uint8_t mschap_v2[] = { OPTION_LOGIN, 5, PPP_CHAP >> 8, PPP_CHAP & 0xff, 0x81 };

static size_t ask(const struct ppp *ppp, uint8_t *options)
{
	options[0] = OPTION_MRU;
	options[1] = 4;
	put_u16(options + 2, PPP_MRU);
	options[4] = OPTION_MAGIC;
	options[5] = 6;
	put_u32(options + 6, ppp->magic);
	return 10;
}

static enum ppp_code judge_login(struct ppp *ppp, const uint8_t *option, uint8_t *better)
{
	if (option[1] == sizeof(mschap_v2) && !memcmp(option, mschap_v2, sizeof(mschap_v2))) {
		ppp->asked = true;
		return PPP_ACK;
	}
	memcpy(better, mschap_v2, sizeof(mschap_v2));
	return PPP_NAK;
}

/* Our own number: what we send comes back, or it is chance */
static enum ppp_code judge_magic(struct ppp *ppp, const uint8_t *option, uint8_t *better)
{
	uint8_t ours[MAGIC_LEN];

	put_u32(ours, ppp->magic);
	if (memcmp(option + OPTION_HEADER, ours, MAGIC_LEN))
		return PPP_ACK;
	better[0] = OPTION_MAGIC;
	better[1] = 6;
	put_u32(better + OPTION_HEADER, ppp_random());
	return PPP_NAK;
}

static enum ppp_code judge(struct ppp *ppp, const uint8_t *option, uint8_t *better)
{
	switch (option[0] << 8 | option[1]) {
	case OPTION_MRU << 8 | 4:
	case OPTION_ACCM << 8 | 6:
	case OPTION_PFC << 8 | 2:
	case OPTION_ACFC << 8 | 2:
		return PPP_ACK;
	case OPTION_MAGIC << 8 | 6:
		return judge_magic(ppp, option, better);
	default:
		return option[0] == OPTION_LOGIN ? judge_login(ppp, option, better) : PPP_REJECT;
	}
}

static bool advised(struct ppp *ppp, enum ppp_code code, const uint8_t *option)
{
	if (code != PPP_NAK || option[0] != OPTION_MAGIC)
		return false;
	ppp->magic = ppp_random();
	return true;
}

static void opened(struct ppp *ppp)
{
	if (!ppp->asked)
		ppp_let_in(ppp);
}

/* What was sent comes back with our number in the place of the peer's. */
static void echo(struct ppp *ppp, const struct ppp_packet *packet)
{
	uint8_t data[PPP_MRU];
	struct ppp_packet reply = {
		.code	= PPP_ECHO_REPLY,
		.id	= packet->id,
		.data	= data,
		.len	= packet->len,
	};

	if (!negotiation_is_open(&ppp->lcp) || packet->len < MAGIC_LEN ||
	    packet->len > sizeof(data))
		return;
	memcpy(data, packet->data, packet->len);
	put_u32(data, ppp->magic);
	ppp_send(ppp, PPP_LCP, &reply);
}

/* Nothing that we speak can be done without. */
static void rejected(struct ppp *ppp, const struct ppp_packet *packet)
{
	uint16_t protocol = packet->len < 2 ? 0 : get_u16(packet->data);

	if (protocol == PPP_CCP || protocol == PPP_IPCP)
		ppp->owner->ended(ppp, CAUSE_PROTOCOL);
}

static void other(struct ppp *ppp, const struct ppp_packet *packet)
{
	switch (packet->code) {
	case PPP_TERMINATED:
		ppp->owner->terminated(ppp);
		break;
	case PPP_CODE_REJECT:
		ppp->owner->ended(ppp, CAUSE_PROTOCOL);
		break;
	case PPP_PROTOCOL_REJECT:
		rejected(ppp, packet);
		break;
	case PPP_ECHO:
		echo(ppp, packet);
		break;
	}
}

const struct negotiation_kind lcp = {
	.protocol	= PPP_LCP,
	.ask		= ask,
	.judge		= judge,
	.advised	= advised,
	.opened		= opened,
	.other		= other,
};
