/* SPDX-License-Identifier: GPL-2.0 */
/* Events: what the server did or refused that its operator may want to follow */
#ifndef EVENTS_H
#define EVENTS_H

#include <sys/queue.h>
#include <time.h>

struct event_report {
	const char *name;	/* what happened, a word */
	unsigned int id;	/* as Windows NT's event or RAS error, 0 = none */
	const char *subject;	/* the call, as in the log */
	const char *text;
	struct timespec time;
};

/* One who is told; embedded in whatever is his */
struct event_follower {
	LIST_ENTRY(event_follower) entry;
	void (*told)(struct event_follower *follower, const struct event_report *report);
};

void event_report(const char *name, unsigned int id, const char *subject,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));
void event_follow(struct event_follower *follower);
void event_unfollow(struct event_follower *follower);

#endif /* EVENTS_H */
