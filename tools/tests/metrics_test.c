// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics: what is counted, and that the text is OpenMetrics: each sample belongs to the
 * family that was named last, none is there twice, and none comes of what users choose.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "genl_msg.h"
#include "metrics/text.h"
#include "server.h"
#include "tally.h"
#include "tap.h"

#define LINES_MAX	512

static char *lines[LINES_MAX];
static size_t line_count;
static char *text;

static void read_text(struct server *server, const struct pmux_table *table)
{
	size_t len;
	char *rest;
	FILE *out;

	free(text);
	text = NULL;
	line_count = 0;
	out = open_memstream(&text, &len);
	metrics_write(out, server, table);
	fclose(out);
	for (rest = text; rest && *rest && line_count < LINES_MAX; line_count++)
		lines[line_count] = strsep(&rest, "\n");
}

static bool has(const char *line)
{
	size_t i;

	for (i = 0; i < line_count; i++) {
		if (!strcmp(lines[i], line))
			return true;
	}
	return false;
}

/* Its name, before labels and value, and a suffix that its type asks for */
static bool belongs(const char *line, const char *family)
{
	size_t len = strlen(family);
	static const char * const suffixes[] = { "_total", "_bucket", "_count", "_sum", "_info", "" };
	size_t i, rest;

	if (strncmp(line, family, len) != 0)
		return false;
	rest = strcspn(line + len, "{ ");
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strlen(suffixes[i]) == rest && !strncmp(line + len, suffixes[i], rest))
			return true;
	}
	return false;
}

static bool is_twice(size_t at)
{
	size_t len = strrchr(lines[at], ' ') - lines[at], i;

	for (i = 0; i < at; i++) {
		if (!strncmp(lines[i], lines[at], len + 1))
			return true;
	}
	return false;
}

static bool is_openmetrics(void)
{
	char family[128] = "none";
	size_t i;

	for (i = 0; i + 1 < line_count; i++) {
		if (sscanf(lines[i], "# TYPE %127s", family) == 1 || !strncmp(lines[i], "# HELP ", 7))
			continue;
		if (!belongs(lines[i], family) || is_twice(i)) {
			printf("# %s\n", lines[i]);
			return false;
		}
	}
	return !strcmp(lines[i], "# EOF");
}

static void test_counts(struct server *server, const struct pmux_table *table)
{
	tally_refusal(&server->tally, 4);
	tally_refusal(&server->tally, 4);
	tally_refusal(&server->tally, 255);
	tally_dialled(&server->tally, 25);
	tally_dialled(&server->tally, 26);
	tally_dialled(&server->tally, 3600000);
	server->tally.login_failures = 3;
	event_report("failed", 20014, "VPN1", "nothing");
	event_report("failed", 20014, "VPN2", "again");
	event_report("ended", 0, "VPN2", "nothing");
	read_text(server, table);
	ok(is_openmetrics(), "it is OpenMetrics");
	ok(has("pptpmux_calls_refused_total{result=\"4\"} 2"), "refusals, by their result");
	ok(has("pptpmux_login_failures_total 3"), "failed log-ins");
	ok(has("pptpmux_events_total{event=\"failed\",id=\"20014\"} 2") &&
	   has("pptpmux_events_total{event=\"ended\",id=\"0\"} 1"), "events, by their kind");
	ok(has("pptpmux_dial_in_seconds_bucket{le=\"0.025\"} 1") &&
	   has("pptpmux_dial_in_seconds_bucket{le=\"0.050\"} 2") &&
	   has("pptpmux_dial_in_seconds_bucket{le=\"40.000\"} 2") &&
	   has("pptpmux_dial_in_seconds_bucket{le=\"+Inf\"} 3") &&
	   has("pptpmux_dial_in_seconds_count 3") &&
	   has("pptpmux_dial_in_seconds_sum 3600.051"), "dial-ins, by their time");
}

static void test_module(struct server *server, const struct pmux_table *table)
{
	read_text(server, table);
	ok(has("pptpmux_slots{state=\"connected\"} 5") && has("pptpmux_module_answers 1") &&
	   has("pptpmux_packets_total{what=\"rx_lost\"} 7") &&
	   has("pptpmux_rx_bytes_total 18446744073709551615"), "the module's");
	read_text(server, NULL);
	ok(is_openmetrics() && has("pptpmux_module_answers 0"),
	   "a module that does not answer is said, and the rest is there");
}

/* Words of the program's are fewer; but what is counted has a bound of its own */
static void test_bound(struct server *server, const struct pmux_table *table)
{
	static char names[2 * TALLY_NAMES][16];
	size_t i, before, names_count = sizeof(names) / sizeof(names[0]);

	for (i = 0; i < names_count; i++) {
		snprintf(names[i], sizeof(names[i]), "kind%zu", i);
		event_report(names[i], 0, "VPN1", "nothing");
	}
	read_text(server, table);
	before = line_count;
	event_report("one-more", 1, "VPN1", "nothing");
	read_text(server, table);
	ok(line_count == before && is_openmetrics() &&
	   has("pptpmux_events_total{event=\"others\",id=\"0\"} 35"),
	   "there are no more lines than there is room for");
}

int main(void)
{
	const struct pool_range range = { .first = 0xc0000201, .last = 0xc0000210 };
	const struct pool_spec spec = { .name = "default", .ranges = &range, .range_count = 1 };
	struct pmux_table table = { .connected = 5, .slots = 128 };
	struct server server = { .control_count = 2 };

	table.stats.has = ~0ull;
	table.stats.counter[PPTP_MUX_A_STATS_RX_LOST] = 7;
	table.stats.counter[PPTP_MUX_A_STATS_RX_BYTES] = UINT64_MAX;
	server.pool = pool_new(&spec, 1, NULL, 0);
	tally_begin(&server.tally);
	test_counts(&server, &table);
	test_module(&server, &table);
	test_bound(&server, &table);
	tally_end(&server.tally);
	pool_free(server.pool);
	free(text);
	return tap_done();
}
