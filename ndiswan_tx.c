// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit of a channel: every frame is on the channel's account from the moment
 * it is taken from PPP until its skb is freed below, wherever that is. When the
 * account is full, PPP is told to hold its frames, and its qdisc and the sockets
 * behind it feel that; the destructor of a frame schedules the wake-up.
 *
 * No lock is taken here. PPP serialises the frames of a channel; the destructor
 * may run anywhere, also within our own transmit, where PPP's locks are held:
 * calling PPP from it is the deadlock of Q219380. So it changes one word and
 * schedules a tasklet. So is sending what comes back into PPP, and any frame may:
 * they are put in line (ndiswan_line.c).
 *
 * What is lost between a stop and the wake-up? Nothing: transmit says that it
 * has stopped, and then looks at the account again; a destructor changes the
 * account, and then looks whether transmit has stopped. A full barrier between
 * the two steps of each lets one of them at least see the other. And there is a
 * frame, or a fragment of one, on its way whenever the account refuses a frame, so
 * there is a destructor to come. When the miniport refuses one, it wakes up itself.
 *
 * Lifetime: a frame on its way does not hold the channel. The account does: it is
 * closed when PPP has let go of the channel, and whoever ends it then, that or
 * the last destructor, gives the channel back to the miniport.
 */
#include <linux/ppp_channel.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "ndiswan_slot.h"
#include "trace.h"

/* Q219380's successor is looked for this often, and found after as long. */
#define WATCH_TIME		(10 * HZ)

/* ---- frames ---- */

/*
 * PPP's own: LCP, authentication and the like, and the network control protocols. A
 * frame that another channel was bridged to need not be linear.
 */
static bool is_control(struct sk_buff *skb)
{
	return pskb_may_pull(skb, 1) && (skb->data[0] & 0x80);
}

/*
 * What a frame was charged with is kept with it, in a word that whoever is below must
 * leave to the destructor. Its truesize is nobody's to rely on: IPsec adds its trailer
 * to it, and as much to what the socket has on its way, for sock_wfree() to take off.
 */
static void keep_charge(struct sk_buff *skb, u32 bytes)
{
	skb_shinfo(skb)->destructor_arg = (void *)(uintptr_t)bytes;
}

static u32 charge_of(const struct sk_buff *skb)
{
	return (uintptr_t)skb_shinfo(skb)->destructor_arg;
}

/* What has been added below is the socket's, and was never on the account. */
static void give_back_growth(struct sk_buff *skb, u32 bytes)
{
	if (likely(skb->truesize <= bytes))
		return;
	WARN_ON_ONCE(refcount_sub_and_test(skb->truesize - bytes,
					   &skb->sk->sk_wmem_alloc));
}

/*
 * An skb below points to its channel through its socket, which is what everybody
 * below expects to find there. RCU: when an account is closed at the same time,
 * the channel may be given back before this is through with it, unless it is this
 * that gives it back. RCU's cheapest kind, since each frame pays for it.
 */
static void frame_gone(struct sk_buff *skb)
{
	struct ndiswan_channel *chan = skb->sk->sk_user_data;
	struct ndiswan_tx *tx = &chan->tx;
	u32 bytes = charge_of(skb);
	u64 word;

	rcu_read_lock_sched();
	give_back_growth(skb, bytes);
	word = ndiswan_account_uncharge(&tx->account, bytes);
	if (READ_ONCE(tx->stopped) &&
	    ndiswan_account_bytes(word) <= READ_ONCE(tx->wake_below))
		ndiswan_tx_wake(chan);
	if (unlikely(word & NDISWAN_ACCOUNT_CLOSED))
		ndiswan_slot_late_frame(chan->slot, bytes);
	rcu_read_unlock_sched();
	if (unlikely(ndiswan_account_over(word)))
		chan->miniport->free(chan);
}

/*
 * The word for the charge is shared with the clones of an skb, and is taken while
 * somebody waits for pages of his that are in it.
 */
static bool unshare(struct sk_buff *skb)
{
	if (unlikely(skb_zcopy(skb)) && skb_copy_ubufs(skb, GFP_ATOMIC))
		return false;
	return likely(!skb_cloned(skb)) || !skb_unclone(skb, GFP_ATOMIC);
}

/*
 * The socket that the frame came from gets its room back here: what is below is
 * bounded by the channel's account, and what is above waits in PPP's qdisc, still
 * on the account of its socket. Without memory to keep its charge with it, the frame
 * counts as sent now.
 */
static void own_frame(struct ndiswan_channel *chan, struct sk_buff *skb)
{
	u32 bytes = skb->truesize;

	/* The device below would give it to the call's socket. */
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_SW_TSTAMP))
		skb_tstamp_tx(skb, NULL);
	skb_orphan(skb);
	if (unlikely(!unshare(skb))) {
		ndiswan_account_uncharge(&chan->tx.account, bytes);
		return;
	}
	/* As for any skb that is a socket's */
	skb->truesize = bytes;
	keep_charge(skb, bytes);
	skb->sk = chan->sk;
	skb->destructor = frame_gone;
}

/* ---- stop ---- */

/*
 * A frame that is too long for the path is freed when IP has made fragments of it,
 * which it charges to the frame's socket. They are on their way too.
 */
static u32 fragments(const struct ndiswan_channel *chan)
{
	return sk_wmem_alloc_get(chan->sk);
}

/* Without those that were written off, as long as they have not come back */
static u32 fragments_held(struct ndiswan_channel *chan)
{
	u32 written_off = READ_ONCE(chan->tx.fragments_off);
	u32 bytes = fragments(chan);

	if (unlikely(written_off > bytes)) {
		written_off = bytes;
		WRITE_ONCE(chan->tx.fragments_off, bytes);
	}
	return bytes - written_off;
}

static bool queue_has_room(struct ndiswan_channel *chan)
{
	struct ndiswan_tx *tx = &chan->tx;
	u64 word = ndiswan_account_read(&tx->account);
	u32 bytes = ndiswan_account_held(&tx->account, word) +
		    fragments_held(chan);

	return ndiswan_queue_has_room(&tx->queue, bytes,
				      READ_ONCE(tx->account.limit), jiffies);
}

static bool charge(struct ndiswan_channel *chan, struct sk_buff *skb,
		   bool control)
{
	struct ndiswan_tx *tx = &chan->tx;

	if (!control && !queue_has_room(chan))
		return false;
	return ndiswan_account_charge(&tx->account, skb->truesize, control);
}

static void count(struct ndiswan_tx *tx, u64_stats_t *counter)
{
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_inc(counter);
	u64_stats_update_end(&tx->stats.syncp);
}

static void count_stop(struct ndiswan_channel *chan, struct sk_buff *skb,
		       bool control)
{
	struct ndiswan_account *account = &chan->tx.account;
	u64 word = ndiswan_account_read(account);

	count(&chan->tx, &chan->tx.stats.stops);
	trace_pptp_mux_tx_stop(ndiswan_slot_number(chan->slot), word);
	if (ndiswan_account_fits(account, word, skb->truesize, control))
		return;
	count(&chan->tx, &chan->tx.stats.over);
	ndiswan_report(chan, PPTP_MUX_EVENT_TYPE_TX_OVER);
}

/*
 * Woken up at half of what is on its way now, so that the path does not run dry;
 * without what is written off, which may never go.
 */
static bool stop(struct ndiswan_channel *chan, struct sk_buff *skb,
		 bool control)
{
	struct ndiswan_tx *tx = &chan->tx;
	u64 word = ndiswan_account_read(&tx->account);
	u32 held = ndiswan_account_held(&tx->account, word);

	WRITE_ONCE(tx->wake_below,
		   ndiswan_account_bytes(word) - DIV_ROUND_UP(held, 2));
	WRITE_ONCE(tx->stopped, true);
	/* Pairs with the atomic in frame_gone(). */
	smp_mb();
	if (charge(chan, skb, control)) {
		WRITE_ONCE(tx->stopped, false);
		return false;
	}
	count_stop(chan, skb, control);
	return true;
}

/* ---- transmit ---- */

static void count_accepted(struct ndiswan_tx *tx, bool control)
{
	WRITE_ONCE(tx->taken, tx->taken + 1);
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_inc(&tx->stats.accepted);
	u64_stats_add(&tx->stats.control, control);
	u64_stats_update_end(&tx->stats.syncp);
}

/* Modulo 2^32: it is only asked whether that has changed. */
static u32 frames_gone(const struct ndiswan_tx *tx)
{
	return READ_ONCE(tx->taken) -
	       ndiswan_account_frames(ndiswan_account_read(&tx->account));
}

/* The watchdog ends by itself when there is nothing to look after. */
static void watch(struct ndiswan_channel *chan)
{
	struct ndiswan_tx *tx = &chan->tx;

	if (likely(delayed_work_pending(&tx->watch)) || READ_ONCE(chan->closing))
		return;
	WRITE_ONCE(tx->watched, frames_gone(tx));
	queue_delayed_work(ndiswan_wq, &tx->watch, WATCH_TIME);
}

/**
 * ndiswan_tx_frame() - transmit a frame, or have PPP hold it
 * @chan: the channel
 * @skb: the frame, the two bytes of its protocol first
 *
 * Context: as ppp_channel_ops.start_xmit: softirqs are off, PPP serialises the
 * frames of a channel. Takes no lock.
 * Return: 1 if @skb was consumed, 0 if PPP is to hold it until it is woken up.
 */
int ndiswan_tx_frame(struct ndiswan_channel *chan, struct sk_buff *skb)
{
	bool control = is_control(skb);

	/* PPP does not know yet that the call is over. */
	if (unlikely(READ_ONCE(chan->closing))) {
		kfree_skb(skb);
		return 1;
	}
	if (chan->miniport->may_send && !control &&
	    !chan->miniport->may_send(chan, ndiswan_line_length(&chan->line)))
		return 0;
	if (!charge(chan, skb, control) && stop(chan, skb, control))
		return 0;
	own_frame(chan, skb);
	count_accepted(&chan->tx, control);
	watch(chan);
	ndiswan_line_join(&chan->line, skb);
	return 1;
}

/* ---- wake-up ---- */

/*
 * PPP calls transmit from here, in a softirq and with no lock held but its own.
 * It is over before PPP's channel goes: see ndiswan_tx_quiesce().
 */
static void wake_tasklet(struct tasklet_struct *tasklet)
{
	struct ndiswan_tx *tx = from_tasklet(tx, tasklet, wake);
	struct ndiswan_channel *chan = container_of(tx, struct ndiswan_channel,
						    tx);

	WRITE_ONCE(tx->stopped, false);
	trace_pptp_mux_tx_wake(ndiswan_slot_number(chan->slot),
			       ndiswan_account_read(&tx->account));
	ppp_output_wakeup(&chan->ppp);
}

/**
 * ndiswan_tx_wake() - have PPP go on
 * @chan: the channel
 *
 * Only schedules: PPP's locks may be held around the caller.
 *
 * Context: any, under RCU.
 */
void ndiswan_tx_wake(struct ndiswan_channel *chan)
{
	if (!READ_ONCE(chan->closing))
		tasklet_schedule(&chan->tx.wake);
}

/**
 * ndiswan_tx_fragment_gone() - a fragment of a frame is not on its way any more
 * @chan: the channel
 *
 * Context: any, under RCU.
 */
void ndiswan_tx_fragment_gone(struct ndiswan_channel *chan)
{
	/* Pairs with the barrier in stop(). */
	smp_mb();
	if (READ_ONCE(chan->tx.stopped))
		ndiswan_tx_wake(chan);
}

/* ---- watchdog ---- */

/*
 * Frames that are stuck below (in a qdisc that does not release them, in a
 * driver that has lost them) are no reason for the call to be stuck: they are
 * written off, and what comes next may find another way.
 */
static void recover(struct ndiswan_channel *chan)
{
	struct ndiswan_tx *tx = &chan->tx;

	WRITE_ONCE(tx->stalls, tx->stalls + 1);
	ndiswan_account_write_off(&tx->account);
	if (!READ_ONCE(tx->fragments_off))
		WRITE_ONCE(tx->fragments_off, fragments(chan));
	trace_pptp_mux_tx_stall(ndiswan_slot_number(chan->slot),
				ndiswan_account_read(&tx->account));
	ndiswan_report(chan, PPTP_MUX_EVENT_TYPE_TX_STALL);
	rcu_read_lock();
	ndiswan_tx_wake(chan);
	rcu_read_unlock();
}

/*
 * A frame that went down after the last look has been there for less than the
 * whole time; but something was there then, and nothing has got away since.
 */
static void watch_work(struct work_struct *work)
{
	struct ndiswan_tx *tx = container_of(to_delayed_work(work),
					     struct ndiswan_tx, watch);
	struct ndiswan_channel *chan = container_of(tx, struct ndiswan_channel,
						    tx);
	u32 gone = frames_gone(tx);

	if (!ndiswan_account_frames(ndiswan_account_read(&tx->account)) &&
	    !fragments(chan))
		return;
	if (gone == READ_ONCE(tx->watched))
		recover(chan);
	WRITE_ONCE(tx->watched, gone);
	if (!READ_ONCE(chan->closing))
		queue_delayed_work(ndiswan_wq, &tx->watch, WATCH_TIME);
}

/* ---- the life of a channel's transmit ---- */

/**
 * ndiswan_tx_init() - begin, before PPP knows of the channel
 * @chan: the channel
 * @pool: where its account borrows
 */
void ndiswan_tx_init(struct ndiswan_channel *chan, struct ndiswan_pool *pool)
{
	struct ndiswan_tx *tx = &chan->tx;

	ndiswan_account_init(&tx->account, pool);
	u64_stats_init(&tx->stats.syncp);
	tasklet_setup(&tx->wake, wake_tasklet);
	INIT_DELAYED_WORK(&tx->watch, watch_work);
	ndiswan_queue_init(&tx->queue);
	ndiswan_line_init(&chan->line);
}

/**
 * ndiswan_tx_set() - change what the channel may have on its way
 * @chan: the channel
 * @share: bytes that nobody can take from it
 * @limit: bytes of data at most
 *
 * Context: any, under RCU; the caller serialises changes.
 */
void ndiswan_tx_set(struct ndiswan_channel *chan, u32 share, u32 limit)
{
	struct ndiswan_tx *tx = &chan->tx;

	ndiswan_account_set(&tx->account, share, limit);
	/* There may be more room now. */
	ndiswan_tx_wake(chan);
}

/**
 * ndiswan_tx_quiesce() - stop what transmit does of itself
 * @chan: the channel; @chan->closing has been set, and a grace period has passed
 *
 * Whoever had not seen @chan->closing has scheduled what he would by now.
 *
 * Context: may sleep.
 */
void ndiswan_tx_quiesce(struct ndiswan_channel *chan)
{
	cancel_delayed_work_sync(&chan->tx.watch);
	tasklet_kill(&chan->tx.wake);
	ndiswan_line_quiesce(&chan->line);
}

/**
 * ndiswan_tx_end() - PPP has let go of the channel
 * @chan: the channel, which is the miniport's again from here on, or from the
 *	end of its last frame on
 *
 * Context: may sleep.
 */
void ndiswan_tx_end(struct ndiswan_channel *chan)
{
	u64 accepted = u64_stats_read(&chan->tx.stats.accepted);
	u64 word;

	/* The last frame may end meanwhile, and the namespace with it. */
	rcu_read_lock();
	word = ndiswan_account_close(&chan->tx.account);
	ndiswan_slot_retire(chan->slot, accepted, word);
	if (!ndiswan_account_frames(word))
		chan->miniport->free(chan);
	rcu_read_unlock();
}

/**
 * ndiswan_tx_look() - look at transmit
 * @chan: the channel
 * @info: where to put what it looks like
 *
 * Context: any, under RCU.
 */
void ndiswan_tx_look(const struct ndiswan_channel *chan,
		     struct ndiswan_tx_info *info)
{
	const struct ndiswan_tx *tx = &chan->tx;
	unsigned int start;
	u64 word;

	do {
		start = u64_stats_fetch_begin(&tx->stats.syncp);
		info->accepted = u64_stats_read(&tx->stats.accepted);
		info->control = u64_stats_read(&tx->stats.control);
		info->stops = u64_stats_read(&tx->stats.stops);
		info->over = u64_stats_read(&tx->stats.over);
	} while (u64_stats_fetch_retry(&tx->stats.syncp, start));
	word = ndiswan_account_read(&tx->account);
	info->frames = ndiswan_account_frames(word);
	info->bytes = ndiswan_account_bytes(word);
	info->share = ndiswan_account_share(word);
	info->limit = READ_ONCE(tx->account.limit);
	info->written_off = READ_ONCE(tx->account.written_off);
	info->high = READ_ONCE(tx->account.high);
	info->stalls = READ_ONCE(tx->stalls);
	info->queue = READ_ONCE(tx->queue.limit);
}
