// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit of a session: route, headers, the send window, acknowledgments alone.
 *
 * Takes no lock: PPP serialises the frames of a channel. What it shares with
 * receive (what is to be acknowledged, the send window) is single words.
 */
#include <linux/if_ether.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/percpu.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <net/gre.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/pptp.h>
#include <net/route.h>
#include <net/sock.h>

#include "pptp_gre_session.h"
#include "trace.h"

/* Numbers of IP that a session takes at once */
#define IP_IDS			32

/* LL_RESERVED_SPACE() of an Ethernet device */
#define ETHERNET_SPACE		HH_DATA_ALIGN(ETH_HLEN)

/* Of an acknowledgment, which has no more than headers */
#define ACK_HEADROOM		(LL_MAX_HEADER + PPTP_GRE_OVERHEAD)

/* ---- route ---- */

/**
 * pptp_gre_route() - look up the route to the peer
 * @gre: the session, with both addresses
 *
 * Context: any.
 * Return: the route with a reference, or an ERR_PTR().
 */
struct rtable *pptp_gre_route(struct pptp_gre *gre)
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

/* The route of the last packet, if it still holds */
static struct dst_entry *route_kept(const struct pptp_gre *gre)
{
	struct dst_entry *dst = rcu_dereference_bh(gre->sk->sk_dst_cache);

	return dst ? dst_check(dst, 0) : NULL;
}

/**
 * pptp_gre_route_holds() - is routing as it was for a session's last packet?
 * @gre: the session
 *
 * Context: softirqs off.
 */
bool pptp_gre_route_holds(const struct pptp_gre *gre)
{
	return route_kept(gre);
}

/* Routing has changed, or this is the first packet. */
static int route_find(struct pptp_gre *gre, struct sk_buff *skb)
{
	struct rtable *rt = pptp_gre_route(gre);

	if (IS_ERR(rt))
		return -EHOSTUNREACH;
	skb_dst_set(skb, &rt->dst);
	sk_dst_set(gre->sk, dst_clone(&rt->dst));
	/* Where the packets have led was by another route. */
	WRITE_ONCE(gre->led, 0);
	return 0;
}

/*
 * Give the packet its route. Softirqs are off, which is as good as RCU's lock: the
 * packet takes no reference on a route that is kept. Whoever keeps the packet below
 * takes one.
 *
 * Return: 0 or -EHOSTUNREACH.
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
 * As ip_local_out(), which does not come back in between.
 * Return: 1 if the packet is to go on, by the route that it has now.
 */
static int local_out(struct net *net, struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	iph->tot_len = htons(skb->len);
	ip_send_check(iph);
	if (unlikely(!l3mdev_ip_out(NULL, skb)))
		return 0;
	skb->protocol = htons(ETH_P_IP);
	return nf_hook(NFPROTO_IPV4, NF_INET_LOCAL_OUT, net, NULL, skb, NULL,
		       skb_dst(skb)->dev, dst_output);
}

static int output(struct pptp_gre *gre, struct sk_buff *skb)
{
	int err = local_out(gre->net, skb);

	if (unlikely(err != 1))
		return err;
	/* Netfilter may have given it another route than the one that is kept. */
	WRITE_ONCE(gre->out_ifindex, skb_dst(skb)->dev->ifindex);
	return dst_output(gre->net, NULL, skb);
}

/* Whoever is given a frame meanwhile is to know who led there. */
static int output_named(struct pptp_gre *gre, struct sk_buff *skb)
{
	u64 outer = this_cpu_read(pptp_gre_sending.name);
	int err;

	this_cpu_write(pptp_gre_sending.name, gre->name);
	err = output(gre, skb);
	this_cpu_write(pptp_gre_sending.name, outer);
	return err;
}

/*
 * The skb has a route, and begins with its GRE header. There is room: skb_cow_head()
 * has seen to it. Length and checksum are local_out()'s. What is not to be fragmented
 * needs no number.
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
	/* A macro, which evaluates it twice */
	err = output_named(gre, skb);
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
		pptp_window_stamp(&gre->win, pptp_gre_now());
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
	if (drop == PPTP_GRE_TX_CLEAR_TEXT)
		gre->owner->clear_text(gre);
	u64_stats_update_begin(&gre->tx.syncp);
	u64_stats_inc(&gre->tx.drop[drop]);
	u64_stats_update_end(&gre->tx.syncp);
}

/* ---- the send window ---- */

static void wait_for_window(struct pptp_gre *gre)
{
	u32 left = pptp_window_left(&gre->win, pptp_gre_now());

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
static bool stall(struct pptp_gre *gre, u32 waiting)
{
	bool waited = READ_ONCE(gre->tx_stalled);

	WRITE_ONCE(gre->tx_stalled, true);
	/* Pairs with the barrier in pptp_gre_window_moved(). */
	smp_mb();
	if (pptp_window_has_room(&gre->win, waiting)) {
		WRITE_ONCE(gre->tx_stalled, false);
		return false;
	}
	if (!waited)
		count_stall(gre);
	wait_for_window(gre);
	return true;
}

/**
 * pptp_gre_window_moved() - the send window may have opened
 * @gre: the session
 *
 * Context: under RCU, without a lock.
 */
void pptp_gre_window_moved(struct pptp_gre *gre)
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
 * @gre: the session, which is given a frame of data
 * @waiting: frames that are to be sent before it
 *
 * RFC 2637 section 4.3. It never says no for longer than two time-outs to a
 * session whose peer has stopped acknowledging, unless it was told to.
 *
 * Context: softirqs off, also with PPP's locks held. The caller serialises the frames
 * of a session. Takes no lock.
 * Return: true if a frame may be sent now; if not, the owner's wake() follows.
 */
bool pptp_gre_may_send(struct pptp_gre *gre, u32 waiting)
{
	pptp_gre_see_sender(gre);
	return likely(pptp_window_has_room(&gre->win, waiting)) ||
	       READ_ONCE(gre->closing) || !stall(gre, waiting);
}

/* What is in flight for too long is lost, and makes the window smaller. */
static void window_work(struct work_struct *work)
{
	struct pptp_gre *gre = container_of(to_delayed_work(work),
					    struct pptp_gre, window_work);

	spin_lock_bh(&gre->rx_lock);
	if (pptp_window_timeout(&gre->win, pptp_gre_now()))
		pptp_gre_count_rx(gre, &gre->rx_stats.timeouts, 1);
	spin_unlock_bh(&gre->rx_lock);
	rcu_read_lock();
	pptp_gre_window_moved(gre);
	if (READ_ONCE(gre->tx_stalled) && !READ_ONCE(gre->closing))
		wait_for_window(gre);
	rcu_read_unlock();
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
	pptp_gre_window_moved(gre);
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
	pptp_gre_window_moved(gre);
	rcu_read_unlock();
}

/* ---- transmit of frames ---- */

/* Make a frame such that headers can be put in front of it, and read. */
static enum pptp_gre_tx_drop check_frame(struct sk_buff *skb)
{
	if (skb_cow_head(skb, headroom(skb_dst(skb)->dev)) ||
	    (skb_is_nonlinear(skb) && skb_linearize(skb)))
		return PPTP_GRE_TX_NO_MEMORY;
	if (skb->len < 2 || skb->len > U16_MAX - PPTP_GRE_OVERHEAD)
		return PPTP_GRE_TX_MALFORMED;
	return PPTP_GRE_TX_DROPS;
}

/**
 * pptp_gre_xmit() - send a frame to the peer
 * @gre: the session
 * @skb: the frame, beginning with the two bytes of its protocol; consumed
 *
 * A frame that is dropped is counted.
 *
 * Context: softirqs off, and no lock of PPP's held: its way may lead back into PPP. The
 * caller serialises the frames of a session. Takes no lock.
 */
void pptp_gre_xmit(struct pptp_gre *gre, struct sk_buff *skb)
{
	unsigned int bytes = skb->len;
	enum pptp_gre_tx_drop drop;
	u8 tos;

	drop = PPTP_GRE_TX_UNCONNECTED;
	/* Pairs with the release in pptp_gre_connect(). */
	if (!smp_load_acquire(&gre->connected))
		goto err_free;
	drop = PPTP_GRE_TX_LOOP;
	if (unlikely(READ_ONCE(gre->loops)) && pptp_gre_in_loop(gre))
		goto err_free;
	drop = PPTP_GRE_TX_NO_ROUTE;
	if (route_packet(gre, skb))
		goto err_free;
	drop = PPTP_GRE_TX_CLEAR_TEXT;
	if (unlikely(pptp_gre_is_clear_text(gre, skb,
					    PPTP_MUX_CLEAR_TEXT_TX_SHORT)))
		goto err_free;
	drop = check_frame(skb);
	if (unlikely(drop != PPTP_GRE_TX_DROPS))
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

/* The device that the last packet was sent on, if there is still one of that index */
static void last_device(const struct pptp_gre *gre, char *name)
{
	const struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(gre->net, READ_ONCE(gre->out_ifindex));
	if (dev)
		strscpy(name, dev->name, IFNAMSIZ);
	rcu_read_unlock();
}

/**
 * pptp_gre_below() - which device do the packets of a session go to?
 * @gre: the session
 * @name: where to put its name, IFNAMSIZ bytes; untouched if there is none
 *
 * Context: process.
 */
void pptp_gre_below(struct pptp_gre *gre, char *name)
{
	struct rtable *rt;

	last_device(gre, name);
	if (*name)
		return;
	rt = pptp_gre_route(gre);
	if (IS_ERR(rt))
		return;
	strscpy(name, rt->dst.dev->name, IFNAMSIZ);
	ip_rt_put(rt);
}

/* ---- acknowledgments alone ---- */

/* It takes the place of the sequence number. */
static void push_ack_header(struct pptp_gre *gre, struct sk_buff *skb, u32 ack)
{
	__be16 flags = GRE_KEY | GRE_VERSION_1 | GRE_ACK;
	struct pptp_gre_header *hdr;

	hdr = push_gre_header(gre, skb, sizeof(*hdr) - sizeof(hdr->ack), flags,
			      0);
	hdr->seq = htonl(ack);
}

/**
 * pptp_gre_send_ack() - acknowledge what has come, in a packet of its own
 * @gre: the session
 *
 * One that cannot be sent is owed to the next.
 *
 * Context: softirqs off, without a lock.
 * Source: RFC 2637 section 4.1 and 4.2.
 */
void pptp_gre_send_ack(struct pptp_gre *gre)
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

/* ---- the life of a session's transmit ---- */

/**
 * pptp_gre_tx_init() - begin
 * @gre: the session, zeroed
 */
void pptp_gre_tx_init(struct pptp_gre *gre)
{
	u64_stats_init(&gre->tx.syncp);
	pptp_window_init(&gre->win);
	INIT_DELAYED_WORK(&gre->window_work, window_work);
}

/**
 * pptp_gre_tx_quiesce() - stop what transmit does of itself
 * @gre: the session; its id is dropped, and a grace period has passed
 *
 * Context: may sleep.
 */
void pptp_gre_tx_quiesce(struct pptp_gre *gre)
{
	cancel_delayed_work_sync(&gre->window_work);
}
