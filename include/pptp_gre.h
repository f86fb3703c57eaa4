/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pptp_gre: sessions of RFC 2637's enhanced GRE, version 1.
 *
 * A session is what carries one call's PPP frames between two addresses. It
 * knows neither sockets nor slots; its owner embeds it and gets the frames that
 * arrive through struct pptp_gre_owner.
 */
#ifndef _PPTP_GRE_H
#define _PPTP_GRE_H

#include <linux/atomic.h>
#include <linux/list_nulls.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "pptp_ack.h"
#include "pptp_header.h"
#include "pptp_reorder.h"
#include "pptp_seq.h"
#include "pptp_window.h"

struct dst_entry;
struct net;
struct pptp_gre;
struct pptp_gre_far_end;
struct sock;

/* IP, the longest GRE header, and PPP's address and control bytes */
#define PPTP_GRE_OVERHEAD	(20 + 16 + 2)

/**
 * struct pptp_gre_owner - what a session asks of the call that it belongs to
 * @deliver: take a received PPP frame, protocol field first, strictly in the
 *	order of the peer's numbering, and told its number. Softirqs are off; no lock
 *	is held.
 * @hold: take a frame that has to wait for others onto the call's account, by
 *	truesize. False if there is no room. Softirqs are off; rx_lock.
 * @unhold: it waits no longer
 * @looped: a packet would come back to the session that sends it; it was dropped
 * @clear_text: a frame that should have been encrypted was dropped, in any context
 * @wake: the send window has room again, after pptp_gre_may_send() said no. Under
 *	RCU, no lock is held.
 */
struct pptp_gre_owner {
	void	(*deliver)(struct pptp_gre *gre, struct sk_buff *skb, u32 seq);
	bool	(*hold)(struct pptp_gre *gre, u32 bytes);
	void	(*unhold)(struct pptp_gre *gre, u32 bytes);
	void	(*looped)(struct pptp_gre *gre);
	void	(*clear_text)(struct pptp_gre *gre);
	void	(*wake)(struct pptp_gre *gre);
};

/* Why a frame of PPP was not sent. */
enum pptp_gre_tx_drop {
	PPTP_GRE_TX_UNCONNECTED,
	PPTP_GRE_TX_NO_ROUTE,
	PPTP_GRE_TX_LOOP,		/* would come back here */
	PPTP_GRE_TX_NO_MEMORY,
	PPTP_GRE_TX_MALFORMED,
	PPTP_GRE_TX_BELOW,		/* netfilter, queue full, device down */
	PPTP_GRE_TX_CLEAR_TEXT,		/* not encrypted, as is required */
	PPTP_GRE_TX_DROPS,
};

/* Why a packet of the peer was not delivered. */
enum pptp_gre_rx_drop {
	PPTP_GRE_RX_LATE,
	PPTP_GRE_RX_DUPLICATE,
	PPTP_GRE_RX_JUMP,
	PPTP_GRE_RX_MALFORMED,		/* no frame in it */
	PPTP_GRE_RX_NO_ROOM,		/* more than the account allows */
	PPTP_GRE_RX_NO_MEMORY,
	PPTP_GRE_RX_CLEAR_TEXT,		/* not encrypted, as is required */
	PPTP_GRE_RX_DROPS,
};

/* The protocol of a frame of two octets or more, in PPP's form or the wire's */
static inline unsigned int pptp_gre_protocol(const struct sk_buff *skb)
{
	const u8 *data = skb->data;

	return data[0] & 1 ? data[0] : data[0] << 8 | data[1];
}

/* What a router, or the peer's host, says of a packet of ours. */
enum pptp_gre_icmp {
	PPTP_GRE_ICMP_UNREACHABLE,
	PPTP_GRE_ICMP_FRAG_NEEDED,
	PPTP_GRE_ICMP_REDIRECT,
	PPTP_GRE_ICMP_OTHER,
	PPTP_GRE_ICMP_KINDS,
};

/* Written in transmit only, which PPP serialises. */
struct pptp_gre_tx_stats {
	struct u64_stats_sync	syncp;
	u64_stats_t		packets;
	u64_stats_t		bytes;		/* of PPP frames */
	u64_stats_t		stalls;		/* of the send window */
	u64_stats_t		drop[PPTP_GRE_TX_DROPS];
};

/* Written under rx_lock. */
struct pptp_gre_rx_stats {
	struct u64_stats_sync	syncp;
	u64_stats_t		packets;
	u64_stats_t		bytes;		/* of PPP frames */
	u64_stats_t		acks;		/* alone */
	u64_stats_t		acks_on_data;
	u64_stats_t		timeouts;	/* of the send window */
	u64_stats_t		reordered;	/* held until the hole was filled */
	u64_stats_t		lost;
	u64_stats_t		resync;
	u64_stats_t		drop[PPTP_GRE_RX_DROPS];
	u64_stats_t		fault[PPTP_HEADER_FAULTS];
	u64_stats_t		icmp[PPTP_GRE_ICMP_KINDS];
};

/**
 * struct pptp_gre - a session
 * @owner: whose it is
 * @sk: its options for routing (mark, device), and the route to @peer that it
 *	keeps; held by the owner
 * @net: its network namespace; held by the owner
 * @id: call id that the peer puts into its packets; 0 if none is taken
 * @id_node: in a chain of those who have one
 * @name: chain, and a number above it that no other session has had; constant while
 *	there is an id
 * @peer_id: call id that we put into ours
 * @local: our address
 * @peer: the peer's
 * @rx_dst: the route that the last packet came by; written under rx_lock, RCU
 * @rx_iif: and the device; written under rx_lock
 * @rx_mark: its mark, by which rules choose a route too, as it was before routing;
 *	written under rx_lock
 * @rx_tos: and its TOS, the same
 * @far_end: @peer_id at @peer, from connect until the id is dropped
 * @far_node: among those that have it too
 * @ppp_flags: SC_COMP_AC and SC_COMP_PROT as PPP negotiated them
 * @copy_dscp: the outer header's DSCP is the inner one's, as far as it is seen
 * @encrypted_only: frames of network protocols are to be MPPE's, PPTP_MUX_CLEAR_TEXT_*
 * @connected: @peer_id, @local and @peer are valid. Set once, with release.
 * @closing: nothing is to be scheduled by transmit. Set before the grace period
 *	that pptp_gre_quiesce() comes after
 * @ip_id: number of the next packet, of which @ip_ids are left; in transmit only
 * @ip_ids: 0 before the first
 * @leads_to: the session that the packets have come to last, another one or this one;
 *	see pptp_gre_nest.c
 * @led: when that was, in jiffies; 0: not since the route changed
 * @out_ifindex: index of the device that the last packet was sent on; 0: none was
 * @loops: it leads back here, as it was found at @looped, in jiffies
 * @looped: see @loops
 * @win: the send window, numbers and round trips; what receive writes: rx_lock
 * @tx_stalled: transmit waits for the window, and for @wake
 * @window_work: does not let it wait for ever
 * @tx: counters of transmit
 * @tx_acks: acknowledgments sent alone, from anywhere
 * @rx_lock: receive of one call on several CPUs; softirqs off
 * @rx: the sequence engine; rx_lock
 * @rx_held: frames behind a hole, by sequence number; rx_lock
 * @rx_hole: since when the first of them has been waiting, us; rx_lock
 * @reorder: how long it may wait; rx_lock
 * @rx_line: frames in order, yet to be delivered, the one that is being delivered
 *	among them; made more under rx_lock, and less by whoever delivers
 * @rx_first: of these, the one whose turn it is, until somebody takes it, which
 *	whoever comes does; rx_lock
 * @rx_ready: and those behind it; rx_lock
 * @rx_stats: counters of receive; rx_lock
 * @ack: how often to acknowledge alone; rx_lock
 * @unacked_since: when the first of what waits for one came, jiffies; rx_lock
 * @unacked_from: and what had been acknowledged then; rx_lock
 * @hole_work: gives a hole up that is not filled in time, and delivers what the
 *	one before it has left in line
 * @ack_work: sends an acknowledgment that no data has taken along
 */
struct pptp_gre {
	const struct pptp_gre_owner	*owner;
	struct sock			*sk;
	struct net			*net;
	struct hlist_nulls_node		id_node;
	u64				name;
	u16				id;
	u16				peer_id;
	__be32				local;
	__be32				peer;
	struct dst_entry __rcu		*rx_dst;
	int				rx_iif;
	u32				rx_mark;
	u8				rx_tos;
	struct pptp_gre_far_end		*far_end;
	struct list_head		far_node;
	u32				ppp_flags;
	bool				copy_dscp;
	u8				encrypted_only;
	bool				connected;
	bool				closing;

	u16				ip_id;
	u8				ip_ids;
	bool				loops;
	unsigned long			looped;
	atomic64_t			leads_to;
	unsigned long			led;
	int				out_ifindex;
	struct pptp_window		win;
	bool				tx_stalled;
	struct delayed_work		window_work;
	struct pptp_gre_tx_stats	tx;
	atomic64_t			tx_acks;

	spinlock_t			rx_lock ____cacheline_aligned_in_smp;
	struct pptp_seq_rx		rx;
	struct sk_buff_head		rx_held;
	u32				rx_hole;
	struct pptp_reorder		reorder;
	atomic_t			rx_line;
	struct sk_buff			*rx_first;
	struct sk_buff_head		rx_ready;
	struct pptp_gre_rx_stats	rx_stats;
	struct pptp_ack			ack;
	unsigned long			unacked_since;
	u32				unacked_from;
	struct delayed_work		hole_work;
	struct delayed_work		ack_work;
};

int pptp_gre_init(void);
void pptp_gre_exit(void);

unsigned int pptp_gre_headroom(struct net *net, __be32 local);
void pptp_gre_create(struct pptp_gre *gre, struct sock *sk,
		     const struct pptp_gre_owner *owner);
void pptp_gre_destroy(struct pptp_gre *gre);
int pptp_gre_take_id(struct pptp_gre *gre, u16 wanted);
void pptp_gre_drop_id(struct pptp_gre *gre);
int pptp_gre_connect(struct pptp_gre *gre, __be32 local, __be32 peer,
		     u16 peer_id, unsigned int *mtu);
void pptp_gre_quiesce(struct pptp_gre *gre);
void pptp_gre_set_reorder(struct pptp_gre *gre, u32 us);
void pptp_gre_set_window(struct pptp_gre *gre, enum pptp_window_mode mode);
void pptp_gre_set_peer_window(struct pptp_gre *gre, u32 packets);
bool pptp_gre_may_send(struct pptp_gre *gre, u32 waiting);
void pptp_gre_xmit(struct pptp_gre *gre, struct sk_buff *skb);
void pptp_gre_below(struct pptp_gre *gre, char *name);
int pptp_gre_fill_stats(struct sk_buff *msg, int attr,
			const struct pptp_gre *gre);
int pptp_gre_fill_net(struct sk_buff *msg, struct net *net);

#endif /* _PPTP_GRE_H */
