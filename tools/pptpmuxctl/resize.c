// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl resize: the number of slots */
#include <inttypes.h>

#include "ctl.h"

int ctl_resize(struct ctl *ctl, int argc, char **argv)
{
	struct pmux_table_change change = { .mask = PMUX_SET_SLOTS };
	uint32_t slots;
	int err;

	if (argc != 2 || !ctl_number(argv[1], PPTP_MUX_SLOTS_MAX, &slots) || !slots)
		return ctl_usage("write the number of slots, 1 to %d, as in: resize 256",
				 PPTP_MUX_SLOTS_MAX);
	err = ctl_open(ctl);
	if (err)
		return err;
	change.slots = slots;
	err = pmux_table_set(ctl->client, &change);
	return err ? ctl_fail(ctl, err, "cannot resize the table to %" PRIu32 " slots", slots)
		   : CTL_OK;
}
