// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl set: what slots are for, and what their calls may have on their way */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "accountspec.h"
#include "ctl.h"
#include "slotspec.h"

struct setting {
	struct pmux_slot_change	change;
	struct usage_change	usage;
};

static const char bad_setting[] =
	"write usage, enabled, quarantine, tx-share, tx-limit, rx-share or rx-limit";
static const char bad_table_setting[] =
	"write tx-share, tx-limit, rx-share, rx-limit, tx-pool or rx-pool";

static const char *parse_limit(struct pmux_limits *limits, unsigned int setting, bool own,
			       const char *value)
{
	uint32_t *limit = account_limit(limits, setting);

	return limit ? account_size_parse(value, setting, own, limit) :
		       "pools are the table's: write set table tx-pool 32M";
}

static const char *parse_setting(struct setting *setting, const char *name, const char *value)
{
	struct pmux_slot_change *change = &setting->change;
	unsigned int account = account_setting(name);

	if (account) {
		change->mask |= account;
		return parse_limit(&change->limits, account, true, value);
	}
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
	       strcmp(text, "quarantine") == 0 || account_setting(text);
}

/* The settings behind the slots; argv[0] is the first of them */
static int parse_settings(struct setting *setting, int argc, char **argv)
{
	const char *why;
	int i;

	for (i = 0; i < argc; i += 2) {
		if (!is_setting(argv[i]))
			return ctl_usage("\"%s\" is no setting: %s", argv[i], bad_setting);
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

static const char *parse_table_setting(struct pmux_table_change *change, unsigned int setting,
				       const char *value)
{
	change->mask |= setting;
	if (setting == PMUX_SET_TX_POOL)
		return account_size_parse(value, setting, false, &change->tx_pool);
	if (setting == PMUX_SET_RX_POOL)
		return account_size_parse(value, setting, false, &change->rx_pool);
	return parse_limit(&change->limits, setting, false, value);
}

/* argv[0] is the first setting */
static int set_table(struct ctl *ctl, int argc, char **argv)
{
	struct pmux_table_change change = { 0 };
	unsigned int setting;
	const char *why;
	int i, rc;

	for (i = 0; i < argc; i += 2) {
		setting = account_setting(argv[i]);
		if (!setting)
			return ctl_usage("\"%s\" is no setting of the table: %s", argv[i],
					 bad_table_setting);
		if (i + 1 == argc)
			return ctl_usage("a value is missing behind %s", argv[i]);
		why = parse_table_setting(&change, setting, argv[i + 1]);
		if (why)
			return ctl_usage("%s \"%s\": %s", argv[i], argv[i + 1], why);
	}
	rc = ctl_open(ctl);
	if (rc)
		return rc;
	rc = pmux_table_set(ctl->client, &change);
	return rc ? ctl_fail(ctl, rc, "cannot set the table") : CTL_OK;
}

int ctl_set(struct ctl *ctl, int argc, char **argv)
{
	struct setting setting = { 0 };
	struct slot_range range;
	int slots, i, rc;

	if (argc > 2 && strcmp(argv[1], "table") == 0)
		return set_table(ctl, argc - 2, argv + 2);
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
