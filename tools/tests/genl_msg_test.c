// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the module as bytes: whole, cut off at every length, with lying
 * lengths, and with every byte changed in turn. Each message is copied into an
 * allocation of exactly its size, so that the sanitizers see one byte too far.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "genl_msg.h"
#include "tap.h"

static char buffer[4096] __attribute__((aligned(8)));

static struct nlmsghdr *begin(uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = 0x1f;
	genl->cmd = cmd;
	return nlh;
}

static void put_call(struct nlmsghdr *nlh, uint16_t attr)
{
	struct nlattr *call = mnl_attr_nest_start(nlh, attr), *stats, *cipher;

	mnl_attr_put_u16(nlh, PPTP_MUX_A_CALL_ID, 0x8003);
	mnl_attr_put_u16(nlh, PPTP_MUX_A_CALL_PEER_ID, 7);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_CALL_LOCAL, inet_addr("192.0.2.1"));
	mnl_attr_put_u32(nlh, PPTP_MUX_A_CALL_PEER, inet_addr("192.0.2.2"));
	mnl_attr_put_strz(nlh, PPTP_MUX_A_CALL_IFNAME, "ppp0");
	mnl_attr_put_u64(nlh, PPTP_MUX_A_CALL_UPTIME, 5000000000);
	stats = mnl_attr_nest_start(nlh, PPTP_MUX_A_CALL_STATS);
	mnl_attr_put(nlh, PPTP_MUX_A_STATS_PAD, 0, NULL);
	mnl_attr_put_u64(nlh, PPTP_MUX_A_STATS_TX_PACKETS, 11);
	mnl_attr_put_u64(nlh, PPTP_MUX_A_STATS_RX_DROP_MALFORMED, UINT64_MAX);
	mnl_attr_nest_end(nlh, stats);
	cipher = mnl_attr_nest_start(nlh, PPTP_MUX_A_CALL_RX_CIPHER);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_CIPHER_BITS, 128);
	mnl_attr_put_u8(nlh, PPTP_MUX_A_CIPHER_STATEFUL, 1);
	mnl_attr_put_u64(nlh, PPTP_MUX_A_CIPHER_LOST, 3000);
	mnl_attr_nest_end(nlh, cipher);
	mnl_attr_nest_end(nlh, call);
}

static struct nlmsghdr *slot_message(void)
{
	struct nlmsghdr *nlh = begin(PPTP_MUX_CMD_SLOT_GET);

	mnl_attr_put_u32(nlh, PPTP_MUX_A_SLOT_NUMBER, 3);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_SLOT_STATE, PPTP_MUX_STATE_CONNECTED);
	mnl_attr_put_u8(nlh, PPTP_MUX_A_SLOT_ENABLED, 1);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_SLOT_USAGE, 5);
	mnl_attr_put_u64(nlh, PPTP_MUX_A_SLOT_REFUSED, 1ull << 40);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_SLOT_MAX + 9, 42);
	put_call(nlh, PPTP_MUX_A_SLOT_CALL);
	return nlh;
}

static struct nlmsghdr *event_message(void)
{
	struct nlmsghdr *nlh = begin(PPTP_MUX_CMD_EVENT);

	mnl_attr_put_u32(nlh, PPTP_MUX_A_EVENT_TYPE, PPTP_MUX_EVENT_TYPE_HANG_UP);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_EVENT_CAUSE, PPTP_MUX_CAUSE_PEER);
	put_call(nlh, PPTP_MUX_A_EVENT_CALL);
	mnl_attr_put_u64(nlh, PPTP_MUX_A_EVENT_SUPPRESSED, 12);
	return nlh;
}

static void whole_slot(void)
{
	struct pmux_slot slot;
	struct pmux_call *call = &slot.call;

	ok(!pmux_slot_decode(slot_message(), &slot), "a slot is read");
	ok(slot.number == 3 && slot.state == PPTP_MUX_STATE_CONNECTED && slot.enabled == 1 &&
	   slot.usage == 5 && slot.refused == 1ull << 40, "its attributes");
	ok(PMUX_HAS(&slot, PPTP_MUX_A_SLOT_CALL) && !PMUX_HAS(&slot, PPTP_MUX_A_SLOT_SINCE) &&
	   !slot.since, "an attribute left out is absent and zero");
	ok(call->id == 0x8003 && call->peer_id == 7 && call->local.s_addr == inet_addr("192.0.2.1") &&
	   call->peer.s_addr == inet_addr("192.0.2.2") && !strcmp(call->ifname, "ppp0") &&
	   call->uptime == 5000000000, "its call");
	ok(call->stats.counter[PPTP_MUX_A_STATS_TX_PACKETS] == 11 &&
	   call->stats.counter[PPTP_MUX_A_STATS_RX_DROP_MALFORMED] == UINT64_MAX &&
	   !PMUX_HAS(&call->stats, PPTP_MUX_A_STATS_RX_PACKETS), "its counters");
	ok(call->rx_cipher.bits == 128 && call->rx_cipher.stateful == 1 &&
	   call->rx_cipher.counter[PPTP_MUX_A_CIPHER_LOST] == 3000 &&
	   !PMUX_HAS(call, PPTP_MUX_A_CALL_TX_CIPHER), "how it is encrypted, one way");
}

static void whole_event_and_table(void)
{
	struct pmux_event event;
	struct pmux_table table;
	struct nlmsghdr *nlh;

	ok(!pmux_event_decode(event_message(), &event) && event.cause == PPTP_MUX_CAUSE_PEER &&
	   event.suppressed == 12 && event.call.id == 0x8003, "an event is read");
	ok(!PMUX_HAS(&event, PPTP_MUX_A_EVENT_ID), "an event without a number");
	nlh = begin(PPTP_MUX_CMD_TABLE_GET);
	mnl_attr_put_u32(nlh, PPTP_MUX_A_TABLE_SLOTS, 128);
	mnl_attr_put_u64(nlh, PPTP_MUX_A_TABLE_RX_NO_CALL, 9);
	ok(!pmux_table_decode(nlh, &table) && table.slots == 128 && table.rx_no_call == 9,
	   "a table is read");
}

/* Decodes a copy of @len bytes with @at changed to @value, if it is inside */
static int decode_copy(const struct nlmsghdr *nlh, size_t len, size_t at, char value)
{
	struct pmux_slot slot;
	char *copy = malloc(len);
	int err;

	memcpy(copy, nlh, len);
	if (at < len)
		copy[at] = value;
	((struct nlmsghdr *)copy)->nlmsg_len = len;
	err = pmux_slot_decode((struct nlmsghdr *)copy, &slot);
	if (!err && strnlen(slot.call.ifname, IFNAMSIZ) == IFNAMSIZ)
		err = -EFAULT;
	free(copy);
	return err;
}

static void cut_off(void)
{
	struct nlmsghdr *nlh = slot_message();
	size_t whole = nlh->nlmsg_len, len;
	unsigned int read = 0, refused = 0, other = 0;

	for (len = sizeof(*nlh); len < whole; len++) {
		switch (decode_copy(nlh, len, whole, 0)) {
		case 0:
			read++;
			break;
		case -EBADMSG:
			refused++;
			break;
		default:
			other++;
		}
	}
	/* Only between two attributes can a cut go unseen */
	ok(refused > read && read > 0 && !other, "messages cut off at every length");
	ok(decode_copy(nlh, sizeof(*nlh) + 3, whole, 0) == -EBADMSG, "half a genetlink header");
}

static void changed_bytes(void)
{
	struct nlmsghdr *nlh = slot_message();
	size_t whole = nlh->nlmsg_len, at;
	unsigned int other = 0;
	int value, err;

	for (at = sizeof(*nlh); at < whole; at++) {
		for (value = 0; value < 256; value++) {
			err = decode_copy(nlh, whole, at, value);
			other += err && err != -EBADMSG;
		}
	}
	ok(!other, "every byte changed to every value");
}

static void wrong_lengths(void)
{
	struct pmux_slot slot;
	struct nlmsghdr *nlh;
	struct nlattr *call;

	nlh = begin(PPTP_MUX_CMD_SLOT_GET);
	mnl_attr_put_u16(nlh, PPTP_MUX_A_SLOT_NUMBER, 3);
	ok(pmux_slot_decode(nlh, &slot) == -EBADMSG, "a number of two bytes");
	nlh = begin(PPTP_MUX_CMD_SLOT_GET);
	mnl_attr_put(nlh, PPTP_MUX_A_SLOT_REFUSED, 0, NULL);
	ok(pmux_slot_decode(nlh, &slot) == -EBADMSG, "a counter of no bytes");
	nlh = begin(PPTP_MUX_CMD_SLOT_GET);
	call = mnl_attr_nest_start(nlh, PPTP_MUX_A_SLOT_CALL);
	mnl_attr_put(nlh, PPTP_MUX_A_CALL_IFNAME, 4, "ppp0");
	mnl_attr_nest_end(nlh, call);
	ok(pmux_slot_decode(nlh, &slot) == -EBADMSG, "a name without an end");
	nlh = begin(PPTP_MUX_CMD_SLOT_GET);
	call = mnl_attr_nest_start(nlh, PPTP_MUX_A_SLOT_CALL);
	mnl_attr_put_strz(nlh, PPTP_MUX_A_CALL_IFNAME, "a-name-that-is-far-too-long");
	mnl_attr_nest_end(nlh, call);
	ok(pmux_slot_decode(nlh, &slot) == -EBADMSG, "a name that is too long");
	nlh = slot_message();
	((struct nlattr *)((char *)nlh + 20))->nla_len = 0;
	ok(pmux_slot_decode(nlh, &slot) == -EBADMSG, "an attribute of length 0 ends the walk");
}

static struct nlmsghdr *refusal(uint16_t flags, uint32_t echoed, const char *text)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err) +
							  (echoed ? echoed - MNL_NLMSG_HDRLEN : 0));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = flags;
	err->error = -EINVAL;
	err->msg.nlmsg_len = echoed;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	return nlh;
}

static void extack(void)
{
	struct nlmsghdr *nlh;
	char text[16];
	size_t len;

	ok(pmux_extack_text(refusal(NLM_F_ACK_TLVS | NLM_F_CAPPED, 0, "slot busy"), text,
			    sizeof(text)) == 9 && !strcmp(text, "slot busy"), "extack behind a head");
	ok(pmux_extack_text(refusal(NLM_F_ACK_TLVS, 40, "slot busy"), text, sizeof(text)) == 9,
	   "extack behind a whole request");
	ok(!pmux_extack_text(refusal(NLM_F_CAPPED, 0, "slot busy"), text, sizeof(text)) && !*text,
	   "no extack announced");
	ok(pmux_extack_text(refusal(NLM_F_ACK_TLVS | NLM_F_CAPPED, 0, "a\x1b[31m\nb"), text,
			    sizeof(text)) && !strcmp(text, "a?[31m?b"), "extack is made printable");
	ok(pmux_extack_text(refusal(NLM_F_ACK_TLVS | NLM_F_CAPPED, 0, "more than sixteen bytes"),
			    text, sizeof(text)) == 15 && !text[15], "extack is cut to its room");
	nlh = refusal(NLM_F_ACK_TLVS, 0, "slot busy");
	((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->msg.nlmsg_len = UINT32_MAX;
	ok(!pmux_extack_text(nlh, text, sizeof(text)), "an echoed length that lies");

	nlh = refusal(NLM_F_ACK_TLVS | NLM_F_CAPPED, 0, "slot busy");
	for (len = nlh->nlmsg_len; len >= sizeof(*nlh); len--) {
		char *copy = malloc(len);

		memcpy(copy, nlh, len);
		((struct nlmsghdr *)copy)->nlmsg_len = len;
		pmux_extack_text((struct nlmsghdr *)copy, text, sizeof(text));
		free(copy);
	}
	ok(!*text, "an error cut off at every length");
}

static void names(void)
{
	ok(!strcmp(pmux_state_name(PPTP_MUX_STATE_DRAINING), "draining") &&
	   !strcmp(pmux_cause_name(PPTP_MUX_CAUSE_PPP), "ppp") &&
	   !strcmp(pmux_refusal_name(PPTP_MUX_REFUSAL_ALL_BUSY), "all-busy") &&
	   !strcmp(pmux_event_name(PPTP_MUX_EVENT_TYPE_HAND_OVER), "hand-over"), "names");
	ok(!strcmp(pmux_state_name(99), "unknown") && !strcmp(pmux_cause_name(UINT32_MAX), "unknown") &&
	   !strcmp(pmux_event_name(0), "unknown"), "names of what is not known");
	ok(!pmux_stats_name(PPTP_MUX_A_STATS_PAD) && !pmux_stats_name(PPTP_MUX_A_STATS_MAX + 1) &&
	   pmux_stats_name(PPTP_MUX_A_STATS_MAX), "names of counters");
}

int main(void)
{
	whole_slot();
	whole_event_and_table();
	cut_off();
	changed_bytes();
	wrong_lengths();
	extack();
	names();
	return tap_done();
}
