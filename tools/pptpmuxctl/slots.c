// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl slots: what each slot is for, and what it is doing */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "show.h"
#include "slotspec.h"

static int slot_line(const struct pmux_slot *slot, void *data)
{
	char usage[USAGE_TEXT_SIZE], since[DURATION_SIZE];
	char peer[INET_ADDRSTRLEN], ifname[IFNAMSIZ], name[16];

	(void)data;
	snprintf(name, sizeof(name), "VPN%" PRIu32, slot->number);
	printf("%-8s %-9s %-7s %-28s %10" PRIu32 " %7" PRIu32 " %9" PRIu64 " %-14s %-15s %s\n",
	       name, pmux_state_name(slot->state), slot->enabled ? "yes" : "no",
	       usage_format(slot->usage, usage), slot->quarantine, slot->generation,
	       slot->refused, show_duration(slot->since, since),
	       show_address(PMUX_HAS(&slot->call, PPTP_MUX_A_CALL_PEER), slot->call.peer, peer),
	       show_ifname(&slot->call, ifname));
	return 0;
}

static int slot_json(const struct pmux_slot *slot, void *data)
{
	struct json *json = data;
	char name[16];

	snprintf(name, sizeof(name), "VPN%" PRIu32, slot->number);
	json_object(json, NULL);
	json_string(json, "name", name);
	json_number(json, "number", slot->number);
	json_string(json, "state", pmux_state_name(slot->state));
	json_bool(json, "enabled", slot->enabled);
	show_usage_json(json, "usage", slot->usage);
	json_number(json, "quarantine_ms", slot->quarantine);
	json_number(json, "calls", slot->generation);
	json_number(json, "handed_on", slot->refused);
	json_number(json, "since_ms", slot->since);
	show_limits_json(json, &slot->limits);
	if (PMUX_HAS(slot, PPTP_MUX_A_SLOT_CALL)) {
		json_object(json, "call");
		show_call_json(json, &slot->call, true);
		json_object_end(json);
	}
	json_object_end(json);
	return 0;
}

int ctl_slots(struct ctl *ctl, int argc, char **argv)
{
	int err;

	err = ctl_no_arguments(argc, argv);
	if (!err)
		err = ctl_open(ctl);
	if (err)
		return err;
	if (ctl->as_json) {
		json_object(&ctl->json, NULL);
		json_array(&ctl->json, "slots");
		err = pmux_slot_dump(ctl->client, slot_json, &ctl->json);
		json_array_end(&ctl->json);
		json_object_end(&ctl->json);
		putchar('\n');
	} else {
		printf("%-8s %-9s %-7s %-28s %10s %7s %9s %-14s %-15s %s\n", "NAME", "STATE",
		       "ENABLED", "USAGE", "QUARANTINE", "CALLS", "HANDED-ON", "SINCE", "PEER",
		       "INTERFACE");
		err = pmux_slot_dump(ctl->client, slot_line, NULL);
	}
	return err ? ctl_fail(ctl, err, "cannot read the slots") : CTL_OK;
}
