// SPDX-License-Identifier: GPL-2.0
/*
 * Events of the server. Those of calls as the kernel sees them come from the module;
 * here is what it knows nothing of: addresses, users, and why pppd gave a call up.
 */
#include "events.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "log.h"

#define TEXT_OCTETS	900	/* a line of the log has 1024, with subject and number */

static LIST_HEAD(, event_follower) followers = LIST_HEAD_INITIALIZER(followers);

static void write_to_log(const struct event_report *report)
{
	if (report->id)
		log_warning("%s: event %u: %s", report->subject, report->id, report->text);
	else
		log_info("%s: %s", report->subject, report->text);
}

/**
 * event_report - log what happened, and tell the followers
 * @name:	of the event, a word: stable, as programs look for it
 * @id:		Windows NT's event or RAS error; 0 if it is none, and then no warning
 * @subject:	the call, as in the log
 * @format:	as printf's; what happened, and what to do if something is to be done
 */
void event_report(const char *name, unsigned int id, const char *subject,
		  const char *format, ...)
{
	struct event_report report = { .name = name, .id = id, .subject = subject };
	struct event_follower *follower, *next;
	char text[TEXT_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report.text = text;
	clock_gettime(CLOCK_REALTIME, &report.time);
	write_to_log(&report);
	for (follower = LIST_FIRST(&followers); follower; follower = next) {
		next = LIST_NEXT(follower, entry);
		follower->told(follower, &report);
	}
}

/**
 * event_follow - be told from now on
 * @follower:	the caller's, until event_unfollow(); may leave when it is told
 */
void event_follow(struct event_follower *follower)
{
	LIST_INSERT_HEAD(&followers, follower, entry);
}

void event_unfollow(struct event_follower *follower)
{
	LIST_REMOVE(follower, entry);
}
