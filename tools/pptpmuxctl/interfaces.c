// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl interfaces: what pptpmuxd dials, and how that goes */
#include "answer_table.h"
#include "ctl.h"

static const struct answer_column columns[] = {
	{ "name", NULL, "NAME", 15, false },
	{ "state", NULL, "STATE", 8, false },
	{ "since", NULL, "SINCE", 19, true },
	{ "server", NULL, "SERVER", 20, false },
	{ "slot", NULL, "SLOT", 8, false },
	{ "next", NULL, "NEXT-TRY", 8, false },
	{ "failed", NULL, "LAST-FAILURE", 19, true },
	{ "failure", NULL, "CAUSE", 0, false },
};

int ctl_interfaces(struct ctl *ctl, int argc, char **argv)
{
	static const struct answer_table table = {
		"interfaces", columns, sizeof(columns) / sizeof(columns[0]), 0
	};
	int rc = ctl_no_arguments(argc, argv);

	return rc ? rc : answer_tables_show(ctl, "interfaces", &table, 1);
}
