/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The receive side of a session as pptp_gre_rx.c has it, with numbers in the place
 * of packets: the sequence engine, those held behind a hole, and the time that
 * it is left open.
 */
#ifndef FUZZ_RECEIVER_H
#define FUZZ_RECEIVER_H

#include <assert.h>
#include <string.h>

#include "pptp_reorder.h"
#include "pptp_seq.h"

#define HELD_MAX	64

struct receiver {
	struct pptp_seq_rx	rx;
	struct pptp_reorder	reorder;
	u32			held[HELD_MAX + 1];	/* in order */
	unsigned int		held_count;
	u32			hole;		/* since when, microseconds */
	u64			delivered;	/* how many */
	u64			lost;
	u64			resyncs;
	u32			last;		/* delivered, or what the numbering begins behind */
	u32			log[2 * HELD_MAX + 4];	/* by the last call */
	unsigned int		logged;
};

static inline void receiver_init(struct receiver *r)
{
	memset(r, 0, sizeof(*r));
	pptp_reorder_init(&r->reorder);
}

static inline void receiver_deliver(struct receiver *r, u32 seq)
{
	assert(r->logged < sizeof(r->log) / sizeof(r->log[0]));
	r->log[r->logged++] = seq;
	r->delivered++;
	r->last = seq;
}

static inline void receiver_unhold(struct receiver *r)
{
	r->held_count--;
	memmove(r->held, r->held + 1, r->held_count * sizeof(r->held[0]));
}

static inline void receiver_release(struct receiver *r, u32 now)
{
	while (r->held_count && pptp_seq_release(&r->rx, r->held[0])) {
		receiver_deliver(r, r->held[0]);
		receiver_unhold(r);
	}
	r->hole = now;
}

static inline void receiver_give_up(struct receiver *r, u32 now)
{
	u32 first = r->rx.next;
	u32 lost = pptp_seq_give_up(&r->rx, r->held[0]);

	assert(lost > 0 && lost < PPTP_SEQ_AHEAD_MAX);
	pptp_reorder_gave_up(&r->reorder, first, lost, r->hole);
	r->lost += lost;
	receiver_release(r, now);
}

/* False if it is held already */
static inline bool receiver_hold(struct receiver *r, u32 seq, u32 now)
{
	unsigned int at = r->held_count;

	while (at && pptp_seq_distance(r->held[at - 1], seq) < 0)
		at--;
	if (at && r->held[at - 1] == seq)
		return false;
	if (!r->held_count)
		r->hole = now;
	memmove(r->held + at + 1, r->held + at,
		(r->held_count - at) * sizeof(r->held[0]));
	r->held[at] = seq;
	r->held_count++;
	if (r->held_count > HELD_MAX || !pptp_reorder_time(&r->reorder))
		receiver_give_up(r, now);
	return true;
}

static inline void receiver_resync(struct receiver *r)
{
	r->resyncs++;
	while (r->held_count) {
		receiver_deliver(r, r->held[0]);
		receiver_unhold(r);
	}
	r->last = r->rx.next - 1;
}

static inline void receiver_in_sequence(struct receiver *r, u32 seq, u32 now)
{
	if (r->held_count && r->rx.next == r->held[0]) {
		pptp_reorder_filled(&r->reorder, now - r->hole);
	}
	receiver_deliver(r, seq);
	receiver_release(r, now);
}

/* A data packet; what was delivered for it is in @log. */
static inline enum pptp_seq_verdict receiver_packet(struct receiver *r, u32 seq,
						    u32 now)
{
	struct pptp_seq_result res = pptp_seq_receive(&r->rx, seq);

	r->logged = 0;
	if (res.resync)
		receiver_resync(r);
	switch (res.verdict) {
	case PPTP_SEQ_DELIVER:
		receiver_in_sequence(r, seq, now);
		break;
	case PPTP_SEQ_HOLD:
		if (!receiver_hold(r, seq, now))
			return PPTP_SEQ_DROP_DUPLICATE;
		break;
	case PPTP_SEQ_DROP_LATE:
		pptp_reorder_late(&r->reorder, seq, now);
		break;
	case PPTP_SEQ_DROP_DUPLICATE:
	case PPTP_SEQ_DROP_JUMP:
		break;
	}
	return res.verdict;
}

/* The clock has moved on. */
static inline void receiver_tick(struct receiver *r, u32 now)
{
	r->logged = 0;
	if (r->held_count &&
	    now - r->hole >= pptp_reorder_time(&r->reorder))
		receiver_give_up(r, now);
}

#endif /* FUZZ_RECEIVER_H */
