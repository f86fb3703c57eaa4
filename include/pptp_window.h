/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The send window of a call, and the round trip that acknowledgments measure:
 * RFC 2637 sections 4.3 and 4.4.
 *
 * Many peers acknowledge badly or not at all: the kernel's own driver does only
 * when it has data to send. So the window limits, unless it is told to, only a
 * call whose peer acknowledges *alone*, and no longer than that peer does it.
 * Nothing is ever sent again: a time-out takes what is in flight for lost, and
 * makes the window smaller.
 *
 * Pure: no lock, no clock (pptp_time.h). One sends and one receives at a time;
 * both may do so at once, and share single words. A round trip is measured for
 * one packet at a time, which the sender hands to the receiver with @timing.
 */
#ifndef _PPTP_WINDOW_H
#define _PPTP_WINDOW_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

#include "pptp_time.h"

/* A round trip before any was measured */
#define PPTP_WINDOW_RTT_START	(100 * PPTP_MS)

/*
 * Bounds of the time-out. Peers delay their acknowledgments by up to 50 ms, and
 * two of that must be no time-out; beyond three seconds nobody waits.
 */
#define PPTP_WINDOW_ATO_MIN	(100 * PPTP_MS)
#define PPTP_WINDOW_ATO_MAX	(3000 * PPTP_MS)

/* Time-outs in a row after which a peer counts as one that does not ack */
#define PPTP_WINDOW_SILENCE	2

/*
 * In auto mode, a smaller window of the peer's is not believed: pptp-linux says 3
 * and takes hundreds, and a TCP connection begins with ten.
 */
#define PPTP_WINDOW_AUTO_MIN	16

/* How long an acknowledgment may wait for data that takes it along */
#define PPTP_WINDOW_DELAY_MIN	(2 * PPTP_MS)
#define PPTP_WINDOW_DELAY_MAX	(50 * PPTP_MS)

enum pptp_window_mode {
	PPTP_WINDOW_OFF,	/* never limits */
	PPTP_WINDOW_ON,
	PPTP_WINDOW_AUTO,	/* while the peer is seen to ack alone */
};

/**
 * struct pptp_window - send side of a call
 * @next: number of the next packet; written by the sender
 * @since: when the oldest in flight was sent, or the last progress was made
 * @timed: packet whose round trip is being measured, if @timing
 * @timed_at: when it was sent
 * @timing: set by the sender, with @timed and @timed_at; cleared by the receiver
 * @base: number of the oldest packet in flight; written by the receiver
 * @acked: number after the last one that was acknowledged; receiver
 * @size: how many may be in flight; written by the receiver
 * @max: the peer's receive window, 0 if it is not known: then nothing limits
 * @credit: packets acknowledged since @size has grown; receiver
 * @silence: time-outs since the last acknowledgment; receiver
 * @trusted: the peer acknowledges alone; written by the receiver
 * @mode: off, on or auto
 * @rtt: of the round trip; receiver
 */
struct pptp_window {
	u32			next;
	u32			since;
	u32			timed;
	u32			timed_at;
	bool			timing;

	u32			base;
	u32			acked;
	u32			size;
	u32			max;
	u32			credit;
	u8			silence;
	bool			trusted;
	enum pptp_window_mode	mode;
	struct pptp_estimate	rtt;
};

static inline void pptp_window_init(struct pptp_window *win)
{
	win->mode = PPTP_WINDOW_AUTO;
	win->rtt.mean = PPTP_WINDOW_RTT_START;
}

/**
 * pptp_window_set_max() - learn how much the peer takes
 * @win: send side, with the receiver kept out
 * @max: its receive window in packets, 0 if it is not known
 *
 * Source: RFC 2637 section 4.3: the window starts at half of that, and is never
 * less than 1.
 */
static inline void pptp_window_set_max(struct pptp_window *win, u32 max)
{
	WRITE_ONCE(win->max, max);
	WRITE_ONCE(win->size, max > 1 ? max / 2 : 1);
	win->credit = 0;
}

/**
 * pptp_window_limits() - does the window keep packets back at all?
 * @win: send side; needs no lock
 *
 * Return: true if it does.
 */
static inline bool pptp_window_limits(const struct pptp_window *win)
{
	u32 max = READ_ONCE(win->max);

	switch (READ_ONCE(win->mode)) {
	case PPTP_WINDOW_ON:
		return max;
	case PPTP_WINDOW_AUTO:
		return max >= PPTP_WINDOW_AUTO_MIN && READ_ONCE(win->trusted);
	default:
		return false;
	}
}

/* Packets that are neither acknowledged nor taken for lost; needs no lock */
static inline u32 pptp_window_in_flight(const struct pptp_window *win)
{
	u32 base = READ_ONCE(win->base);

	return READ_ONCE(win->next) - base;
}

/**
 * pptp_window_has_room() - may a packet be sent, behind others?
 * @win: send side; needs no lock
 * @waiting: how many are to be sent before it
 *
 * Return: true if it may.
 */
static inline bool pptp_window_has_room(const struct pptp_window *win,
					u32 waiting)
{
	return !pptp_window_limits(win) ||
	       pptp_window_in_flight(win) + waiting < READ_ONCE(win->size);
}

/* As that, with none before it */
static inline bool pptp_window_open(const struct pptp_window *win)
{
	return pptp_window_has_room(win, 0);
}

/**
 * pptp_window_wants_time() - is the next packet one whose time matters?
 * @win: send side; for the sender
 *
 * Return: true if pptp_window_stamp() is to be called before it is taken. That
 * saves a look at the clock for all others.
 */
static inline bool pptp_window_wants_time(const struct pptp_window *win)
{
	return !READ_ONCE(win->timing) || !pptp_window_in_flight(win);
}

/* The next packet is sent at @now. */
static inline void pptp_window_stamp(struct pptp_window *win, u32 now)
{
	if (!pptp_window_in_flight(win))
		WRITE_ONCE(win->since, now);
	/* Pairs with the release in pptp_window_stop_timing(). */
	if (smp_load_acquire(&win->timing))
		return;
	win->timed = win->next;
	win->timed_at = now;
	/* Pairs with the acquire in pptp_window_measure() and _timeout(). */
	smp_store_release(&win->timing, true);
}

/**
 * pptp_window_take() - take the next number
 * @win: send side; for the sender
 *
 * Return: the number.
 */
static inline u32 pptp_window_take(struct pptp_window *win)
{
	u32 seq = win->next;

	WRITE_ONCE(win->next, seq + 1);
	return seq;
}

/**
 * pptp_window_ato() - the adaptive time-out
 * @win: send side
 *
 * Return: microseconds after which what is in flight counts as lost.
 */
static inline u32 pptp_window_ato(const struct pptp_window *win)
{
	return pptp_estimate_bound(&win->rtt, PPTP_WINDOW_ATO_MIN,
				   PPTP_WINDOW_ATO_MAX);
}

/* What was timed is the sender's again. */
static inline void pptp_window_stop_timing(struct pptp_window *win)
{
	/* Pairs with the acquire in pptp_window_stamp(). */
	smp_store_release(&win->timing, false);
}

/* RFC 2637 section 4.4: a time-out doubles the round trip, and keeps DEV. */
static inline void pptp_window_back_off(struct pptp_window *win)
{
	u32 mean = PPTP_TIME_DELTA * win->rtt.mean;

	win->rtt.mean = mean < PPTP_WINDOW_ATO_MAX ? mean : PPTP_WINDOW_ATO_MAX;
}

/* A packet that is acknowledged after its time-out is no sample. */
static inline void pptp_window_measure(struct pptp_window *win, u32 edge,
				       u32 now)
{
	u32 took;

	/* Pairs with the release in pptp_window_stamp(). */
	if (!smp_load_acquire(&win->timing) || (s32)(edge - win->timed) <= 0)
		return;
	took = now - win->timed_at;
	if (took < pptp_window_ato(win))
		pptp_estimate_sample(&win->rtt, took);
	else
		pptp_window_back_off(win);
	pptp_window_stop_timing(win);
}

/* RFC 2637 section 4.3: one more for each full window acknowledged. */
static inline void pptp_window_grow(struct pptp_window *win, u32 count)
{
	win->credit += count < win->size ? count : win->size;
	if (win->credit < win->size)
		return;
	win->credit -= win->size;
	if (win->size < win->max)
		WRITE_ONCE(win->size, win->size + 1);
}

/**
 * pptp_window_ack() - the peer acknowledges
 * @win: send side; for the receiver
 * @ack: acknowledgment number: everything up to it has come
 * @alone: it came in a packet without data
 * @now: the time
 *
 * What is in flight no more because of a time-out does not make the window
 * larger, but shows that the peer is alive.
 *
 * Return: false if it says nothing new, or what cannot be: numbers that were not
 * sent.
 */
static inline bool pptp_window_ack(struct pptp_window *win, u32 ack, bool alone,
				   u32 now)
{
	u32 next = READ_ONCE(win->next);
	u32 edge = ack + 1;
	s32 count = edge - win->base;

	if (edge == win->acked || edge - win->acked > next - win->acked)
		return false;
	win->acked = edge;
	win->silence = 0;
	if (alone)
		WRITE_ONCE(win->trusted, true);
	pptp_window_measure(win, edge, now);
	if (count > 0) {
		WRITE_ONCE(win->since, now);
		WRITE_ONCE(win->base, edge);
		pptp_window_grow(win, count);
	}
	return true;
}

/**
 * pptp_window_left() - how long to wait for an acknowledgment yet
 * @win: send side
 * @now: the time
 *
 * Return: microseconds, 0 if the time is over or nothing is in flight.
 */
static inline u32 pptp_window_left(const struct pptp_window *win, u32 now)
{
	u32 waited = now - READ_ONCE(win->since);
	u32 ato = pptp_window_ato(win);

	if (!pptp_window_in_flight(win) || waited >= ato)
		return 0;
	return ato - waited;
}

/**
 * pptp_window_timeout() - take what is in flight for lost, if the time is over
 * @win: send side; for the receiver
 * @now: the time
 *
 * Source: RFC 2637 section 4.3 (half the window, rounded up, and never less
 * than 1) and 4.4. A peer that is silent for more than one of them is not
 * waited for any more in auto mode.
 *
 * Return: true if there was a time-out.
 */
static inline bool pptp_window_timeout(struct pptp_window *win, u32 now)
{
	if (!pptp_window_in_flight(win) || pptp_window_left(win, now))
		return false;
	WRITE_ONCE(win->since, now);
	WRITE_ONCE(win->base, READ_ONCE(win->next));
	WRITE_ONCE(win->size, win->size > 1 ? (win->size + 1) / 2 : 1);
	win->credit = 0;
	pptp_window_back_off(win);
	/* Pairs with the release in pptp_window_stamp(). */
	if (smp_load_acquire(&win->timing))
		pptp_window_stop_timing(win);
	if (win->silence < PPTP_WINDOW_SILENCE)
		win->silence++;
	if (win->silence == PPTP_WINDOW_SILENCE)
		WRITE_ONCE(win->trusted, false);
	return true;
}

/**
 * pptp_window_delay() - how long an acknowledgment of ours waits for data
 * @win: send side
 *
 * Return: microseconds: a quarter of the round trip.
 */
static inline u32 pptp_window_delay(const struct pptp_window *win)
{
	u32 delay = READ_ONCE(win->rtt.mean) / 4;

	if (delay > PPTP_WINDOW_DELAY_MAX)
		return PPTP_WINDOW_DELAY_MAX;
	return delay < PPTP_WINDOW_DELAY_MIN ? PPTP_WINDOW_DELAY_MIN : delay;
}

#endif /* _PPTP_WINDOW_H */
