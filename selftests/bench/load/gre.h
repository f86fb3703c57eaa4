/* SPDX-License-Identifier: GPL-2.0 */
/* Enhanced GRE (RFC 2637, section 4) of all clients, by one raw socket */
#ifndef GRE_H
#define GRE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "pptp_seq.h"

/* Octets of PPP in a packet: RFC 2637, section 4.1 */
#define GRE_PAYLOAD_MAX	1532

/**
 * struct gre_call - one client's call
 * @source: its address
 * @server: whom it calls
 * @id: its number here, 0 if it has none
 * @peer_id: and there
 * @next: sequence number of the next packet that is sent
 * @rx: of those that come
 */
struct gre_call {
	struct in_addr		source;
	struct in_addr		server;
	uint16_t		id;
	uint16_t		peer_id;
	uint32_t		next;
	struct pptp_seq_rx	rx;
};

/* What has come for a call, in sequence */
typedef void (*gre_receive)(struct gre_call *call, const uint8_t *frame, size_t len);

int gre_start(struct event_base *base, gre_receive receive);
void gre_stop(void);
int gre_open(struct gre_call *call, struct in_addr source, struct in_addr server);
void gre_close(struct gre_call *call);
void gre_send(struct gre_call *call, const uint8_t *frame, size_t len);

#endif /* GRE_H */
