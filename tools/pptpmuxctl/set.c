// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl set: what slots are for */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "ctl.h"
#include "slotspec.h"

struct setting {
	struct pmux_slot_change	change;
	struct usage_change	usage;
};

static const char *parse_setting(struct setting *setting, const char *name, const char *value)
{
	struct pmux_slot_change *change = &setting->change;

	if (strcmp(name, "usage") == 0) {
		change->mask |= PMUX_SET_USAGE;
		return usage_change_parse(value, &setting->usage);
	}
	if (strcmp(name, "enabled") == 0) {
		change->mask |= PMUX_SET_ENABLED;
		change->enabled = strcmp(value, "yes") == 0;
		return change->enabled || strcmp(value, "no") == 0 ? NULL : "write yes or no";
	}
	change->mask |= PMUX_SET_QUARANTINE;
	if (ctl_number(value, PPTP_MUX_QUARANTINE_MAX, &change->quarantine))
		return NULL;
	return "write milliseconds, 0 to 3600000 (an hour)";
}

static bool is_setting(const char *text)
{
	return strcmp(text, "usage") == 0 || strcmp(text, "enabled") == 0 ||
	       strcmp(text, "quarantine") == 0;
}

/* The settings behind the slots; argv[0] is the first of them */
static int parse_settings(struct setting *setting, int argc, char **argv)
{
	const char *why;
	int i;

	for (i = 0; i < argc; i += 2) {
		if (!is_setting(argv[i]))
			return ctl_usage("\"%s\" is no setting: write usage, enabled or quarantine",
					 argv[i]);
		if (i + 1 == argc)
			return ctl_usage("a value is missing behind %s", argv[i]);
		why = parse_setting(setting, argv[i], argv[i + 1]);
		if (why)
			return ctl_usage("%s \"%s\": %s", argv[i], argv[i + 1], why);
	}
	return CTL_OK;
}

static int set_slot(struct ctl *ctl, const struct setting *setting, uint32_t number)
{
	struct pmux_slot_change change = setting->change;
	struct pmux_slot slot;
	int err;

	if (change.mask & PMUX_SET_USAGE) {
		err = pmux_slot_get(ctl->client, number, &slot);
		if (err)
			return err;
		change.usage = usage_change_apply(&setting->usage, slot.usage);
	}
	return pmux_slot_set(ctl->client, number, &change);
}

static int set_range(struct ctl *ctl, const struct setting *setting, struct slot_range range)
{
	struct pmux_table table;
	uint32_t number;
	int err;

	if (range.all) {
		err = pmux_table_get(ctl->client, &table);
		if (err)
			return ctl_fail(ctl, err, "cannot read the table");
		range.last = table.slots;
	}
	for (number = range.first; number <= range.last; number++) {
		err = set_slot(ctl, setting, number);
		/* The table may have been shrunk since it was asked for its size */
		if (err == -ENOENT && range.all)
			break;
		if (err && number > range.first)
			return ctl_fail(ctl, err, "cannot set VPN%" PRIu32 " (VPN%" PRIu32
					" to VPN%" PRIu32 " are set)", number, range.first, number - 1);
		if (err)
			return ctl_fail(ctl, err, "cannot set VPN%" PRIu32, number);
	}
	return CTL_OK;
}

/* All are read before the first is set, so that a typing error sets none */
static int parse_slots(int argc, char **argv)
{
	struct slot_range range;
	const char *why;
	int i;

	for (i = 0; i < argc; i++) {
		why = slot_range_parse(argv[i], &range);
		if (why)
			return ctl_usage("\"%s\": %s", argv[i], why);
	}
	return CTL_OK;
}

int ctl_set(struct ctl *ctl, int argc, char **argv)
{
	struct setting setting = { 0 };
	struct slot_range range;
	int slots, i, rc;

	for (slots = 1; slots < argc && !is_setting(argv[slots]); slots++)
		;
	if (slots == 1 || slots == argc)
		return ctl_usage("write slots and what to set, as in: set VPN1-100 usage receive");
	if (parse_slots(slots - 1, argv + 1) ||
	    parse_settings(&setting, argc - slots, argv + slots))
		return CTL_USAGE;
	rc = ctl_open(ctl);
	for (i = 1; i < slots && !rc; i++) {
		slot_range_parse(argv[i], &range);
		rc = set_range(ctl, &setting, range);
	}
	return rc;
}
