// SPDX-License-Identifier: GPL-2.0
/* What the slots may be used for, as the configuration says it */
#include "usage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pptp_mux.h>

#include "accountspec.h"

#define SEPARATORS	" \t,"

static const char *parse_quarantine(const char *text, struct pmux_slot_change *change)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > PPTP_MUX_QUARANTINE_MAX)
		return "quarantine is a number of milliseconds, up to 3600000: write quarantine=5000";
	change->quarantine = value;
	change->mask |= PMUX_SET_QUARANTINE;
	return NULL;
}

/* "tx-limit=256K"; pools are not a slot's */
static const char *parse_account(const char *word, const char *value,
				 struct pmux_slot_change *change)
{
	char name[16];
	unsigned int setting;
	uint32_t *limit;

	snprintf(name, sizeof(name), "%.*s", (int)(value - word), word);
	setting = account_setting(name);
	limit = account_limit(&change->limits, setting);
	if (!limit)
		return "unknown setting: write quarantine=, tx-share=, tx-limit=, rx-share= or rx-limit=";
	change->mask |= setting;
	return account_size_parse(value + 1, setting, true, limit);
}

static const char *parse_usage(const char *word, struct pmux_slot_change *change)
{
	struct usage_change usage;

	if (usage_change_parse(word, &usage) || usage.mode != USAGE_REPLACE)
		return "unknown usage: write receive, dial-out, demand-dial, all, none, enabled, disabled or quarantine=MILLISECONDS";
	change->usage |= usage.mask;
	change->mask |= PMUX_SET_USAGE;
	return NULL;
}

static const char *parse_word(const char *word, struct pmux_slot_change *change)
{
	const char *value;

	if (!strcmp(word, "enabled") || !strcmp(word, "disabled")) {
		change->enabled = word[0] == 'e';
		change->mask |= PMUX_SET_ENABLED;
		return NULL;
	}
	if (!strncmp(word, "quarantine=", 11))
		return parse_quarantine(word + 11, change);
	value = strchr(word, '=');
	if (value)
		return parse_account(word, value, change);
	return parse_usage(word, change);
}

/**
 * usage_rule_parse - "VPN1-100 receive, dial-out, quarantine=5000"
 * @text:	as in the configuration
 * @rule:	filled in
 *
 * Return: NULL, or what is wrong and how to write it.
 */
const char *usage_rule_parse(const char *text, struct usage_rule *rule)
{
	char copy[256], *word, *rest;
	const char *fault;

	memset(rule, 0, sizeof(*rule));
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return "the text is too long: use one entry for each range of slots";
	word = strtok_r(copy, SEPARATORS, &rest);
	fault = slot_range_parse(word ? word : "", &rule->slots);
	while (!fault && (word = strtok_r(NULL, SEPARATORS, &rest)))
		fault = parse_word(word, &rule->change);
	if (!fault && !rule->change.mask)
		return "says nothing about its slots: add receive, dial-out, demand-dial, enabled or disabled";
	return fault;
}
