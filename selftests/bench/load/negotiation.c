// SPDX-License-Identifier: GPL-2.0
/* Options of LCP, CCP and IPCP, agreed on both ways: RFC 1661, sections 4 to 6 */
#include "negotiation.h"

#include <string.h>

#include "ppp.h"

/* The length of the option at the head of @data, 0 if it is none */
static size_t option_len(const uint8_t *data, size_t len)
{
	if (len < OPTION_HEADER || data[1] < OPTION_HEADER || data[1] > len)
		return 0;
	return data[1];
}

static bool are_options(const uint8_t *data, size_t len)
{
	size_t took;

	for (; len; data += took, len -= took) {
		took = option_len(data, len);
		if (!took)
			return false;
	}
	return true;
}

static void request(struct negotiation *negotiation, struct ppp *ppp)
{
	uint8_t options[OPTIONS_MAX];
	struct ppp_packet packet = {
		.code	= PPP_REQUEST,
		.id	= negotiation->id,
		.data	= options,
		.len	= negotiation->kind->ask(ppp, options),
	};

	ppp_send(ppp, negotiation->kind->protocol, &packet);
}

/**
 * negotiation_begin - ask for what we want
 * @negotiation:	the negotiation; its kind is set
 * @ppp:		whose it is
 */
void negotiation_begin(struct negotiation *negotiation, struct ppp *ppp)
{
	negotiation->begun = true;
	negotiation->id++;
	request(negotiation, ppp);
}

/**
 * negotiation_again - ask again, if there was no answer that ends it
 * @negotiation:	the negotiation
 * @ppp:		whose it is
 */
void negotiation_again(struct negotiation *negotiation, struct ppp *ppp)
{
	if (negotiation->begun && !negotiation->theirs)
		request(negotiation, ppp);
}

/*
 * What is to be said of all options of a request, by the worst of them: a reject says
 * which are none, and a nak how others should be.
 */
struct reply {
	enum ppp_code	code;
	size_t		len;
	uint8_t		options[PPP_MRU];
};

static void reply_add(struct reply *reply, enum ppp_code code, const uint8_t *option)
{
	if (code < reply->code)
		return;
	if (code > reply->code)
		reply->len = 0;
	reply->code = code;
	if (reply->len + option[1] > sizeof(reply->options))
		return;
	memcpy(reply->options + reply->len, option, option[1]);
	reply->len += option[1];
}

static void judge(struct negotiation *negotiation, struct ppp *ppp,
		  const struct ppp_packet *packet, struct reply *reply)
{
	const uint8_t *option = packet->data, *end = option + packet->len;
	uint8_t better[OPTION_MAX];
	enum ppp_code code;

	reply->code = PPP_ACK;
	reply->len = 0;
	for (; option < end; option += option[1]) {
		code = negotiation->kind->judge(ppp, option, better);
		reply_add(reply, code, code == PPP_NAK ? better : option);
	}
}

static void answer(struct negotiation *negotiation, struct ppp *ppp,
		   const struct ppp_packet *packet)
{
	struct reply reply;
	struct ppp_packet out = { .id = packet->id, .data = reply.options };

	judge(negotiation, ppp, packet, &reply);
	out.code = reply.code;
	out.len = reply.len;
	ppp_send(ppp, negotiation->kind->protocol, &out);
	negotiation->ours = reply.code == PPP_ACK;
}

/* An acknowledgment repeats what was asked for, to the octet. */
static bool is_acknowledged(const struct negotiation *negotiation, const struct ppp *ppp,
			    const struct ppp_packet *packet)
{
	uint8_t options[OPTIONS_MAX];
	size_t len = negotiation->kind->ask(ppp, options);

	return len == packet->len && !memcmp(options, packet->data, len);
}

/* Of a nak or a reject, each option counts; then we ask anew. */
static void follow(struct negotiation *negotiation, struct ppp *ppp,
		   const struct ppp_packet *packet)
{
	const uint8_t *option = packet->data, *end = option + packet->len;

	for (; option < end; option += option[1]) {
		if (negotiation->kind->advised(ppp, packet->code, option))
			continue;
		ppp->owner->ended(ppp, CAUSE_PROTOCOL);
		return;
	}
	negotiation_begin(negotiation, ppp);
}

/* One of ours, and not of an earlier request */
static bool is_reply(const struct negotiation *negotiation, const struct ppp_packet *packet)
{
	return negotiation->begun && !negotiation->theirs && packet->id == negotiation->id &&
	       are_options(packet->data, packet->len);
}

static void requested(struct negotiation *negotiation, struct ppp *ppp,
		      const struct ppp_packet *packet)
{
	if (are_options(packet->data, packet->len))
		answer(negotiation, ppp, packet);
}

static void replied(struct negotiation *negotiation, struct ppp *ppp,
		    const struct ppp_packet *packet)
{
	if (!is_reply(negotiation, packet))
		return;
	if (packet->code == PPP_ACK)
		negotiation->theirs = is_acknowledged(negotiation, ppp, packet);
	else
		follow(negotiation, ppp, packet);
}

static void receive_options(struct negotiation *negotiation, struct ppp *ppp,
			    const struct ppp_packet *packet)
{
	bool was_open = negotiation_is_open(negotiation);

	if (packet->code == PPP_REQUEST)
		requested(negotiation, ppp, packet);
	else
		replied(negotiation, ppp, packet);
	if (!was_open && negotiation_is_open(negotiation))
		negotiation->kind->opened(ppp);
}

static void end(struct negotiation *negotiation, struct ppp *ppp, uint8_t id)
{
	struct ppp_packet packet = { .code = PPP_TERMINATED, .id = id };

	ppp_send(ppp, negotiation->kind->protocol, &packet);
	ppp->owner->ended(ppp, CAUSE_CLOSED);
}

/**
 * negotiation_receive - a packet has come
 * @negotiation:	the negotiation
 * @ppp:		whose it is; it may have ended when this returns
 * @packet:		the packet
 */
void negotiation_receive(struct negotiation *negotiation, struct ppp *ppp,
			 const struct ppp_packet *packet)
{
	switch (packet->code) {
	case PPP_REQUEST:
	case PPP_ACK:
	case PPP_NAK:
	case PPP_REJECT:
		receive_options(negotiation, ppp, packet);
		break;
	case PPP_TERMINATE:
		end(negotiation, ppp, packet->id);
		break;
	default:
		if (negotiation->kind->other)
			negotiation->kind->other(ppp, packet);
	}
}
