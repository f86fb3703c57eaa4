// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: the family is Documentation/netlink/specs/pptp_mux.yaml.
 *
 * Reading needs no privilege; setting needs CAP_NET_ADMIN in the network
 * namespace. Everybody sees and sets only the table of their own namespace.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "ndiswan.h"

/* An event with its call and all of the call's counters */
#define EVENT_SIZE	2048

static struct genl_family ndiswan_family;
static const struct ndiswan_miniport *nl_miniport;

/* Not const: NLA_POLICY_FULL_RANGE() of Linux 6.1 would not take it. */
static struct netlink_range_validation slots_range = {
	.min = 1,
	.max = PPTP_MUX_SLOTS_MAX,
};

static struct netlink_range_validation quarantine_range = {
	.max = PPTP_MUX_QUARANTINE_MAX,
};

static struct netlink_range_validation account_range = {
	.max = PPTP_MUX_ACCOUNT_MAX,
};

static struct netlink_range_validation default_range = {
	.min = 1,
	.max = PPTP_MUX_ACCOUNT_MAX,
};

static struct netlink_range_validation pool_range = {
	.max = PPTP_MUX_POOL_MAX,
};

#define ACCOUNT_POLICY	NLA_POLICY_FULL_RANGE(NLA_U32, &account_range)
#define DEFAULT_POLICY	NLA_POLICY_FULL_RANGE(NLA_U32, &default_range)
#define POOL_POLICY	NLA_POLICY_FULL_RANGE(NLA_U32, &pool_range)

static const struct nla_policy
slot_get_policy[PPTP_MUX_A_SLOT_NUMBER + 1] = {
	[PPTP_MUX_A_SLOT_NUMBER]	= NLA_POLICY_FULL_RANGE(NLA_U32, &slots_range),
};

static const struct nla_policy
slot_set_policy[PPTP_MUX_A_SLOT_MAX + 1] = {
	[PPTP_MUX_A_SLOT_NUMBER]	= NLA_POLICY_FULL_RANGE(NLA_U32, &slots_range),
	[PPTP_MUX_A_SLOT_ENABLED]	= NLA_POLICY_MAX(NLA_U8, 1),
	[PPTP_MUX_A_SLOT_USAGE]		= NLA_POLICY_MASK(NLA_U32,
							  PPTP_MUX_USAGE_MASK),
	[PPTP_MUX_A_SLOT_QUARANTINE]	= NLA_POLICY_FULL_RANGE(NLA_U32,
								&quarantine_range),
	[PPTP_MUX_A_SLOT_TX_SHARE]	= ACCOUNT_POLICY,
	[PPTP_MUX_A_SLOT_TX_LIMIT]	= ACCOUNT_POLICY,
	[PPTP_MUX_A_SLOT_RX_SHARE]	= ACCOUNT_POLICY,
	[PPTP_MUX_A_SLOT_RX_LIMIT]	= ACCOUNT_POLICY,
};

static const struct nla_policy
table_set_policy[PPTP_MUX_A_TABLE_MAX + 1] = {
	[PPTP_MUX_A_TABLE_SLOTS]	= NLA_POLICY_FULL_RANGE(NLA_U32, &slots_range),
	[PPTP_MUX_A_TABLE_TX_SHARE]	= DEFAULT_POLICY,
	[PPTP_MUX_A_TABLE_TX_LIMIT]	= DEFAULT_POLICY,
	[PPTP_MUX_A_TABLE_RX_SHARE]	= DEFAULT_POLICY,
	[PPTP_MUX_A_TABLE_RX_LIMIT]	= DEFAULT_POLICY,
	[PPTP_MUX_A_TABLE_TX_POOL]	= POOL_POLICY,
	[PPTP_MUX_A_TABLE_RX_POOL]	= POOL_POLICY,
};

/* ---- slots ---- */

/*
 * PPP's names for the call. Its channel is registered wherever an event or a
 * slot shows one; the unit may go at any moment, but not under RCU.
 */
static int fill_channel(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	const char *name;
	int err;

	err = nla_put_u32(msg, PPTP_MUX_A_CALL_CHANNEL,
			  ppp_channel_index(&chan->ppp));
	rcu_read_lock();
	name = ppp_dev_name(&chan->ppp);
	if (!err && name)
		err = nla_put_string(msg, PPTP_MUX_A_CALL_IFNAME, name);
	rcu_read_unlock();
	return err;
}

static int fill_uptime(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	u64 since = READ_ONCE(chan->connected_at);

	if (!since)
		return 0;
	return nla_put_u64_64bit(msg, PPTP_MUX_A_CALL_UPTIME,
				 div_u64(ktime_get_boottime_ns() - since,
					 NSEC_PER_MSEC), PPTP_MUX_A_CALL_PAD);
}

static int put_count(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PPTP_MUX_A_ACCOUNT_PAD);
}

static int put_tx(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	struct ndiswan_tx_info tx;

	ndiswan_tx_look(chan, &tx);
	if (nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_SHARE, tx.share) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_LIMIT, tx.limit) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_BYTES, tx.bytes) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_FRAMES, tx.frames) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_HIGH, tx.high) ||
	    put_count(msg, PPTP_MUX_A_ACCOUNT_OVER, tx.over) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_QUEUE, tx.queue) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_WRITTEN_OFF, tx.written_off) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_STALLS, tx.stalls) ||
	    put_count(msg, PPTP_MUX_A_ACCOUNT_ACCEPTED, tx.accepted) ||
	    put_count(msg, PPTP_MUX_A_ACCOUNT_CONTROL, tx.control) ||
	    put_count(msg, PPTP_MUX_A_ACCOUNT_STOPS, tx.stops))
		return -EMSGSIZE;
	return 0;
}

static int put_rx(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	const struct ndiswan_account *rx = &chan->rx;
	u64 word = ndiswan_account_read(rx);

	if (nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_SHARE,
			ndiswan_account_share(word)) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_LIMIT, READ_ONCE(rx->limit)) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_BYTES,
			ndiswan_account_bytes(word)) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_FRAMES,
			ndiswan_account_frames(word)) ||
	    nla_put_u32(msg, PPTP_MUX_A_ACCOUNT_HIGH, READ_ONCE(rx->high)) ||
	    put_count(msg, PPTP_MUX_A_ACCOUNT_OVER, READ_ONCE(chan->rx_over)))
		return -EMSGSIZE;
	return 0;
}

static int fill_nest(struct sk_buff *msg, int attr, struct ndiswan_channel *chan,
		     int (*put)(struct sk_buff *msg,
				struct ndiswan_channel *chan))
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest)
		return -EMSGSIZE;
	if (put(msg, chan)) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int put_call(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	if (nla_put_u32(msg, PPTP_MUX_A_CALL_USAGE, chan->usage) ||
	    fill_channel(msg, chan) || fill_uptime(msg, chan) ||
	    fill_nest(msg, PPTP_MUX_A_CALL_TX, chan, put_tx) ||
	    fill_nest(msg, PPTP_MUX_A_CALL_RX, chan, put_rx) ||
	    chan->miniport->fill_call(msg, chan))
		return -EMSGSIZE;
	return 0;
}

/* With what only a slot shows */
static int put_slot_call(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	int err = put_call(msg, chan);

	if (err || !chan->miniport->fill_slot)
		return err;
	return chan->miniport->fill_slot(msg, chan);
}

/* Shares and limits follow each other in slots and in tables, in one order. */
enum {
	LIMIT_TX_SHARE,
	LIMIT_TX_LIMIT,
	LIMIT_RX_SHARE,
	LIMIT_RX_LIMIT,
};

static_assert(PPTP_MUX_A_SLOT_RX_LIMIT - PPTP_MUX_A_SLOT_TX_SHARE ==
	      LIMIT_RX_LIMIT);
static_assert(PPTP_MUX_A_TABLE_RX_LIMIT - PPTP_MUX_A_TABLE_TX_SHARE ==
	      LIMIT_RX_LIMIT);

/* @first: PPTP_MUX_A_SLOT_TX_SHARE or PPTP_MUX_A_TABLE_TX_SHARE */
static int fill_limits(struct sk_buff *msg, int first,
		       const struct ndiswan_limits *limits)
{
	if (nla_put_u32(msg, first + LIMIT_TX_SHARE, limits->tx_share) ||
	    nla_put_u32(msg, first + LIMIT_TX_LIMIT, limits->tx_limit) ||
	    nla_put_u32(msg, first + LIMIT_RX_SHARE, limits->rx_share) ||
	    nla_put_u32(msg, first + LIMIT_RX_LIMIT, limits->rx_limit))
		return -EMSGSIZE;
	return 0;
}

static int fill_slot(struct sk_buff *msg, const struct ndiswan_slot_info *info)
{
	if (nla_put_u32(msg, PPTP_MUX_A_SLOT_NUMBER, info->number) ||
	    nla_put_u32(msg, PPTP_MUX_A_SLOT_STATE, info->state) ||
	    nla_put_u8(msg, PPTP_MUX_A_SLOT_ENABLED, info->enabled) ||
	    nla_put_u32(msg, PPTP_MUX_A_SLOT_USAGE, info->usage) ||
	    nla_put_u32(msg, PPTP_MUX_A_SLOT_QUARANTINE, info->quarantine) ||
	    nla_put_u32(msg, PPTP_MUX_A_SLOT_GENERATION, info->generation) ||
	    nla_put_u64_64bit(msg, PPTP_MUX_A_SLOT_REFUSED, info->refused,
			      PPTP_MUX_A_SLOT_PAD) ||
	    nla_put_u64_64bit(msg, PPTP_MUX_A_SLOT_SINCE, info->since,
			      PPTP_MUX_A_SLOT_PAD) ||
	    fill_limits(msg, PPTP_MUX_A_SLOT_TX_SHARE, &info->limits))
		return -EMSGSIZE;
	if (!info->chan)
		return 0;
	return fill_nest(msg, PPTP_MUX_A_SLOT_CALL, info->chan,
			 put_slot_call);
}

/* One slot's message. -ENOENT if there is no such slot. */
static int put_slot(struct sk_buff *msg, struct net *net, u32 number,
		    u32 portid, u32 seq, struct netlink_callback *cb)
{
	struct ndiswan_slot_info info;
	int err = -EMSGSIZE;
	void *hdr;

	hdr = genlmsg_put(msg, portid, seq, &ndiswan_family,
			  cb ? NLM_F_MULTI : 0, PPTP_MUX_CMD_SLOT_GET);
	if (!hdr)
		return -EMSGSIZE;
	/* The channel in the slot outlives an RCU reader that has seen it. */
	rcu_read_lock();
	err = -ENOENT;
	if (ndiswan_slot_look(net, number, &info))
		err = fill_slot(msg, &info);
	rcu_read_unlock();
	if (err) {
		genlmsg_cancel(msg, hdr);
		return err;
	}
	if (cb)
		genl_dump_check_consistent(cb, hdr);
	genlmsg_end(msg, hdr);
	return 0;
}

static int slot_number(struct genl_info *info, u32 *number)
{
	if (GENL_REQ_ATTR_CHECK(info, PPTP_MUX_A_SLOT_NUMBER)) {
		NL_SET_ERR_MSG(info->extack, "say which slot: 1 for VPN1");
		return -EINVAL;
	}
	*number = nla_get_u32(info->attrs[PPTP_MUX_A_SLOT_NUMBER]);
	return ndiswan_table_prepare(genl_info_net(info));
}

static int no_such_slot(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PPTP_MUX_A_SLOT_NUMBER],
			    "the table has fewer slots: resize it first");
	return -ENOENT;
}

static int slot_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	u32 number;
	int err;

	err = slot_number(info, &number);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = put_slot(msg, genl_info_net(info), number, info->snd_portid,
		       info->snd_seq, NULL);
	if (err) {
		nlmsg_free(msg);
		return err == -ENOENT ? no_such_slot(info) : err;
	}
	return genlmsg_reply(msg, info);
}

/*
 * A dump is a look at each slot in turn. Calls come and go between the looks;
 * what would make it inconsistent is a change of the number of slots.
 */
static int slot_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct ndiswan_table_info table;
	u32 number = cb->args[0] + 1;
	int err;

	err = ndiswan_table_prepare(net);
	if (err)
		return err;
	ndiswan_table_look(net, &table);
	cb->seq = table.resized;
	while (number <= table.slots) {
		err = put_slot(skb, net, number, NETLINK_CB(cb->skb).portid,
			       cb->nlh->nlmsg_seq, cb);
		if (err)
			break;
		number++;
	}
	cb->args[0] = number - 1;
	return skb->len;
}

/* Return: @set if there is such an attribute, and then its value too; or 0. */
static unsigned long take_u32(u32 *value, const struct nlattr *attr,
			      unsigned long set)
{
	if (!attr)
		return 0;
	*value = nla_get_u32(attr);
	return set;
}

/* @attrs: from PPTP_MUX_A_SLOT_TX_SHARE or PPTP_MUX_A_TABLE_TX_SHARE on */
static unsigned long take_limits(struct ndiswan_limits *limits,
				 struct nlattr **attrs)
{
	return take_u32(&limits->tx_share, attrs[LIMIT_TX_SHARE],
			NDISWAN_SET_TX_SHARE) |
	       take_u32(&limits->tx_limit, attrs[LIMIT_TX_LIMIT],
			NDISWAN_SET_TX_LIMIT) |
	       take_u32(&limits->rx_share, attrs[LIMIT_RX_SHARE],
			NDISWAN_SET_RX_SHARE) |
	       take_u32(&limits->rx_limit, attrs[LIMIT_RX_LIMIT],
			NDISWAN_SET_RX_LIMIT);
}

static void settings_from_attrs(struct ndiswan_slot_settings *settings,
				struct nlattr **attrs)
{
	memset(settings, 0, sizeof(*settings));
	if (attrs[PPTP_MUX_A_SLOT_ENABLED]) {
		settings->set |= NDISWAN_SET_ENABLED;
		settings->enabled = nla_get_u8(attrs[PPTP_MUX_A_SLOT_ENABLED]);
	}
	settings->set |=
		take_u32(&settings->usage, attrs[PPTP_MUX_A_SLOT_USAGE],
			 NDISWAN_SET_USAGE) |
		take_u32(&settings->quarantine,
			 attrs[PPTP_MUX_A_SLOT_QUARANTINE],
			 NDISWAN_SET_QUARANTINE) |
		take_limits(&settings->limits,
			    attrs + PPTP_MUX_A_SLOT_TX_SHARE);
}

static int share_above_limit(struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack,
		       "a share would be more than its limit: set both, or lower the share first");
	return -EINVAL;
}

static int slot_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndiswan_slot_settings settings;
	u32 number;
	int err;

	err = slot_number(info, &number);
	if (err)
		return err;
	settings_from_attrs(&settings, info->attrs);
	if (!settings.set) {
		NL_SET_ERR_MSG(info->extack,
			       "nothing to set: give enabled, usage, quarantine, a share or a limit");
		return -EINVAL;
	}
	err = ndiswan_slot_set(genl_info_net(info), number, &settings);
	switch (err) {
	case -ENOENT:
		return no_such_slot(info);
	case -EINVAL:
		return share_above_limit(info);
	default:
		return err;
	}
}

/* ---- table ---- */

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PPTP_MUX_A_TABLE_PAD);
}

/* Frames and bytes on their way, and what was taken, of all that ever were */
struct tx_sum {
	u64	accepted;
	u64	frames;
	u64	bytes;
	u64	rx_bytes;
};

static void add_slot(struct tx_sum *sum, struct net *net, u32 number)
{
	struct ndiswan_slot_info info;
	struct ndiswan_tx_info tx;
	u64 rx;

	rcu_read_lock();
	if (ndiswan_slot_look(net, number, &info) && info.chan) {
		ndiswan_tx_look(info.chan, &tx);
		sum->accepted += tx.accepted;
		sum->frames += tx.frames;
		sum->bytes += tx.bytes;
		rx = ndiswan_account_read(&info.chan->rx);
		sum->rx_bytes += ndiswan_account_bytes(rx);
	}
	rcu_read_unlock();
}

static int fill_sum(struct sk_buff *msg, struct net *net,
		    const struct ndiswan_table_info *t)
{
	struct tx_sum sum = {
		.accepted	= t->ended_accepted,
		.frames		= t->ended_frames,
		.bytes		= t->ended_bytes,
	};
	u32 number;

	for (number = 1; number <= t->slots; number++) {
		add_slot(&sum, net, number);
		cond_resched();
	}
	if (put_u64(msg, PPTP_MUX_A_TABLE_TX_ACCEPTED, sum.accepted) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_TX_FRAMES, sum.frames) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_TX_BYTES, sum.bytes) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_RX_BYTES, sum.rx_bytes))
		return -EMSGSIZE;
	return 0;
}

static int fill_pools(struct sk_buff *msg, const struct ndiswan_table_info *t)
{
	if (fill_limits(msg, PPTP_MUX_A_TABLE_TX_SHARE, &t->limits) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_TX_POOL, t->tx_pool) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_RX_POOL, t->rx_pool) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_TX_BORROWED, t->tx_borrowed) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_RX_BORROWED, t->rx_borrowed))
		return -EMSGSIZE;
	return 0;
}

static int fill_table(struct sk_buff *msg, const struct ndiswan_table_info *t)
{
	if (nla_put_u32(msg, PPTP_MUX_A_TABLE_SLOTS, t->slots) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_FREE,
			t->state[PPTP_MUX_STATE_FREE]) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_CLAIMED,
			t->state[PPTP_MUX_STATE_CLAIMED]) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_CONNECTED,
			t->state[PPTP_MUX_STATE_CONNECTED]) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_DRAINING,
			t->state[PPTP_MUX_STATE_DRAINING]) ||
	    nla_put_u32(msg, PPTP_MUX_A_TABLE_DISABLED, t->disabled) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_CLAIMS, t->claims) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_HAND_OVERS, t->hand_overs) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_EARLY, t->early) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_REFUSED_NO_USAGE,
		    t->refused[PPTP_MUX_REFUSAL_NO_USAGE]) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_REFUSED_ALL_BUSY,
		    t->refused[PPTP_MUX_REFUSAL_ALL_BUSY]) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_REFUSED_NO_RESOURCE,
		    t->refused[PPTP_MUX_REFUSAL_NO_RESOURCE]) ||
	    put_u64(msg, PPTP_MUX_A_TABLE_EVENTS_SUPPRESSED, t->suppressed))
		return -EMSGSIZE;
	return 0;
}

static int table_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct ndiswan_table_info table;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = ndiswan_table_prepare(net);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(msg, info, &ndiswan_family, 0,
				PPTP_MUX_CMD_TABLE_GET);
	if (!hdr)
		goto err_free;
	ndiswan_table_look(net, &table);
	if (fill_table(msg, &table) || fill_pools(msg, &table) ||
	    fill_sum(msg, net, &table) || nl_miniport->fill_table(msg, net))
		goto err_free;
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

err_free:
	nlmsg_free(msg);
	return err;
}

static void table_settings_from_attrs(struct ndiswan_table_settings *settings,
				      struct nlattr **attrs)
{
	memset(settings, 0, sizeof(*settings));
	settings->set =
		take_limits(&settings->limits,
			    attrs + PPTP_MUX_A_TABLE_TX_SHARE) |
		take_u32(&settings->tx_pool, attrs[PPTP_MUX_A_TABLE_TX_POOL],
			 NDISWAN_SET_TX_POOL) |
		take_u32(&settings->rx_pool, attrs[PPTP_MUX_A_TABLE_RX_POOL],
			 NDISWAN_SET_RX_POOL);
}

static int table_resize(struct genl_info *info, u32 slots)
{
	const char *why = NULL;
	int err;

	err = ndiswan_table_resize(genl_info_net(info), slots, &why);
	/* Not a literal, so not for NL_SET_ERR_MSG(); see its owner. */
	if (why && info->extack)
		info->extack->_msg = why;
	return err;
}

/* The number of slots last: that is what may fail when the rest is sound. */
static int table_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *slots = info->attrs[PPTP_MUX_A_TABLE_SLOTS];
	struct ndiswan_table_settings settings;
	int err;

	table_settings_from_attrs(&settings, info->attrs);
	if (!slots && !settings.set) {
		NL_SET_ERR_MSG(info->extack,
			       "nothing to set: give slots, a share, a limit or a pool");
		return -EINVAL;
	}
	err = ndiswan_table_prepare(genl_info_net(info));
	if (err)
		return err;
	if (settings.set) {
		err = ndiswan_table_set(genl_info_net(info), &settings);
		if (err)
			return share_above_limit(info);
	}
	return slots ? table_resize(info, nla_get_u32(slots)) : 0;
}

/* ---- events ---- */

static int fill_refusal(struct sk_buff *msg, const struct pptp_mux_refusal *r)
{
	if (nla_put_u32(msg, PPTP_MUX_A_EVENT_REASON, r->reason) ||
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_SLOTS, r->slots) ||
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_NOT_USAGE, r->not_usage) ||
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_DISABLED, r->disabled) ||
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_BUSY, r->busy) ||
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_NO_RESOURCE, r->no_resource))
		return -EMSGSIZE;
	return 0;
}

static int fill_event(struct sk_buff *msg, const struct ndiswan_event *event,
		      u64 suppressed)
{
	if (nla_put_u32(msg, PPTP_MUX_A_EVENT_TYPE, event->type) ||
	    nla_put_u64_64bit(msg, PPTP_MUX_A_EVENT_TIME, ktime_get_real_ns(),
			      PPTP_MUX_A_EVENT_PAD) ||
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_USAGE, event->usage))
		return -EMSGSIZE;
	if (event->id && nla_put_u32(msg, PPTP_MUX_A_EVENT_ID, event->id))
		return -EMSGSIZE;
	if (event->slot && nla_put_u32(msg, PPTP_MUX_A_EVENT_SLOT, event->slot))
		return -EMSGSIZE;
	if (event->attempts &&
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_NEXT, event->attempts))
		return -EMSGSIZE;
	if (event->cause &&
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_CAUSE, event->cause))
		return -EMSGSIZE;
	if (event->count &&
	    nla_put_u32(msg, PPTP_MUX_A_EVENT_COUNT, event->count))
		return -EMSGSIZE;
	if (event->below[0] &&
	    nla_put_string(msg, PPTP_MUX_A_EVENT_BELOW, event->below))
		return -EMSGSIZE;
	if (suppressed &&
	    nla_put_u64_64bit(msg, PPTP_MUX_A_EVENT_SUPPRESSED, suppressed,
			      PPTP_MUX_A_EVENT_PAD))
		return -EMSGSIZE;
	if (event->refusal && fill_refusal(msg, event->refusal))
		return -EMSGSIZE;
	if (event->chan)
		return fill_nest(msg, PPTP_MUX_A_EVENT_CALL, event->chan,
				 put_call);
	return 0;
}

/**
 * ndiswan_nl_event() - tell those who listen
 * @net: network namespace
 * @event: what has happened; its channel, if any, is held by the caller
 *
 * An event that there is no memory for is lost, and a listener who is too slow
 * gets ENOBUFS from its socket: nothing here ever waits for a listener.
 *
 * Context: may sleep. Takes table->lock.
 */
void ndiswan_nl_event(struct net *net, const struct ndiswan_event *event)
{
	struct sk_buff *msg;
	u64 suppressed;
	void *hdr;

	if (!genl_has_listeners(&ndiswan_family, net, 0) ||
	    !ndiswan_event_allowed(net, event->type, &suppressed))
		return;
	msg = genlmsg_new(EVENT_SIZE, GFP_KERNEL);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &ndiswan_family, 0, PPTP_MUX_CMD_EVENT);
	if (!hdr || WARN_ON_ONCE(fill_event(msg, event, suppressed))) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&ndiswan_family, net, msg, 0, 0, GFP_KERNEL);
}

/* ---- family ---- */

static const struct genl_ops ndiswan_ops[] = {
	{
		.cmd		= PPTP_MUX_CMD_SLOT_GET,
		.doit		= slot_get_doit,
		.dumpit		= slot_get_dumpit,
		.policy		= slot_get_policy,
		.maxattr	= PPTP_MUX_A_SLOT_NUMBER,
	}, {
		.cmd		= PPTP_MUX_CMD_SLOT_SET,
		.flags		= GENL_UNS_ADMIN_PERM,
		.doit		= slot_set_doit,
		.policy		= slot_set_policy,
		.maxattr	= PPTP_MUX_A_SLOT_MAX,
	}, {
		.cmd		= PPTP_MUX_CMD_TABLE_GET,
		.doit		= table_get_doit,
	}, {
		.cmd		= PPTP_MUX_CMD_TABLE_SET,
		.flags		= GENL_UNS_ADMIN_PERM,
		.doit		= table_set_doit,
		.policy		= table_set_policy,
		.maxattr	= PPTP_MUX_A_TABLE_MAX,
	},
};

static const struct genl_multicast_group ndiswan_groups[] = {
	{ .name = PPTP_MUX_MCGRP_EVENTS },
};

static struct genl_family ndiswan_family __ro_after_init = {
	.name		= PPTP_MUX_FAMILY_NAME,
	.version	= PPTP_MUX_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.netnsok	= true,
	.parallel_ops	= true,
	.ops		= ndiswan_ops,
	.n_ops		= ARRAY_SIZE(ndiswan_ops),
	.mcgrps		= ndiswan_groups,
	.n_mcgrps	= ARRAY_SIZE(ndiswan_groups),
};

/**
 * ndiswan_nl_init() - register the family
 * @miniport: adds to the table's message what it alone knows
 *
 * Return: 0 or -errno.
 */
int ndiswan_nl_init(const struct ndiswan_miniport *miniport)
{
	nl_miniport = miniport;
	return genl_register_family(&ndiswan_family);
}

/** ndiswan_nl_exit() - unregister the family; nobody is in its operations */
void ndiswan_nl_exit(void)
{
	genl_unregister_family(&ndiswan_family);
}

MODULE_ALIAS_GENL_FAMILY(PPTP_MUX_FAMILY_NAME);
