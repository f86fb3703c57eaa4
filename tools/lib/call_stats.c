// SPDX-License-Identifier: GPL-2.0
/* What the module has counted for a call, as a control connection tells it */
#include "call_stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "genl.h"

/* All but what a router on the way may have sent */
static uint64_t signs(const struct pmux_stats *stats)
{
	static const unsigned int counters[] = {
		PPTP_MUX_A_STATS_RX_PACKETS, PPTP_MUX_A_STATS_RX_ACKS,
		PPTP_MUX_A_STATS_RX_DROP_LATE, PPTP_MUX_A_STATS_RX_DROP_JUMP,
		PPTP_MUX_A_STATS_RX_DROP_MALFORMED, PPTP_MUX_A_STATS_RX_DROP_NO_ROOM,
		PPTP_MUX_A_STATS_RX_DROP_DUPLICATE, PPTP_MUX_A_STATS_RX_DROP_NO_MEMORY,
	};
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		total += stats->counter[counters[i]];
	return total;
}

static uint32_t sum(const struct pmux_stats *stats, const unsigned int *counters, size_t count)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < count; i++)
		total += stats->counter[counters[i]];
	return total < UINT32_MAX ? total : UINT32_MAX;
}

/*
 * RFC 2637, section 2.14, counts what goes wrong on a line. The line here is
 * GRE: there is no checksum and no alignment in it, the other four it has.
 */
static void fill_errors(struct pptp_wan_error *errors, const struct pmux_stats *stats)
{
	static const unsigned int framing[] = {
		PPTP_MUX_A_STATS_RX_DROP_MALFORMED, PPTP_MUX_A_STATS_RX_DROP_FLAGS,
		PPTP_MUX_A_STATS_RX_DROP_NOTHING, PPTP_MUX_A_STATS_RX_DROP_NO_SEQ,
		PPTP_MUX_A_STATS_RX_DROP_NO_PAYLOAD, PPTP_MUX_A_STATS_RX_DROP_LENGTH,
	};
	static const unsigned int overrun[] = { PPTP_MUX_A_STATS_RX_DROP_NO_ROOM };
	static const unsigned int buffer[] = { PPTP_MUX_A_STATS_RX_DROP_NO_MEMORY };
	static const unsigned int time_out[] = { PPTP_MUX_A_STATS_RX_LOST };

	errors->framing = sum(stats, framing, sizeof(framing) / sizeof(framing[0]));
	errors->hardware = sum(stats, overrun, 1);
	errors->buffer = sum(stats, buffer, 1);
	errors->time_out = sum(stats, time_out, 1);
}

static int get_slot(uint32_t number, struct pmux_slot *slot)
{
	struct pmux *client;
	int rc = pmux_open(&client);

	if (rc)
		return rc;
	rc = pmux_slot_get(client, number, slot);
	pmux_close(client);
	return rc;
}

/**
 * call_stats_get - read a call's counters
 * @call:	the call, connected
 * @stats:	filled in on success
 *
 * Return: 0, or a negative errno; -ESTALE if another call is in its slot.
 */
int call_stats_get(const struct call_socket *call, struct call_stats *stats)
{
	struct pmux_slot slot;
	int rc = get_slot(call->slot, &slot);
	const uint64_t *counter = slot.call.stats.counter;

	memset(stats, 0, sizeof(*stats));
	if (rc)
		return rc;
	if (!PMUX_HAS(&slot, PPTP_MUX_A_SLOT_CALL) || slot.call.id != call->call_id)
		return -ESTALE;
	stats->tx_packets = counter[PPTP_MUX_A_STATS_TX_PACKETS];
	stats->tx_bytes = counter[PPTP_MUX_A_STATS_TX_BYTES];
	stats->rx_packets = counter[PPTP_MUX_A_STATS_RX_PACKETS];
	stats->rx_bytes = counter[PPTP_MUX_A_STATS_RX_BYTES];
	stats->rx_signs = signs(&slot.call.stats);
	fill_errors(&stats->errors, &slot.call.stats);
	return 0;
}

/**
 * call_stats_text - the counters for people, as a Call-Disconnect-Notify has them
 * @stats:	the counters
 * @text:	where to
 * @size:	octets there
 */
void call_stats_text(const struct call_stats *stats, char *text, size_t size)
{
	snprintf(text, size, "packets/octets: tx %" PRIu64 "/%" PRIu64 " rx %" PRIu64 "/%" PRIu64
		 ", rx lost %u, malformed %u, dropped %u", stats->tx_packets, stats->tx_bytes,
		 stats->rx_packets, stats->rx_bytes, stats->errors.time_out,
		 stats->errors.framing, stats->errors.hardware + stats->errors.buffer);
}
