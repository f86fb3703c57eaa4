// SPDX-License-Identifier: GPL-2.0
/* What has happened since the server's start, in numbers */
#include "tally.h"

#include <stddef.h>
#include <string.h>

/* From a client alone to one that hardly waits any longer */
const unsigned int tally_bounds[TALLY_BUCKETS - 1] = {
	25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000, 40000,
};

static struct tally_event *place_of(struct tally *tally, const struct event_report *report)
{
	size_t i;

	for (i = 0; i < tally->event_count; i++) {
		if (tally->events[i].id == report->id &&
		    !strcmp(tally->events[i].name, report->name))
			return &tally->events[i];
	}
	if (tally->event_count == TALLY_NAMES)
		return NULL;
	/* a word of the program's, which stays */
	tally->events[i].name = report->name;
	tally->events[i].id = report->id;
	tally->event_count++;
	return &tally->events[i];
}

static void on_report(struct event_follower *follower, const struct event_report *report)
{
	struct tally *tally = (struct tally *)((char *)follower - offsetof(struct tally, follower));
	struct tally_event *event = place_of(tally, report);

	if (event)
		event->count++;
	else
		tally->events_more++;
}

/**
 * tally_begin - count events from now on
 * @tally:	all zero, until tally_end()
 */
void tally_begin(struct tally *tally)
{
	tally->follower.told = on_report;
	event_follow(&tally->follower);
}

void tally_end(struct tally *tally)
{
	if (tally->follower.told)
		event_unfollow(&tally->follower);
	tally->follower.told = NULL;
}

/* A reply has told a peer that there is no call, and why: enum pptp_out_result */
void tally_refusal(struct tally *tally, unsigned int result)
{
	if (result < TALLY_RESULTS)
		tally->refused[result]++;
}

/* A call is up, so long after its client has asked for it */
void tally_dialled(struct tally *tally, long long milliseconds)
{
	size_t i = 0;

	while (i < TALLY_BUCKETS - 1 && milliseconds > tally_bounds[i])
		i++;
	tally->dialled[i]++;
	tally->dialled_ms += milliseconds;
}
