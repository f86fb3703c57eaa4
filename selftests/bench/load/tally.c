// SPDX-License-Identifier: GPL-2.0
/* How many had no call, or have none any more, by the cause */
#include "tally.h"

#include <stdio.h>

static const char * const names[CAUSES] = {
	[CAUSE_TIMED_OUT]	= "timed-out",
	[CAUSE_NO_CONNECTION]	= "no-connection",
	[CAUSE_LOGIN]		= "login",
	[CAUSE_SERVER_UNPROVED]	= "server-unproved",
	[CAUSE_CLOSED]		= "closed",
	[CAUSE_PROTOCOL]	= "protocol",
};

void tally_add(struct tally *tally, enum cause cause, unsigned int code)
{
	tally->all++;
	if (cause == CAUSE_START_REFUSED)
		tally->start[code % TALLY_CODES]++;
	else if (cause == CAUSE_CALL_REFUSED)
		tally->call[code % TALLY_CODES]++;
	else
		tally->causes[cause]++;
}

static void write_codes(const unsigned int *counts, struct json *json, const char *what)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < TALLY_CODES; i++) {
		if (!counts[i])
			continue;
		snprintf(name, sizeof(name), "%s-%u", what, i);
		json_number(json, name, counts[i]);
	}
}

/**
 * tally_write - by cause, those that there were
 * @tally:	the counts
 * @json:	where to
 * @key:	under which name
 *
 * Refusals are named after the message, and its result.
 */
void tally_write(const struct tally *tally, struct json *json, const char *key)
{
	unsigned int i;

	json_object(json, key);
	for (i = 0; i < CAUSES; i++)
		if (tally->causes[i])
			json_number(json, names[i], tally->causes[i]);
	write_codes(tally->start, json, "start-refused");
	write_codes(tally->call, json, "call-refused");
	json_object_end(json);
}
