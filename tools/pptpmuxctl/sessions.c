// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl sessions: who is connected, one line a call */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "json_tree.h"
#include "query.h"
#include "show.h"

#define NAME_OCTETS	255	/* of a user */
#define USER_WIDTH	10	/* on a terminal, so that a line has less than 80 columns */
#define SIZE_OCTETS	8

/* What is asked for; NULL or 0: all */
struct filter {
	const char	*user;
	uint32_t	slot;
	struct in_addr	peer;
};

/* What is known of the calls from pptpmuxd, which need not run */
struct sessions {
	struct ctl	*ctl;
	struct filter	filter;
	bool		cut;		/* names, as a line is to fit */
	char		*answer;
	struct json_tree *tree;
	const struct json_tree *of_slot[PPTP_MUX_SLOTS_MAX + 1];	/* the address that its call has */
};

/* "VPN3 (192.0.2.7:1042)", as pptpmuxd names a call; 0 if it is none */
static uint32_t slot_of(const char *call)
{
	unsigned int slot;

	if (sscanf(call, "VPN%u (", &slot) != 1 || slot > PPTP_MUX_SLOTS_MAX)
		return 0;
	return slot;
}

/* Who has which address; without an answer users and addresses stay unknown */
static void ask(struct sessions *sessions)
{
	const struct json_tree *list, *entry;
	char path[QUERY_PATH_SIZE];

	if (query_ask(sessions->ctl->run_directory, "pool", &sessions->answer, path,
		      sizeof(path)) != 0)
		return;
	sessions->tree = json_tree_read(sessions->answer);
	list = json_tree_get(sessions->tree, "addresses");
	for (entry = list ? list->first : NULL; entry; entry = entry->next)
		sessions->of_slot[slot_of(json_tree_text(entry, "call", ""))] = entry;
}

static const struct json_tree *known_of(const struct sessions *sessions,
					const struct pmux_slot *slot)
{
	return slot->number <= PPTP_MUX_SLOTS_MAX ? sessions->of_slot[slot->number] : NULL;
}

static bool is_wanted(const struct sessions *sessions, const struct pmux_slot *slot)
{
	const struct filter *filter = &sessions->filter;
	const char *user = json_tree_text(known_of(sessions, slot), "user", "");

	return PMUX_HAS(slot, PPTP_MUX_A_SLOT_CALL) &&
	       (!filter->slot || filter->slot == slot->number) &&
	       (!filter->peer.s_addr || filter->peer.s_addr == slot->call.peer.s_addr) &&
	       (!filter->user || !strcmp(filter->user, user));
}

/* Four digits at most, and what they count */
static const char *show_size(uint64_t octets, char *text)
{
	static const char units[] = " KMGTPE";
	unsigned int unit = 0;

	for (; octets >= 10000; unit++)
		octets /= 1024;
	snprintf(text, SIZE_OCTETS, unit ? "%u%c" : "%u", (unsigned int)octets, units[unit]);
	return text;
}

static void show_user(const struct sessions *sessions, const struct json_tree *known,
		      char *cell, size_t size)
{
	show_text(json_tree_text(known, "user", "-"), cell, size);
	if (sessions->cut && strlen(cell) > USER_WIDTH)
		strcpy(cell + USER_WIDTH - 1, "~");
}

static int line(const struct pmux_slot *slot, void *data)
{
	char user[4 * NAME_OCTETS + 1], peer[INET_ADDRSTRLEN], uptime[DURATION_SIZE];
	char rx[SIZE_OCTETS], tx[SIZE_OCTETS], name[16];
	const struct pmux_call *call = &slot->call;
	const struct sessions *sessions = data;
	const struct json_tree *known = known_of(sessions, slot);

	if (!is_wanted(sessions, slot))
		return 0;
	snprintf(name, sizeof(name), "VPN%" PRIu32, slot->number);
	show_user(sessions, known, user, sizeof(user));
	printf("%-8s %-*s %-15s %-15s %11s %5s %5s %s\n", name, USER_WIDTH, user,
	       json_tree_text(known, "address", "-"),
	       show_address(PMUX_HAS(call, PPTP_MUX_A_CALL_PEER), call->peer, peer),
	       show_duration(call->uptime, uptime),
	       show_size(call->stats.counter[PPTP_MUX_A_STATS_RX_BYTES], rx),
	       show_size(call->stats.counter[PPTP_MUX_A_STATS_TX_BYTES], tx),
	       PMUX_HAS(call, PPTP_MUX_A_CALL_TX_CIPHER) ? "yes" : "-");
	return 0;
}

static int object(const struct pmux_slot *slot, void *data)
{
	const struct sessions *sessions = data;
	const struct json_tree *known = known_of(sessions, slot);
	struct json *json = &sessions->ctl->json;
	char name[16];

	if (!is_wanted(sessions, slot))
		return 0;
	snprintf(name, sizeof(name), "VPN%" PRIu32, slot->number);
	json_object(json, NULL);
	json_string(json, "slot", name);
	if (json_tree_text(known, "user", NULL))
		json_string(json, "user", json_tree_text(known, "user", NULL));
	if (json_tree_text(known, "address", NULL))
		json_string(json, "address", json_tree_text(known, "address", NULL));
	show_call_json(json, &slot->call, true);
	json_object_end(json);
	return 0;
}

static int show_all(struct sessions *sessions)
{
	struct json *json = &sessions->ctl->json;
	int err;

	if (!sessions->ctl->as_json) {
		printf("%-8s %-*s %-15s %-15s %11s %5s %5s %s\n", "SLOT", USER_WIDTH, "USER",
		       "ADDRESS", "PEER", "UPTIME", "RX", "TX", "MPPE");
		return pmux_slot_dump(sessions->ctl->client, line, sessions);
	}
	json_object(json, NULL);
	json_array(json, "sessions");
	err = pmux_slot_dump(sessions->ctl->client, object, sessions);
	json_array_end(json);
	json_object_end(json);
	putchar('\n');
	return err;
}

static int take_filter(struct filter *filter, const char *option, const char *value)
{
	if (strcmp(option, "--user") != 0 && strcmp(option, "--slot") != 0 &&
	    strcmp(option, "--peer") != 0)
		return ctl_usage("unknown option \"%s\": choose one of --user, --slot, --peer", option);
	if (!value)
		return ctl_usage("write what you want behind %s", option);
	if (!strcmp(option, "--user"))
		filter->user = value;
	else if (!strcmp(option, "--peer") && inet_pton(AF_INET, value, &filter->peer) != 1)
		return ctl_usage("--peer %s: write an IPv4 address", value);
	else if (!strcmp(option, "--slot") &&
		 (!ctl_number(value + 3 * !strncmp(value, "VPN", 3), PPTP_MUX_SLOTS_MAX, &filter->slot) ||
		  !filter->slot))
		return ctl_usage("--slot %s: write VPN3, or 3", value);
	return CTL_OK;
}

static int take_filters(struct filter *filter, int argc, char **argv)
{
	int i, rc = CTL_OK;

	for (i = 1; i < argc && !rc; i += 2)
		rc = take_filter(filter, argv[i], argv[i + 1]);
	return rc;
}

int ctl_sessions(struct ctl *ctl, int argc, char **argv)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));
	int rc, err;

	if (!sessions)
		return ctl_fail(ctl, -ENOMEM, "cannot read the calls");
	sessions->ctl = ctl;
	sessions->cut = isatty(STDOUT_FILENO);
	rc = take_filters(&sessions->filter, argc, argv);
	if (!rc)
		rc = ctl_open(ctl);
	if (!rc) {
		ask(sessions);
		err = show_all(sessions);
		rc = err ? ctl_fail(ctl, err, "cannot read the calls") : CTL_OK;
	}
	json_tree_free(sessions->tree);
	free(sessions->answer);
	free(sessions);
	return rc;
}
