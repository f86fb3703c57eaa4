// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl calls: the calls in the slots, with statistics if asked for */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "show.h"
#include "slotspec.h"

struct calls {
	struct json	*json;
	bool		stats;
};

static void account_line(const char *way, const struct pmux_account *account)
{
	printf("    %s account: %" PRIu32 " frames, %" PRIu32 " bytes on their way; most %" PRIu32
	       ", share %" PRIu32 ", limit %" PRIu32 "; over %" PRIu64 " times\n", way,
	       account->frames, account->bytes, account->high, account->share, account->limit,
	       account->over);
}

static void accounts_lines(const struct pmux_call *call)
{
	const struct pmux_account *tx = &call->tx;

	if (PMUX_HAS(call, PPTP_MUX_A_CALL_TX)) {
		account_line("tx", tx);
		printf("    tx accepted %" PRIu64 " frames (%" PRIu64 " of PPP's own), stopped %" PRIu64
		       " times; the path is given %" PRIu32 " bytes at once\n", tx->accepted,
		       tx->control, tx->stops, tx->queue);
		if (tx->stalls)
			printf("    tx stalled %" PRIu32 " times; %" PRIu32 " bytes are stuck below, and written off\n",
			       tx->stalls, tx->written_off);
	}
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_RX))
		account_line("rx", &call->rx);
}

static void cipher_line(const char *way, const struct pmux_cipher *cipher)
{
	const char *separator = ":";
	unsigned int attr;

	printf("    %s MPPE of %" PRIu32 " bits, %s", way, cipher->bits,
	       cipher->stateful ? "stateful" : "stateless");
	for (attr = 0; attr <= PPTP_MUX_A_CIPHER_MAX; attr++) {
		if (!pmux_cipher_name(attr) || !PMUX_HAS(cipher, attr))
			continue;
		printf("%s %s %" PRIu64, separator, pmux_cipher_name(attr),
		       cipher->counter[attr]);
		separator = ",";
	}
	putchar('\n');
}

static void cipher_lines(const struct pmux_call *call)
{
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_TX_CIPHER))
		cipher_line("tx", &call->tx_cipher);
	if (PMUX_HAS(call, PPTP_MUX_A_CALL_RX_CIPHER))
		cipher_line("rx", &call->rx_cipher);
}

static int call_line(const struct pmux_slot *slot, void *data)
{
	char local[INET_ADDRSTRLEN], peer[INET_ADDRSTRLEN], ifname[IFNAMSIZ];
	char usage[USAGE_TEXT_SIZE], uptime[DURATION_SIZE], name[16];
	const struct pmux_call *call = &slot->call;
	const struct calls *calls = data;

	if (!PMUX_HAS(slot, PPTP_MUX_A_SLOT_CALL))
		return 0;
	snprintf(name, sizeof(name), "VPN%" PRIu32, slot->number);
	printf("%-8s %-9s %5u %-15s %7u %-15s %-10s %-14s %s\n", name,
	       pmux_state_name(slot->state), call->id,
	       show_address(PMUX_HAS(call, PPTP_MUX_A_CALL_LOCAL), call->local, local),
	       call->peer_id,
	       show_address(PMUX_HAS(call, PPTP_MUX_A_CALL_PEER), call->peer, peer),
	       show_ifname(call, ifname),
	       show_duration(call->uptime, uptime),
	       call->usage ? usage_format(call->usage, usage) : "any");
	if (calls->stats) {
		show_stats(&call->stats, "    ");
		accounts_lines(call);
		cipher_lines(call);
	}
	return 0;
}

static int call_json(const struct pmux_slot *slot, void *data)
{
	const struct calls *calls = data;
	char name[16];

	if (!PMUX_HAS(slot, PPTP_MUX_A_SLOT_CALL))
		return 0;
	snprintf(name, sizeof(name), "VPN%" PRIu32, slot->number);
	json_object(calls->json, NULL);
	json_string(calls->json, "slot", name);
	json_number(calls->json, "number", slot->number);
	json_string(calls->json, "state", pmux_state_name(slot->state));
	show_call_json(calls->json, &slot->call, calls->stats);
	json_object_end(calls->json);
	return 0;
}

static int calls_json(struct ctl *ctl, struct calls *calls)
{
	int err;

	json_object(&ctl->json, NULL);
	json_array(&ctl->json, "calls");
	err = pmux_slot_dump(ctl->client, call_json, calls);
	json_array_end(&ctl->json);
	json_object_end(&ctl->json);
	putchar('\n');
	return err;
}

int ctl_calls(struct ctl *ctl, int argc, char **argv)
{
	struct calls calls = { .json = &ctl->json };
	int err;

	if (argc > 1 && strcmp(argv[1], "-s") == 0) {
		calls.stats = true;
		argc--;
		argv++;
	}
	err = ctl_no_arguments(argc, argv);
	if (!err)
		err = ctl_open(ctl);
	if (err)
		return err;
	if (ctl->as_json) {
		err = calls_json(ctl, &calls);
	} else {
		printf("%-8s %-9s %5s %-15s %7s %-15s %-10s %-14s %s\n", "SLOT", "STATE", "ID",
		       "LOCAL", "PEER-ID", "PEER", "INTERFACE", "UPTIME", "ASKED");
		err = pmux_slot_dump(ctl->client, call_line, &calls);
	}
	return err ? ctl_fail(ctl, err, "cannot read the calls") : CTL_OK;
}
