/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times that are measured: how long a round trip takes, and how long packets
 * that were overtaken are late.
 *
 * Pure: the clock comes in as an argument. Times are u32 microseconds that wrap;
 * only differences of less than an hour have a meaning.
 */
#ifndef _PPTP_TIME_H
#define _PPTP_TIME_H

#include <linux/types.h>

#define PPTP_MS			1000U	/* microseconds */

/* RFC 2637 section 4.4: alpha is 1/8, beta is 1/4, chi is 4 and delta is 2. */
#define PPTP_TIME_ALPHA		8
#define PPTP_TIME_BETA		4
#define PPTP_TIME_CHI		4
#define PPTP_TIME_DELTA		2

/**
 * struct pptp_estimate - an estimate of a time
 * @mean: smoothed, in microseconds
 * @dev: how far samples are from it, smoothed, in microseconds
 */
struct pptp_estimate {
	u32	mean;
	u32	dev;
};

/**
 * pptp_estimate_sample() - learn from a measurement
 * @est: the estimate, serialised by the caller
 * @sample: microseconds, less than 2^28
 *
 * Source: RFC 2637 section 4.4: DIFF = SAMPLE - RTT, DEV += beta * (|DIFF| -
 * DEV), RTT += alpha * DIFF.
 */
static inline void pptp_estimate_sample(struct pptp_estimate *est, u32 sample)
{
	s32 diff = sample - est->mean;
	s32 off = diff < 0 ? -diff : diff;

	est->dev += (off - (s32)est->dev) / PPTP_TIME_BETA;
	est->mean += diff / PPTP_TIME_ALPHA;
}

/**
 * pptp_estimate_bound() - how long to wait for what was estimated
 * @est: the estimate
 * @min: not less, in microseconds
 * @max: not more, in microseconds
 *
 * Source: RFC 2637 section 4.4: ATO = max(MIN, min(RTT + chi * DEV, MAX)).
 *
 * Return: microseconds.
 */
static inline u32 pptp_estimate_bound(const struct pptp_estimate *est, u32 min,
				      u32 max)
{
	u32 bound = est->mean + PPTP_TIME_CHI * est->dev;

	if (bound > max)
		return max;
	return bound < min ? min : bound;
}

#endif /* _PPTP_TIME_H */
