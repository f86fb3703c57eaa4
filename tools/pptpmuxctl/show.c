// SPDX-License-Identifier: GPL-2.0
/* Parts of an answer that more than one subcommand shows */
#include "show.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "slotspec.h"

const char *show_duration(uint64_t ms, char *text)
{
	uint64_t s = ms / 1000;
	uint64_t days = s / 86400;
	unsigned int h = s / 3600 % 24, m = s / 60 % 60;

	/* Past a thousand years it is no duration but a broken clock */
	if (days > 365000)
		snprintf(text, DURATION_SIZE, "?");
	else if (days)
		snprintf(text, DURATION_SIZE, "%" PRIu64 "d %02u:%02u:%02u",
			 days, h, m, (unsigned int)(s % 60));
	else
		snprintf(text, DURATION_SIZE, "%02u:%02u:%02u", h, m, (unsigned int)(s % 60));
	return text;
}

void show_usage_json(struct json *json, const char *key, uint32_t usage)
{
	unsigned int bit;

	json_array(json, key);
	for (bit = 0; usage_name(bit); bit++)
		if (usage & 1u << bit)
			json_string(json, NULL, usage_name(bit));
	json_array_end(json);
}

const char *show_address(bool has, struct in_addr address, char *text)
{
	if (!has || !inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN))
		strcpy(text, "-");
	return text;
}

const char *show_name(const char *name, char *text)
{
	unsigned int i;

	for (i = 0; name[i]; i++)
		text[i] = name[i] > ' ' && name[i] <= '~' ? name[i] : '?';
	text[i] = '\0';
	return text;
}

const char *show_ifname(const struct pmux_call *call, char *text)
{
	return show_name(PMUX_HAS(call, PPTP_MUX_A_CALL_IFNAME) ? call->ifname : "-", text);
}

void show_stats(const struct pmux_stats *stats, const char *indent)
{
	unsigned int attr;

	for (attr = 0; attr <= PPTP_MUX_A_STATS_MAX; attr++)
		if (pmux_stats_name(attr) && PMUX_HAS(stats, attr))
			printf("%s%-20s %" PRIu64 "\n", indent, pmux_stats_name(attr),
			       stats->counter[attr]);
}

static void account_json(struct json *json, const char *key, const struct pmux_account *account)
{
	json_object(json, key);
	json_number(json, "bytes", account->bytes);
	json_number(json, "frames", account->frames);
	json_number(json, "share", account->share);
	json_number(json, "limit", account->limit);
	json_number(json, "high", account->high);
	json_number(json, "over", account->over);
	if (PMUX_HAS(account, PPTP_MUX_A_ACCOUNT_ACCEPTED)) {
		json_number(json, "accepted", account->accepted);
		json_number(json, "control", account->control);
		json_number(json, "stops", account->stops);
		json_number(json, "queue", account->queue);
		json_number(json, "stalls", account->stalls);
		json_number(json, "written_off", account->written_off);
	}
	json_object_end(json);
}

static void cipher_json(struct json *json, const char *key, const struct pmux_cipher *cipher)
{
	unsigned int attr;

	json_object(json, key);
	json_number(json, "bits", cipher->bits);
	json_string(json, "mode", cipher->stateful ? "stateful" : "stateless");
	for (attr = 0; attr <= PPTP_MUX_A_CIPHER_MAX; attr++)
		if (pmux_cipher_name(attr) && PMUX_HAS(cipher, attr))
			json_number(json, pmux_cipher_name(attr), cipher->counter[attr]);
	json_object_end(json);
}

void show_limits_json(struct json *json, const struct pmux_limits *limits)
{
	json_number(json, "tx_share", limits->tx_share);
	json_number(json, "tx_limit", limits->tx_limit);
	json_number(json, "rx_share", limits->rx_share);
	json_number(json, "rx_limit", limits->rx_limit);
}

void show_stats_json(struct json *json, const struct pmux_stats *stats)
{
	unsigned int attr;

	json_object(json, "stats");
	for (attr = 0; attr <= PPTP_MUX_A_STATS_MAX; attr++)
		if (pmux_stats_name(attr) && PMUX_HAS(stats, attr))
			json_number(json, pmux_stats_name(attr), stats->counter[attr]);
	json_object_end(json);
}

void show_call_json(struct json *json, const struct pmux_call *call, bool stats)
{
	char address[INET_ADDRSTRLEN];

	json_number(json, "id", call->id);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_PEER_ID))
		json_number(json, "peer_id", call->peer_id);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_LOCAL))
		json_string(json, "local", show_address(true, call->local, address));
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_PEER))
		json_string(json, "peer", show_address(true, call->peer, address));
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_CHANNEL))
		json_number(json, "channel", call->channel);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_IFNAME))
		json_string(json, "ifname", call->ifname);
	show_usage_json(json, "asked_usage", call->usage);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_UPTIME))
		json_number(json, "uptime_ms", call->uptime);
	if (stats && PMUX_HAS(call, PPTP_MUX_A_CALL_STATS))
		show_stats_json(json, &call->stats);
	if (stats && PMUX_HAS(call, PPTP_MUX_A_CALL_TX))
		account_json(json, "tx", &call->tx);
	if (stats && PMUX_HAS(call, PPTP_MUX_A_CALL_RX))
		account_json(json, "rx", &call->rx);
	if (stats && PMUX_HAS(call, PPTP_MUX_A_CALL_TX_CIPHER))
		cipher_json(json, "tx_cipher", &call->tx_cipher);
	if (stats && PMUX_HAS(call, PPTP_MUX_A_CALL_RX_CIPHER))
		cipher_json(json, "rx_cipher", &call->rx_cipher);
}

void show_text(const char *value, char *cell, size_t size)
{
	snprintf(cell, size, "%s", value);
	for (; *cell; cell++) {
		if ((unsigned char)*cell < ' ' || *cell == 127)
			*cell = '?';
	}
}

void show_time(uint64_t ns)
{
	time_t seconds = ns / 1000000000;
	char text[32] = "?";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("%s.%03u", text, (unsigned int)(ns / 1000000 % 1000));
}
