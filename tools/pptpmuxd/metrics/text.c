// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics as text: OpenMetrics 1.0, which Prometheus reads.
 *
 * A label has one of a few words and never a name that comes from outside, so that there
 * are as many lines with a thousand users as with one.
 */
#include "text.h"

#include <inttypes.h>

#include "genl_msg.h"
#include "pptp_state.h"
#include "server.h"
#include "sources.h"
#include "tally.h"

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# TYPE pptpmux_%s %s\n# HELP pptpmux_%s %s\n", name, type, name, help);
}

static void gauge(FILE *out, const char *name, const char *help, uint64_t value)
{
	family(out, name, "gauge", help);
	fprintf(out, "pptpmux_%s %" PRIu64 "\n", name, value);
}

static void counter(FILE *out, const char *name, const char *help, uint64_t value)
{
	family(out, name, "counter", help);
	fprintf(out, "pptpmux_%s_total %" PRIu64 "\n", name, value);
}

/* One of a family's, which are told apart by a label; a counter's @name has its suffix */
static void sample(FILE *out, const char *name, const char *label, const char *word,
		   uint64_t value)
{
	fprintf(out, "pptpmux_%s{%s=\"%s\"} %" PRIu64 "\n", name, label, word, value);
}

/* ---- of the module ---- */

static void write_slots(FILE *out, const struct pmux_table *table)
{
	family(out, "slots", "gauge", "VPN slots by state");
	sample(out, "slots", "state", "free", table->free);
	sample(out, "slots", "state", "claimed", table->claimed);
	sample(out, "slots", "state", "connected", table->connected);
	sample(out, "slots", "state", "draining", table->draining);
	gauge(out, "slots_disabled", "VPN slots that are disabled, in any state", table->disabled);
	counter(out, "claims", "calls that got a slot", table->claims);
	counter(out, "hand_overs", "times that a slot refused a call and the next was asked",
		table->hand_overs);
}

static void write_refused(FILE *out, const struct pmux_table *table)
{
	static const char name[] = "claims_refused_total";

	family(out, "claims_refused", "counter", "calls that no slot took");
	sample(out, name, "reason", "no-usage", table->refused_no_usage);
	sample(out, name, "reason", "all-busy", table->refused_all_busy);
	sample(out, name, "reason", "no-resource", table->refused_no_resource);
}

static void write_accounts(FILE *out, const struct pmux_table *table)
{
	gauge(out, "tx_bytes_held", "bytes of frames on their way, of all calls", table->tx_bytes);
	gauge(out, "rx_bytes_held", "bytes that wait for a packet that is missing",
	      table->rx_bytes);
	gauge(out, "tx_pool_bytes", "bytes that calls may borrow beyond their shares",
	      table->tx_pool);
	gauge(out, "tx_borrowed_bytes", "bytes of these that are borrowed", table->tx_borrowed);
	gauge(out, "rx_pool_bytes", "the same of receive", table->rx_pool);
	gauge(out, "rx_borrowed_bytes", "the same of receive", table->rx_borrowed);
}

/* Times and windows are of one call, and add up to nothing */
static bool is_sum(unsigned int attr)
{
	return attr != PPTP_MUX_A_STATS_RX_HOLE_TIME && attr != PPTP_MUX_A_STATS_RTT &&
	       attr != PPTP_MUX_A_STATS_ATO && attr != PPTP_MUX_A_STATS_TX_WINDOW;
}

static void write_traffic(FILE *out, const struct pmux_table *table)
{
	const struct pmux_stats *stats = &table->stats;
	unsigned int attr;

	family(out, "packets", "counter",
	       "what became of packets of all calls there were, by pptpmuxctl's names");
	for (attr = 0; attr <= PPTP_MUX_A_STATS_MAX; attr++) {
		if (pmux_stats_name(attr) && is_sum(attr) && PMUX_HAS(stats, attr) &&
		    attr != PPTP_MUX_A_STATS_TX_BYTES && attr != PPTP_MUX_A_STATS_RX_BYTES)
			sample(out, "packets_total", "what", pmux_stats_name(attr),
			       stats->counter[attr]);
	}
	counter(out, "tx_bytes", "bytes sent in calls",
		stats->counter[PPTP_MUX_A_STATS_TX_BYTES]);
	counter(out, "rx_bytes", "bytes received in calls",
		stats->counter[PPTP_MUX_A_STATS_RX_BYTES]);
	counter(out, "rx_no_call", "GRE packets for no call of ours", table->rx_no_call);
	counter(out, "rx_malformed", "GRE packets that no call could be told for",
		table->rx_malformed);
}

/* ---- of the server ---- */

static void write_connections(FILE *out, const struct server *server)
{
	gauge(out, "connections", "control connections", server->control_count);
	gauge(out, "connections_half_open", "of these, not started yet",
	      server->ranked[RANK_HALF_OPEN]);
	gauge(out, "calls_unauthenticated", "calls whose clients have not logged in",
	      server->stranger_count);
	gauge(out, "calls_queued", "calls that wait for a slot", server->queued);
}

static void write_pools(FILE *out, const struct server *server)
{
	struct pool_counts counts, all = { 0 };
	size_t i;

	for (i = 0; i < pool_parts(server->pool); i++) {
		counts = pool_count(server->pool, i);
		all.size += counts.size;
		all.held += counts.held;
		all.aside += counts.aside;
	}
	gauge(out, "pool_addresses", "addresses of all pools", all.size);
	gauge(out, "pool_addresses_held", "of these, given to a call", all.held);
	gauge(out, "pool_addresses_aside", "of these, claimed by somebody else", all.aside);
}

static void write_results(FILE *out, const struct tally *tally)
{
	unsigned int result;

	family(out, "calls_refused", "counter",
	       "replies that there is no call, by their result (RFC 2637 section 2.8)");
	for (result = 2; result < TALLY_RESULTS; result++)
		fprintf(out, "pptpmux_calls_refused_total{result=\"%u\"} %llu\n", result,
			tally->refused[result]);
	counter(out, "login_failures", "calls that ended with a wrong name or password",
		tally->login_failures);
}

static void write_latency(FILE *out, const struct tally *tally)
{
	unsigned long long sum = 0;
	size_t i;

	family(out, "dial_in_seconds", "histogram",
	       "from the request for a call to its address, of calls that came up");
	for (i = 0; i < TALLY_BUCKETS - 1; i++) {
		sum += tally->dialled[i];
		fprintf(out, "pptpmux_dial_in_seconds_bucket{le=\"%u.%03u\"} %llu\n",
			tally_bounds[i] / 1000, tally_bounds[i] % 1000, sum);
	}
	sum += tally->dialled[i];
	fprintf(out, "pptpmux_dial_in_seconds_bucket{le=\"+Inf\"} %llu\n", sum);
	fprintf(out, "pptpmux_dial_in_seconds_count %llu\n", sum);
	fprintf(out, "pptpmux_dial_in_seconds_sum %llu.%03llu\n", tally->dialled_ms / 1000,
		tally->dialled_ms % 1000);
}

static void write_events(FILE *out, const struct tally *tally)
{
	size_t i;

	family(out, "events", "counter",
	       "events of the server, by their word and by Windows NT's number (0: none)");
	for (i = 0; i < tally->event_count; i++)
		fprintf(out, "pptpmux_events_total{event=\"%s\",id=\"%u\"} %llu\n",
			tally->events[i].name, tally->events[i].id, tally->events[i].count);
	fprintf(out, "pptpmux_events_total{event=\"others\",id=\"0\"} %llu\n",
		tally->events_more);
}

static void write_build(FILE *out)
{
	family(out, "build", "info", "the version that runs");
	fprintf(out, "pptpmux_build_info{version=\"%s\"} 1\n", PPTP_MUX_VERSION);
}

/**
 * metrics_write - write all metrics
 * @out:	where to
 * @server:	the server
 * @table:	the module's table; NULL if it could not be asked
 */
void metrics_write(FILE *out, struct server *server, const struct pmux_table *table)
{
	write_build(out);
	gauge(out, "module_answers", "whether the module could be asked", table != NULL);
	if (table) {
		write_slots(out, table);
		write_refused(out, table);
		write_accounts(out, table);
		write_traffic(out, table);
	}
	write_connections(out, server);
	write_pools(out, server);
	write_results(out, &server->tally);
	write_latency(out, &server->tally);
	write_events(out, &server->tally);
	fputs("# EOF\n", out);
}
