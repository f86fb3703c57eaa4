// SPDX-License-Identifier: GPL-2.0
/* PPP of one call: frames to and from its protocols */
#include "ppp.h"

#include <string.h>

#include <event2/util.h>

#include "octets.h"

#define ADDRESS		0xff
#define CONTROL		0x03
/* Address, control and protocol; code, id and length */
#define FRAME_HEADER	4
#define PACKET_HEADER	4

uint32_t ppp_random(void)
{
	uint32_t number;

	evutil_secure_rng_get_bytes(&number, sizeof(number));
	return number;
}

static size_t put_frame_header(uint8_t *frame, uint16_t protocol)
{
	frame[0] = ADDRESS;
	frame[1] = CONTROL;
	put_u16(frame + 2, protocol);
	return FRAME_HEADER;
}

/**
 * ppp_send - send a packet of a control protocol
 * @ppp:	the link
 * @protocol:	the protocol
 * @packet:	the packet; what is too long for a frame is cut
 */
void ppp_send(struct ppp *ppp, uint16_t protocol, const struct ppp_packet *packet)
{
	size_t len = packet->len < PPP_MRU - PACKET_HEADER ?
		     packet->len : PPP_MRU - PACKET_HEADER;
	uint8_t frame[PPP_FRAME_MAX];
	size_t at = put_frame_header(frame, protocol);

	frame[at] = packet->code;
	frame[at + 1] = packet->id;
	put_u16(frame + at + 2, PACKET_HEADER + len);
	if (len)
		memcpy(frame + at + PACKET_HEADER, packet->data, len);
	ppp->owner->send(ppp, frame, at + PACKET_HEADER + len);
}

/**
 * ppp_begin - begin to negotiate
 * @ppp:	the link; owner and login are set, the rest is as it was
 */
void ppp_begin(struct ppp *ppp)
{
	const struct ppp_owner *owner = ppp->owner;
	const struct ppp_login *login = ppp->login;

	memset(ppp, 0, sizeof(*ppp));
	ppp->owner = owner;
	ppp->login = login;
	ppp->lcp.kind = &lcp;
	ppp->ccp.kind = &ccp;
	ppp->ipcp.kind = &ipcp;
	ppp->magic = ppp_random();
	negotiation_begin(&ppp->lcp, ppp);
}

/**
 * ppp_let_in - the server has nothing against us
 * @ppp:	the link
 *
 * With encryption, addresses wait until there is some: pppd's server looks at
 * nothing of IPCP before.
 */
void ppp_let_in(struct ppp *ppp)
{
	ppp->in = true;
	negotiation_begin(ppp->login->encrypt ? &ppp->ccp : &ppp->ipcp, ppp);
}

/**
 * ppp_again - say again what nobody has answered
 * @ppp:	the link
 */
void ppp_again(struct ppp *ppp)
{
	negotiation_again(&ppp->lcp, ppp);
	chap_again(ppp);
	negotiation_again(&ppp->ccp, ppp);
	negotiation_again(&ppp->ipcp, ppp);
}

/**
 * ppp_terminate - ask for the link's end
 * @ppp:	the link
 */
void ppp_terminate(struct ppp *ppp)
{
	struct ppp_packet packet = { .code = PPP_TERMINATE, .id = ++ppp->lcp.id };

	ppp_send(ppp, PPP_LCP, &packet);
}

/**
 * ppp_send_ip - send a packet of IP
 * @ppp:	the link
 * @packet:	the packet
 * @len:	its length
 *
 * Return: whether it was sent.
 */
bool ppp_send_ip(struct ppp *ppp, const uint8_t *packet, size_t len)
{
	uint8_t frame[PPP_FRAME_MAX], plain[2 + PPP_MRU];
	size_t at;

	if (!ppp->is_up || len > PPP_MRU)
		return false;
	put_u16(plain, PPP_IP);
	memcpy(plain + 2, packet, len);
	len += 2;
	if (ppp->login->encrypt) {
		at = put_frame_header(frame, PPP_MPPE);
		mppe_encrypt(&ppp->tx, frame + at, plain, len);
		at += MPPE_HEADER_LEN;
	} else {
		at = put_frame_header(frame, PPP_IP) - 2;
		memcpy(frame + at, plain, len);
	}
	ppp->owner->send(ppp, frame, at + len);
	return true;
}

/* Protocol of what is at *@data, which is moved past it; 0 if there is none */
static uint16_t take_protocol(const uint8_t **data, size_t *len)
{
	size_t width;
	uint16_t protocol;

	if (!*len)
		return 0;
	width = **data & 1 ? 1 : 2;
	if (*len < width)
		return 0;
	protocol = width == 1 ? **data : get_u16(*data);
	*data += width;
	*len -= width;
	return protocol;
}

/* Plain text would be taken by whoever forges it: where calls are encrypted it is none. */
static void take_ip(struct ppp *ppp, const uint8_t *data, size_t len)
{
	if (ppp->is_up && !ppp->login->encrypt)
		ppp->owner->ip(ppp, data, len);
}

static void take_encrypted(struct ppp *ppp, const uint8_t *data, size_t len)
{
	static const struct mppe_place nowhere;
	uint8_t plain[2048];
	struct mppe_packet packet = { .in = data, .len = len, .out = plain };

	if (!ppp->is_up || !ppp->login->encrypt || len > sizeof(plain))
		return;
	ppp->rx.skipped = 0;
	if (mppe_decrypt(&ppp->rx, &packet, &nowhere) != MPPE_GOOD)
		return;
	data = plain;
	len = packet.out_len;
	if (take_protocol(&data, &len) == PPP_IP)
		ppp->owner->ip(ppp, data, len);
}

/* What stands behind the length in it is padding. */
static bool take_packet(struct ppp_packet *packet, const uint8_t *data, size_t len)
{
	size_t said;

	if (len < PACKET_HEADER)
		return false;
	said = get_u16(data + 2);
	if (said < PACKET_HEADER || said > len)
		return false;
	packet->code = data[0];
	packet->id = data[1];
	packet->data = data + PACKET_HEADER;
	packet->len = said - PACKET_HEADER;
	return true;
}

/* RFC 1661, section 5.7: the protocol, and all of what came */
static void reject_protocol(struct ppp *ppp, uint16_t protocol, const uint8_t *data, size_t len)
{
	uint8_t copy[PPP_MRU];
	struct ppp_packet packet = { .code = PPP_PROTOCOL_REJECT, .data = copy };

	if (!negotiation_is_open(&ppp->lcp) || len > sizeof(copy) - 2)
		return;
	put_u16(copy, protocol);
	memcpy(copy + 2, data, len);
	packet.id = ++ppp->lcp.id;
	packet.len = 2 + len;
	ppp_send(ppp, PPP_LCP, &packet);
}

/* Of networks there is nothing to be said before we are in. */
static void take_network(struct ppp *ppp, struct negotiation *negotiation, bool wanted,
			 const uint8_t *data, size_t len)
{
	struct ppp_packet packet;

	if (!ppp->in)
		return;
	if (!wanted)
		reject_protocol(ppp, negotiation->kind->protocol, data, len);
	else if (take_packet(&packet, data, len))
		negotiation_receive(negotiation, ppp, &packet);
}

/**
 * ppp_receive - a frame has come
 * @ppp:	the link; it may have ended when this returns
 * @frame:	the frame, with address and control or without
 * @len:	its length
 */
void ppp_receive(struct ppp *ppp, const uint8_t *frame, size_t len)
{
	struct ppp_packet packet;
	uint16_t protocol;

	if (len >= 2 && frame[0] == ADDRESS && frame[1] == CONTROL) {
		frame += 2;
		len -= 2;
	}
	protocol = take_protocol(&frame, &len);
	switch (protocol) {
	case 0:
		break;
	case PPP_LCP:
		if (take_packet(&packet, frame, len))
			negotiation_receive(&ppp->lcp, ppp, &packet);
		break;
	case PPP_CHAP:
		if (take_packet(&packet, frame, len))
			chap_receive(ppp, &packet);
		break;
	case PPP_CCP:
		take_network(ppp, &ppp->ccp, ppp->login->encrypt, frame, len);
		break;
	case PPP_IPCP:
		take_network(ppp, &ppp->ipcp, true, frame, len);
		break;
	case PPP_IP:
		take_ip(ppp, frame, len);
		break;
	case PPP_MPPE:
		take_encrypted(ppp, frame, len);
		break;
	default:
		reject_protocol(ppp, protocol, frame, len);
	}
}
