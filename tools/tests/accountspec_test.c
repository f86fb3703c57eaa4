// SPDX-License-Identifier: GPL-2.0
/* How people name the accounts of calls */
#include <string.h>

#include "accountspec.h"
#include "tap.h"

static bool size_is(const char *text, unsigned int setting, bool own, uint32_t want)
{
	uint32_t size = ~want;

	return !account_size_parse(text, setting, own, &size) && size == want;
}

static bool refused(const char *text, unsigned int setting, bool own, const char *why)
{
	uint32_t size = 42;
	const char *said = account_size_parse(text, setting, own, &size);

	return said && strstr(said, why) && size == 42;
}

static void names(void)
{
	struct pmux_limits limits;
	unsigned int setting;
	unsigned int count = 0;

	for (setting = 1; setting; setting <<= 1) {
		const char *name = account_setting_name(setting);

		if (name && account_setting(name) == setting)
			count++;
	}
	ok(count == 6, "six settings, each with its name");
	ok(!account_setting("quarantine") && !account_setting(""), "others are none");
	ok(account_limit(&limits, PMUX_SET_TX_SHARE) == &limits.tx_share &&
	   account_limit(&limits, PMUX_SET_RX_LIMIT) == &limits.rx_limit &&
	   !account_limit(&limits, PMUX_SET_TX_POOL), "limits and their places");
}

static void sizes(void)
{
	ok(size_is("1", PMUX_SET_TX_LIMIT, false, 1) &&
	   size_is("262144", PMUX_SET_TX_LIMIT, false, 262144), "bytes");
	ok(size_is("256K", PMUX_SET_TX_LIMIT, false, 262144) &&
	   size_is("8m", PMUX_SET_RX_LIMIT, false, 8 << 20), "with a unit");
	ok(size_is("1024M", PMUX_SET_TX_POOL, false, 1 << 30) &&
	   size_is("0", PMUX_SET_RX_POOL, false, 0), "pools");
	ok(size_is("0", PMUX_SET_TX_SHARE, true, 0), "0 of a slot is the table's");
}

static void mistakes(void)
{
	static const char *const wrong[] = {
		"", "K", "-1", "+1", " 1", "1 ", "1KB", "1.5M", "0x10", "4294967296", "4194304K", "1G",
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(refused(wrong[i], PMUX_SET_TX_LIMIT, true, "write a size"), wrong[i]);
	ok(refused("8388609", PMUX_SET_TX_LIMIT, true, "at most 8M"), "a limit of over 8M");
	ok(refused("1025M", PMUX_SET_TX_POOL, false, "at most 1024M"), "a pool of over 1024M");
	ok(refused("0", PMUX_SET_RX_LIMIT, false, "cannot be 0"), "nothing at all");
}

int main(void)
{
	names();
	sizes();
	mistakes();
	return tap_done();
}
