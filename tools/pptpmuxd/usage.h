/* SPDX-License-Identifier: GPL-2.0 */
/* What the slots may be used for, as the configuration says it */
#ifndef USAGE_H
#define USAGE_H

#include "genl.h"
#include "slotspec.h"

/* "VPN1-100 receive": one entry of the usage list */
struct usage_rule {
	struct slot_range slots;
	struct pmux_slot_change change;
};

const char *usage_rule_parse(const char *text, struct usage_rule *rule);

#endif /* USAGE_H */
