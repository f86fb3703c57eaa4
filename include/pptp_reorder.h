/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a hole in the numbering is left open for a packet that was overtaken.
 *
 * Too short, and a packet that comes after all is dropped; too long, and a loss
 * costs those behind it more than it must. So it follows what is observed: how
 * long holes were open that were filled, and how late packets came that had been
 * given up. A path without either stays at the start.
 *
 * Pure: see pptp_time.h for the clock.
 */
#ifndef _PPTP_REORDER_H
#define _PPTP_REORDER_H

#include "pptp_time.h"

#define PPTP_REORDER_MIN	(10 * PPTP_MS)
#define PPTP_REORDER_MAX	(300 * PPTP_MS)

/* 40 ms to begin with: two CPUs or two paths are apart by less */
#define PPTP_REORDER_MEAN	(10 * PPTP_MS)
#define PPTP_REORDER_DEV	(PPTP_REORDER_MEAN * 3 / 4)

/* Not a time that is fixed: follow what is observed */
#define PPTP_REORDER_ADAPTIVE	0xffffffffU

/**
 * struct pptp_reorder - what is known about reordering on a path
 * @est: how long a hole is open until it is filled
 * @fixed: microseconds, 0 to hold nothing, or PPTP_REORDER_ADAPTIVE
 * @lost: first number that was given up last
 * @lost_count: and how many
 * @lost_since: when that hole was seen
 *
 * All of it is serialised by the caller.
 */
struct pptp_reorder {
	struct pptp_estimate	est;
	u32			fixed;
	u32			lost;
	u32			lost_count;
	u32			lost_since;
};

static inline void pptp_reorder_init(struct pptp_reorder *reorder)
{
	reorder->est.mean = PPTP_REORDER_MEAN;
	reorder->est.dev = PPTP_REORDER_DEV;
	reorder->fixed = PPTP_REORDER_ADAPTIVE;
	reorder->lost_count = 0;
}

/**
 * pptp_reorder_time() - how long to leave a hole open
 * @reorder: what is known
 *
 * Return: microseconds, 0 to hold nothing.
 */
static inline u32 pptp_reorder_time(const struct pptp_reorder *reorder)
{
	if (reorder->fixed != PPTP_REORDER_ADAPTIVE)
		return reorder->fixed;
	return pptp_estimate_bound(&reorder->est, PPTP_REORDER_MIN,
				   PPTP_REORDER_MAX);
}

/**
 * pptp_reorder_filled() - a hole has been filled
 * @reorder: what is known
 * @open: how long it was open, in microseconds
 *
 * What was longer than any hole is left open says nothing about the path.
 */
static inline void pptp_reorder_filled(struct pptp_reorder *reorder, u32 open)
{
	if (open <= PPTP_REORDER_MAX)
		pptp_estimate_sample(&reorder->est, open);
}

/**
 * pptp_reorder_gave_up() - a hole was not filled in time
 * @reorder: what is known
 * @seq: first number that is missing
 * @count: and how many
 * @since: when that was seen
 */
static inline void pptp_reorder_gave_up(struct pptp_reorder *reorder, u32 seq,
					u32 count, u32 since)
{
	reorder->lost = seq;
	reorder->lost_count = count;
	reorder->lost_since = since;
}

/**
 * pptp_reorder_late() - a packet comes too late, and is no duplicate
 * @reorder: what is known
 * @seq: its number
 * @now: the time
 *
 * If it was given up last, the hole should have been open until now.
 */
static inline void pptp_reorder_late(struct pptp_reorder *reorder, u32 seq,
				     u32 now)
{
	if (seq - reorder->lost < reorder->lost_count)
		pptp_reorder_filled(reorder, now - reorder->lost_since);
}

#endif /* _PPTP_REORDER_H */
