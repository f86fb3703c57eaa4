// SPDX-License-Identifier: GPL-2.0
/*
 * The channel multiplexer: puts PPP channels into VPN slots, hands a call that
 * one slot refuses to the next, and takes the channel down when the call is
 * over.
 *
 * Everything in setting up a call that can fail is done in the claim, where a
 * refusal can still be handed on (Q194465); nothing in ending a call waits for
 * a grace period in the caller.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "ndiswan_slot.h"

/* Drains, reports and watchdogs: each may sleep */
struct workqueue_struct *ndiswan_wq;

static struct ndiswan_channel *from_ppp(struct ppp_channel *ppp)
{
	return container_of(ppp, struct ndiswan_channel, ppp);
}

static int channel_start_xmit(struct ppp_channel *ppp, struct sk_buff *skb)
{
	return ndiswan_tx_frame(from_ppp(ppp), skb);
}

static int channel_ioctl(struct ppp_channel *ppp, unsigned int cmd,
			 unsigned long arg)
{
	struct ndiswan_channel *chan = from_ppp(ppp);

	return chan->miniport->ioctl(chan, cmd, arg);
}

static const struct ppp_channel_ops channel_ops = {
	.start_xmit	= channel_start_xmit,
	.ioctl		= channel_ioctl,
};

/* ---- what a channel has to say ---- */

static u32 report_id(enum pptp_mux_event_type type)
{
	switch (type) {
	case PPTP_MUX_EVENT_TYPE_TX_OVER:
		return NDISWAN_RRAS_TX_OVER;
	case PPTP_MUX_EVENT_TYPE_RX_OVER:
		return NDISWAN_RRAS_RX_OVER;
	default:
		return 0;
	}
}

static void report_event(struct ndiswan_channel *chan,
			 enum pptp_mux_event_type type)
{
	struct ndiswan_event event = {
		.type	= type,
		.id	= report_id(type),
		.slot	= ndiswan_slot_number(chan->slot),
		.usage	= chan->usage,
		.count	= atomic_xchg(&chan->counts[type - NDISWAN_REPORT_FIRST], 0),
		.chan	= chan,
	};

	if (type != PPTP_MUX_EVENT_TYPE_RX_OVER && chan->miniport->below)
		chan->miniport->below(chan, event.below);
	ndiswan_nl_event(chan->net, &event);
}

static void report_work(struct work_struct *work)
{
	struct ndiswan_channel *chan = container_of(to_delayed_work(work),
						    struct ndiswan_channel,
						    report);
	unsigned long reports = xchg(&chan->reports, 0);
	unsigned int type;

	WRITE_ONCE(chan->reported, jiffies);
	for_each_set_bit(type, &reports, BITS_PER_LONG)
		report_event(chan, type);
}

/**
 * ndiswan_report() - say that something has happened to a channel
 * @chan: the channel, claimed
 * @type: NDISWAN_REPORT_FIRST or one behind it
 *
 * Events go out from a work item, at most one of a type in a second; each says
 * how often it has happened since the last one.
 *
 * Context: any, under RCU.
 */
void ndiswan_report(struct ndiswan_channel *chan,
		    enum pptp_mux_event_type type)
{
	long left;

	atomic_inc(&chan->counts[type - NDISWAN_REPORT_FIRST]);
	if (test_and_set_bit(type, &chan->reports) || READ_ONCE(chan->closing))
		return;
	left = READ_ONCE(chan->reported) + HZ - jiffies;
	queue_delayed_work(ndiswan_wq, &chan->report, clamp(left, 0L, (long)HZ));
}

/* ---- receive ---- */

/**
 * ndiswan_hold() - take onto the account a frame that has to wait
 * @chan: the channel
 * @bytes: truesize of the frame
 *
 * Context: any, under RCU; the miniport serialises calls for a channel.
 * Return: false if the account is full: something has to go first.
 */
bool ndiswan_hold(struct ndiswan_channel *chan, u32 bytes)
{
	if (ndiswan_account_charge(&chan->rx, bytes, false))
		return true;
	WRITE_ONCE(chan->rx_over, chan->rx_over + 1);
	ndiswan_report(chan, PPTP_MUX_EVENT_TYPE_RX_OVER);
	return false;
}

/**
 * ndiswan_unhold() - a frame waits no longer
 * @chan: the channel
 * @bytes: what ndiswan_hold() was told
 *
 * Context: any.
 */
void ndiswan_unhold(struct ndiswan_channel *chan, u32 bytes)
{
	ndiswan_account_uncharge(&chan->rx, bytes);
}

/* ---- claim ---- */

static void claim_event(struct ndiswan_channel *chan, u32 slot)
{
	const struct ndiswan_event event = {
		.type	= PPTP_MUX_EVENT_TYPE_CLAIM,
		.slot	= slot,
		.usage	= chan->usage,
		.chan	= chan,
	};

	ndiswan_nl_event(chan->net, &event);
}

static void hand_over_event(struct ndiswan_walk *walk, u32 slot,
			    enum pptp_mux_cause cause)
{
	const struct ndiswan_event event = {
		.type	  = PPTP_MUX_EVENT_TYPE_HAND_OVER,
		.slot	  = slot,
		.cause	  = cause,
		.attempts = walk->attempts,
		.usage	  = walk->usage,
	};

	ndiswan_nl_event(walk->net, &event);
}

static void refusal_event(struct ndiswan_walk *walk,
			  const struct pptp_mux_refusal *refusal)
{
	const struct ndiswan_event event = {
		.type	 = PPTP_MUX_EVENT_TYPE_REFUSAL,
		.usage	 = walk->usage,
		.refusal = refusal,
	};

	ndiswan_nl_event(walk->net, &event);
}

static void channel_quiesce(struct ndiswan_channel *chan)
{
	ndiswan_tx_quiesce(chan);
	cancel_delayed_work_sync(&chan->report);
}

/*
 * What the miniport and PPP have to say to the channel sitting in a slot.
 * Nobody has seen the channel when this fails: what is undone is undone at once.
 */
static int channel_open(struct ndiswan_channel *chan)
{
	int err;

	err = chan->miniport->open(chan);
	if (err)
		return err;
	err = ppp_register_net_channel(chan->net, &chan->ppp);
	if (err)
		goto err_close;
	if (!ndiswan_slot_publish(chan->slot, chan)) {
		err = -ESTALE;
		goto err_unregister;
	}
	return 0;

err_unregister:
	ppp_unregister_channel(&chan->ppp);
	/* Who guessed its index may have sent something meanwhile. */
	channel_quiesce(chan);
err_close:
	chan->miniport->close(chan);
	return err == -ENOMEM ? -ENOBUFS : err;
}

/* Why a slot hands the call on; NONE if another slot could do no better. */
static enum pptp_mux_cause hand_over_cause(int err)
{
	switch (err) {
	case -ENOMEM:
		return PPTP_MUX_CAUSE_NO_MEMORY;
	case -ENOBUFS:
		return PPTP_MUX_CAUSE_NO_CHANNEL;
	case -ESTALE:
		return PPTP_MUX_CAUSE_DISABLED;
	default:
		return PPTP_MUX_CAUSE_NONE;
	}
}

/* Ask one slot. 0, -EAGAIN if it has handed the call on, or the final errno. */
static int claim_ask(struct ndiswan_channel *chan, struct ndiswan_walk *walk)
{
	struct ndiswan_slot *slot = chan->slot;
	enum pptp_mux_cause cause;
	int err;

	err = channel_open(chan);
	if (!err)
		return 0;

	chan->slot = NULL;
	cause = hand_over_cause(err);
	if (cause == PPTP_MUX_CAUSE_NONE) {
		ndiswan_slot_return(slot);
		return err;
	}
	ndiswan_slot_refuse(slot, walk, cause);
	hand_over_event(walk, ndiswan_slot_number(slot), cause);
	return -EAGAIN;
}

static int claim_refused(struct ndiswan_walk *walk,
			 struct pptp_mux_refusal *refusal)
{
	ndiswan_walk_refusal(walk, refusal);
	refusal_event(walk, refusal);
	switch (refusal->reason) {
	case PPTP_MUX_REFUSAL_NO_USAGE:
		return -EACCES;
	case PPTP_MUX_REFUSAL_ALL_BUSY:
		return -EBUSY;
	default:
		return -ENOBUFS;
	}
}

/* Without room for more than a frame, until a slot says how much there is */
static void channel_init(struct ndiswan_channel *chan)
{
	chan->ppp.ops = &channel_ops;
	chan->closing = false;
	chan->reported = jiffies - HZ;
	INIT_DELAYED_WORK(&chan->report, report_work);
	ndiswan_tx_init(chan, ndiswan_tx_pool(chan->net));
	ndiswan_account_init(&chan->rx, ndiswan_rx_pool(chan->net));
}

/**
 * ndiswan_claim() - put a channel into a slot
 * @chan: the channel; its miniport, net, sk, usage, ppp.hdrlen and ppp.mtu are
 *	set
 * @refusal: where to put why there is no slot, if there is none
 *
 * The call is handed on from slot to slot while they refuse. Afterwards the
 * channel is registered with PPP, and its slot is CLAIMED.
 *
 * Context: may sleep, but never on a slot. The miniport serialises calls for
 * the same channel. ndiswan_table_prepare() has succeeded for the namespace.
 * Return: 0; -EACCES, -EBUSY or -ENOBUFS with @refusal; or the errno with which
 * the miniport's open() refused for all slots.
 */
int ndiswan_claim(struct ndiswan_channel *chan,
		  struct pptp_mux_refusal *refusal)
{
	struct ndiswan_walk walk;
	int err;

	channel_init(chan);
	ndiswan_walk_begin(&walk, chan->net, chan->usage);
	do {
		chan->slot = ndiswan_slot_take(&walk, &chan->generation);
		if (!chan->slot)
			return claim_refused(&walk, refusal);
		if (walk.passed)
			hand_over_event(&walk, walk.passed, walk.passed_cause);
		err = claim_ask(chan, &walk);
	} while (err == -EAGAIN);

	if (!err)
		claim_event(chan, ndiswan_slot_number(chan->slot));
	return err;
}

/* ---- connected ---- */

/**
 * ndiswan_connected() - the call is connected: frames may pass
 * @chan: the channel, claimed
 *
 * Context: may sleep. The miniport serialises calls for the same channel.
 */
void ndiswan_connected(struct ndiswan_channel *chan)
{
	struct ndiswan_event event = {
		.type	= PPTP_MUX_EVENT_TYPE_CONNECTED,
		.slot	= ndiswan_slot_number(chan->slot),
		.usage	= chan->usage,
		.chan	= chan,
	};

	WRITE_ONCE(chan->connected_at, ktime_get_boottime_ns());
	ndiswan_slot_connected(chan->slot);
	ndiswan_nl_event(chan->net, &event);
}

/* ---- the end ---- */

static void hang_up_event(struct ndiswan_channel *chan)
{
	const struct ndiswan_event event = {
		.type	= PPTP_MUX_EVENT_TYPE_HANG_UP,
		.id	= NDISWAN_RRAS_USER_ACTIVE_TIME,
		.slot	= ndiswan_slot_number(chan->slot),
		.cause	= chan->cause ?: PPTP_MUX_CAUSE_CLOSED,
		.usage	= chan->usage,
		.chan	= chan,
	};

	ndiswan_nl_event(chan->net, &event);
}

/*
 * Where a channel dies. Who could still hold it?
 *
 * - Receive finds it through the miniport's look-up, which close() has taken it
 *   out of; whoever had found it before was an RCU reader, and a grace period
 *   has passed since. So nobody is in ppp_input(), and nobody can come.
 * - What the miniport has set going to come back later is stopped by drain(); what
 *   transmit has, by ndiswan_tx_quiesce(): whoever did not see @closing was an RCU
 *   reader too.
 * - A dump finds it through slot->chan, which was cleared before the same grace
 *   period.
 * - PPP itself calls start_xmit and ioctl; ppp_unregister_channel() returns
 *   when it has left them for good.
 * - The slot does not point here any more. It may even carry its next call:
 *   that is what the generation is compared for.
 *
 * - Frames that are still on their way find it through their skb's socket. The
 *   last one of them gives it back, if there are any: ndiswan_tx_end().
 *
 * So the miniport may free it. The namespace is held until then by the
 * miniport's call, and the table with it.
 */
static void channel_drain(struct work_struct *work)
{
	struct ndiswan_channel *chan = container_of(to_rcu_work(work),
						    struct ndiswan_channel,
						    drain);

	chan->miniport->drain(chan);
	channel_quiesce(chan);
	WARN_ON_ONCE(ndiswan_account_frames(ndiswan_account_read(&chan->rx)));
	hang_up_event(chan);
	ppp_unregister_channel(&chan->ppp);
	ndiswan_slot_drained(chan->slot, chan->generation);
	ndiswan_tx_end(chan);
}

/**
 * ndiswan_release() - the call is over; the channel is given away
 * @chan: the channel, claimed; @chan->cause says why, if anybody knows
 *
 * The slot may take its next call from here on. The channel is the miniport's
 * again when its free() is called.
 *
 * Context: may sleep, but waits for nothing. The miniport serialises calls for
 * the same channel, and has ended them.
 */
void ndiswan_release(struct ndiswan_channel *chan)
{
	WRITE_ONCE(chan->closing, true);
	chan->miniport->close(chan);
	ndiswan_slot_release(chan->slot);
	INIT_RCU_WORK(&chan->drain, channel_drain);
	queue_rcu_work(ndiswan_wq, &chan->drain);
}

/* ---- module ---- */

/**
 * ndiswan_init() - begin to serve a miniport
 * @miniport: the one that this module has
 *
 * Return: 0 or -errno.
 */
int ndiswan_init(const struct ndiswan_miniport *miniport)
{
	int err;

	/* Unbound: each drain sleeps through a grace period of PPP's own. */
	ndiswan_wq = alloc_workqueue("ndiswan", WQ_UNBOUND, 0);
	if (!ndiswan_wq)
		return -ENOMEM;
	err = ndiswan_slots_init(ndiswan_wq);
	if (err)
		goto err_wq;
	err = ndiswan_nl_init(miniport);
	if (err)
		goto err_slots;
	return 0;

err_slots:
	ndiswan_slots_exit();
err_wq:
	destroy_workqueue(ndiswan_wq);
	return err;
}

/**
 * ndiswan_exit() - end; there are no channels any more
 *
 * The last channel's free() lets the module go while the work that called it
 * has yet to return: rcu_barrier() and the workqueue wait for that.
 */
void ndiswan_exit(void)
{
	ndiswan_nl_exit();
	rcu_barrier();
	flush_workqueue(ndiswan_wq);
	ndiswan_slots_exit();
	destroy_workqueue(ndiswan_wq);
}
