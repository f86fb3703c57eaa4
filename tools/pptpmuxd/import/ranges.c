// SPDX-License-Identifier: GPL-2.0
/* Ranges of addresses as pptpd and accel-ppp write them */
#include "ranges.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "draft.h"
#include "pool.h"

#define RANGE_OCTETS	64

/* "192.0.2.10-99" is what pptpmuxd has as "192.0.2.10-192.0.2.99" */
static void spell_out(char *out, const char *range)
{
	const char *end = strchr(range, '-'), *dot = strrchr(range, '.');

	if (end && dot && dot < end && isdigit((unsigned char)end[1]))
		snprintf(out, RANGE_OCTETS, "%.*s-%.*s.%s", (int)(end - range), range,
			 (int)(dot - range), range, end + 1);
	else
		snprintf(out, RANGE_OCTETS, "%s", range);
}

/**
 * ranges_add - add ranges to a list
 * @list:	the list
 * @place:	where they stand
 * @text:	ranges with commas between them, which is changed
 */
void ranges_add(struct draft_list *list, const struct draft_place *place, char *text)
{
	char one[RANGE_OCTETS], *range;
	struct pool_range parsed;
	const char *fault;

	while ((range = strsep(&text, ", \t"))) {
		if (!*range)
			continue;
		spell_out(one, range);
		fault = pool_range_parse(one, &parsed);
		if (fault)
			draft_remark(place, "left out: \"%s\": %s", range, fault);
		else
			draft_add(list, one);
	}
}
