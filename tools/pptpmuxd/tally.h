/* SPDX-License-Identifier: GPL-2.0 */
/* What has happened since the server's start, in numbers */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "events.h"

#define TALLY_NAMES	32	/* kinds of events; the server's own words, which are fewer */
#define TALLY_RESULTS	8	/* results of a call's reply, RFC 2637 section 2.8 */
#define TALLY_BUCKETS	12	/* of a dial-in's time, the last one without a bound */

/* An event's kind, and how often it was */
struct tally_event {
	const char *name;
	unsigned int id;
	unsigned long long count;
};

/* All zero at first */
struct tally {
	struct event_follower follower;
	struct tally_event events[TALLY_NAMES];
	size_t event_count;
	unsigned long long events_more;		/* of kinds for which there is no room */
	unsigned long long refused[TALLY_RESULTS];
	unsigned long long login_failures;
	unsigned long long dialled[TALLY_BUCKETS];	/* calls that came up, by their time */
	unsigned long long dialled_ms;		/* that all of them took */
};

extern const unsigned int tally_bounds[TALLY_BUCKETS - 1];	/* milliseconds */

void tally_begin(struct tally *tally);
void tally_end(struct tally *tally);
void tally_refusal(struct tally *tally, unsigned int result);
void tally_dialled(struct tally *tally, long long milliseconds);

#endif /* TALLY_H */
