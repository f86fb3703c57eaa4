// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl events: follows what happens to calls, one line an event */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"
#include "server_events.h"
#include "show.h"
#include "slotspec.h"

/* A timeout in seconds that still fits poll()'s milliseconds */
#define TIMEOUT_MAX	1000000

/* How often a pptpmuxd is looked for that is not there, in ms */
#define SERVER_RETRY	1000

/* How long a pptpmuxd that is there may take to answer, until we say that it does not */
#define GREETING	5000

struct follow {
	struct ctl	*ctl;
	struct server_events *server;
	uint32_t	count;		/* 0 = without end */
	uint32_t	timeout;	/* s, 0 = without end */
	uint32_t	seen;
	bool		announced;	/* who tells of events */
	int64_t		greeting;	/* is announced by then, without pptpmuxd */
};

static void print_refusal(const struct pmux_event *event)
{
	printf(" reason=%s slots=%" PRIu32 " not-usage=%" PRIu32 " disabled=%" PRIu32
	       " busy=%" PRIu32 " no-resource=%" PRIu32, pmux_refusal_name(event->reason),
	       event->slots, event->not_usage, event->disabled, event->busy, event->no_resource);
}

static void print_call(const struct pmux_call *call)
{
	char peer[INET_ADDRSTRLEN], ifname[IFNAMSIZ];
	const struct pmux_stats *stats = &call->stats;

	printf(" call=%u", call->id);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_PEER))
		printf(" peer=%s/%u", show_address(true, call->peer, peer), call->peer_id);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_IFNAME))
		printf(" interface=%s", show_ifname(call, ifname));
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_UPTIME))
		printf(" uptime=%" PRIu64 "ms", call->uptime);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_STATS))
		printf(" tx=%" PRIu64 "/%" PRIu64 " rx=%" PRIu64 "/%" PRIu64 " (packets/bytes)",
		       stats->counter[PPTP_MUX_A_STATS_TX_PACKETS],
		       stats->counter[PPTP_MUX_A_STATS_TX_BYTES],
		       stats->counter[PPTP_MUX_A_STATS_RX_PACKETS],
		       stats->counter[PPTP_MUX_A_STATS_RX_BYTES]);
}

static bool is_of_account(const struct pmux_event *event)
{
	return event->type == PPTP_MUX_EVENT_TYPE_TX_OVER ||
	       event->type == PPTP_MUX_EVENT_TYPE_RX_OVER ||
	       event->type == PPTP_MUX_EVENT_TYPE_TX_STALL;
}

static void print_account(const struct pmux_event *event)
{
	bool rx = event->type == PPTP_MUX_EVENT_TYPE_RX_OVER;
	const struct pmux_account *account = rx ? &event->call.rx : &event->call.tx;

	printf(" on-way=%" PRIu32 "/%" PRIu32 " limit=%" PRIu32, account->frames, account->bytes,
	       account->limit);
	if (account->written_off)
		printf(" written-off=%" PRIu32, account->written_off);
}

static void print_event(const struct pmux_event *event)
{
	char usage[USAGE_TEXT_SIZE], below[IFNAMSIZ];

	show_time(event->time);
	printf(" %s", pmux_event_name(event->type));
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_ID))
		printf(" event=%" PRIu32, event->id);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_SLOT))
		printf(" slot=VPN%" PRIu32, event->slot);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_NEXT))
		printf(" attempts=%" PRIu32, event->next);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_CAUSE))
		printf(" cause=%s", pmux_cause_name(event->cause));
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_USAGE))
		printf(" usage=%s", event->usage ? usage_format(event->usage, usage) : "any");
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_REASON))
		print_refusal(event);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_COUNT))
		printf(" times=%" PRIu32, event->count);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_BELOW))
		printf(" below=%s", show_name(event->below, below));
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_CALL))
		print_call(&event->call);
	if (is_of_account(event))
		print_account(event);
	if (event->suppressed)
		printf(" suppressed=%" PRIu64, event->suppressed);
	putchar('\n');
}

static void refusal_json(struct json *json, const struct pmux_event *event)
{
	json_string(json, "reason", pmux_refusal_name(event->reason));
	json_number(json, "slots", event->slots);
	json_number(json, "not_usage", event->not_usage);
	json_number(json, "disabled", event->disabled);
	json_number(json, "busy", event->busy);
	json_number(json, "no_resource", event->no_resource);
}

static void event_json(struct json *json, const struct pmux_event *event)
{
	json->more = false;
	json_object(json, NULL);
	json_string(json, "type", pmux_event_name(event->type));
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_ID))
		json_number(json, "event", event->id);
	json_number(json, "time_ns", event->time);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_SLOT))
		json_number(json, "slot", event->slot);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_NEXT))
		json_number(json, "attempts", event->next);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_CAUSE))
		json_string(json, "cause", pmux_cause_name(event->cause));
	show_usage_json(json, "asked_usage", event->usage);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_REASON))
		refusal_json(json, event);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_COUNT))
		json_number(json, "times", event->count);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_BELOW))
		json_string(json, "below", event->below);
	if (PMUX_HAS(event, PPTP_MUX_A_EVENT_CALL)) {
		json_object(json, "call");
		show_call_json(json, &event->call, true);
		json_object_end(json);
	}
	json_number(json, "suppressed", event->suppressed);
	json_object_end(json);
	putchar('\n');
}

/* Lost events are told in the stream itself, where a reader would miss them */
static void show_lost(struct ctl *ctl)
{
	if (!ctl->as_json) {
		puts("lost: events came faster than they were read, some are missing here");
		return;
	}
	ctl->json.more = false;
	json_object(&ctl->json, NULL);
	json_string(&ctl->json, "type", "lost");
	json_object_end(&ctl->json);
	putchar('\n');
}

static bool is_enough(struct follow *follow)
{
	follow->seen++;
	return follow->seen == follow->count;
}

/* Returns 1 when enough has been seen */
static int on_event(const struct pmux_event *event, void *data)
{
	struct follow *follow = data;

	if (follow->ctl->as_json)
		event_json(&follow->ctl->json, event);
	else
		print_event(event);
	return is_enough(follow);
}

/* The same of an event of pptpmuxd */
static int on_server_event(void *data)
{
	return is_enough(data);
}

/* Either of the two who tell of events */
enum { MODULE, SERVER, TELLERS };

/* To see the events of pptpmuxd takes root; those of the module do not */
static bool is_forbidden(const struct follow *follow)
{
	int err = server_events_error(follow->server);

	return err == EACCES || err == EPERM;
}

/* Is there a pptpmuxd to look for? */
static bool is_alone(const struct follow *follow)
{
	return server_events_fd(follow->server) < 0 && !is_forbidden(follow);
}

/* How long poll() may wait, in ms, -1 = for ever */
static int patience(const struct follow *follow, int64_t end)
{
	int64_t now = clock_ms(), until = end;

	if (!follow->announced && (!until || until > follow->greeting))
		until = follow->greeting;
	if (is_alone(follow) && (!until || until > now + SERVER_RETRY))
		until = now + SERVER_RETRY;
	if (!until)
		return -1;
	return until > now ? until - now : 0;
}

/*
 * Return: 0 when it has waited for something to read, for the time to look for
 * pptpmuxd again, or for the end, or -errno
 */
static int wait_until(const struct follow *follow, struct pollfd *tellers, int64_t end)
{
	tellers[SERVER].fd = server_events_fd(follow->server);
	if (poll(tellers, TELLERS, patience(follow, end)) >= 0)
		return 0;
	return errno == EINTR ? 0 : -errno;
}

static int timed_out(const struct follow *follow)
{
	if (!follow->count)
		return CTL_OK;
	fprintf(stderr, "pptpmuxctl: %" PRIu32 " of %" PRIu32 " events came in %" PRIu32 " s; "
		"wait longer, or see pptpmuxctl slots for what calls are doing\n",
		follow->seen, follow->count, follow->timeout);
	return CTL_TIMEOUT;
}

static int read_module(struct follow *follow)
{
	int rc = pmux_events_read(follow->ctl->client, on_event, follow);

	if (rc != -ENOBUFS)
		return rc;
	show_lost(follow->ctl);
	return 0;
}

static const char *who_tells(const struct follow *follow)
{
	if (server_events_greeted(follow->server))
		return "";
	if (is_forbidden(follow))
		return " (of calls; run it as root to see those of pptpmuxd)";
	/* connected, or there was no room to wait in */
	if (!server_events_error(follow->server) || server_events_error(follow->server) == EAGAIN)
		return " (of calls; pptpmuxd runs and does not answer: see its log, and \"ps\" for its state)";
	return " (of calls; no pptpmuxd runs here yet)";
}

/* Who started us knows from this that no later event will be missed */
static void announce(struct follow *follow)
{
	bool waits = server_events_fd(follow->server) >= 0 &&
		     !server_events_greeted(follow->server) && clock_ms() < follow->greeting;

	if (follow->announced || waits)
		return;
	fprintf(stderr, "pptpmuxctl: following the events of this network namespace%s\n",
		who_tells(follow));
	follow->announced = true;
}

static void look_for_server(struct follow *follow)
{
	server_events_join(follow->server);
	if (is_forbidden(follow))
		fputs("pptpmuxctl: pptpmuxd has come; run this as root to see its events\n", stderr);
}

static int read_server(struct follow *follow)
{
	bool followed = server_events_greeted(follow->server);
	int rc = server_events_read(follow->server, on_server_event, follow);
	bool follows = server_events_greeted(follow->server);

	if (follows && !followed && follow->announced)
		fputs("pptpmuxctl: pptpmuxd has come, its events are followed too\n", stderr);
	else if (followed && !follows)
		fputs("pptpmuxctl: pptpmuxd has gone, the module's events are followed\n",
		      stderr);
	return rc;
}

/* Return: 1 when enough has been seen, 0, or -errno */
static int read_tellers(struct follow *follow, const struct pollfd *tellers)
{
	int rc = 0;

	if (tellers[MODULE].revents)
		rc = read_module(follow);
	if (!rc && is_alone(follow))
		look_for_server(follow);
	else if (!rc && tellers[SERVER].revents)
		rc = read_server(follow);
	return rc;
}

static int follow_events(struct follow *follow, int fd)
{
	int64_t end = follow->timeout ? clock_ms() + (int64_t)follow->timeout * 1000 : 0;
	struct pollfd tellers[TELLERS] = { { .fd = fd, .events = POLLIN },
					   { .events = POLLIN } };
	int rc;

	follow->greeting = clock_ms() + GREETING;
	if (end && end < follow->greeting)
		follow->greeting = end;
	do {
		announce(follow);
		rc = wait_until(follow, tellers, end);
		if (!rc)
			rc = read_tellers(follow, tellers);
		if (rc == 1)
			return CTL_OK;
		if (rc)
			return ctl_fail(follow->ctl, rc, "cannot read events");
		/* A reader that is gone ends us by SIGPIPE; a full disk does not */
		if (fflush(stdout))
			return ctl_fail(follow->ctl, -errno, "cannot write events");
	} while (!end || clock_ms() < end);
	announce(follow);
	return timed_out(follow);
}

static int parse_options(struct follow *follow, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i += 2) {
		bool is_count = strcmp(argv[i], "--count") == 0;
		uint32_t *to = is_count ? &follow->count : &follow->timeout;
		uint32_t max = is_count ? UINT32_MAX : TIMEOUT_MAX;

		if (!is_count && strcmp(argv[i], "--timeout") != 0)
			return ctl_usage("events has no \"%s\": it takes --count N and --timeout SECONDS",
					 argv[i]);
		if (i + 1 == argc || !ctl_number(argv[i + 1], max, to) || !*to)
			return ctl_usage("write a number from 1 to %" PRIu32 " behind %s", max, argv[i]);
	}
	return CTL_OK;
}

int ctl_events(struct ctl *ctl, int argc, char **argv)
{
	struct follow follow = { .ctl = ctl };
	int fd, rc;

	rc = parse_options(&follow, argc, argv);
	if (!rc)
		rc = ctl_open(ctl);
	if (rc)
		return rc;
	fd = pmux_events_join(ctl->client);
	if (fd < 0)
		return ctl_fail(ctl, fd, "cannot follow events");
	follow.server = server_events_open(ctl);
	if (!follow.server)
		return ctl_fail(ctl, -ENOMEM, "cannot follow events");
	server_events_join(follow.server);
	rc = follow_events(&follow, fd);
	server_events_close(follow.server);
	return rc;
}
