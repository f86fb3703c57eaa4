// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the pptp_mux generic netlink family, as plain structures.
 *
 * What arrives is checked attribute by attribute against a table of fields, so
 * a message that lies about a length is an error and never a wild read.
 */
#include "genl_msg.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Attributes of one space: number @n goes to field[n] */
struct field {
	uint16_t		offset;
	uint16_t		size;	/* in bytes; 0: not wanted */
	bool			text;
	const struct space	*nest;
};

struct space {
	const struct field	*field;
	unsigned int		fields;
};

#define FIELD(type, member) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member), false, NULL }
#define TEXT(type, member) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member), true, NULL }
#define NEST(type, member, space) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member), false, &(space) }

#define COUNTER(name)	[PPTP_MUX_A_STATS_##name] = \
	FIELD(pmux_stats, counter[PPTP_MUX_A_STATS_##name])

static const struct field stats_fields[] = {
	COUNTER(TX_PACKETS), COUNTER(TX_BYTES), COUNTER(TX_ACKS),
	COUNTER(TX_DROP_UNCONNECTED), COUNTER(TX_DROP_NO_ROUTE),
	COUNTER(TX_DROP_LOOP), COUNTER(TX_DROP_NO_MEMORY),
	COUNTER(TX_DROP_MALFORMED), COUNTER(TX_DROP_BELOW),
	COUNTER(RX_PACKETS), COUNTER(RX_BYTES), COUNTER(RX_ACKS),
	COUNTER(RX_LOST), COUNTER(RX_RESYNC),
	COUNTER(RX_DROP_LATE), COUNTER(RX_DROP_JUMP), COUNTER(RX_DROP_MALFORMED),
	COUNTER(RX_REORDERED), COUNTER(RX_DROP_NO_ROOM),
	COUNTER(RX_DROP_DUPLICATE),
	COUNTER(RX_DROP_NO_MEMORY),
	COUNTER(RX_DROP_FLAGS),
	COUNTER(RX_DROP_NOTHING),
	COUNTER(RX_DROP_NO_SEQ),
	COUNTER(RX_DROP_NO_PAYLOAD),
	COUNTER(RX_DROP_LENGTH),
	COUNTER(RX_ACKS_ON_DATA),
	COUNTER(RX_HOLE_TIME),
	COUNTER(RTT),
	COUNTER(ATO),
	COUNTER(TX_WINDOW),
	COUNTER(TX_STALLS),
	COUNTER(TX_TIMEOUTS),
	COUNTER(RX_UNREACHABLE),
	COUNTER(RX_FRAG_NEEDED),
	COUNTER(RX_REDIRECT),
	COUNTER(RX_ICMP_OTHER),
	COUNTER(TX_DROP_CLEAR_TEXT),
	COUNTER(RX_DROP_CLEAR_TEXT),
};

static const struct space stats_space = { stats_fields, ARRAY_SIZE(stats_fields) };

#define ACCOUNT(name, member)	[PPTP_MUX_A_ACCOUNT_##name] = FIELD(pmux_account, member)

static const struct field account_fields[] = {
	ACCOUNT(SHARE, share),
	ACCOUNT(LIMIT, limit),
	ACCOUNT(BYTES, bytes),
	ACCOUNT(FRAMES, frames),
	ACCOUNT(HIGH, high),
	ACCOUNT(OVER, over),
	ACCOUNT(QUEUE, queue),
	ACCOUNT(WRITTEN_OFF, written_off),
	ACCOUNT(STALLS, stalls),
	ACCOUNT(ACCEPTED, accepted),
	ACCOUNT(CONTROL, control),
	ACCOUNT(STOPS, stops),
};

static const struct space account_space = { account_fields, ARRAY_SIZE(account_fields) };

#define CIPHER(name, member)	[PPTP_MUX_A_CIPHER_##name] = FIELD(pmux_cipher, member)
#define CIPHER_COUNTER(name)	CIPHER(name, counter[PPTP_MUX_A_CIPHER_##name])

static const struct field cipher_fields[] = {
	CIPHER(BITS, bits),
	CIPHER(STATEFUL, stateful),
	CIPHER_COUNTER(KEYS),
	CIPHER_COUNTER(AHEAD_MADE),
	CIPHER_COUNTER(AHEAD_USED),
	CIPHER_COUNTER(LOST),
	CIPHER_COUNTER(DROP_MALFORMED),
	CIPHER_COUNTER(DROP_LATE),
	CIPHER_COUNTER(DROP_FAR),
	CIPHER_COUNTER(DROP_NONSENSE),
	CIPHER_COUNTER(DROP_OUT_OF_STEP),
};

static const struct space cipher_space = { cipher_fields, ARRAY_SIZE(cipher_fields) };

#define CALL(name, member)	[PPTP_MUX_A_CALL_##name] = FIELD(pmux_call, member)

static const struct field call_fields[] = {
	CALL(ID, id),
	CALL(PEER_ID, peer_id),
	CALL(LOCAL, local),
	CALL(PEER, peer),
	CALL(CHANNEL, channel),
	[PPTP_MUX_A_CALL_IFNAME] = TEXT(pmux_call, ifname),
	CALL(USAGE, usage),
	CALL(UPTIME, uptime),
	[PPTP_MUX_A_CALL_STATS] = NEST(pmux_call, stats, stats_space),
	[PPTP_MUX_A_CALL_TX] = NEST(pmux_call, tx, account_space),
	[PPTP_MUX_A_CALL_RX] = NEST(pmux_call, rx, account_space),
	[PPTP_MUX_A_CALL_TX_CIPHER] = NEST(pmux_call, tx_cipher, cipher_space),
	[PPTP_MUX_A_CALL_RX_CIPHER] = NEST(pmux_call, rx_cipher, cipher_space),
};

static const struct space call_space = { call_fields, ARRAY_SIZE(call_fields) };

#define SLOT(name, member)	[PPTP_MUX_A_SLOT_##name] = FIELD(pmux_slot, member)

static const struct field slot_fields[] = {
	SLOT(NUMBER, number),
	SLOT(STATE, state),
	SLOT(ENABLED, enabled),
	SLOT(USAGE, usage),
	SLOT(QUARANTINE, quarantine),
	SLOT(GENERATION, generation),
	SLOT(REFUSED, refused),
	SLOT(SINCE, since),
	[PPTP_MUX_A_SLOT_CALL] = NEST(pmux_slot, call, call_space),
	SLOT(TX_SHARE, limits.tx_share),
	SLOT(TX_LIMIT, limits.tx_limit),
	SLOT(RX_SHARE, limits.rx_share),
	SLOT(RX_LIMIT, limits.rx_limit),
};

static const struct space slot_space = { slot_fields, ARRAY_SIZE(slot_fields) };

#define TABLE(name, member)	[PPTP_MUX_A_TABLE_##name] = FIELD(pmux_table, member)
#define FAULT(name)	TABLE(RX_##name, rx_fault[PPTP_MUX_A_TABLE_RX_##name - PPTP_MUX_A_TABLE_RX_SHORT])

static const struct field table_fields[] = {
	TABLE(SLOTS, slots),
	TABLE(FREE, free),
	TABLE(CLAIMED, claimed),
	TABLE(CONNECTED, connected),
	TABLE(DRAINING, draining),
	TABLE(DISABLED, disabled),
	TABLE(CLAIMS, claims),
	TABLE(HAND_OVERS, hand_overs),
	TABLE(EARLY, early),
	TABLE(REFUSED_NO_USAGE, refused_no_usage),
	TABLE(REFUSED_ALL_BUSY, refused_all_busy),
	TABLE(REFUSED_NO_RESOURCE, refused_no_resource),
	TABLE(EVENTS_SUPPRESSED, events_suppressed),
	TABLE(RX_MALFORMED, rx_malformed),
	TABLE(RX_NO_CALL, rx_no_call),
	TABLE(TX_SHARE, limits.tx_share),
	TABLE(TX_LIMIT, limits.tx_limit),
	TABLE(RX_SHARE, limits.rx_share),
	TABLE(RX_LIMIT, limits.rx_limit),
	TABLE(TX_POOL, tx_pool),
	TABLE(RX_POOL, rx_pool),
	TABLE(TX_BORROWED, tx_borrowed),
	TABLE(RX_BORROWED, rx_borrowed),
	TABLE(TX_ACCEPTED, tx_accepted),
	TABLE(TX_FRAMES, tx_frames),
	TABLE(TX_BYTES, tx_bytes),
	TABLE(RX_BYTES, rx_bytes),
	[PPTP_MUX_A_TABLE_STATS] = NEST(pmux_table, stats, stats_space),
	FAULT(SHORT),
	FAULT(VERSION),
	FAULT(PROTOCOL),
	FAULT(CHECKSUM),
	FAULT(ROUTING),
	FAULT(NO_KEY),
	FAULT(FLAGS),
	FAULT(NOTHING),
	FAULT(NO_SEQ),
	FAULT(NO_PAYLOAD),
	FAULT(LENGTH),
};

static const struct space table_space = { table_fields, ARRAY_SIZE(table_fields) };

#define EVENT(name, member)	[PPTP_MUX_A_EVENT_##name] = FIELD(pmux_event, member)

static const struct field event_fields[] = {
	EVENT(TYPE, type),
	EVENT(ID, id),
	EVENT(TIME, time),
	EVENT(SLOT, slot),
	EVENT(NEXT, next),
	EVENT(CAUSE, cause),
	EVENT(REASON, reason),
	EVENT(USAGE, usage),
	EVENT(SLOTS, slots),
	EVENT(NOT_USAGE, not_usage),
	EVENT(DISABLED, disabled),
	EVENT(BUSY, busy),
	EVENT(NO_RESOURCE, no_resource),
	[PPTP_MUX_A_EVENT_CALL] = NEST(pmux_event, call, call_space),
	EVENT(SUPPRESSED, suppressed),
	EVENT(COUNT, count),
	[PPTP_MUX_A_EVENT_BELOW] = TEXT(pmux_event, below),
};

static const struct space event_space = { event_fields, ARRAY_SIZE(event_fields) };

_Static_assert(PPTP_MUX_A_STATS_MAX < 64 && PPTP_MUX_A_CALL_MAX < 64 &&
	       PPTP_MUX_A_SLOT_MAX < 64 && PPTP_MUX_A_TABLE_MAX < 64 &&
	       PPTP_MUX_A_EVENT_MAX < 64 && PPTP_MUX_A_ACCOUNT_MAX < 64 &&
	       PPTP_MUX_A_CIPHER_MAX < 64,
	       "has is a mask of 64 attributes");

static int decode_attrs(const char *attrs, size_t len, const struct space *space, void *out);

static int decode_text(const char *from, size_t len, char *to, size_t size)
{
	size_t n = strnlen(from, len);

	if (n == len || n >= size)
		return -EBADMSG;
	memcpy(to, from, n + 1);
	return 0;
}

static int decode_attr(const struct nlattr *attr, const struct field *field, void *out)
{
	const char *payload = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);
	char *to = (char *)out + field->offset;

	if (field->nest)
		return decode_attrs(payload, len, field->nest, to);
	if (field->text)
		return decode_text(payload, len, to, field->size);
	if (len != field->size)
		return -EBADMSG;
	memcpy(to, payload, len);
	return 0;
}

/* Every structure starts with its @has */
static void mark_present(void *out, unsigned int type)
{
	uint64_t has;

	memcpy(&has, out, sizeof(has));
	has |= 1ull << type;
	memcpy(out, &has, sizeof(has));
}

/* The last attribute may lack its padding, so lengths are compared by hand */
static int decode_attrs(const char *attrs, size_t len, const struct space *space, void *out)
{
	while (len >= MNL_ATTR_HDRLEN) {
		const struct nlattr *attr = (const struct nlattr *)attrs;
		size_t whole = MNL_ALIGN(attr->nla_len);
		unsigned int type = mnl_attr_get_type(attr);
		int err;

		if (attr->nla_len < MNL_ATTR_HDRLEN || attr->nla_len > len)
			return -EBADMSG;
		if (type < space->fields && space->field[type].size) {
			err = decode_attr(attr, &space->field[type], out);
			if (err)
				return err;
			mark_present(out, type);
		}
		if (whole > len)
			whole = len;
		attrs += whole;
		len -= whole;
	}
	return len ? -EBADMSG : 0;
}

static int decode(const struct nlmsghdr *nlh, const struct space *space, void *out, size_t size)
{
	const size_t head = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct genlmsghdr));

	memset(out, 0, size);
	if (nlh->nlmsg_len < head)
		return -EBADMSG;
	return decode_attrs((const char *)nlh + head, nlh->nlmsg_len - head, space, out);
}

int pmux_slot_decode(const struct nlmsghdr *nlh, struct pmux_slot *slot)
{
	return decode(nlh, &slot_space, slot, sizeof(*slot));
}

int pmux_table_decode(const struct nlmsghdr *nlh, struct pmux_table *table)
{
	return decode(nlh, &table_space, table, sizeof(*table));
}

int pmux_event_decode(const struct nlmsghdr *nlh, struct pmux_event *event)
{
	return decode(nlh, &event_space, event, sizeof(*event));
}

static unsigned int copy_printable(const char *from, size_t len, char *to, unsigned int size)
{
	unsigned int n;

	for (n = 0; n < len && n + 1 < size && from[n]; n++)
		to[n] = from[n] >= ' ' && from[n] <= '~' ? from[n] : '?';
	to[n] = '\0';
	return n;
}

/* Behind the error number stands the head of the request, or all of it */
static size_t extack_offset(const struct nlmsghdr *nlh, const struct nlmsgerr *err)
{
	size_t offset = MNL_NLMSG_HDRLEN + sizeof(*err);

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > MNL_NLMSG_HDRLEN)
		offset += MNL_ALIGN((size_t)err->msg.nlmsg_len) - MNL_NLMSG_HDRLEN;
	return offset;
}

unsigned int pmux_extack_text(const struct nlmsghdr *nlh, char *text, unsigned int size)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t offset;

	text[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	/* A dump ends with the number alone in front of the attributes */
	if (nlh->nlmsg_type == NLMSG_DONE)
		offset = MNL_NLMSG_HDRLEN + sizeof(int);
	else if (nlh->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(*err))
		offset = extack_offset(nlh, err);
	else
		return 0;
	while (offset + MNL_ATTR_HDRLEN <= nlh->nlmsg_len) {
		const struct nlattr *attr = (const void *)((const char *)nlh + offset);

		if (attr->nla_len < MNL_ATTR_HDRLEN || attr->nla_len > nlh->nlmsg_len - offset)
			return 0;
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			return copy_printable(mnl_attr_get_payload(attr),
					      mnl_attr_get_payload_len(attr), text, size);
		offset += MNL_ALIGN(attr->nla_len);
	}
	return 0;
}

static const char *name_of(const char *const *names, size_t count, uint32_t value)
{
	return value < count && names[value] ? names[value] : "unknown";
}

const char *pmux_state_name(uint32_t state)
{
	static const char *const names[] = {
		[PPTP_MUX_STATE_FREE] = "free",
		[PPTP_MUX_STATE_CLAIMED] = "claimed",
		[PPTP_MUX_STATE_CONNECTED] = "connected",
		[PPTP_MUX_STATE_DRAINING] = "draining",
	};

	return name_of(names, ARRAY_SIZE(names), state);
}

const char *pmux_cause_name(uint32_t cause)
{
	static const char *const names[] = {
		[PPTP_MUX_CAUSE_NONE] = "none",
		[PPTP_MUX_CAUSE_DRAINING] = "draining",
		[PPTP_MUX_CAUSE_QUARANTINE] = "quarantine",
		[PPTP_MUX_CAUSE_DISABLED] = "disabled",
		[PPTP_MUX_CAUSE_NO_MEMORY] = "no-memory",
		[PPTP_MUX_CAUSE_NO_CHANNEL] = "no-channel",
		[PPTP_MUX_CAUSE_CLOSED] = "closed",
		[PPTP_MUX_CAUSE_PEER] = "peer",
		[PPTP_MUX_CAUSE_ADMIN] = "admin",
		[PPTP_MUX_CAUSE_LOST] = "lost",
		[PPTP_MUX_CAUSE_PPP] = "ppp",
	};

	return name_of(names, ARRAY_SIZE(names), cause);
}

const char *pmux_refusal_name(uint32_t reason)
{
	static const char *const names[] = {
		[PPTP_MUX_REFUSAL_NONE] = "none",
		[PPTP_MUX_REFUSAL_NO_USAGE] = "no-usage",
		[PPTP_MUX_REFUSAL_ALL_BUSY] = "all-busy",
		[PPTP_MUX_REFUSAL_NO_RESOURCE] = "no-resource",
	};

	return name_of(names, ARRAY_SIZE(names), reason);
}

const char *pmux_event_name(uint32_t type)
{
	static const char *const names[] = {
		[PPTP_MUX_EVENT_TYPE_CLAIM] = "claim",
		[PPTP_MUX_EVENT_TYPE_HAND_OVER] = "hand-over",
		[PPTP_MUX_EVENT_TYPE_REFUSAL] = "refusal",
		[PPTP_MUX_EVENT_TYPE_CONNECTED] = "connected",
		[PPTP_MUX_EVENT_TYPE_HANG_UP] = "hang-up",
		[PPTP_MUX_EVENT_TYPE_TX_OVER] = "tx-over",
		[PPTP_MUX_EVENT_TYPE_RX_OVER] = "rx-over",
		[PPTP_MUX_EVENT_TYPE_TX_STALL] = "tx-stall",
		[PPTP_MUX_EVENT_TYPE_LOOP] = "loop",
		[PPTP_MUX_EVENT_TYPE_CLEAR_TEXT] = "clear-text",
	};

	return name_of(names, ARRAY_SIZE(names), type);
}

const char *pmux_stats_name(unsigned int attr)
{
	static const char *const names[] = {
		[PPTP_MUX_A_STATS_TX_PACKETS] = "tx_packets",
		[PPTP_MUX_A_STATS_TX_BYTES] = "tx_bytes",
		[PPTP_MUX_A_STATS_TX_ACKS] = "tx_acks",
		[PPTP_MUX_A_STATS_TX_DROP_UNCONNECTED] = "tx_drop_unconnected",
		[PPTP_MUX_A_STATS_TX_DROP_NO_ROUTE] = "tx_drop_no_route",
		[PPTP_MUX_A_STATS_TX_DROP_LOOP] = "tx_drop_loop",
		[PPTP_MUX_A_STATS_TX_DROP_NO_MEMORY] = "tx_drop_no_memory",
		[PPTP_MUX_A_STATS_TX_DROP_MALFORMED] = "tx_drop_malformed",
		[PPTP_MUX_A_STATS_RX_PACKETS] = "rx_packets",
		[PPTP_MUX_A_STATS_RX_BYTES] = "rx_bytes",
		[PPTP_MUX_A_STATS_RX_ACKS] = "rx_acks",
		[PPTP_MUX_A_STATS_RX_LOST] = "rx_lost",
		[PPTP_MUX_A_STATS_RX_RESYNC] = "rx_resync",
		[PPTP_MUX_A_STATS_RX_DROP_LATE] = "rx_drop_late",
		[PPTP_MUX_A_STATS_RX_DROP_JUMP] = "rx_drop_jump",
		[PPTP_MUX_A_STATS_RX_DROP_MALFORMED] = "rx_drop_malformed",
		[PPTP_MUX_A_STATS_TX_DROP_BELOW] = "tx_drop_below",
		[PPTP_MUX_A_STATS_RX_REORDERED] = "rx_reordered",
		[PPTP_MUX_A_STATS_RX_DROP_NO_ROOM] = "rx_drop_no_room",
		[PPTP_MUX_A_STATS_RX_DROP_DUPLICATE] = "rx_drop_duplicate",
		[PPTP_MUX_A_STATS_RX_DROP_NO_MEMORY] = "rx_drop_no_memory",
		[PPTP_MUX_A_STATS_RX_DROP_FLAGS] = "rx_drop_flags",
		[PPTP_MUX_A_STATS_RX_DROP_NOTHING] = "rx_drop_nothing",
		[PPTP_MUX_A_STATS_RX_DROP_NO_SEQ] = "rx_drop_no_seq",
		[PPTP_MUX_A_STATS_RX_DROP_NO_PAYLOAD] = "rx_drop_no_payload",
		[PPTP_MUX_A_STATS_RX_DROP_LENGTH] = "rx_drop_length",
		[PPTP_MUX_A_STATS_RX_ACKS_ON_DATA] = "rx_acks_on_data",
		[PPTP_MUX_A_STATS_RX_HOLE_TIME] = "rx_hole_time",
		[PPTP_MUX_A_STATS_RTT] = "rtt",
		[PPTP_MUX_A_STATS_ATO] = "ato",
		[PPTP_MUX_A_STATS_TX_WINDOW] = "tx_window",
		[PPTP_MUX_A_STATS_TX_STALLS] = "tx_stalls",
		[PPTP_MUX_A_STATS_TX_TIMEOUTS] = "tx_timeouts",
		[PPTP_MUX_A_STATS_RX_UNREACHABLE] = "rx_unreachable",
		[PPTP_MUX_A_STATS_RX_FRAG_NEEDED] = "rx_frag_needed",
		[PPTP_MUX_A_STATS_RX_REDIRECT] = "rx_redirect",
		[PPTP_MUX_A_STATS_RX_ICMP_OTHER] = "rx_icmp_other",
		[PPTP_MUX_A_STATS_TX_DROP_CLEAR_TEXT] = "tx_drop_clear_text",
		[PPTP_MUX_A_STATS_RX_DROP_CLEAR_TEXT] = "rx_drop_clear_text",
	};

	return attr < ARRAY_SIZE(names) ? names[attr] : NULL;
}

const char *pmux_cipher_name(unsigned int attr)
{
	static const char *const names[] = {
		[PPTP_MUX_A_CIPHER_KEYS] = "keys",
		[PPTP_MUX_A_CIPHER_AHEAD_MADE] = "ahead_made",
		[PPTP_MUX_A_CIPHER_AHEAD_USED] = "ahead_used",
		[PPTP_MUX_A_CIPHER_LOST] = "lost",
		[PPTP_MUX_A_CIPHER_DROP_MALFORMED] = "drop_malformed",
		[PPTP_MUX_A_CIPHER_DROP_LATE] = "drop_late",
		[PPTP_MUX_A_CIPHER_DROP_FAR] = "drop_far",
		[PPTP_MUX_A_CIPHER_DROP_NONSENSE] = "drop_nonsense",
		[PPTP_MUX_A_CIPHER_DROP_OUT_OF_STEP] = "drop_out_of_step",
	};

	return attr < ARRAY_SIZE(names) ? names[attr] : NULL;
}

const char *pmux_fault_name(unsigned int fault)
{
	static const char *const names[PMUX_FAULTS] = {
		"short", "version", "protocol", "checksum",
		"routing", "no_key", "flags", "nothing",
		"no_seq", "no_payload", "length",
	};

	return name_of(names, PMUX_FAULTS, fault);
}
