// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of sessions, and what netlink shows of them.
 */
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <uapi/linux/pptp_mux.h>

#include "pptp_gre_session.h"

static u64 read_stat(const struct u64_stats_sync *syncp,
		     const u64_stats_t *counter)
{
	unsigned int start;
	u64 value;

	do {
		start = u64_stats_fetch_begin(syncp);
		value = u64_stats_read(counter);
	} while (u64_stats_fetch_retry(syncp, start));
	return value;
}

/* Where a counter is in a session, and which attribute it is in netlink */
struct stat_attr {
	u16	attr;
	u16	offset;
	bool	tx;
};

#define TX(name, field) { PPTP_MUX_A_STATS_TX_##name, \
			  offsetof(struct pptp_gre, tx.field), true }
#define TX_DROP(name)	TX(DROP_##name, drop[PPTP_GRE_TX_##name])
#define RX(name, field) { PPTP_MUX_A_STATS_RX_##name, \
			  offsetof(struct pptp_gre, rx_stats.field), false }
#define RX_DROP(name)	RX(DROP_##name, drop[PPTP_GRE_RX_##name])
#define RX_ICMP(attr, name)	RX(attr, icmp[PPTP_GRE_ICMP_##name])
#define RX_FAULT(name)	RX(DROP_##name, fault[PPTP_HEADER_##name])

static const struct stat_attr stat_attrs[] = {
	TX(PACKETS, packets),
	TX(BYTES, bytes),
	TX(STALLS, stalls),
	{ PPTP_MUX_A_STATS_TX_TIMEOUTS,
	  offsetof(struct pptp_gre, rx_stats.timeouts), false },
	TX_DROP(UNCONNECTED),
	TX_DROP(NO_ROUTE),
	TX_DROP(LOOP),
	TX_DROP(NO_MEMORY),
	TX_DROP(MALFORMED),
	TX_DROP(BELOW),
	TX_DROP(CLEAR_TEXT),
	RX(PACKETS, packets),
	RX(BYTES, bytes),
	RX(ACKS, acks),
	RX(ACKS_ON_DATA, acks_on_data),
	RX(REORDERED, reordered),
	RX(LOST, lost),
	RX(RESYNC, resync),
	RX_DROP(LATE),
	RX_DROP(JUMP),
	RX_DROP(MALFORMED),
	RX_DROP(NO_ROOM),
	RX_DROP(DUPLICATE),
	RX_DROP(NO_MEMORY),
	RX_DROP(CLEAR_TEXT),
	RX_FAULT(FLAGS),
	RX_FAULT(NOTHING),
	RX_FAULT(NO_SEQ),
	RX_FAULT(NO_PAYLOAD),
	RX_FAULT(LENGTH),
	RX_ICMP(UNREACHABLE, UNREACHABLE),
	RX_ICMP(FRAG_NEEDED, FRAG_NEEDED),
	RX_ICMP(REDIRECT, REDIRECT),
	RX_ICMP(ICMP_OTHER, OTHER),
};

/* Those of the table, and acknowledgments sent alone, which come from anywhere */
#define STAT_TX_ACKS	ARRAY_SIZE(stat_attrs)

static_assert(STAT_TX_ACKS + 1 == PPTP_GRE_STATS);

static void read_stats(const struct pptp_gre *gre, u64 *stats)
{
	const struct stat_attr *stat;

	for (stat = stat_attrs; stat < stat_attrs + STAT_TX_ACKS; stat++)
		*stats++ = read_stat(stat->tx ? &gre->tx.syncp :
						&gre->rx_stats.syncp,
				     (const void *)gre + stat->offset);
	*stats = atomic64_read(&gre->tx_acks);
}

static void add_stats(const struct pptp_gre *gre, u64 *sum)
{
	u64 stats[PPTP_GRE_STATS];
	unsigned int i;

	read_stats(gre, stats);
	for (i = 0; i < PPTP_GRE_STATS; i++)
		sum[i] += stats[i];
}

/**
 * pptp_gre_stats_retire() - a session ends: what it has counted stays
 * @gre: the session, which nobody can find any more, quiesced
 *
 * Context: any but hard interrupts.
 */
void pptp_gre_stats_retire(struct pptp_gre *gre)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(gre->net);

	spin_lock_bh(&gn->ended_lock);
	add_stats(gre, gn->ended);
	spin_unlock_bh(&gn->ended_lock);
}

/* ---- what netlink shows ---- */

static int put_stat(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PPTP_MUX_A_STATS_PAD);
}

/* What changes while it is read: each value was true of some moment. */
static int put_gauges(struct sk_buff *msg, const struct pptp_gre *gre)
{
	const struct pptp_window *win = &gre->win;
	u32 window = pptp_window_limits(win) ? READ_ONCE(win->size) : 0;

	if (put_stat(msg, PPTP_MUX_A_STATS_RTT, READ_ONCE(win->rtt.mean)) ||
	    put_stat(msg, PPTP_MUX_A_STATS_ATO, pptp_window_ato(win)) ||
	    put_stat(msg, PPTP_MUX_A_STATS_TX_WINDOW, window) ||
	    put_stat(msg, PPTP_MUX_A_STATS_RX_HOLE_TIME,
		     pptp_reorder_time(&gre->reorder)))
		return -EMSGSIZE;
	return 0;
}

/* Of a session, or of all with none. */
static int fill_stats(struct sk_buff *msg, int attr, const u64 *stats,
		      const struct pptp_gre *gre)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	unsigned int i;
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(stat_attrs) && !err; i++)
		err = put_stat(msg, stat_attrs[i].attr, stats[i]);
	if (err || put_stat(msg, PPTP_MUX_A_STATS_TX_ACKS,
			    stats[STAT_TX_ACKS]) ||
	    (gre && put_gauges(msg, gre))) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * pptp_gre_fill_stats() - put the counters of a session into a message
 * @msg: the message
 * @attr: attribute that they go into
 * @gre: the session
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int pptp_gre_fill_stats(struct sk_buff *msg, int attr,
			const struct pptp_gre *gre)
{
	u64 stats[PPTP_GRE_STATS];

	read_stats(gre, stats);
	return fill_stats(msg, attr, stats, gre);
}

/* Sessions that there are, and that there were; one that is ending is in neither. */
static void sum_stats(struct pptp_gre_net *gn, u64 *sum)
{
	struct pptp_gre *gre;
	unsigned long id;

	spin_lock_bh(&gn->ended_lock);
	memcpy(sum, gn->ended, sizeof(gn->ended));
	spin_unlock_bh(&gn->ended_lock);
	rcu_read_lock();
	xa_for_each(&gn->sessions, id, gre)
		add_stats(gre, sum);
	rcu_read_unlock();
}

static const u16 fault_attrs[PPTP_HEADER_FAULTS] = {
	[PPTP_HEADER_SHORT]	= PPTP_MUX_A_TABLE_RX_SHORT,
	[PPTP_HEADER_VERSION]	= PPTP_MUX_A_TABLE_RX_VERSION,
	[PPTP_HEADER_PROTOCOL]	= PPTP_MUX_A_TABLE_RX_PROTOCOL,
	[PPTP_HEADER_CHECKSUM]	= PPTP_MUX_A_TABLE_RX_CHECKSUM,
	[PPTP_HEADER_ROUTING]	= PPTP_MUX_A_TABLE_RX_ROUTING,
	[PPTP_HEADER_NO_KEY]	= PPTP_MUX_A_TABLE_RX_NO_KEY,
	[PPTP_HEADER_FLAGS]	= PPTP_MUX_A_TABLE_RX_FLAGS,
	[PPTP_HEADER_NOTHING]	= PPTP_MUX_A_TABLE_RX_NOTHING,
	[PPTP_HEADER_NO_SEQ]	= PPTP_MUX_A_TABLE_RX_NO_SEQ,
	[PPTP_HEADER_NO_PAYLOAD] = PPTP_MUX_A_TABLE_RX_NO_PAYLOAD,
	[PPTP_HEADER_LENGTH]	= PPTP_MUX_A_TABLE_RX_LENGTH,
};

static int put_table_stat(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PPTP_MUX_A_TABLE_PAD);
}

/**
 * pptp_gre_fill_net() - put into a message what all sessions come to, and what
 * none is counted for
 * @msg: the message, of a table
 * @net: network namespace
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int pptp_gre_fill_net(struct sk_buff *msg, struct net *net)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(net);
	u64 value, malformed = 0;
	u64 sum[PPTP_GRE_STATS];
	unsigned int i;

	for (i = PPTP_HEADER_GOOD + 1; i < PPTP_HEADER_FAULTS; i++) {
		value = atomic64_read(&gn->faults[i]);
		malformed += value;
		if (put_table_stat(msg, fault_attrs[i], value))
			return -EMSGSIZE;
	}
	if (put_table_stat(msg, PPTP_MUX_A_TABLE_RX_MALFORMED, malformed) ||
	    put_table_stat(msg, PPTP_MUX_A_TABLE_RX_NO_CALL,
			   atomic64_read(&gn->no_call)))
		return -EMSGSIZE;
	sum_stats(gn, sum);
	return fill_stats(msg, PPTP_MUX_A_TABLE_STATS, sum, NULL);
}
