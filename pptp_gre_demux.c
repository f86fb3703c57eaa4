// SPDX-License-Identifier: GPL-2.0
/*
 * Early demultiplexing: a packet of a session is given the route that the one
 * before it had, as IP itself does for TCP and UDP.
 *
 * IP asks those two alone for a route before it looks one up. So this is a hook of
 * netfilter's, the last one before routing: it sees what others have changed, and
 * not what they have dropped; those behind routing, INPUT among them, see the
 * packet as ever. A namespace has it from its first call on, and
 * net.ipv4.ip_early_demux turns it off.
 */
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/dst.h>
#include <net/ip.h>

#include "pptp_gre_session.h"

/* What a packet of PPTP begins with, if it is one and there as a whole. */
static const u8 *header_of(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u8 *header = (const u8 *)iph + iph->ihl * 4;

	if (iph->protocol != IPPROTO_GRE || ip_is_fragment(iph) ||
	    header + PPTP_HEADER_MIN > skb_tail_pointer(skb) ||
	    !pptp_header_is_usual(header))
		return NULL;
	return header;
}

/* Both are what a rule can choose a route by, before routing. */
static bool is_marked_as(const struct pptp_gre *gre, const struct sk_buff *skb)
{
	return skb->mark == READ_ONCE(gre->rx_mark) &&
	       ip_hdr(skb)->tos == READ_ONCE(gre->rx_tos);
}

/*
 * The device is the third. If one differs, the route of this packet is to be kept, were
 * it the same: no device has 0. What it is routed by is known here only, as those behind
 * routing may change it.
 */
static bool comes_the_same_way(struct pptp_gre *gre, const struct sk_buff *skb)
{
	if (skb->skb_iif == READ_ONCE(gre->rx_iif) && is_marked_as(gre, skb))
		return true;
	spin_lock(&gre->rx_lock);
	WRITE_ONCE(gre->rx_iif, 0);
	WRITE_ONCE(gre->rx_mark, skb->mark);
	WRITE_ONCE(gre->rx_tos, ip_hdr(skb)->tos);
	spin_unlock(&gre->rx_lock);
	return false;
}

/* Softirqs are off, and RCU's lock is held: no reference is needed. */
static unsigned int give_route(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const u8 *header = header_of(skb);
	struct dst_entry *dst;
	struct pptp_gre *gre;

	if (!header || skb_dst(skb) ||
	    !READ_ONCE(state->net->ipv4.sysctl_ip_early_demux))
		return NF_ACCEPT;
	gre = pptp_gre_find_for(state->net, pptp_header_u16(header + 6), skb);
	if (!gre || !comes_the_same_way(gre, skb))
		return NF_ACCEPT;
	dst = rcu_dereference(gre->rx_dst);
	if (dst && dst_check(dst, 0))
		skb_dst_set_noref(skb, dst);
	return NF_ACCEPT;
}

static const struct nf_hook_ops demux_hook = {
	.hook		= give_route,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_PRE_ROUTING,
	.priority	= NF_IP_PRI_LAST,
};

/**
 * pptp_gre_demux_start() - the namespace has a call
 * @net: network namespace
 *
 * Without memory for it, each packet's route is looked up, until another call
 * begins.
 *
 * Context: may sleep.
 */
void pptp_gre_demux_start(struct net *net)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(net);

	if (atomic_read(&gn->demux) || atomic_cmpxchg(&gn->demux, 0, 1))
		return;
	if (nf_register_net_hook(net, &demux_hook))
		atomic_set(&gn->demux, 0);
}

/**
 * pptp_gre_demux_stop() - the namespace has no sessions any more
 * @net: network namespace
 *
 * Context: may sleep. A grace period later the hook is not in use.
 */
void pptp_gre_demux_stop(struct net *net)
{
	if (atomic_read(&pptp_gre_pernet(net)->demux))
		nf_unregister_net_hook(net, &demux_hook);
}

/**
 * pptp_gre_keep_route() - the next packet may take the route of this one
 * @gre: the session
 * @skb: a packet that has come for it, with its route
 *
 * One whose mark is not what it was routed by (INPUT has changed it, or another packet
 * has come meanwhile) is none to go by. Whoever reads meanwhile may take the one's route
 * for a packet of the other's device, once: what route a packet takes while they change
 * is either.
 *
 * Context: softirqs off, under RCU.
 */
void pptp_gre_keep_route(struct pptp_gre *gre, const struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	if (!dst_hold_safe(dst))
		return;
	spin_lock(&gre->rx_lock);
	if (is_marked_as(gre, skb)) {
		dst = rcu_replace_pointer(gre->rx_dst, dst,
					  lockdep_is_held(&gre->rx_lock));
		WRITE_ONCE(gre->rx_iif, skb->skb_iif);
	}
	spin_unlock(&gre->rx_lock);
	dst_release(dst);
}

/**
 * pptp_gre_drop_route() - keep none any more
 * @gre: the session, which no packet finds any more
 */
void pptp_gre_drop_route(struct pptp_gre *gre)
{
	dst_release(rcu_replace_pointer(gre->rx_dst, NULL, true));
}
