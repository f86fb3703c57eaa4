// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl table: the slot table in numbers */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "show.h"

static void show_number(struct ctl *ctl, const char *name, uint64_t value)
{
	if (ctl->as_json)
		json_number(&ctl->json, name, value);
	else
		printf("%-25s %" PRIu64 "\n", name, value);
}

static void show_fault(struct ctl *ctl, unsigned int fault, uint64_t value)
{
	char name[32];

	snprintf(name, sizeof(name), "malformed_%s", pmux_fault_name(fault));
	show_number(ctl, name, value);
}

int ctl_table(struct ctl *ctl, int argc, char **argv)
{
	struct pmux_table table;
	int err;

	err = ctl_no_arguments(argc, argv);
	if (!err)
		err = ctl_open(ctl);
	if (err)
		return err;
	err = pmux_table_get(ctl->client, &table);
	if (err)
		return ctl_fail(ctl, err, "cannot read the table");

	const struct {
		const char	*name;
		uint64_t	value;
	} row[] = {
		{ "slots", table.slots },
		{ "free", table.free },
		{ "claimed", table.claimed },
		{ "connected", table.connected },
		{ "draining", table.draining },
		{ "disabled", table.disabled },
		{ "claims", table.claims },
		{ "hand_overs", table.hand_overs },
		{ "early", table.early },
		{ "refused_no_usage", table.refused_no_usage },
		{ "refused_all_busy", table.refused_all_busy },
		{ "refused_no_resource", table.refused_no_resource },
		{ "events_suppressed", table.events_suppressed },
		{ "rx_malformed", table.rx_malformed },
		{ "rx_no_call", table.rx_no_call },
		{ "tx_share", table.limits.tx_share },
		{ "tx_limit", table.limits.tx_limit },
		{ "tx_pool", table.tx_pool },
		{ "tx_borrowed", table.tx_borrowed },
		{ "tx_accepted", table.tx_accepted },
		{ "tx_frames_on_way", table.tx_frames },
		{ "tx_bytes_on_way", table.tx_bytes },
		{ "rx_share", table.limits.rx_share },
		{ "rx_limit", table.limits.rx_limit },
		{ "rx_pool", table.rx_pool },
		{ "rx_borrowed", table.rx_borrowed },
		{ "rx_bytes_held", table.rx_bytes },
	};
	unsigned int i;

	if (ctl->as_json)
		json_object(&ctl->json, NULL);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		show_number(ctl, row[i].name, row[i].value);
	for (i = 0; i < PMUX_FAULTS; i++)
		show_fault(ctl, i, table.rx_fault[i]);
	if (ctl->as_json)
		show_stats_json(&ctl->json, &table.stats);
	else
		show_stats(&table.stats, "");
	if (ctl->as_json) {
		json_object_end(&ctl->json);
		putchar('\n');
	}
	return CTL_OK;
}
