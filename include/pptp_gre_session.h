/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of pptp_gre share, and nobody else.
 */
#ifndef _PPTP_GRE_SESSION_H
#define _PPTP_GRE_SESSION_H

#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/rculist_nulls.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/netns/hash.h>

#include "pptp_gre.h"

#define PPTP_GRE_ID_MAX		65535

/* Counters of a session, as netlink shows them */
#define PPTP_GRE_STATS		33

/**
 * struct pptp_gre_net - the sessions of a network namespace
 * @sessions: by call id: which are taken, and by whom; RCU
 * @next_id: where the search for a free id begins: a call id comes back into
 *	use when all others have been used since
 * @faults: malformed packets that no session could be told for, by reason
 * @no_call: packets for no session of ours
 * @ended_lock: innermost
 * @ended: counters of sessions that are gone, in the order of stat_attrs[]
 */
struct pptp_gre_net {
	struct xarray	sessions;
	u32		next_id;		/* xa_lock */
	atomic64_t	faults[PPTP_HEADER_FAULTS];
	atomic64_t	no_call;
	spinlock_t	ended_lock;		/* innermost */
	u64		ended[PPTP_GRE_STATS];	/* ended_lock */
};

extern unsigned int pptp_gre_net_id;

static inline struct pptp_gre_net *pptp_gre_pernet(const struct net *net)
{
	return net_generic(net, pptp_gre_net_id);
}

/* The clock of the engines: it wraps */
static inline u32 pptp_gre_now(void)
{
	return ktime_to_us(ktime_get());
}

/* ---- call ids ---- */

/*
 * Sessions of all namespaces by call id, for packets: a chain has one of each
 * namespace at most. The namespace's secret is in the choice of the chain, so
 * nobody can have the same one in many. Look-up under RCU. A session may leave
 * one chain for another while somebody reads, when a slot has refused the call:
 * so a chain ends with its number.
 */
extern struct hlist_nulls_head *pptp_gre_chains;

#define PPTP_GRE_CHAINS		(PPTP_GRE_ID_MAX + 1)

static inline u32 pptp_gre_chain(const struct net *net, u16 id)
{
	return (net_hash_mix(net) ^ id) & PPTP_GRE_ID_MAX;
}

/**
 * pptp_gre_find() - the session that has a call id
 * @net: network namespace
 * @id: the id
 *
 * Context: under RCU. Whose id it is may change at any time.
 * Return: the session, NULL if there is none.
 */
static inline struct pptp_gre *pptp_gre_find(const struct net *net, u16 id)
{
	u32 chain = pptp_gre_chain(net, id);
	struct hlist_nulls_node *node;
	struct pptp_gre *gre;

	do {
		hlist_nulls_for_each_entry_rcu(gre, node, &pptp_gre_chains[chain],
					       id_node)
			if (READ_ONCE(gre->id) == id && gre->net == net)
				return gre;
	} while (get_nulls_value(node) != chain);
	return NULL;
}

struct rhlist_head *
pptp_gre_find_far_end(const struct pptp_gre_far_end *far_end);

/* ---- counters ---- */

static inline void pptp_gre_count_rx(struct pptp_gre *gre, u64_stats_t *counter,
				     u64 value)
{
	lockdep_assert_held(&gre->rx_lock);
	u64_stats_update_begin(&gre->rx_stats.syncp);
	u64_stats_add(counter, value);
	u64_stats_update_end(&gre->rx_stats.syncp);
}

void pptp_gre_stats_retire(struct pptp_gre *gre);

/* ---- transmit ---- */

void pptp_gre_tx_init(struct pptp_gre *gre);
void pptp_gre_tx_quiesce(struct pptp_gre *gre);
struct rtable *pptp_gre_route(struct pptp_gre *gre);
void pptp_gre_send_ack(struct pptp_gre *gre);
void pptp_gre_window_moved(struct pptp_gre *gre);

/* ---- receive ---- */

void pptp_gre_rx_init(struct pptp_gre *gre);
void pptp_gre_rx_quiesce(struct pptp_gre *gre);
int pptp_gre_rcv(struct sk_buff *skb);
void pptp_gre_err(struct sk_buff *skb, u32 info);

#endif /* _PPTP_GRE_SESSION_H */
