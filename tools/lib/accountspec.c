// SPDX-License-Identifier: GPL-2.0
/* How people name the accounts of calls: "tx-limit", "256K" */
#include "accountspec.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static const struct name {
	const char	*name;
	unsigned int	setting;
} names[] = {
	{ "tx-share", PMUX_SET_TX_SHARE },
	{ "tx-limit", PMUX_SET_TX_LIMIT },
	{ "rx-share", PMUX_SET_RX_SHARE },
	{ "rx-limit", PMUX_SET_RX_LIMIT },
	{ "tx-pool", PMUX_SET_TX_POOL },
	{ "rx-pool", PMUX_SET_RX_POOL },
};

#define NAMES	(sizeof(names) / sizeof(names[0]))

unsigned int account_setting(const char *name)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].setting;
	return 0;
}

const char *account_setting_name(unsigned int setting)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (names[i].setting == setting)
			return names[i].name;
	return NULL;
}

/* False if it is no number, or more than 32 bits hold */
static bool parse_bytes(const char *text, uint64_t *bytes)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		value = 10 * value + (*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	if (*text == 'K' || *text == 'k')
		value <<= 10;
	else if (*text == 'M' || *text == 'm')
		value <<= 20;
	else if (*text)
		return false;
	*bytes = value;
	return value <= UINT32_MAX && (!*text || !text[1]);
}

const char *account_size_parse(const char *text, unsigned int setting, bool own, uint32_t *size)
{
	bool pool = setting == PMUX_SET_TX_POOL || setting == PMUX_SET_RX_POOL;
	uint64_t bytes;

	if (!parse_bytes(text, &bytes))
		return "write a size in bytes, as 262144, 256K or 1M";
	if (pool && bytes > PPTP_MUX_POOL_MAX)
		return "a pool has at most 1024M";
	if (!pool && bytes > PPTP_MUX_ACCOUNT_MAX)
		return "a call may have at most 8M on its way";
	if (!pool && !bytes && !own)
		return "it cannot be 0: a call would carry nothing";
	*size = bytes;
	return NULL;
}

uint32_t *account_limit(struct pmux_limits *limits, unsigned int setting)
{
	switch (setting) {
	case PMUX_SET_TX_SHARE:
		return &limits->tx_share;
	case PMUX_SET_TX_LIMIT:
		return &limits->tx_limit;
	case PMUX_SET_RX_SHARE:
		return &limits->rx_share;
	case PMUX_SET_RX_LIMIT:
		return &limits->rx_limit;
	default:
		return NULL;
	}
}
