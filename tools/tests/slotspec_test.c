// SPDX-License-Identifier: GPL-2.0
/* How people name slots and usages */
#include <string.h>

#include <linux/pptp_mux.h>

#include "slotspec.h"
#include "tap.h"

static void good_ranges(void)
{
	static const struct {
		const char	*text;
		uint32_t	first, last;
	} table[] = {
		{ "VPN3", 3, 3 },
		{ "3", 3, 3 },
		{ "vpn1-100", 1, 100 },
		{ "1-VPN100", 1, 100 },
		{ "VPN7-7", 7, 7 },
		{ "VPN65535", 65535, 65535 },
		{ "007", 7, 7 },
	};
	struct slot_range range;
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ok(!slot_range_parse(table[i].text, &range) && !range.all &&
		   range.first == table[i].first && range.last == table[i].last, table[i].text);
	ok(!slot_range_parse("all", &range) && range.all && range.first == 1, "all");
}

static void bad_ranges(void)
{
	static const char *const table[] = {
		"", "VPN", "VPN0", "0", "-1", "+1", " 1", "1 ", "1-", "-", "1--2", "1-2-3", "3-1",
		"65536", "4294967297", "99999999999999999999", "VPN1-65536", "VPN 1", "alles", "1,2",
	};
	struct slot_range range;
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ok(slot_range_parse(table[i], &range) != NULL, table[i]);
}

static void good_usages(void)
{
	static const struct {
		const char	*text;
		uint32_t	old, becomes;
	} table[] = {
		{ "receive", 2, 1 },
		{ "receive,dial-out", 4, 3 },
		{ "receive+demand-dial", 0, 5 },
		{ "+demand-dial", 1, 5 },
		{ "+demand-dial,dial-out", 1, 7 },
		{ "-receive", 3, 2 },
		{ "-receive,dial-out", 7, 4 },
		{ "-all", 7, 0 },
		{ "none", 7, 0 },
		{ "ALL", 0, 7 },
	};
	struct usage_change change;
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ok(!usage_change_parse(table[i].text, &change) &&
		   usage_change_apply(&change, table[i].old) == table[i].becomes, table[i].text);
}

static void bad_usages(void)
{
	static const char *const table[] = {
		"", "+", "-", ",", "receive,", ",receive", "receive,,dial-out", "recv", "receives",
		"receive dial-out", "++receive", "7",
	};
	struct usage_change change;
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ok(usage_change_parse(table[i], &change) != NULL, table[i]);
}

static void formats(void)
{
	char text[USAGE_TEXT_SIZE];

	ok(!strcmp(usage_format(7, text), "receive,dial-out,demand-dial"), "format all");
	ok(strlen(text) < sizeof(text), "the longest text fits");
	ok(!strcmp(usage_format(5, text), "receive,demand-dial"), "format two");
	ok(!strcmp(usage_format(0, text), "none"), "format none");
	ok(!strcmp(usage_format(8, text), "none"), "format what is not known");
	ok(!strcmp(usage_name(1), "dial-out") && !usage_name(3), "names of bits");
}

int main(void)
{
	good_ranges();
	bad_ranges();
	good_usages();
	bad_usages();
	formats();
	return tap_done();
}
