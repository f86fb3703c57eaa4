// SPDX-License-Identifier: GPL-2.0
/* CHAP with MS-CHAPv2, the client's side: RFC 1994, RFC 2759 */
#include <string.h>

#include <event2/util.h>

#include "ppp.h"

enum chap_code {
	CHAP_CHALLENGE = 1,
	CHAP_RESPONSE,
	CHAP_SUCCESS,
	CHAP_FAILURE,
};

/* Peer's challenge, 8 octets of zero, response, flags: RFC 2759, section 4 */
#define VALUE_LEN	49
#define VALUE_RESPONSE	24
#define NAME_MAX_LEN	128

static void respond(struct ppp *ppp)
{
	uint8_t data[1 + VALUE_LEN + NAME_MAX_LEN] = { VALUE_LEN };
	size_t name_len = strnlen(ppp->login->user, NAME_MAX_LEN);
	struct ppp_packet packet = {
		.code	= CHAP_RESPONSE,
		.id	= ppp->chap_id,
		.data	= data,
		.len	= 1 + VALUE_LEN + name_len,
	};

	memcpy(data + 1, ppp->mschap.ours, MSCHAP_CHALLENGE);
	memcpy(data + 1 + VALUE_RESPONSE, ppp->mschap.response, MSCHAP_RESPONSE);
	memcpy(data + 1 + VALUE_LEN, ppp->login->user, name_len);
	ppp_send(ppp, PPP_CHAP, &packet);
}

/* One that comes again has the same answer. */
static void challenged(struct ppp *ppp, const struct ppp_packet *packet)
{
	const uint8_t *challenge = packet->data + 1;

	if (ppp->in || packet->len < 1 + MSCHAP_CHALLENGE ||
	    packet->data[0] != MSCHAP_CHALLENGE)
		return;
	if (!ppp->answered || memcmp(ppp->mschap.theirs, challenge, MSCHAP_CHALLENGE)) {
		memcpy(ppp->mschap.theirs, challenge, MSCHAP_CHALLENGE);
		evutil_secure_rng_get_bytes(ppp->mschap.ours, MSCHAP_CHALLENGE);
		mschap_respond(&ppp->mschap, ppp->login->password, ppp->login->user);
	}
	ppp->chap_id = packet->id;
	ppp->answered = true;
	respond(ppp);
}

static void succeeded(struct ppp *ppp, const struct ppp_packet *packet)
{
	if (!mschap_is_proved(&ppp->mschap, ppp->login->password, ppp->login->user,
			      packet->data, packet->len)) {
		ppp->owner->ended(ppp, CAUSE_SERVER_UNPROVED);
		return;
	}
	ppp->answered = false;
	ppp_let_in(ppp);
}

void chap_receive(struct ppp *ppp, const struct ppp_packet *packet)
{
	if (packet->code == CHAP_CHALLENGE)
		challenged(ppp, packet);
	else if (!ppp->answered || packet->id != ppp->chap_id)
		return;
	else if (packet->code == CHAP_SUCCESS)
		succeeded(ppp, packet);
	else if (packet->code == CHAP_FAILURE)
		ppp->owner->ended(ppp, CAUSE_LOGIN);
}

/* The response may be lost, and so may the verdict. */
void chap_again(struct ppp *ppp)
{
	if (ppp->answered)
		respond(ppp);
}
