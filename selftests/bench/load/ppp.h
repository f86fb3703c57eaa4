/* SPDX-License-Identifier: GPL-2.0 */
/* PPP of one call: frames to and from its protocols */
#ifndef PPP_H
#define PPP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cause.h"
#include "mppe_cipher.h"
#include "mschap.h"
#include "negotiation.h"

#define PPP_MRU		1400
/* Of what is sent: address, control, protocol, MPPE's header, protocol */
#define PPP_FRAME_MAX	(PPP_MRU + 8)

#define PPP_IP		0x0021
#define PPP_MPPE	0x00fd
#define PPP_IPCP	0x8021
#define PPP_CCP		0x80fd
#define PPP_LCP		0xc021
#define PPP_CHAP	0xc223

struct ppp;

/* What becomes of it. Nothing of the kind comes once it has ended. */
struct ppp_owner {
	void (*send)(struct ppp *ppp, const uint8_t *frame, size_t len);
	void (*up)(struct ppp *ppp);
	void (*ended)(struct ppp *ppp, enum cause cause);
	/* The peer has agreed that it ends */
	void (*terminated)(struct ppp *ppp);
	void (*ip)(struct ppp *ppp, const uint8_t *packet, size_t len);
};

/* Of all clients, or of each that has a name of its own */
struct ppp_login {
	const char			*user;
	const struct mschap_password	*password;
	bool				encrypt;
};

/**
 * struct ppp - one end of a link
 * @owner: told of what happens
 * @login: with what it logs in, and whether it encrypts
 * @lcp: the link's negotiation
 * @ccp: encryption's
 * @ipcp: addresses'
 * @magic: our number, by which a loop shows
 * @address: ours, 0 until the server has given us one
 * @peer: the server's
 * @mschap: the log-in
 * @asked: the server wants a log-in
 * @chap_id: of the challenge that was answered
 * @answered: a challenge was, and there is no verdict yet
 * @in: the server has let us in
 * @is_up: packets may pass
 * @tx: encrypts what is sent
 * @rx: decrypts what comes
 */
struct ppp {
	const struct ppp_owner	*owner;
	const struct ppp_login	*login;
	struct negotiation	lcp;
	struct negotiation	ccp;
	struct negotiation	ipcp;
	uint32_t		magic;
	struct in_addr		address;
	struct in_addr		peer;
	struct mschap		mschap;
	bool			asked;
	uint8_t			chap_id;
	bool			answered;
	bool			in;
	bool			is_up;
	struct mppe_cipher	tx;
	struct mppe_cipher	rx;
};

/* A packet of a control protocol: RFC 1661, section 5 */
struct ppp_packet {
	uint8_t		code;
	uint8_t		id;
	const uint8_t	*data;
	size_t		len;
};

void ppp_begin(struct ppp *ppp);
void ppp_receive(struct ppp *ppp, const uint8_t *frame, size_t len);
void ppp_again(struct ppp *ppp);
void ppp_terminate(struct ppp *ppp);
bool ppp_send_ip(struct ppp *ppp, const uint8_t *packet, size_t len);

/* For its protocols */
void ppp_send(struct ppp *ppp, uint16_t protocol, const struct ppp_packet *packet);
void ppp_let_in(struct ppp *ppp);
uint32_t ppp_random(void);

extern const struct negotiation_kind lcp, ccp, ipcp;

void chap_receive(struct ppp *ppp, const struct ppp_packet *packet);
void chap_again(struct ppp *ppp);

#endif /* PPP_H */
