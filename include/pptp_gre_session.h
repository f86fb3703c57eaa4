/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of pptp_gre share, and nobody else.
 */
#ifndef _PPTP_GRE_SESSION_H
#define _PPTP_GRE_SESSION_H

#include <linux/ip.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/ppp_defs.h>
#include <linux/percpu.h>
#include <linux/rculist_nulls.h>
#include <linux/xarray.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/netns/hash.h>
#include <net/route.h>

#include "pptp_gre.h"

#define PPTP_GRE_ID_MAX		65535

/* Counters of a session, as netlink shows them */
#define PPTP_GRE_STATS		35

/**
 * struct pptp_gre_net - the sessions of a network namespace
 * @sessions: by call id: which are taken, and by whom; RCU
 * @next_id: where the search for a free id begins: a call id comes back into
 *	use when all others have been used since
 * @faults: malformed packets that no session could be told for, by reason
 * @no_call: packets for no session of ours
 * @demux: pptp_gre_demux_start() has been here
 * @ended_lock: innermost
 * @ended: counters of sessions that are gone, in the order of stat_attrs[]
 */
struct pptp_gre_net {
	struct xarray	sessions;
	u32		next_id;		/* xa_lock */
	atomic64_t	faults[PPTP_HEADER_FAULTS];
	atomic64_t	no_call;
	atomic_t	demux;
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

/*
 * A session that is bound to a device gets packets from there only, and one
 * that is not gets none from a VRF.
 */
static inline bool pptp_gre_from_its_device(const struct pptp_gre *gre,
					    struct sk_buff *skb)
{
	int bound = READ_ONCE(gre->sk->sk_bound_dev_if);

	if (likely(!bound))
		return !inet_sdif(skb);
	return bound == inet_iif(skb) || bound == inet_sdif(skb);
}

/**
 * pptp_gre_find_for() - the session that a packet is for
 * @net: network namespace
 * @id: the call id in the packet
 * @skb: the packet, with its IP header
 *
 * This namespace, this call id, this peer and this address of ours. Anybody can
 * write a call id into a packet.
 *
 * Context: under RCU.
 * Return: the session, NULL if there is none.
 */
static inline struct pptp_gre *
pptp_gre_find_for(const struct net *net, u16 id, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct pptp_gre *gre = pptp_gre_find(net, id);

	/* The acquire pairs with the release in pptp_gre_connect(). */
	if (!gre || !smp_load_acquire(&gre->connected) ||
	    gre->peer != iph->saddr || gre->local != iph->daddr ||
	    !pptp_gre_from_its_device(gre, skb))
		return NULL;
	return gre;
}

/* ---- far ends ---- */

/**
 * struct pptp_gre_far_key - where a session sends to; no padding in it
 * @net: its network namespace
 * @local: our address
 * @peer: the peer's
 * @device: index of what it was bound to when it connected, 0 for none: what is one
 *	address in a VRF is another one outside
 * @peer_id: the peer's call id
 */
struct pptp_gre_far_key {
	const struct net	*net;
	__be32			local;
	__be32			peer;
	u32			device;
	u32			peer_id;
};

int pptp_gre_take_far_end(struct pptp_gre *gre);
void pptp_gre_drop_far_end(struct pptp_gre *gre);
struct pptp_gre *pptp_gre_find_far_end(const struct pptp_gre_far_key *key);
int pptp_gre_far_ends_init(void);
void pptp_gre_far_ends_exit(void);

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
bool pptp_gre_route_holds(const struct pptp_gre *gre);
void pptp_gre_send_ack(struct pptp_gre *gre);
void pptp_gre_window_moved(struct pptp_gre *gre);

/* ---- calls within calls ---- */

/**
 * struct pptp_gre_sending - what a processor is sending
 * @name: of the session whose packet it is, 0 if there is none
 */
struct pptp_gre_sending {
	u64	name;
};

DECLARE_PER_CPU(struct pptp_gre_sending, pptp_gre_sending);

void pptp_gre_led_here(struct pptp_gre *gre, u64 name);
bool pptp_gre_in_loop(struct pptp_gre *gre);

/* A session is given a frame; if another one sends here, it has led to it. */
static inline void pptp_gre_see_sender(struct pptp_gre *gre)
{
	u64 name = this_cpu_read(pptp_gre_sending.name);

	if (unlikely(name))
		pptp_gre_led_here(gre, name);
}

/* ---- the route that packets come by ---- */

#ifdef CONFIG_NETFILTER

void pptp_gre_demux_start(struct net *net);
void pptp_gre_demux_stop(struct net *net);
void pptp_gre_keep_route(struct pptp_gre *gre, const struct sk_buff *skb);
void pptp_gre_drop_route(struct pptp_gre *gre);

/* For each packet, before its route is dropped */
static inline void pptp_gre_see_route(struct pptp_gre *gre,
				      const struct sk_buff *skb)
{
	if (unlikely(skb_dst(skb) != rcu_access_pointer(gre->rx_dst) ||
		     skb->skb_iif != READ_ONCE(gre->rx_iif)))
		pptp_gre_keep_route(gre, skb);
}

#else

static inline void pptp_gre_demux_start(struct net *net)
{
}

static inline void pptp_gre_demux_stop(struct net *net)
{
}

static inline void pptp_gre_see_route(struct pptp_gre *gre,
				      const struct sk_buff *skb)
{
}

static inline void pptp_gre_drop_route(struct pptp_gre *gre)
{
}

#endif

/* ---- encryption ---- */

static inline bool pptp_gre_is_network(unsigned int protocol)
{
	return protocol < 0x8000 && protocol != PPP_COMP &&
	       protocol != PPP_COMPFRAG;
}

bool pptp_gre_is_clear_fragment(const struct sk_buff *skb, bool short_numbers);

/*
 * A frame of a network protocol that MPPE should have encrypted and has not. PPP's own
 * are to be read. @short_flag: PPTP_MUX_CLEAR_TEXT_RX_SHORT or TX_SHORT, by its way
 */
static inline bool pptp_gre_is_clear_text(const struct pptp_gre *gre,
					  const struct sk_buff *skb,
					  u8 short_flag)
{
	u8 encrypted_only = READ_ONCE(gre->encrypted_only);
	unsigned int protocol;

	if (!encrypted_only || skb->len < 2)
		return false;
	protocol = pptp_gre_protocol(skb);
	if (likely(protocol != PPP_MP))
		return pptp_gre_is_network(protocol);
	return pptp_gre_is_clear_fragment(skb, encrypted_only & short_flag);
}

/* ---- receive ---- */

void pptp_gre_rx_init(struct pptp_gre *gre);
void pptp_gre_rx_quiesce(struct pptp_gre *gre);
int pptp_gre_rcv(struct sk_buff *skb);
void pptp_gre_err(struct sk_buff *skb, u32 info);

#endif /* _PPTP_GRE_SESSION_H */
