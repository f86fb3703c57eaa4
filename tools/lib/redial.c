// SPDX-License-Identifier: GPL-2.0
/* Whom to dial next, and when */
#include "redial.h"

#include <stdio.h>
#include <stdlib.h>

static bool parse_seconds(const char *text, char end, unsigned int *seconds, const char **rest)
{
	unsigned long value;
	char *stop;

	/* strtoul() would take a sign and blanks too */
	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &stop, 10);
	if (*stop != end || !value || value > REDIAL_SECONDS_MAX)
		return false;
	*seconds = value;
	*rest = stop + 1;
	return true;
}

const char *redial_bounds_parse(const char *text, struct redial_bounds *bounds)
{
	if (!parse_seconds(text, '-', &bounds->first, &text) ||
	    !parse_seconds(text, '\0', &bounds->most, &text))
		return "not two numbers of seconds from 1 to 86400: write them like \"5-300\"";
	if (bounds->first > bounds->most)
		return "write the shorter wait first";
	return NULL;
}

void redial_init(struct redial *redial, unsigned int servers, struct redial_bounds bounds)
{
	*redial = (struct redial){ .bounds = bounds, .servers = servers };
}

static void turn(struct redial *redial)
{
	redial->server = (redial->server + 1) % redial->servers;
}

bool redial_refused(struct redial *redial)
{
	turn(redial);
	return ++redial->refused < redial->servers;
}

static unsigned int longer(const struct redial *redial)
{
	if (!redial->wait)
		return redial->bounds.first;
	return redial->wait <= redial->bounds.most / 2 ? redial->wait * 2 : redial->bounds.most;
}

unsigned int redial_ended(struct redial *redial, bool held)
{
	/* who refused has passed its turn on already */
	if (!held && redial->refused < redial->servers)
		turn(redial);
	redial->refused = 0;
	redial->wait = held ? 0 : longer(redial);
	return redial->wait;
}
