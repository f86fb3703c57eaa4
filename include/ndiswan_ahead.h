/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_ahead: streams of an encrypted call that is busy, made on another CPU.
 */
#ifndef _NDISWAN_AHEAD_H
#define _NDISWAN_AHEAD_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct mppe_ring;

/**
 * struct ndiswan_ahead - what one direction of a call has of them
 * @ring: the streams, NULL unless the call is busy; set and cleared by @manage
 * @make: makes more of them
 * @manage: allocates the ring, and gives it back
 * @window: when the packets in @packets were begun to be counted
 * @packets: how many since
 * @made: streams that there were in all; written by @make
 * @seen: number of the packet that was next when the call became busy, or when @manage
 *	looked last
 */
struct ndiswan_ahead {
	struct mppe_ring __rcu	*ring;
	struct work_struct	make;
	struct delayed_work	manage;
	unsigned long		window;
	u32			packets;
	u64			made;
	u32			seen;
};

void ndiswan_ahead_start(struct ndiswan_ahead *ahead);
void ndiswan_ahead_end(struct ndiswan_ahead *ahead);
void ndiswan_ahead_count(struct ndiswan_ahead *ahead, u32 next);
void ndiswan_ahead_refill(struct ndiswan_ahead *ahead);

int ndiswan_ahead_init(void);
void ndiswan_ahead_exit(void);

#endif /* _NDISWAN_AHEAD_H */
