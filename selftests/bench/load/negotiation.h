/* SPDX-License-Identifier: GPL-2.0 */
/* Options of LCP, CCP and IPCP, agreed on both ways: RFC 1661, sections 4 to 6 */
#ifndef NEGOTIATION_H
#define NEGOTIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ppp_code {
	PPP_REQUEST = 1,
	PPP_ACK,
	PPP_NAK,
	PPP_REJECT,
	PPP_TERMINATE,
	PPP_TERMINATED,
	PPP_CODE_REJECT,
	/* of LCP */
	PPP_PROTOCOL_REJECT,
	PPP_ECHO,
	PPP_ECHO_REPLY,
	PPP_DISCARD,
	/* of CCP */
	PPP_RESET = 14,
	PPP_RESET_ACK,
};

struct ppp;
struct ppp_packet;

#define OPTION_HEADER	2
/* The longest that we have, with its header */
#define OPTION_MAX	6
/* All that one of ours asks for */
#define OPTIONS_MAX	16

/**
 * struct negotiation_kind - a protocol that is negotiated
 * @protocol: its number
 * @ask: writes what we want, returns its length; of OPTIONS_MAX octets
 * @judge: PPP_ACK, PPP_NAK or PPP_REJECT for an option of the peer's; for PPP_NAK
 *	it writes a better one to @better, of OPTION_MAX octets, whose length is in it
 * @advised: the peer wants our option to be like this, PPP_NAK, or not at all, PPP_REJECT;
 *	false if it cannot be
 * @opened: both ways are agreed
 * @other: a packet whose code is none of a negotiation's; NULL: it is passed over
 */
struct negotiation_kind {
	uint16_t	protocol;
	size_t		(*ask)(const struct ppp *ppp, uint8_t *options);
	enum ppp_code	(*judge)(struct ppp *ppp, const uint8_t *option, uint8_t *better);
	bool		(*advised)(struct ppp *ppp, enum ppp_code code, const uint8_t *option);
	void		(*opened)(struct ppp *ppp);
	void		(*other)(struct ppp *ppp, const struct ppp_packet *packet);
};

/**
 * struct negotiation - where one is
 * @kind: its protocol
 * @id: of our last request
 * @begun: there was one
 * @theirs: the peer has acknowledged ours
 * @ours: we have acknowledged the peer's
 */
struct negotiation {
	const struct negotiation_kind	*kind;
	uint8_t				id;
	bool				begun;
	bool				theirs;
	bool				ours;
};

void negotiation_begin(struct negotiation *negotiation, struct ppp *ppp);
void negotiation_again(struct negotiation *negotiation, struct ppp *ppp);
void negotiation_receive(struct negotiation *negotiation, struct ppp *ppp,
			 const struct ppp_packet *packet);

static inline bool negotiation_is_open(const struct negotiation *negotiation)
{
	return negotiation->theirs && negotiation->ours;
}

#endif /* NEGOTIATION_H */
