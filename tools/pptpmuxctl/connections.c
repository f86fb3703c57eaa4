// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxctl connections: the control connections of pptpmuxd with their calls, and
 * what the addresses that they come from have done
 */
#include "answer_table.h"
#include "ctl.h"

enum { PEER, STATE, SLOT };	/* the first columns; from SLOT on it is the call's */

static const struct answer_column call_columns[] = {
	[PEER] = { "peer", NULL, "PEER", 21, false },
	[STATE] = { "state", NULL, "STATE", 15, false },
	[SLOT] = { "slot", NULL, "SLOT", 8, false },
	{ "kind", NULL, "KIND", 8, false },
	{ "user", NULL, "USER", 12, false },
	{ "send_accm", NULL, "ACCM-OUT", 8, false },
	{ "receive_accm", NULL, "ACCM-IN", 8, false },
	{ "time_out", NULL, "LOST", 6, false },
	{ "framing", NULL, "DAMAGED", 0, false },
};

static const struct answer_column source_columns[] = {
	{ "address", NULL, "ADDRESS", 15, false },
	{ "connections", NULL, "CONNECTIONS", 11, false },
	{ "half_open", NULL, "HALF-OPEN", 9, false },
	{ "uncalled", NULL, "UNCALLED", 8, false },
	{ "calls", NULL, "CALLS", 5, false },
	{ "failed_logins", NULL, "FAILED-LOGINS", 13, false },
	{ "blocked", NULL, "BLOCKED-SECONDS", 0, false },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

int ctl_connections(struct ctl *ctl, int argc, char **argv)
{
	static const struct answer_table tables[] = {
		{ "connections", call_columns, COUNT(call_columns), SLOT },
		{ "sources", source_columns, COUNT(source_columns), 0 },
	};
	int rc = ctl_no_arguments(argc, argv);

	return rc ? rc : answer_tables_show(ctl, "connections", tables, COUNT(tables));
}
