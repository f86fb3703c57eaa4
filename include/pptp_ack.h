/* SPDX-License-Identifier: GPL-2.0 */
/*
 * After how many packets an acknowledgment goes alone, when no data takes it along.
 *
 * A peer that holds itself to a window stops when that is full, so half of the
 * smallest that is known (16) is always safe. Most hold themselves to none, or to
 * one of hundreds, and each acknowledgment costs both sides a packet. So it is found
 * out: now and then, one is put off for four times as many packets. If these come
 * before its time is over, the peer's window is four times that at least, and twice
 * as many packets are still half of it. If the peer stops instead, it waits no longer
 * than an acknowledgment may be delayed anyway, and is put to the test less often.
 *
 * Pure: no lock, no clock.
 */
#ifndef _PPTP_ACK_H
#define _PPTP_ACK_H

#include <linux/types.h>

#define PPTP_ACK_MIN		8
#define PPTP_ACK_MAX		128

/* Acknowledgments that go alone before the next test, at first and at most */
#define PPTP_ACK_TEST		16
#define PPTP_ACK_TEST_MAX	4096

/**
 * struct pptp_ack - how often to acknowledge
 * @every: packets
 * @tests: acknowledgments between two tests
 * @left: of these, until the next one
 * @testing: this one is put off
 *
 * All of it is serialised by the caller.
 */
struct pptp_ack {
	u16	every;
	u16	tests;
	u16	left;
	bool	testing;
};

static inline void pptp_ack_init(struct pptp_ack *ack)
{
	ack->every = PPTP_ACK_MIN;
	ack->tests = PPTP_ACK_TEST;
	ack->left = PPTP_ACK_TEST;
	ack->testing = false;
}

/* So many packets came in time as were waited for: decide on the next ones. */
static inline void pptp_ack_next(struct pptp_ack *ack)
{
	if (ack->testing) {
		ack->every = ack->every < PPTP_ACK_MAX / 2 ? 2 * ack->every :
							     PPTP_ACK_MAX;
		ack->left = ack->tests;
		ack->testing = false;
	} else if (ack->every < PPTP_ACK_MAX && !--ack->left) {
		ack->testing = true;
	}
}

/**
 * pptp_ack_due() - is an acknowledgment to be sent alone, at once?
 * @ack: how often
 * @unacked: packets that wait for one
 *
 * Return: true if it is; it counts as sent.
 */
static inline bool pptp_ack_due(struct pptp_ack *ack, u32 unacked)
{
	if (unacked < (ack->testing ? 4U * ack->every : ack->every))
		return false;
	pptp_ack_next(ack);
	return true;
}

/**
 * pptp_ack_late() - the time is over for which an acknowledgment may be delayed
 * @ack: how often
 * @unacked: packets that wait for one
 *
 * They may be all that the peer's window, which may have become smaller, lets it
 * send: half of them then.
 */
static inline void pptp_ack_late(struct pptp_ack *ack, u32 unacked)
{
	u32 half = unacked / 2;

	if (unacked < PPTP_ACK_MIN)
		return;
	if (half < ack->every)
		ack->every = half > PPTP_ACK_MIN ? half : PPTP_ACK_MIN;
	if (ack->testing && ack->tests < PPTP_ACK_TEST_MAX)
		ack->tests *= 2;
	ack->left = ack->tests;
	ack->testing = false;
}

#endif /* _PPTP_ACK_H */
