/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sequence engine of one call: which received packet may go up, which
 * acknowledgment is owed, which number the next packet carries.
 *
 * Pure: no lock, no skb, no clock. Numbers come in as arguments and decisions go
 * out as values, so it can be tested from tables. The caller serialises what
 * receives; what sends an acknowledgment may run beside it, and shares two words
 * with it (struct pptp_seq_rx).
 *
 * RFC 2637 section 4.1: numbers are 32 bits wide and start at 0 for each call;
 * peers exist that start at 1, and both are taken. Any other first number costs the
 * packet that has it, at most. The RFC says nothing about
 * wrap: distances are signed 32-bit differences here, so there is no packet
 * whose loss at the wrap could be told from its loss anywhere else.
 */
#ifndef _PPTP_SEQ_H
#define _PPTP_SEQ_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * How far ahead a packet may be and still be taken for one that overtook others
 * or a burst of losses. Beyond it a single packet proves nothing: it may be
 * forged. Two near each other do, so a long burst costs one packet more; and what
 * a forged one within the bound can make a call deaf of is no more than this.
 */
#define PPTP_SEQ_AHEAD_MAX	256

/* How near that is: losses and reordering do not end where a numbering begins. */
#define PPTP_SEQ_NEAR		64

/* How far behind a packet may be and still be called late. */
#define PPTP_SEQ_BEHIND_MAX	4096

/* How far behind it is known whether a number was received */
#define PPTP_SEQ_HISTORY	64

/* What to do with a received packet. */
enum pptp_seq_verdict {
	PPTP_SEQ_DELIVER,	/* next in sequence */
	PPTP_SEQ_HOLD,		/* something before it is missing */
	PPTP_SEQ_DROP_LATE,	/* waited for in vain, or too old to be told */
	PPTP_SEQ_DROP_DUPLICATE,	/* received before */
	PPTP_SEQ_DROP_JUMP,	/* too far ahead, and alone there */
};

/**
 * struct pptp_seq_rx - receive side of a call
 * @next: number that the next packet in sequence carries; written by receive,
 *	read by whoever sends an acknowledgment
 * @acked: what @next was when an acknowledgment was last sent; written by
 *	whoever sends one. Two at once may send the same one twice, which is
 *	harmless and cheaper than a lock.
 * @history: which of the numbers before @next were received; bit 0 is the last
 * @suspect: number of the last packet that was too far ahead
 * @suspicious: @suspect is valid
 * @started: a packet has been received
 */
struct pptp_seq_rx {
	u32	next;
	u32	acked;
	u64	history;
	u32	suspect;
	bool	suspicious;
	bool	started;
};

/**
 * struct pptp_seq_result - what pptp_seq_receive() says of a packet
 * @verdict: deliver it, or the reason for dropping it
 * @resync: the numbering was taken up anew; what is held belongs to the old one,
 *	and before this packet
 */
struct pptp_seq_result {
	enum pptp_seq_verdict	verdict;
	bool			resync;
};

/* Distance from @from to @to on the circle of numbers, negative if behind. */
static inline s32 pptp_seq_distance(u32 from, u32 to)
{
	return (s32)(to - from);
}

/* Take the numbering up behind @seq, which is received. */
static inline void pptp_seq_advance(struct pptp_seq_rx *rx, u32 seq)
{
	rx->history = rx->history << 1 | 1;
	rx->started = true;
	rx->suspicious = false;
	WRITE_ONCE(rx->next, seq + 1);
}

/*
 * Take the numbering up behind the suspect, which was dropped; the packet that proves
 * it is @ahead of it. If that was sent before, it was overtaken, and is good as well.
 */
static inline enum pptp_seq_verdict pptp_seq_take_up(struct pptp_seq_rx *rx,
						     s32 ahead)
{
	rx->history = 0;
	rx->started = true;
	rx->suspicious = false;
	WRITE_ONCE(rx->next, rx->suspect + 1);
	if (ahead > 1)
		return PPTP_SEQ_HOLD;
	if (ahead == 1)
		pptp_seq_advance(rx, rx->next);
	else
		rx->history = 1ULL << -ahead;
	return PPTP_SEQ_DELIVER;
}

/*
 * Two packets near each other, far from where the numbering was: the peer has
 * started anew, or so much was lost. What lies between is not called lost.
 */
static inline struct pptp_seq_result pptp_seq_far(struct pptp_seq_rx *rx,
						  u32 seq)
{
	struct pptp_seq_result res = { .verdict = PPTP_SEQ_DROP_JUMP };
	s32 ahead = pptp_seq_distance(rx->suspect, seq);

	if (rx->suspicious && ahead && ahead > -PPTP_SEQ_NEAR &&
	    ahead < PPTP_SEQ_NEAR) {
		res.verdict = pptp_seq_take_up(rx, ahead);
		res.resync = true;
		return res;
	}
	rx->suspicious = true;
	rx->suspect = seq;
	return res;
}

/* Before anything was received, nothing can be late. */
static inline bool pptp_seq_is_far(const struct pptp_seq_rx *rx, s32 ahead)
{
	return ahead < (rx->started ? -PPTP_SEQ_BEHIND_MAX : 0) ||
	       ahead >= PPTP_SEQ_AHEAD_MAX;
}

/* Behind the numbering by 1 to PPTP_SEQ_BEHIND_MAX: has it been there? */
static inline enum pptp_seq_verdict
pptp_seq_behind(const struct pptp_seq_rx *rx, u32 behind)
{
	if (behind <= PPTP_SEQ_HISTORY && rx->history >> (behind - 1) & 1)
		return PPTP_SEQ_DROP_DUPLICATE;
	return PPTP_SEQ_DROP_LATE;
}

/**
 * pptp_seq_receive() - judge a received data packet
 * @rx: receive side of the call, serialised by the caller
 * @seq: sequence number of the packet
 *
 * Source: RFC 2637 section 4.3 (late and duplicate packets are discarded, those
 * out of sequence may be reordered); RFC 3550 appendix A.1 for the
 * resynchronisation.
 *
 * Return: the verdict. Of a packet to be held nothing is remembered: the caller
 * holds it, and asks pptp_seq_release() after each packet that is delivered.
 */
static inline struct pptp_seq_result pptp_seq_receive(struct pptp_seq_rx *rx,
						      u32 seq)
{
	s32 ahead = pptp_seq_distance(rx->next, seq);
	struct pptp_seq_result res = { .verdict = PPTP_SEQ_DELIVER };

	/* A first packet with number 1 is a peer that starts there. */
	if (!ahead || (seq == 1 && !rx->started)) {
		pptp_seq_advance(rx, seq);
		return res;
	}
	if (pptp_seq_is_far(rx, ahead))
		return pptp_seq_far(rx, seq);
	/* The numbering holds: what was far off before was none of it. */
	rx->suspicious = false;
	res.verdict = ahead > 0 ? PPTP_SEQ_HOLD : pptp_seq_behind(rx, -ahead);
	return res;
}

/**
 * pptp_seq_release() - ask whether a held packet is next in sequence by now
 * @rx: receive side of the call, serialised by the caller
 * @seq: sequence number of the packet
 *
 * Return: true if it is to be delivered now.
 */
static inline bool pptp_seq_release(struct pptp_seq_rx *rx, u32 seq)
{
	if (seq != rx->next)
		return false;
	pptp_seq_advance(rx, seq);
	return true;
}

/**
 * pptp_seq_give_up() - wait no longer for what is missing before a held packet
 * @rx: receive side of the call, serialised by the caller
 * @seq: sequence number of the first packet that is held, ahead of @rx->next
 *
 * Return: how many packets are lost. The one with @seq is next in sequence.
 */
static inline u32 pptp_seq_give_up(struct pptp_seq_rx *rx, u32 seq)
{
	u32 lost = seq - rx->next;

	rx->history = lost < PPTP_SEQ_HISTORY ? rx->history << lost : 0;
	rx->started = true;
	WRITE_ONCE(rx->next, seq);
	return lost;
}

/**
 * pptp_seq_unacked() - how many packets wait for an acknowledgment
 * @rx: receive side of the call; needs no lock
 *
 * Return: packets delivered in sequence, or given up, since the last one.
 */
static inline u32 pptp_seq_unacked(const struct pptp_seq_rx *rx)
{
	return READ_ONCE(rx->next) - READ_ONCE(rx->acked);
}

/**
 * pptp_seq_take_ack() - acknowledgment that is owed to the peer
 * @rx: receive side of the call; needs no lock
 * @ack: where to put the number to acknowledge
 *
 * One acknowledgment covers everything before it (RFC 2637 section 4.3), so
 * whoever sends next takes the whole debt with it.
 *
 * Return: true if one is owed; it counts as sent.
 */
static inline bool pptp_seq_take_ack(struct pptp_seq_rx *rx, u32 *ack)
{
	u32 next = READ_ONCE(rx->next);

	if (next == READ_ONCE(rx->acked))
		return false;
	WRITE_ONCE(rx->acked, next);
	*ack = next - 1;
	return true;
}

#endif /* _PPTP_SEQ_H */
