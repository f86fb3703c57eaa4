// SPDX-License-Identifier: GPL-2.0
/* May a slot take the next call? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

struct counts {
	uint32_t slots;
	uint32_t enabled;
	uint32_t receive;		/* of the enabled ones */
	uint32_t free;			/* of these */
	uint32_t disabled_receive;	/* the first that is disabled, and might else; 0: none */
};

static int count(const struct pmux_slot *slot, void *data)
{
	bool receives = slot->usage & PPTP_MUX_USAGE_RECEIVE;
	struct counts *counts = data;

	counts->slots++;
	counts->enabled += slot->enabled;
	if (slot->enabled && receives) {
		counts->receive++;
		counts->free += slot->state == PPTP_MUX_STATE_FREE;
	}
	if (!slot->enabled && receives && !counts->disabled_receive)
		counts->disabled_receive = slot->number;
	return 0;
}

static void report_usage(struct findings *findings, const struct counts *counts)
{
	char mend[64] = "pptpmuxctl set all usage +receive";

	if (counts->disabled_receive)
		snprintf(mend, sizeof(mend), "pptpmuxctl set VPN%" PRIu32 " enabled yes",
			 counts->disabled_receive);
	finding_add(findings, FINDING_SLOTS_USAGE, mend,
		    "none of the %" PRIu32 " VPN slots that are enabled may receive calls: clients are refused with result 7, and report error 629%s; see usage in pptpmuxd.conf, which sets them anew",
		    counts->enabled,
		    counts->disabled_receive ? "; those that may are disabled" : "");
}

static void report(struct findings *findings, const struct counts *counts)
{
	char mend[64];

	if (!counts->enabled) {
		finding_add(findings, FINDING_SLOTS_DISABLED, "pptpmuxctl set all enabled yes",
			    "all %" PRIu32 " VPN slots are disabled: every call is refused; see usage in pptpmuxd.conf, which sets them anew",
			    counts->slots);
	} else if (!counts->receive) {
		report_usage(findings, counts);
	} else if (!counts->free) {
		snprintf(mend, sizeof(mend), "pptpmuxctl resize %" PRIu32,
			 counts->slots > PPTP_MUX_SLOTS_MAX / 2 ? PPTP_MUX_SLOTS_MAX :
			 2 * counts->slots);
		finding_add(findings, FINDING_SLOTS_TAKEN, mend,
			    "all %" PRIu32 " VPN slots that may receive calls are taken: the next client is refused as busy, result 4; see slots in pptpmuxd.conf",
			    counts->receive);
	}
}

void doctor_slots(struct doctor *doctor)
{
	struct counts counts = { 0 };
	int err;

	if (!doctor->ctl->client)
		return;
	err = pmux_slot_dump(doctor->ctl->client, count, &counts);
	if (err)
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL,
			    "the slots cannot be read: %s", strerror(-err));
	else
		report(&doctor->findings, &counts);
}
