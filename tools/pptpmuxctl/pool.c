// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl pool: the addresses of pptpmuxd, and who has which */
#include "answer_table.h"
#include "ctl.h"

/*
 * Whose own an address is stands where its user would, while nobody has it; and who
 * else claims it where its call would.
 */
static const struct answer_column columns[] = {
	{ "address", NULL, "ADDRESS", 15, false },
	{ "pool", NULL, "POOL", 10, false },
	{ "state", NULL, "STATE", 5, false },
	{ "since", NULL, "SINCE", 19, true },
	{ "released", NULL, "RELEASED", 19, true },
	{ "user", "static", "USER", 12, false },
	{ "call", "note", "CALL", 0, false },
};

int ctl_pool(struct ctl *ctl, int argc, char **argv)
{
	static const struct answer_table table = {
		"addresses", columns, sizeof(columns) / sizeof(columns[0]), 0
	};
	int rc = ctl_no_arguments(argc, argv);

	return rc ? rc : answer_tables_show(ctl, "pool", &table, 1);
}
