/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_tx: the transmit side of a channel: its account, back-pressure, the
 * wake-up and the watchdog.
 */
#ifndef _NDISWAN_TX_H
#define _NDISWAN_TX_H

#include <linux/interrupt.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "ndiswan_account.h"
#include "ndiswan_queue.h"

struct ndiswan_channel;
struct sk_buff;
struct sock;

/**
 * struct ndiswan_tx_stats - counters of transmit, which PPP serialises
 * @accepted: frames taken from PPP
 * @control: of these, PPP's own
 * @stops: times that PPP was told to hold its frames
 * @over: of these, because the account was full
 */
struct ndiswan_tx_stats {
	struct u64_stats_sync	syncp;
	u64_stats_t		accepted;
	u64_stats_t		control;
	u64_stats_t		stops;
	u64_stats_t		over;
};

/**
 * struct ndiswan_tx - transmit of a channel
 * @account: what is on its way: from acceptance until the skb is freed below
 * @queue: limit below the account's that follows what the path takes, so that
 *	a slow path does not fill up; in transmit only
 * @stopped: PPP holds frames, and waits to be woken up
 * @wake_below: bytes on their way at which it is
 * @wake: wakes PPP up, outside all locks
 * @watch: looks after frames that do not get away
 * @taken: frames taken from PPP, modulo 2^32
 * @watched: how many of them had got away when it looked last
 * @stalls: times that it found that none had since
 * @fragments_off: bytes of fragments that it has written off
 * @stats: counters
 */
struct ndiswan_tx {
	struct ndiswan_account	account;
	bool			stopped;
	u32			wake_below;
	struct tasklet_struct	wake;
	struct delayed_work	watch;
	u32			taken;
	u32			watched;
	u32			stalls;
	u32			fragments_off;
	struct ndiswan_tx_stats	stats;
	struct ndiswan_queue	queue;
};

/**
 * struct ndiswan_tx_info - what transmit looks like at one moment
 * @accepted: frames taken from PPP
 * @control: of these, PPP's own
 * @stops: times that PPP was told to hold its frames
 * @over: of these, because the account was full
 * @stalls: times that the watchdog found that nothing got away
 * @frames: on their way
 * @bytes: on their way
 * @written_off: of these, what the watchdog has written off
 * @high: most bytes that were ever on their way
 * @share: bytes that nobody can take from it
 * @limit: bytes of data that may be on their way
 * @queue: bytes that the path is given at once, at present
 */
struct ndiswan_tx_info {
	u64	accepted;
	u64	control;
	u64	stops;
	u64	over;
	u32	stalls;
	u32	frames;
	u32	bytes;
	u32	written_off;
	u32	high;
	u32	share;
	u32	limit;
	u32	queue;
};

void ndiswan_tx_init(struct ndiswan_channel *chan, struct ndiswan_pool *pool);
int ndiswan_tx_frame(struct ndiswan_channel *chan, struct sk_buff *skb);
void ndiswan_tx_set(struct ndiswan_channel *chan, u32 share, u32 limit);
void ndiswan_tx_wake(struct ndiswan_channel *chan);
void ndiswan_tx_fragment_gone(struct ndiswan_channel *chan);
void ndiswan_tx_quiesce(struct ndiswan_channel *chan);
void ndiswan_tx_end(struct ndiswan_channel *chan);
void ndiswan_tx_look(const struct ndiswan_channel *chan,
		     struct ndiswan_tx_info *info);

#endif /* _NDISWAN_TX_H */
