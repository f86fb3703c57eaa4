/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much of a channel's account the path below is given at once.
 *
 * A fixed limit is too small for a fast path, or a second of queue on a slow
 * one. So the limit is learnt: doubled when the path ran dry while there was
 * something to send, and lowered by half of what was never needed. The kernel's
 * dynamic queue limits do the like for drivers, but they have to guess from the
 * completions between two calls whether the path ran dry; here what is on its
 * way is known at every moment, and they guess wrong when the next frames are
 * sent before the last have gone, which is what this is for.
 *
 * Pure: no lock, no clock of its own.
 */
#ifndef _NDISWAN_QUEUE_H
#define _NDISWAN_QUEUE_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/types.h>

/* Two full frames */
#define NDISWAN_QUEUE_MIN	(2 * 2304U)

/* How long something must not have been needed */
#define NDISWAN_QUEUE_HOLD	(HZ / 4)

/**
 * struct ndiswan_queue - what the path of a channel is given
 * @limit: bytes on their way beyond which nothing is added
 * @lowest: least bytes that were left when more were added, since @since
 * @since: jiffies
 * @held: something was held back, and is asked about again
 *
 * Whoever asks serialises.
 */
struct ndiswan_queue {
	u32		limit;
	u32		lowest;
	unsigned long	since;
	bool		held;
};

static inline void ndiswan_queue_begin(struct ndiswan_queue *queue,
				       unsigned long now)
{
	queue->lowest = U32_MAX;
	queue->since = now;
}

/**
 * ndiswan_queue_init() - begin small
 * @queue: the queue
 */
static inline void ndiswan_queue_init(struct ndiswan_queue *queue)
{
	queue->limit = NDISWAN_QUEUE_MIN;
	queue->held = false;
	ndiswan_queue_begin(queue, jiffies);
}

/* Something was held back, and so many bytes are on their way now. */
static inline void ndiswan_queue_learn(struct ndiswan_queue *queue, u32 bytes,
				       u32 max, unsigned long now)
{
	u32 limit = queue->limit;

	if (!bytes) {
		limit = max(min(2 * limit, max), NDISWAN_QUEUE_MIN);
		WRITE_ONCE(queue->limit, limit);
		ndiswan_queue_begin(queue, now);
		return;
	}
	queue->lowest = min(queue->lowest, bytes);
	if (time_before(now, queue->since + NDISWAN_QUEUE_HOLD))
		return;
	limit -= min(limit, queue->lowest / 2);
	WRITE_ONCE(queue->limit, max(limit, NDISWAN_QUEUE_MIN));
	ndiswan_queue_begin(queue, now);
}

/**
 * ndiswan_queue_has_room() - may a frame be added?
 * @queue: the queue
 * @bytes: on their way now
 * @max: what @queue->limit may grow to
 * @now: jiffies
 *
 * Always, if nothing is on its way.
 */
static inline bool ndiswan_queue_has_room(struct ndiswan_queue *queue,
					  u32 bytes, u32 max, unsigned long now)
{
	if (queue->held)
		ndiswan_queue_learn(queue, bytes, max, now);
	queue->held = bytes && bytes >= queue->limit;
	return !queue->held;
}

#endif /* _NDISWAN_QUEUE_H */
