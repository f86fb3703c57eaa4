/* SPDX-License-Identifier: GPL-2.0 */
/* What the module has counted for a call, as a control connection tells it */
#ifndef CALL_STATS_H
#define CALL_STATS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "call_socket.h"
#include "pptp_msg.h"

struct call_stats {
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_signs;		/* packets of its peer's of any kind, good or not */
	struct pptp_wan_error errors;	/* its call id is left to the caller */
};

int call_stats_get(const struct call_socket *call, struct call_stats *stats);
void call_stats_text(const struct call_stats *stats, char *text, size_t size);

#endif /* CALL_STATS_H */
