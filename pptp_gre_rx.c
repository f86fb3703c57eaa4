// SPDX-License-Identifier: GPL-2.0
/*
 * Receive of a session: packets as they come, the line, holes, what is owed to the
 * peer, ICMP errors.
 *
 * rx_lock is held to judge a packet and to put it in line, and not to deliver: one
 * CPU at a time empties the line, whoever comes meanwhile only adds to it. So
 * the order is the order of judgement, and no lock of ours is held in PPP.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ppp_defs.h>
#include <net/icmp.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/sock.h>

#include "pptp_gre_session.h"
#include "trace.h"

/* With how many packets behind it a hole is left open */
#define HELD_MAX		64

/* Packets in line for the CPU that delivers, and how many it does at once */
#define READY_MAX		256
#define DELIVER_MAX		64

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
 * A protocol of one octet, before which PPP writes the other one; or a packet of
 * multilink, behind whose header there may be one.
 */
static bool is_written_to(const struct sk_buff *skb)
{
	return skb->len >= 2 && ((skb->data[0] & 1) ||
				 pptp_gre_protocol(skb) == PPP_MP);
}

/*
 * From the wire's form of a frame to PPP's; PFC is left to PPP, and what it writes to is
 * nobody else's then. All of it is linear: decompressors and MPPE read on without
 * asking. What the packet was for the path (its route, connection and flow) the frame
 * in it is not.
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
	if (unlikely(is_written_to(skb)) && skb_unclone(skb, GFP_ATOMIC))
		return false;

	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	skb_clear_hash(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb_reset_network_header(skb);
	return true;
}

static void __cold count_rx_drop(struct pptp_gre *gre,
				 enum pptp_gre_rx_drop drop)
{
	trace_pptp_mux_rx_drop(gre->id, drop);
	if (drop == PPTP_GRE_RX_CLEAR_TEXT)
		gre->owner->clear_text(gre);
	pptp_gre_count_rx(gre, &gre->rx_stats.drop[drop], 1);
}

/* Of a frame from strip_packet() on, until it is delivered */
struct frame {
	u32	seq;
};

static struct frame *frame(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct frame) > sizeof(skb->cb));
	return (struct frame *)skb->cb;
}

/* ---- the line ---- */

static void deliver(struct pptp_gre *gre, struct sk_buff *skb)
{
	gre->owner->deliver(gre, skb, frame(skb)->seq);
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
	/* At once, whenever it was to be: its time is set under this lock only. */
	cancel_delayed_work(&gre->hole_work);
	schedule_delayed_work(&gre->hole_work, 0);
	spin_unlock(&gre->rx_lock);
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
		deliver(gre, take_next(gre));
	} while (!atomic_dec_and_test(&gre->rx_line));
}

/*
 * Empty the line. Softirqs off; no lock is held. Who finds it empty when he puts a
 * frame into it is the next to deliver, and this one is through by then.
 */
static void deliver_line(struct pptp_gre *gre, struct sk_buff *first)
{
	deliver(gre, first);
	if (unlikely(!atomic_dec_and_test(&gre->rx_line)))
		deliver_rest(gre);
}

/* ---- what is owed to the peer ---- */

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
		pptp_gre_send_ack(gre);
		local_bh_enable();
	} else if (unacked && !READ_ONCE(gre->closing)) {
		schedule_delayed_work(&gre->ack_work, left);
	}
}

/* Is an acknowledgment to go alone? If it is to wait, see to it that it ends. */
static bool ack_is_due(struct pptp_gre *gre)
{
	u32 unacked = pptp_seq_unacked(&gre->rx);
	u32 acked = READ_ONCE(gre->rx.acked);

	lockdep_assert_held(&gre->rx_lock);
	if (unlikely(!unacked))
		return false;
	if (pptp_ack_due(&gre->ack, unacked))
		return true;
	if (gre->unacked_from != acked) {
		gre->unacked_from = acked;
		gre->unacked_since = jiffies;
	}
	if (unlikely(!delayed_work_pending(&gre->ack_work)))
		schedule_delayed_work(&gre->ack_work,
				      ack_left(gre, unacked));
	return false;
}

/* ---- packets that came too early ---- */

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
	       pptp_seq_release(&gre->rx, frame(skb)->seq)) {
		unhold(gre, skb);
		ready(gre, skb);
		count++;
	}
	if (!skb_queue_empty(&gre->rx_held))
		gre->rx_hole = pptp_gre_now();
	return count;
}

/* There is a first held packet. What is missing before it is lost. */
static void give_up_hole(struct pptp_gre *gre)
{
	u32 seq = frame(skb_peek(&gre->rx_held))->seq;
	u32 first = gre->rx.next;
	u32 lost = pptp_seq_give_up(&gre->rx, seq);

	pptp_reorder_gave_up(&gre->reorder, first, lost, gre->rx_hole);
	pptp_gre_count_rx(gre, &gre->rx_stats.lost, lost);
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
		if (pptp_seq_distance(frame(skb)->seq, seq) >= 0)
			return skb;
	return NULL;
}

static void open_hole(struct pptp_gre *gre)
{
	u32 time = pptp_reorder_time(&gre->reorder);

	gre->rx_hole = pptp_gre_now();
	if (time)
		schedule_delayed_work(&gre->hole_work, usecs_to_jiffies(time));
}

/* If the packet that was missing has come: that is how far the path reorders. */
static void close_hole(struct pptp_gre *gre)
{
	struct sk_buff *first = skb_peek(&gre->rx_held);

	if (first && frame(first)->seq == gre->rx.next)
		pptp_reorder_filled(&gre->reorder, pptp_gre_now() - gre->rx_hole);
}

enum hold {
	HOLD_DONE,
	HOLD_DUPLICATE,		/* it is held already */
	HOLD_NO_ROOM,
};

static enum hold hold(struct pptp_gre *gre, struct sk_buff *skb, u32 seq)
{
	struct sk_buff *before = held_before(gre, seq);

	if (before && frame(before)->seq == seq)
		return HOLD_DUPLICATE;
	if (!gre->owner->hold(gre, skb->truesize))
		return HOLD_NO_ROOM;
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
	u32 open = pptp_gre_now() - gre->rx_hole;
	u32 time = pptp_reorder_time(&gre->reorder);

	return open < time ? time - open : 0;
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
		pptp_gre_send_ack(gre);
	local_bh_enable();
}

/* ---- packets as they come ---- */

/* The peer acknowledges, on data or alone. */
static void hear_ack(struct pptp_gre *gre, u32 ack, bool alone)
{
	struct pptp_gre_rx_stats *stats = &gre->rx_stats;

	pptp_gre_count_rx(gre, alone ? &stats->acks : &stats->acks_on_data, 1);
	pptp_window_ack(&gre->win, ack, alone, pptp_gre_now());
}

static void receive_ack(struct pptp_gre *gre, u32 ack)
{
	spin_lock(&gre->rx_lock);
	hear_ack(gre, ack, true);
	spin_unlock(&gre->rx_lock);
	pptp_gre_window_moved(gre);
}

static void __cold drop_packet(struct pptp_gre *gre, struct sk_buff *skb,
			       enum pptp_gre_rx_drop drop)
{
	spin_lock(&gre->rx_lock);
	count_rx_drop(gre, drop);
	spin_unlock(&gre->rx_lock);
	kfree_skb(skb);
}

static void next_in_sequence(struct pptp_gre *gre, struct sk_buff *skb)
{
	close_hole(gre);
	ready(gre, skb);
	if (unlikely(!skb_queue_empty(&gre->rx_held)))
		pptp_gre_count_rx(gre, &gre->rx_stats.reordered, release_held(gre));
}

/* What is held is of a numbering that is over. */
static void resync(struct pptp_gre *gre)
{
	pptp_gre_count_rx(gre, &gre->rx_stats.resync, 1);
	flush_held(gre);
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
		if (res.resync)
			resync(gre);
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
		next_in_sequence(gre, skb);
		return true;
	case PPTP_SEQ_HOLD:
		return true;
	case PPTP_SEQ_DROP_DUPLICATE:
		count_rx_drop(gre, PPTP_GRE_RX_DUPLICATE);
		return false;
	case PPTP_SEQ_DROP_LATE:
		pptp_reorder_late(&gre->reorder, seq, pptp_gre_now());
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

	pptp_gre_see_route(gre, skb);
	if (unlikely(!strip_packet(skb, hdr))) {
		drop_packet(gre, skb, PPTP_GRE_RX_NO_MEMORY);
		return;
	}
	if (unlikely(!skb->len)) {
		drop_packet(gre, skb, PPTP_GRE_RX_MALFORMED);
		return;
	}
	/* Before its number is looked at: it may be anybody's. */
	if (unlikely(pptp_gre_is_clear_text(gre, skb,
					    PPTP_MUX_CLEAR_TEXT_RX_SHORT))) {
		drop_packet(gre, skb, PPTP_GRE_RX_CLEAR_TEXT);
		return;
	}
	frame(skb)->seq = hdr->seq;
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
		pptp_gre_window_moved(gre);
	if (unlikely(!taken))
		kfree_skb(skb);
	if (ack)
		pptp_gre_send_ack(gre);
}

/* A packet that is dropped: the fault of a session's peer, or of nobody. */
static void __cold count_fault(const struct net *net, struct pptp_gre *gre,
			       enum pptp_header_fault fault)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(net);

	trace_pptp_mux_rx_fault(gre ? gre->id : 0, fault);
	if (!gre) {
		atomic64_inc(fault ? &gn->faults[fault] : &gn->no_call);
		return;
	}
	spin_lock(&gre->rx_lock);
	pptp_gre_count_rx(gre, &gre->rx_stats.fault[fault], 1);
	spin_unlock(&gre->rx_lock);
}

/**
 * pptp_gre_rcv() - a packet of GRE version 1 has come
 * @skb: it, from its GRE header on; consumed
 *
 * Context: softirqs off, under RCU.
 * Return: NET_RX_SUCCESS or NET_RX_DROP, which IP does not look at.
 */
int pptp_gre_rcv(struct sk_buff *skb)
{
	const struct net *net = dev_net(skb->dev);
	enum pptp_header_fault fault;
	struct pptp_gre *gre = NULL;
	struct pptp_header hdr;

	if (skb->pkt_type != PACKET_HOST)
		goto drop;
	fault = read_header(skb, &hdr);
	if (pptp_header_has_id(fault))
		gre = pptp_gre_find_for(net, hdr.call_id, skb);
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
 * can write an ICMP error, but not without knowing addresses and id. It comes from
 * the session's device, or from its VRF, if it is bound to one.
 */
static struct pptp_gre *find_sender(struct net *net, const struct iphdr *quoted,
				    const u8 *header, struct sk_buff *skb)
{
	const u32 devices[] = { 0, inet_iif(skb), inet_sdif(skb) };
	struct pptp_gre_far_key key = {
		.net		= net,
		.local		= quoted->saddr,
		.peer		= quoted->daddr,
		.peer_id	= pptp_header_u16(header + 6),
	};
	struct pptp_gre *gre;
	unsigned int i;

	if (quoted->frag_off & htons(IP_OFFSET) || pptp_header_kind(header))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		key.device = devices[i];
		gre = pptp_gre_find_far_end(&key);
		if (gre && pptp_gre_from_its_device(gre, skb))
			return gre;
	}
	return NULL;
}

static void count_icmp(struct pptp_gre *gre, enum pptp_gre_icmp kind)
{
	spin_lock(&gre->rx_lock);
	pptp_gre_count_rx(gre, &gre->rx_stats.icmp[kind], 1);
	spin_unlock(&gre->rx_lock);
}

/**
 * pptp_gre_err() - somebody says that a packet of GRE version 1 did not arrive
 * @skb: begins with the IP header that is quoted, of which ICMP has seen to it that
 *	8 bytes follow: all that is read of ours
 * @info: of fragmentation needed: how much the path takes
 *
 * What the path takes is kept with the route, and the cached one is looked up anew.
 *
 * Context: softirqs off, under RCU.
 */
void pptp_gre_err(struct sk_buff *skb, u32 info)
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

/* ---- the life of a session's receive ---- */

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
 * pptp_gre_rx_init() - begin
 * @gre: the session, zeroed
 */
void pptp_gre_rx_init(struct pptp_gre *gre)
{
	u64_stats_init(&gre->rx_stats.syncp);
	spin_lock_init(&gre->rx_lock);
	pptp_reorder_init(&gre->reorder);
	pptp_ack_init(&gre->ack);
	__skb_queue_head_init(&gre->rx_held);
	__skb_queue_head_init(&gre->rx_ready);
	INIT_DELAYED_WORK(&gre->hole_work, hole_work);
	INIT_DELAYED_WORK(&gre->ack_work, ack_work);
}

/**
 * pptp_gre_rx_quiesce() - stop what receive does of itself
 * @gre: the session; its id is dropped, and a grace period has passed
 *
 * Frames that are still held, or in line, go with it.
 *
 * Context: may sleep.
 */
void pptp_gre_rx_quiesce(struct pptp_gre *gre)
{
	struct sk_buff *skb;

	pptp_gre_drop_route(gre);
	cancel_delayed_work_sync(&gre->hole_work);
	kfree_skb(gre->rx_first);
	__skb_queue_purge(&gre->rx_ready);
	while ((skb = skb_peek(&gre->rx_held))) {
		unhold(gre, skb);
		kfree_skb(skb);
	}
	cancel_delayed_work_sync(&gre->ack_work);
}
