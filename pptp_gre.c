// SPDX-License-Identifier: GPL-2.0
/*
 * Enhanced GRE of RFC 2637 section 4: the wire, the call ids, in and out.
 *
 * Transmit takes no lock: PPP serialises the frames of a channel. Receive takes
 * rx_lock to judge a packet and put it in line, and leaves it to deliver: one
 * CPU at a time empties the line, whoever comes meanwhile only adds to it. So
 * the order is the order of judgement, and no lock of ours is held in PPP.
 */
#include <linux/icmp.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/ppp_defs.h>
#include <linux/ppp-ioctl.h>
#include <linux/random.h>
#include <linux/rculist_nulls.h>
#include <linux/rhashtable.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>
#include <net/gre.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/netns/generic.h>
#include <net/netns/hash.h>
#include <net/pptp.h>
#include <net/route.h>
#include <net/sock.h>
#include <uapi/linux/pptp_mux.h>

#include "pptp_gre.h"
#include "trace.h"

/* With how many packets behind it a hole is left open */
#define HELD_MAX		64

/* Packets in line for the CPU that delivers, and how many it does at once */
#define READY_MAX		256
#define DELIVER_MAX		64

#define CALL_ID_MAX		65535

/* Numbers of IP that a session takes at once */
#define IP_IDS			32

/* LL_RESERVED_SPACE() of an Ethernet device */
#define ETHERNET_SPACE		HH_DATA_ALIGN(ETH_HLEN)

/* Of an acknowledgment, which has no more than headers */
#define ACK_HEADROOM		(LL_MAX_HEADER + PPTP_GRE_OVERHEAD)

/* ---- counters ---- */

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
#define STATS		(ARRAY_SIZE(stat_attrs) + 1)
#define STAT_TX_ACKS	ARRAY_SIZE(stat_attrs)

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
	u64 stats[STATS];
	unsigned int i;

	read_stats(gre, stats);
	for (i = 0; i < STATS; i++)
		sum[i] += stats[i];
}

/**
 * struct gre_net - the sessions of a network namespace
 * @sessions: by call id: which are taken, and by whom; RCU
 * @next_id: where the search for a free id begins: a call id comes back into
 *	use when all others have been used since
 * @faults: malformed packets that no session could be told for, by reason
 * @no_call: packets for no session of ours
 * @ended_lock: innermost
 * @ended: counters of sessions that are gone, in the order of stat_attrs[]
 */
struct gre_net {
	struct xarray	sessions;
	u32		next_id;		/* xa_lock */
	atomic64_t	faults[PPTP_HEADER_FAULTS];
	atomic64_t	no_call;
	spinlock_t	ended_lock;		/* innermost */
	u64		ended[STATS];		/* ended_lock */
};

static unsigned int gre_net_id __read_mostly;

/*
 * Sessions of all namespaces by call id, for packets: a chain has one of each
 * namespace at most. The namespace's secret is in the choice of the chain, so
 * nobody can have the same one in many. Look-up under RCU. A session may leave
 * one chain for another while somebody reads, when a slot has refused the call:
 * so a chain ends with its number.
 */
static struct hlist_nulls_head *chains __read_mostly;
static DEFINE_SPINLOCK(chains_lock);

#define CHAINS		(CALL_ID_MAX + 1)

/*
 * Sessions of all namespaces by their far end, for ICMP errors, which quote
 * packets of ours. Look-up under RCU.
 */
static struct rhltable far_ends;

static const struct rhashtable_params far_end_params = {
	.key_len		= sizeof(struct pptp_gre_far_end),
	.key_offset		= offsetof(struct pptp_gre, far_end),
	.head_offset		= offsetof(struct pptp_gre, far_node),
	.automatic_shrinking	= true,
};

static struct gre_net *net_sessions(const struct net *net)
{
	return net_generic(net, gre_net_id);
}

/* ---- call ids ---- */

static u32 chain_of(const struct net *net, u16 id)
{
	return (net_hash_mix(net) ^ id) & CALL_ID_MAX;
}

/* Under RCU. Whose id it is may change at any time. */
static struct pptp_gre *find_id(const struct net *net, u16 id)
{
	u32 chain = chain_of(net, id);
	struct hlist_nulls_node *node;
	struct pptp_gre *gre;

	do {
		hlist_nulls_for_each_entry_rcu(gre, node, &chains[chain],
					       id_node)
			if (READ_ONCE(gre->id) == id && gre->net == net)
				return gre;
	} while (get_nulls_value(node) != chain);
	return NULL;
}

static void publish_id(struct pptp_gre *gre, u16 id)
{
	WRITE_ONCE(gre->id, id);
	spin_lock_bh(&chains_lock);
	hlist_nulls_add_head_rcu(&gre->id_node,
				 &chains[chain_of(gre->net, id)]);
	spin_unlock_bh(&chains_lock);
}

static void hide_id(struct pptp_gre *gre)
{
	spin_lock_bh(&chains_lock);
	hlist_nulls_del_rcu(&gre->id_node);
	spin_unlock_bh(&chains_lock);
}

static int chains_make(void)
{
	u32 i;

	chains = vmalloc(array_size(CHAINS, sizeof(*chains)));
	if (!chains)
		return -ENOMEM;
	for (i = 0; i < CHAINS; i++)
		INIT_HLIST_NULLS_HEAD(&chains[i], i);
	return 0;
}

/* The clock of the engines: it wraps */
static u32 now_us(void)
{
	return ktime_to_us(ktime_get());
}

/* ---- route ---- */

static struct rtable *route_lookup(struct pptp_gre *gre)
{
	struct sock *sk = gre->sk;
	struct flowi4 fl4 = {
		.flowi4_oif	= READ_ONCE(sk->sk_bound_dev_if),
		.flowi4_mark	= READ_ONCE(sk->sk_mark),
		.flowi4_proto	= IPPROTO_GRE,
		.flowi4_uid	= sock_net_uid(gre->net, sk),
		.daddr		= gre->peer,
		.saddr		= gre->local,
	};

	return ip_route_output_key(gre->net, &fl4);
}

static void own_work(struct work_struct *work)
{
	struct pptp_gre *gre = container_of(work, struct pptp_gre, own_work);

	WRITE_ONCE(gre->own_ifindex, gre->owner->own_ifindex(gre));
}

/*
 * A route over a PPP device may be one over this session's own. Which one that
 * is PPP says only under a lock that it may be holding around transmit, so it
 * is asked from a work item: asking here would be Q219380's deadlock.
 */
static bool route_loops(struct pptp_gre *gre, const struct net_device *dev)
{
	if (!READ_ONCE(gre->closing))
		schedule_work(&gre->own_work);
	return dev->ifindex == READ_ONCE(gre->own_ifindex);
}

/* The route of the last packet, if it still holds */
static struct dst_entry *route_kept(const struct pptp_gre *gre)
{
	struct dst_entry *dst = rcu_dereference_bh(gre->sk->sk_dst_cache);

	return dst ? dst_check(dst, 0) : NULL;
}

/*
 * Another route is looked up when routing has changed, which is when a tunnel
 * can come to be routed into itself: that is looked for here, not for each
 * packet. Nothing is kept as long as it cannot be told.
 */
static int route_find(struct pptp_gre *gre, struct sk_buff *skb)
{
	struct rtable *rt = route_lookup(gre);
	bool keep = true;

	if (IS_ERR(rt))
		return -EHOSTUNREACH;
	if (rt->dst.dev->type == ARPHRD_PPP) {
		if (route_loops(gre, rt->dst.dev)) {
			ip_rt_put(rt);
			return -ELOOP;
		}
		keep = READ_ONCE(gre->own_ifindex);
	}
	skb_dst_set(skb, &rt->dst);
	if (keep)
		sk_dst_set(gre->sk, dst_clone(&rt->dst));
	return 0;
}

/*
 * Give the packet its route. Softirqs are off, which is as good as RCU's lock: the
 * packet takes no reference on a route that is kept. Whoever keeps the packet below
 * takes one.
 *
 * Return: 0, -EHOSTUNREACH, or -ELOOP if it leads into the session itself.
 */
static inline int route_packet(struct pptp_gre *gre, struct sk_buff *skb)
{
	struct dst_entry *dst = route_kept(gre);

	skb_dst_drop(skb);
	if (unlikely(!dst))
		return route_find(gre, skb);
	skb_dst_set_noref(skb, dst);
	return 0;
}

/* ---- transmit ---- */

static unsigned int headroom(const struct net_device *dev)
{
	return LL_RESERVED_SPACE(dev) + PPTP_GRE_OVERHEAD;
}

/**
 * pptp_gre_headroom() - how much room to leave in front of a session's frames
 * @net: network namespace
 * @local: our address
 *
 * As much as the device takes that has the address, and Ethernet at least. Whoever
 * forwards copies each packet that has less room than its device asks for, so this
 * is no bound: a frame that goes to a device that takes more is copied.
 *
 * Context: any.
 * Return: bytes in front of the protocol field.
 */
unsigned int pptp_gre_headroom(struct net *net, __be32 local)
{
	unsigned int room = PPTP_GRE_OVERHEAD + ETHERNET_SPACE;
	const struct net_device *dev;

	rcu_read_lock();
	dev = __ip_dev_find(net, local, false);
	if (dev)
		room = max(room, headroom(dev));
	rcu_read_unlock();
	return room;
}

/*
 * IP's number for a packet costs a keyed hash, and an atomic on a counter that all
 * calls between two hosts share. So several are taken at once.
 */
static void take_ip_ids(struct pptp_gre *gre, struct sk_buff *skb)
{
	ip_select_ident_segs(gre->net, skb, NULL, IP_IDS);
	gre->ip_id = ntohs(ip_hdr(skb)->id);
	gre->ip_ids = IP_IDS;
}

static void number_packet(struct pptp_gre *gre, struct sk_buff *skb)
{
	if (unlikely(!gre->ip_ids))
		take_ip_ids(gre, skb);
	ip_hdr(skb)->id = htons(gre->ip_id++);
	gre->ip_ids--;
}

/* As ip4_dst_hoplimit(), which looks for the namespace first */
static u8 hop_limit(const struct pptp_gre *gre, const struct dst_entry *dst)
{
	return dst_metric_raw(dst, RTAX_HOPLIMIT) ?:
	       READ_ONCE(gre->net->ipv4.sysctl_ip_default_ttl);
}

/*
 * The skb has a route, and begins with its GRE header. There is room: skb_cow_head()
 * has seen to it. Length and checksum are ip_local_out()'s. What is not to be
 * fragmented needs no number.
 */
static int send_packet(struct pptp_gre *gre, struct sk_buff *skb, u8 tos,
		       __be16 frag_off)
{
	struct iphdr *iph;
	int err;

	skb_reset_transport_header(skb);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	iph->version = 4;
	iph->ihl = sizeof(*iph) >> 2;
	iph->tos = tos;
	iph->id = 0;
	iph->frag_off = frag_off;
	iph->ttl = hop_limit(gre, skb_dst(skb));
	iph->protocol = IPPROTO_GRE;
	iph->saddr = gre->local;
	iph->daddr = gre->peer;
	if (!frag_off)
		number_packet(gre, skb);

	nf_reset_ct(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb->ignore_df = 0;
	skb->mark = READ_ONCE(gre->sk->sk_mark);
	/* ESP makes an skb larger, on the account of a socket like others. */
	if (unlikely(dst_xfrm(skb_dst(skb))))
		skb_orphan(skb);
	err = ip_local_out(gre->net, NULL, skb);
	return net_xmit_eval(err);
}

/* All but the numbers. */
static struct pptp_gre_header *push_gre_header(const struct pptp_gre *gre,
					       struct sk_buff *skb,
					       unsigned int len, __be16 flags,
					       u16 payload_len)
{
	struct pptp_gre_header *hdr = __skb_push(skb, len);

	hdr->gre_hd.flags = flags;
	hdr->gre_hd.protocol = GRE_PROTO_PPP;
	hdr->payload_len = htons(payload_len);
	hdr->call_id = htons(gre->peer_id);
	return hdr;
}

/* RFC 2637 section 4.1: an acknowledgment sits behind the sequence number. */
static void push_data_header(struct pptp_gre *gre, struct sk_buff *skb)
{
	__be16 flags = GRE_KEY | GRE_VERSION_1 | GRE_SEQ;
	unsigned int len = sizeof(struct pptp_gre_header);
	struct pptp_gre_header *hdr;
	u32 ack;

	if (pptp_window_wants_time(&gre->win))
		pptp_window_stamp(&gre->win, now_us());
	if (pptp_seq_take_ack(&gre->rx, &ack)) {
		hdr = push_gre_header(gre, skb, len, flags | GRE_ACK, skb->len);
		hdr->ack = htonl(ack);
	} else {
		len -= sizeof(hdr->ack);
		hdr = push_gre_header(gre, skb, len, flags, skb->len);
	}
	hdr->seq = htonl(pptp_window_take(&gre->win));
}

/*
 * LCP's own negotiation is sent as if nothing had been negotiated
 * (RFC 1661 section 6.5 and 6.6): Configure-Request to Code-Reject.
 */
static bool is_lcp_negotiation(const struct sk_buff *skb)
{
	const u8 *data = skb->data;

	return skb->len > 2 && get_unaligned_be16(data) == PPP_LCP &&
	       data[2] >= 1 && data[2] <= 7;
}

/*
 * Of a packet that is neither encrypted nor compressed. ECN stays clear: no peer
 * is known to hand on to the inner header what a router says with the outer one,
 * and then RFC 6040 section 4.3 wants it so.
 */
static u8 outer_tos(const struct pptp_gre *gre, const struct sk_buff *skb)
{
	const u8 *data = skb->data;
	u8 tos;

	if (likely(!READ_ONCE(gre->copy_dscp)) || skb->len < 4)
		return 0;
	switch (get_unaligned_be16(data)) {
	case PPP_IP:
		tos = data[3];
		break;
	case PPP_IPV6:
		tos = data[2] << 4 | data[3] >> 4;
		break;
	default:
		return 0;
	}
	return tos & ~INET_ECN_MASK;
}

/* From PPP's form of a frame, two bytes of protocol first, to the wire's. */
static void push_ppp_header(struct pptp_gre *gre, struct sk_buff *skb)
{
	u32 flags = READ_ONCE(gre->ppp_flags);
	u8 *data = skb->data;

	if (is_lcp_negotiation(skb))
		flags = 0;
	if ((flags & SC_COMP_PROT) && data[0] == 0)
		__skb_pull(skb, 1);
	if (!(flags & SC_COMP_AC)) {
		data = __skb_push(skb, 2);
		data[0] = PPP_ALLSTATIONS;
		data[1] = PPP_UI;
	}
}

static void count_tx(struct pptp_gre *gre, unsigned int bytes)
{
	u64_stats_update_begin(&gre->tx.syncp);
	u64_stats_inc(&gre->tx.packets);
	u64_stats_add(&gre->tx.bytes, bytes);
	u64_stats_update_end(&gre->tx.syncp);
}

static void __cold count_tx_drop(struct pptp_gre *gre,
				 enum pptp_gre_tx_drop drop)
{
	trace_pptp_mux_tx_drop(gre->id, drop);
	if (drop == PPTP_GRE_TX_LOOP)
		gre->owner->looped(gre);
	u64_stats_update_begin(&gre->tx.syncp);
	u64_stats_inc(&gre->tx.drop[drop]);
	u64_stats_update_end(&gre->tx.syncp);
}

/* ---- the send window ---- */

static void wait_for_window(struct pptp_gre *gre)
{
	u32 left = pptp_window_left(&gre->win, now_us());

	/* A jiffy more, so that the time is over when it is looked at */
	if (!delayed_work_pending(&gre->window_work))
		schedule_delayed_work(&gre->window_work,
				      usecs_to_jiffies(left) + 1);
}

static void count_stall(struct pptp_gre *gre)
{
	u64_stats_update_begin(&gre->tx.syncp);
	u64_stats_inc(&gre->tx.stalls);
	u64_stats_update_end(&gre->tx.syncp);
}

/*
 * Transmit says that it waits, and looks again; whoever changes the window looks
 * afterwards whether transmit waits. One of them at least sees the other.
 */
static bool stall(struct pptp_gre *gre)
{
	bool waited = READ_ONCE(gre->tx_stalled);

	WRITE_ONCE(gre->tx_stalled, true);
	/* Pairs with the barrier in window_moved(). */
	smp_mb();
	if (pptp_window_open(&gre->win)) {
		WRITE_ONCE(gre->tx_stalled, false);
		return false;
	}
	if (!waited)
		count_stall(gre);
	wait_for_window(gre);
	return true;
}

/* No lock is held; under RCU. */
static void window_moved(struct pptp_gre *gre)
{
	/* Pairs with the barrier in stall(). */
	smp_mb();
	if (likely(!READ_ONCE(gre->tx_stalled)) || !pptp_window_open(&gre->win))
		return;
	WRITE_ONCE(gre->tx_stalled, false);
	gre->owner->wake(gre);
}

/**
 * pptp_gre_may_send() - does the peer take more than it has acknowledged?
 * @gre: the session
 *
 * RFC 2637 section 4.3. It never says no for longer than two time-outs to a
 * session whose peer has stopped acknowledging, unless it was told to.
 *
 * Context: as pptp_gre_xmit().
 * Return: true if a frame may be sent now; if not, the owner's wake() follows.
 */
bool pptp_gre_may_send(struct pptp_gre *gre)
{
	return likely(pptp_window_open(&gre->win)) ||
	       READ_ONCE(gre->closing) || !stall(gre);
}

/* ---- transmit of frames ---- */

/**
 * pptp_gre_xmit() - send a frame to the peer
 * @gre: the session
 * @skb: the frame, beginning with the two bytes of its protocol; consumed
 *
 * A frame that is dropped is counted.
 *
 * Context: softirqs off. The caller serialises the frames of a session. Takes
 * no lock.
 */
void pptp_gre_xmit(struct pptp_gre *gre, struct sk_buff *skb)
{
	unsigned int bytes = skb->len;
	enum pptp_gre_tx_drop drop;
	int err;
	u8 tos;

	drop = PPTP_GRE_TX_UNCONNECTED;
	/* Pairs with the release in pptp_gre_connect(). */
	if (!smp_load_acquire(&gre->connected))
		goto err_free;
	err = route_packet(gre, skb);
	drop = err == -ELOOP ? PPTP_GRE_TX_LOOP : PPTP_GRE_TX_NO_ROUTE;
	if (err)
		goto err_free;
	drop = PPTP_GRE_TX_NO_MEMORY;
	if (skb_cow_head(skb, headroom(skb_dst(skb)->dev)))
		goto err_free;
	drop = PPTP_GRE_TX_MALFORMED;
	if (unlikely(skb_headlen(skb) < 4) &&
	    (skb->len < 2 || !pskb_may_pull(skb, min(skb->len, 4U))))
		goto err_free;
	if (skb->len > U16_MAX - PPTP_GRE_OVERHEAD)
		goto err_free;

	tos = outer_tos(gre, skb);
	push_ppp_header(gre, skb);
	push_data_header(gre, skb);
	if (send_packet(gre, skb, tos, 0))
		count_tx_drop(gre, PPTP_GRE_TX_BELOW);
	else
		count_tx(gre, bytes);
	return;

err_free:
	kfree_skb(skb);
	count_tx_drop(gre, drop);
}

/**
 * pptp_gre_below() - which device do the packets of a session go to now?
 * @gre: the session
 * @name: where to put its name, IFNAMSIZ bytes; untouched if there is none
 *
 * Context: process.
 */
void pptp_gre_below(struct pptp_gre *gre, char *name)
{
	struct rtable *rt = route_lookup(gre);

	if (IS_ERR(rt))
		return;
	strscpy(name, rt->dst.dev->name, IFNAMSIZ);
	ip_rt_put(rt);
}

/* It takes the place of the sequence number. */
static void push_ack_header(struct pptp_gre *gre, struct sk_buff *skb, u32 ack)
{
	__be16 flags = GRE_KEY | GRE_VERSION_1 | GRE_ACK;
	struct pptp_gre_header *hdr;

	hdr = push_gre_header(gre, skb, sizeof(*hdr) - sizeof(hdr->ack), flags,
			      0);
	hdr->seq = htonl(ack);
}

/* Softirqs off. An acknowledgment that cannot be sent is owed to the next. */
static void send_ack(struct pptp_gre *gre)
{
	struct sk_buff *skb;
	u32 ack;

	skb = alloc_skb(ACK_HEADROOM, GFP_ATOMIC);
	if (!skb)
		return;
	if (route_packet(gre, skb) ||
	    !pptp_seq_take_ack(&gre->rx, &ack)) {
		kfree_skb(skb);
		return;
	}
	skb_reserve(skb, ACK_HEADROOM);
	push_ack_header(gre, skb, ack);
	atomic64_inc(&gre->tx_acks);
	/* No path is too narrow for it. */
	send_packet(gre, skb, 0, htons(IP_DF));
}

/*
 * How long an acknowledgment may yet wait for data that takes it along, in jiffies.
 * One more when the peer may be found to wait for it, so that it has for certain.
 */
static unsigned long ack_left(const struct pptp_gre *gre, u32 unacked)
{
	unsigned long delay = usecs_to_jiffies(pptp_window_delay(&gre->win));
	unsigned long waited = jiffies - gre->unacked_since;

	lockdep_assert_held(&gre->rx_lock);
	if (unacked >= PPTP_ACK_MIN)
		delay++;
	return waited < delay ? delay - waited : 0;
}

/*
 * Looks under rx_lock, as receive does when it sees that this is pending: so a packet
 * that comes meanwhile is either seen here, or has this scheduled again.
 */
static void ack_work(struct work_struct *work)
{
	struct pptp_gre *gre = container_of(to_delayed_work(work),
					    struct pptp_gre, ack_work);
	unsigned long left;
	u32 unacked;

	spin_lock_bh(&gre->rx_lock);
	unacked = pptp_seq_unacked(&gre->rx);
	left = ack_left(gre, unacked);
	if (!left)
		pptp_ack_late(&gre->ack, unacked);
	spin_unlock_bh(&gre->rx_lock);

	if (unacked && !left) {
		local_bh_disable();
		send_ack(gre);
		local_bh_enable();
	} else if (unacked && !READ_ONCE(gre->closing)) {
		schedule_delayed_work(&gre->ack_work, left);
	}
}

/* ---- receive ---- */

/* Read a header. What it says of a payload is true of the packet. */
static enum pptp_header_fault read_header(struct sk_buff *skb,
					  struct pptp_header *hdr)
{
	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len, PPTP_HEADER_MAX)))
		return PPTP_HEADER_SHORT;
	return pptp_header_read(skb->data, skb->len, hdr);
}

/*
 * A session that is bound to a device gets packets from there only, and one
 * that is not gets none from a VRF.
 */
static inline bool from_its_device(const struct pptp_gre *gre, struct sk_buff *skb)
{
	int bound = READ_ONCE(gre->sk->sk_bound_dev_if);

	if (likely(!bound))
		return !inet_sdif(skb);
	return bound == inet_iif(skb) || bound == inet_sdif(skb);
}

/*
 * The session that a packet is for: this namespace, this call id, this peer and
 * this address of ours. Anybody can write a call id into a packet.
 */
static struct pptp_gre *find_session(const struct net *net, u16 id,
				     struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct pptp_gre *gre = find_id(net, id);

	/* The acquire pairs with the release in pptp_gre_connect(). */
	if (!gre || !smp_load_acquire(&gre->connected) ||
	    gre->peer != iph->saddr || gre->local != iph->daddr ||
	    !from_its_device(gre, skb))
		return NULL;
	return gre;
}

/*
 * From the wire's form of a frame to PPP's; PFC is left to PPP. All of it is
 * linear: decompressors and MPPE read on without asking.
 */
static bool strip_packet(struct sk_buff *skb, const struct pptp_header *hdr)
{
	if (pskb_trim_rcsum(skb, hdr->header_len + hdr->payload_len) ||
	    skb_linearize(skb))
		return false;
	__skb_pull(skb, hdr->header_len);
	if (skb->len >= 2 && skb->data[0] == PPP_ALLSTATIONS &&
	    skb->data[1] == PPP_UI)
		__skb_pull(skb, 2);

	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb_reset_network_header(skb);
	return true;
}

static void rx_add(struct pptp_gre *gre, u64_stats_t *counter, u64 value)
{
	lockdep_assert_held(&gre->rx_lock);
	u64_stats_update_begin(&gre->rx_stats.syncp);
	u64_stats_add(counter, value);
	u64_stats_update_end(&gre->rx_stats.syncp);
}

static void __cold count_rx_drop(struct pptp_gre *gre,
				 enum pptp_gre_rx_drop drop)
{
	trace_pptp_mux_rx_drop(gre->id, drop);
	rx_add(gre, &gre->rx_stats.drop[drop], 1);
}

/* Next in sequence: put it in line, and count it. */
static void ready(struct pptp_gre *gre, struct sk_buff *skb)
{
	lockdep_assert_held(&gre->rx_lock);
	u64_stats_update_begin(&gre->rx_stats.syncp);
	u64_stats_inc(&gre->rx_stats.packets);
	u64_stats_add(&gre->rx_stats.bytes, skb->len);
	u64_stats_update_end(&gre->rx_stats.syncp);
	if (atomic_inc_return(&gre->rx_line) == 1)
		gre->rx_first = skb;
	else
		__skb_queue_tail(&gre->rx_ready, skb);
}

/* The frame whose turn it is, unless somebody is delivering already */
static struct sk_buff *take_first(struct pptp_gre *gre)
{
	struct sk_buff *skb = gre->rx_first;

	lockdep_assert_held(&gre->rx_lock);
	gre->rx_first = NULL;
	return skb;
}

static struct sk_buff *take_next(struct pptp_gre *gre)
{
	struct sk_buff *skb;

	spin_lock(&gre->rx_lock);
	skb = __skb_dequeue(&gre->rx_ready);
	spin_unlock(&gre->rx_lock);
	return skb;
}

/* Somebody else's turn: who comes with a packet, or the work item. */
static void leave_line(struct pptp_gre *gre)
{
	spin_lock(&gre->rx_lock);
	gre->rx_first = __skb_dequeue(&gre->rx_ready);
	spin_unlock(&gre->rx_lock);
	mod_delayed_work(system_wq, &gre->hole_work, 0);
}

/*
 * What has come into line meanwhile. As fast as other CPUs put it there, one could
 * be at it for ever, and does nothing else: so there is an end to it.
 */
static noinline void deliver_rest(struct pptp_gre *gre)
{
	unsigned int left = DELIVER_MAX;

	do {
		if (!left--) {
			leave_line(gre);
			return;
		}
		gre->owner->deliver(gre, take_next(gre));
	} while (!atomic_dec_and_test(&gre->rx_line));
}

/*
 * Empty the line. Softirqs off; no lock is held. Who finds it empty when he puts a
 * frame into it is the next to deliver, and this one is through by then.
 */
static void deliver_line(struct pptp_gre *gre, struct sk_buff *first)
{
	gre->owner->deliver(gre, first);
	if (unlikely(!atomic_dec_and_test(&gre->rx_line)))
		deliver_rest(gre);
}

/* ---- packets that came too early ---- */

struct held {
	u32	seq;
};

static struct held *held(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct held) > sizeof(skb->cb));
	return (struct held *)skb->cb;
}

static void unhold(struct pptp_gre *gre, struct sk_buff *skb)
{
	__skb_unlink(skb, &gre->rx_held);
	gre->owner->unhold(gre, skb->truesize);
}

/*
 * What has become next in sequence leaves; the hole behind it is a new one.
 * Return: how many packets left.
 */
static unsigned int release_held(struct pptp_gre *gre)
{
	unsigned int count = 0;
	struct sk_buff *skb;

	while ((skb = skb_peek(&gre->rx_held)) &&
	       pptp_seq_release(&gre->rx, held(skb)->seq)) {
		unhold(gre, skb);
		ready(gre, skb);
		count++;
	}
	if (!skb_queue_empty(&gre->rx_held))
		gre->rx_hole = now_us();
	return count;
}

/* There is a first held packet. What is missing before it is lost. */
static void give_up_hole(struct pptp_gre *gre)
{
	u32 seq = held(skb_peek(&gre->rx_held))->seq;
	u32 first = gre->rx.next;
	u32 lost = pptp_seq_give_up(&gre->rx, seq);

	pptp_reorder_gave_up(&gre->reorder, first, lost, gre->rx_hole);
	rx_add(gre, &gre->rx_stats.lost, lost);
	release_held(gre);
}

/* The numbering has moved on without them: they are in order all the same. */
static void flush_held(struct pptp_gre *gre)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&gre->rx_held))) {
		unhold(gre, skb);
		ready(gre, skb);
	}
}

/* Where a packet belongs among those held: behind the one returned, if any. */
static struct sk_buff *held_before(struct pptp_gre *gre, u32 seq)
{
	struct sk_buff *skb;

	skb_queue_reverse_walk(&gre->rx_held, skb)
		if (pptp_seq_distance(held(skb)->seq, seq) >= 0)
			return skb;
	return NULL;
}

static void open_hole(struct pptp_gre *gre)
{
	u32 time = pptp_reorder_time(&gre->reorder);

	gre->rx_hole = now_us();
	if (time)
		schedule_delayed_work(&gre->hole_work, usecs_to_jiffies(time));
}

/* If the packet that was missing has come: that is how far the path reorders. */
static void close_hole(struct pptp_gre *gre)
{
	struct sk_buff *first = skb_peek(&gre->rx_held);

	if (first && held(first)->seq == gre->rx.next)
		pptp_reorder_filled(&gre->reorder, now_us() - gre->rx_hole);
}

enum hold {
	HOLD_DONE,
	HOLD_DUPLICATE,		/* it is held already */
	HOLD_NO_ROOM,
};

static enum hold hold(struct pptp_gre *gre, struct sk_buff *skb, u32 seq)
{
	struct sk_buff *before = held_before(gre, seq);

	if (before && held(before)->seq == seq)
		return HOLD_DUPLICATE;
	if (!gre->owner->hold(gre, skb->truesize))
		return HOLD_NO_ROOM;
	held(skb)->seq = seq;
	if (skb_queue_empty(&gre->rx_held))
		open_hole(gre);
	if (before)
		__skb_queue_after(&gre->rx_held, before, skb);
	else
		__skb_queue_head(&gre->rx_held, skb);
	if (skb_queue_len(&gre->rx_held) > HELD_MAX ||
	    !pptp_reorder_time(&gre->reorder))
		give_up_hole(gre);
	return HOLD_DONE;
}

/* Microseconds that the hole may stay open yet */
static u32 hole_left(const struct pptp_gre *gre)
{
	u32 open = now_us() - gre->rx_hole;
	u32 time = pptp_reorder_time(&gre->reorder);

	return open < time ? time - open : 0;
}

/* Is an acknowledgment to go alone? If it is to wait, see to it that it ends. */
static bool ack_is_due(struct pptp_gre *gre)
{
	u32 unacked = pptp_seq_unacked(&gre->rx);

	lockdep_assert_held(&gre->rx_lock);
	if (unlikely(!unacked))
		return false;
	if (pptp_ack_due(&gre->ack, unacked))
		return true;
	if (gre->unacked_from != gre->rx.acked) {
		gre->unacked_from = gre->rx.acked;
		gre->unacked_since = jiffies;
	}
	if (unlikely(!delayed_work_pending(&gre->ack_work)))
		schedule_delayed_work(&gre->ack_work,
				      ack_left(gre, unacked));
	return false;
}

/*
 * A hole is as old as the last packet that was next in sequence: with traffic
 * coming in order, one packet far ahead is not worth giving up what is between.
 */
static void hole_work(struct work_struct *work)
{
	struct pptp_gre *gre = container_of(to_delayed_work(work),
					    struct pptp_gre, hole_work);
	struct sk_buff *first;
	bool ack = false;

	local_bh_disable();
	spin_lock(&gre->rx_lock);
	if (!skb_queue_empty(&gre->rx_held) && !hole_left(gre)) {
		give_up_hole(gre);
		ack = ack_is_due(gre);
	}
	if (!skb_queue_empty(&gre->rx_held))
		schedule_delayed_work(&gre->hole_work,
				      usecs_to_jiffies(hole_left(gre)));
	first = take_first(gre);
	spin_unlock(&gre->rx_lock);
	if (first)
		deliver_line(gre, first);
	if (ack)
		send_ack(gre);
	local_bh_enable();
}

/* What is in flight for too long is lost, and makes the window smaller. */
static void window_work(struct work_struct *work)
{
	struct pptp_gre *gre = container_of(to_delayed_work(work),
					    struct pptp_gre, window_work);

	spin_lock_bh(&gre->rx_lock);
	if (pptp_window_timeout(&gre->win, now_us()))
		rx_add(gre, &gre->rx_stats.timeouts, 1);
	spin_unlock_bh(&gre->rx_lock);
	rcu_read_lock();
	window_moved(gre);
	if (READ_ONCE(gre->tx_stalled) && !READ_ONCE(gre->closing))
		wait_for_window(gre);
	rcu_read_unlock();
}

/* ---- packets as they come ---- */

/* The peer acknowledges, on data or alone. */
static void hear_ack(struct pptp_gre *gre, u32 ack, bool alone)
{
	struct pptp_gre_rx_stats *stats = &gre->rx_stats;

	rx_add(gre, alone ? &stats->acks : &stats->acks_on_data, 1);
	pptp_window_ack(&gre->win, ack, alone, now_us());
}

static void receive_ack(struct pptp_gre *gre, u32 ack)
{
	spin_lock(&gre->rx_lock);
	hear_ack(gre, ack, true);
	spin_unlock(&gre->rx_lock);
	window_moved(gre);
}

static void __cold drop_packet(struct pptp_gre *gre, struct sk_buff *skb,
			       enum pptp_gre_rx_drop drop)
{
	spin_lock(&gre->rx_lock);
	count_rx_drop(gre, drop);
	spin_unlock(&gre->rx_lock);
	kfree_skb(skb);
}

static void next_in_sequence(struct pptp_gre *gre, struct sk_buff *skb,
			     bool resync)
{
	if (resync) {
		rx_add(gre, &gre->rx_stats.resync, 1);
		flush_held(gre);
	}
	close_hole(gre);
	ready(gre, skb);
	if (unlikely(!skb_queue_empty(&gre->rx_held)))
		rx_add(gre, &gre->rx_stats.reordered, release_held(gre));
}

/*
 * Ask the engine about a frame, and hold it if it says so. Over the account, the
 * oldest hole is given up: the frame may be next in sequence then, or late. There
 * is room for one when nothing is held, so this ends.
 */
static struct pptp_seq_result ask(struct pptp_gre *gre, struct sk_buff *skb,
				  u32 seq)
{
	struct pptp_seq_result res;
	enum hold held;

	do {
		res = pptp_seq_receive(&gre->rx, seq);
		if (res.verdict != PPTP_SEQ_HOLD)
			break;
		held = hold(gre, skb, seq);
		if (held == HOLD_NO_ROOM)
			give_up_hole(gre);
		else if (held == HOLD_DUPLICATE)
			res.verdict = PPTP_SEQ_DROP_DUPLICATE;
	} while (held == HOLD_NO_ROOM);
	return res;
}

/*
 * Judge a frame. False if it is to be dropped, which is counted. Out of line: what
 * nearly all frames are, in_sequence() has told before.
 */
static noinline bool judge(struct pptp_gre *gre, struct sk_buff *skb, u32 seq)
{
	struct pptp_seq_result res = ask(gre, skb, seq);

	switch (res.verdict) {
	case PPTP_SEQ_DELIVER:
		next_in_sequence(gre, skb, res.resync);
		return true;
	case PPTP_SEQ_HOLD:
		return true;
	case PPTP_SEQ_DROP_DUPLICATE:
		count_rx_drop(gre, PPTP_GRE_RX_DUPLICATE);
		return false;
	case PPTP_SEQ_DROP_LATE:
		pptp_reorder_late(&gre->reorder, seq, now_us());
		count_rx_drop(gre, PPTP_GRE_RX_LATE);
		return false;
	case PPTP_SEQ_DROP_JUMP:
		count_rx_drop(gre, PPTP_GRE_RX_JUMP);
		return false;
	}
	return false;
}

/* Next in sequence, and nothing waits for it? Then it is in line. */
static bool in_sequence(struct pptp_gre *gre, struct sk_buff *skb, u32 seq)
{
	if (!skb_queue_empty(&gre->rx_held) ||
	    !pptp_seq_release(&gre->rx, seq))
		return false;
	ready(gre, skb);
	return true;
}

/*
 * Who delivers may be slower than those who come meanwhile, and the line has no
 * account: it is short.
 */
static bool line_is_full(const struct pptp_gre *gre)
{
	return skb_queue_len(&gre->rx_ready) >= READY_MAX;
}

/* A data packet of a session that is known. */
static void receive_data(struct pptp_gre *gre, struct sk_buff *skb,
			 const struct pptp_header *hdr)
{
	struct sk_buff *first;
	bool taken = false;
	bool ack;

	if (unlikely(!strip_packet(skb, hdr))) {
		drop_packet(gre, skb, PPTP_GRE_RX_NO_MEMORY);
		return;
	}
	if (unlikely(!skb->len)) {
		drop_packet(gre, skb, PPTP_GRE_RX_MALFORMED);
		return;
	}
	spin_lock(&gre->rx_lock);
	if (hdr->has_ack)
		hear_ack(gre, hdr->ack, false);
	if (unlikely(line_is_full(gre)))
		count_rx_drop(gre, PPTP_GRE_RX_NO_ROOM);
	else
		taken = likely(in_sequence(gre, skb, hdr->seq)) ||
			judge(gre, skb, hdr->seq);
	ack = taken && ack_is_due(gre);
	first = take_first(gre);
	spin_unlock(&gre->rx_lock);

	if (first)
		deliver_line(gre, first);
	if (hdr->has_ack)
		window_moved(gre);
	if (unlikely(!taken))
		kfree_skb(skb);
	if (ack)
		send_ack(gre);
}

/* A packet that is dropped: the fault of a session's peer, or of nobody. */
static void __cold count_fault(const struct net *net, struct pptp_gre *gre,
			       enum pptp_header_fault fault)
{
	struct gre_net *gn = net_sessions(net);

	trace_pptp_mux_rx_fault(gre ? gre->id : 0, fault);
	if (!gre) {
		atomic64_inc(fault ? &gn->faults[fault] : &gn->no_call);
		return;
	}
	spin_lock(&gre->rx_lock);
	rx_add(gre, &gre->rx_stats.fault[fault], 1);
	spin_unlock(&gre->rx_lock);
}

/* Handler of GRE version 1: softirqs off, under RCU. */
static int gre_rcv(struct sk_buff *skb)
{
	const struct net *net = dev_net(skb->dev);
	enum pptp_header_fault fault;
	struct pptp_gre *gre = NULL;
	struct pptp_header hdr;

	if (skb->pkt_type != PACKET_HOST)
		goto drop;
	fault = read_header(skb, &hdr);
	if (pptp_header_has_id(fault))
		gre = find_session(net, hdr.call_id, skb);
	if (!gre || fault) {
		count_fault(net, gre, fault);
		goto drop;
	}
	if (hdr.has_seq) {
		receive_data(gre, skb, &hdr);
	} else {
		receive_ack(gre, hdr.ack);
		consume_skb(skb);
	}
	return NET_RX_SUCCESS;

drop:
	kfree_skb(skb);
	return NET_RX_DROP;
}

/* ---- ICMP errors ---- */

static enum pptp_gre_icmp icmp_kind(const struct icmphdr *icmp)
{
	switch (icmp->type) {
	case ICMP_DEST_UNREACH:
		if (icmp->code == ICMP_FRAG_NEEDED)
			return PPTP_GRE_ICMP_FRAG_NEEDED;
		return PPTP_GRE_ICMP_UNREACHABLE;
	case ICMP_REDIRECT:
		return PPTP_GRE_ICMP_REDIRECT;
	default:
		return PPTP_GRE_ICMP_OTHER;
	}
}

/*
 * The session that sent the quoted packet: the id in it is the peer's. Anybody
 * can write an ICMP error, but not without knowing addresses and id.
 */
static struct pptp_gre *find_sender(struct net *net, const struct iphdr *quoted,
				    const u8 *header, struct sk_buff *skb)
{
	struct pptp_gre_far_end far_end = {
		.net		= net,
		.peer		= quoted->daddr,
		.peer_id	= htons(pptp_header_u16(header + 6)),
	};
	struct rhlist_head *list, *pos;
	struct pptp_gre *gre;

	if (quoted->frag_off & htons(IP_OFFSET) || pptp_header_kind(header))
		return NULL;
	list = rhltable_lookup(&far_ends, &far_end, far_end_params);
	rhl_for_each_entry_rcu(gre, pos, list, far_node)
		if (gre->local == quoted->saddr && from_its_device(gre, skb))
			return gre;
	return NULL;
}

static void count_icmp(struct pptp_gre *gre, enum pptp_gre_icmp kind)
{
	spin_lock(&gre->rx_lock);
	rx_add(gre, &gre->rx_stats.icmp[kind], 1);
	spin_unlock(&gre->rx_lock);
}

/*
 * Softirqs off, under RCU. The skb begins with the quoted IP header, of which
 * ICMP has seen to it that 8 bytes follow: all that is read of ours. What the
 * path takes is kept with the route, and the cached one is looked up anew.
 */
static void gre_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	const u8 *header = skb->data + quoted->ihl * 4;
	struct net *net = dev_net(skb->dev);
	enum pptp_gre_icmp kind;
	struct pptp_gre *gre;
	int oif;

	gre = find_sender(net, quoted, header, skb);
	if (!gre)
		return;
	kind = icmp_kind(icmp_hdr(skb));
	count_icmp(gre, kind);
	oif = READ_ONCE(gre->sk->sk_bound_dev_if);
	if (kind == PPTP_GRE_ICMP_FRAG_NEEDED)
		ipv4_update_pmtu(skb, net, info, oif, IPPROTO_GRE);
	else if (kind == PPTP_GRE_ICMP_REDIRECT)
		ipv4_redirect(skb, net, oif, IPPROTO_GRE);
}

/* ---- the life of a session ---- */

/**
 * pptp_gre_create() - make a session, without id and unconnected
 * @gre: the session, zeroed
 * @sk: whose options for routing apply; outlives the session
 * @owner: whom the session belongs to
 *
 * Context: any.
 */
void pptp_gre_create(struct pptp_gre *gre, struct sock *sk,
		     const struct pptp_gre_owner *owner)
{
	gre->owner = owner;
	gre->sk = sk;
	gre->net = sock_net(sk);
	u64_stats_init(&gre->tx.syncp);
	u64_stats_init(&gre->rx_stats.syncp);
	spin_lock_init(&gre->rx_lock);
	pptp_window_init(&gre->win);
	pptp_reorder_init(&gre->reorder);
	pptp_ack_init(&gre->ack);
	__skb_queue_head_init(&gre->rx_held);
	__skb_queue_head_init(&gre->rx_ready);
	INIT_DELAYED_WORK(&gre->hole_work, hole_work);
	INIT_WORK(&gre->own_work, own_work);
	INIT_DELAYED_WORK(&gre->window_work, window_work);
	INIT_DELAYED_WORK(&gre->ack_work, ack_work);
}

/**
 * pptp_gre_destroy() - the end of a session
 * @gre: the session, which nobody can find any more, quiesced
 *
 * Context: any but hard interrupts.
 */
void pptp_gre_destroy(struct pptp_gre *gre)
{
	struct gre_net *gn = net_sessions(gre->net);

	spin_lock_bh(&gn->ended_lock);
	add_stats(gre, gn->ended);
	spin_unlock_bh(&gn->ended_lock);
	sk_dst_reset(gre->sk);
}

/**
 * pptp_gre_take_id() - take a call id
 * @gre: the session, without one
 * @wanted: a particular id, or 0 for the one that has been out of use longest
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if @wanted is taken, or no id is left; -ENOMEM.
 */
int pptp_gre_take_id(struct pptp_gre *gre, u16 wanted)
{
	struct gre_net *gn = net_sessions(gre->net);
	u32 id = wanted;
	int err;

	if (wanted)
		err = xa_insert(&gn->sessions, id, gre, GFP_KERNEL);
	else
		err = xa_alloc_cyclic(&gn->sessions, &id, gre,
				      XA_LIMIT(1, CALL_ID_MAX), &gn->next_id,
				      GFP_KERNEL);
	/* That the search has been all round is success too. */
	if (err < 0)
		return err;
	WRITE_ONCE(gre->closing, false);
	publish_id(gre, id);
	return 0;
}

/**
 * pptp_gre_drop_id() - give the call id back: no packet finds the session
 * @gre: the session
 *
 * Those who have found it already are RCU readers. The id may be taken at once
 * by another session: a packet for this one that comes later is told by its
 * addresses, and by the id, which is the last in turn to be used again.
 *
 * Context: may sleep.
 */
void pptp_gre_drop_id(struct pptp_gre *gre)
{
	if (gre->has_far_end)
		rhltable_remove(&far_ends, &gre->far_node, far_end_params);
	gre->has_far_end = false;
	WRITE_ONCE(gre->closing, true);
	hide_id(gre);
	xa_erase(&net_sessions(gre->net)->sessions, gre->id);
	WRITE_ONCE(gre->id, 0);
}

/*
 * A far end that another session has is not refused: a peer that was switched
 * off and on may begin with the same id, and the session that it has forgotten
 * is not known to be dead yet.
 */
static int take_far_end(struct pptp_gre *gre)
{
	gre->far_end = (struct pptp_gre_far_end){
		.net		= gre->net,
		.peer		= gre->peer,
		.peer_id	= htons(gre->peer_id),
	};
	if (rhltable_insert(&far_ends, &gre->far_node, far_end_params))
		return -ENOMEM;
	gre->has_far_end = true;
	return 0;
}

/**
 * pptp_gre_connect() - tell a session whom it is with; frames may pass
 * @gre: the session, with an id and unconnected
 * @local: our address
 * @peer: the peer's address
 * @peer_id: the peer's call id
 * @mtu: where to put how long a PPP frame without address, control and protocol
 *	may be to fit the path
 *
 * Context: may sleep.
 * Return: 0, -EHOSTUNREACH if there is no route to the peer, or -ENOMEM.
 */
int pptp_gre_connect(struct pptp_gre *gre, __be32 local, __be32 peer,
		     u16 peer_id, unsigned int *mtu)
{
	struct rtable *rt;
	int err;

	gre->local = local;
	gre->peer = peer;
	gre->peer_id = peer_id;
	rt = route_lookup(gre);
	if (IS_ERR(rt))
		return -EHOSTUNREACH;
	*mtu = max(dst_mtu(&rt->dst), IPV4_MIN_MTU + PPTP_GRE_OVERHEAD + 2U) -
	       PPTP_GRE_OVERHEAD - 2;
	ip_rt_put(rt);
	err = take_far_end(gre);
	if (err)
		return err;
	/* Pairs with the acquire in transmit and look-up. */
	smp_store_release(&gre->connected, true);
	return 0;
}

/**
 * pptp_gre_set_reorder() - how long to wait for packets that were overtaken
 * @gre: the session
 * @us: microseconds, 0 to hold nothing, PPTP_REORDER_ADAPTIVE to observe
 *
 * For holes that open from now on.
 *
 * Context: process.
 */
void pptp_gre_set_reorder(struct pptp_gre *gre, u32 us)
{
	spin_lock_bh(&gre->rx_lock);
	gre->reorder.fixed = us;
	spin_unlock_bh(&gre->rx_lock);
}

/**
 * pptp_gre_set_window() - whether the send window limits
 * @gre: the session
 * @mode: off, on or auto
 *
 * Context: process.
 */
void pptp_gre_set_window(struct pptp_gre *gre, enum pptp_window_mode mode)
{
	spin_lock_bh(&gre->rx_lock);
	WRITE_ONCE(gre->win.mode, mode);
	spin_unlock_bh(&gre->rx_lock);
	rcu_read_lock();
	window_moved(gre);
	rcu_read_unlock();
}

/**
 * pptp_gre_set_peer_window() - how much the peer takes before it acknowledges
 * @gre: the session
 * @packets: its receive window; 0: not known, and so no limit
 *
 * Context: process.
 */
void pptp_gre_set_peer_window(struct pptp_gre *gre, u32 packets)
{
	spin_lock_bh(&gre->rx_lock);
	pptp_window_set_max(&gre->win, packets);
	spin_unlock_bh(&gre->rx_lock);
	rcu_read_lock();
	window_moved(gre);
	rcu_read_unlock();
}

/**
 * pptp_gre_quiesce() - stop what a session does of itself
 * @gre: the session; its id is dropped, and a grace period has passed
 *
 * Frames that are still held, or in line, go with it.
 *
 * Context: may sleep.
 */
void pptp_gre_quiesce(struct pptp_gre *gre)
{
	struct sk_buff *skb;

	cancel_delayed_work_sync(&gre->hole_work);
	kfree_skb(gre->rx_first);
	__skb_queue_purge(&gre->rx_ready);
	while ((skb = skb_peek(&gre->rx_held))) {
		unhold(gre, skb);
		kfree_skb(skb);
	}
	cancel_delayed_work_sync(&gre->ack_work);
	cancel_work_sync(&gre->own_work);
	cancel_delayed_work_sync(&gre->window_work);
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
	u64 stats[STATS];

	read_stats(gre, stats);
	return fill_stats(msg, attr, stats, gre);
}

/* Sessions that there are, and that there were; one that is ending is in neither. */
static void sum_stats(struct gre_net *gn, u64 *sum)
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
	struct gre_net *gn = net_sessions(net);
	u64 value, malformed = 0;
	u64 sum[STATS];
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

/* ---- module ---- */

static int __net_init gre_init_net(struct net *net)
{
	struct gre_net *gn = net_sessions(net);

	xa_init_flags(&gn->sessions, XA_FLAGS_ALLOC1);
	spin_lock_init(&gn->ended_lock);
	/* Not the same for every boot: a forger has to guess it. */
	gn->next_id = get_random_u32() % CALL_ID_MAX + 1;
	return 0;
}

/*
 * Entries are looked for, and not xa_empty(): a take of an id that ran out of
 * memory half-way leaves nodes without any, which xa_destroy() frees.
 */
static void __net_exit gre_exit_net(struct net *net)
{
	struct gre_net *gn = net_sessions(net);
	unsigned long id = 0;

	WARN_ON_ONCE(xa_find(&gn->sessions, &id, ULONG_MAX, XA_PRESENT));
	xa_destroy(&gn->sessions);
}

static struct pernet_operations gre_net_ops = {
	.init	= gre_init_net,
	.exit	= gre_exit_net,
	.id	= &gre_net_id,
	.size	= sizeof(struct gre_net),
};

static const struct gre_protocol gre_protocol = {
	.handler	= gre_rcv,
	.err_handler	= gre_err,
};

/**
 * pptp_gre_init() - own GRE version 1
 *
 * Return: 0, -EBUSY if another module owns it, or another -errno.
 */
int pptp_gre_init(void)
{
	int err;

	err = chains_make();
	if (err)
		return err;
	err = rhltable_init(&far_ends, &far_end_params);
	if (err)
		goto err_chains;
	err = register_pernet_subsys(&gre_net_ops);
	if (err)
		goto err_table;
	err = gre_add_protocol(&gre_protocol, GREPROTO_PPTP);
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	unregister_pernet_subsys(&gre_net_ops);
err_table:
	rhltable_destroy(&far_ends);
err_chains:
	vfree(chains);
	return err;
}

/** pptp_gre_exit() - give GRE version 1 up; there are no sessions any more */
void pptp_gre_exit(void)
{
	gre_del_protocol(&gre_protocol, GREPROTO_PPTP);
	unregister_pernet_subsys(&gre_net_ops);
	rhltable_destroy(&far_ends);
	vfree(chains);
}
