// SPDX-License-Identifier: GPL-2.0
/* How much GRE has come to this network namespace that belongs to no call */
#include "stray_count.h"

#include "genl.h"

/**
 * stray_count_get - ask the module
 * @packets:	filled in on success
 *
 * Return: 0 or a negative errno.
 */
int stray_count_get(uint64_t *packets)
{
	struct pmux_table table;
	int rc = pmux_table_look(&table);

	if (!rc)
		*packets = table.rx_no_call;
	return rc;
}
