// SPDX-License-Identifier: GPL-2.0
/* How many slots there are in this network namespace, and how many of them receive */
#include "slot_count.h"

#include <string.h>

#include "genl.h"

static int count_one(const struct pmux_slot *slot, void *data)
{
	struct slot_count *count = data;

	count->slots++;
	count->receiving += slot->enabled && slot->usage & PPTP_MUX_USAGE_RECEIVE;
	return 0;
}

/**
 * slot_count_get - count the module's slots
 * @count:	filled in on success
 *
 * Walks the whole table, so it is not for each call.
 *
 * Return: 0 or a negative errno.
 */
int slot_count_get(struct slot_count *count)
{
	struct pmux *client;
	int rc = pmux_open(&client);

	memset(count, 0, sizeof(*count));
	if (rc)
		return rc;
	rc = pmux_slot_dump(client, count_one, count);
	pmux_close(client);
	return rc;
}
