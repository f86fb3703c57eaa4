// SPDX-License-Identifier: GPL-2.0
/* How long each of many took */
#include "latency.h"

#include <stdlib.h>

/**
 * latency_init - none so far
 * @latency:	the times
 * @room:	for so many
 *
 * Return: 0, or -1 if there is no memory.
 */
int latency_init(struct latency *latency, unsigned int room)
{
	latency->ms = calloc(room, sizeof(*latency->ms));
	latency->count = 0;
	latency->room = room;
	return latency->ms ? 0 : -1;
}

void latency_free(struct latency *latency)
{
	free(latency->ms);
}

void latency_add(struct latency *latency, unsigned int ms)
{
	if (latency->count < latency->room)
		latency->ms[latency->count++] = ms;
}

static int compare(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The least that @percent of all did not exceed */
static unsigned int percentile(const struct latency *latency, unsigned int percent)
{
	unsigned int rank = (latency->count * percent + 99) / 100;

	return latency->ms[rank ? rank - 1 : 0];
}

/**
 * latency_write - some percentiles in milliseconds, if there is anything
 * @latency:	the times, which are sorted
 * @json:	where to
 * @key:	under which name
 */
void latency_write(struct latency *latency, struct json *json, const char *key)
{
	if (!latency->count)
		return;
	qsort(latency->ms, latency->count, sizeof(*latency->ms), compare);
	json_object(json, key);
	json_number(json, "p50", percentile(latency, 50));
	json_number(json, "p90", percentile(latency, 90));
	json_number(json, "p99", percentile(latency, 99));
	json_number(json, "max", percentile(latency, 100));
	json_object_end(json);
}
