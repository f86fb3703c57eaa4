// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxctl connections: the control connections of pptpmuxd with their calls, and
 * what the addresses that they come from have done
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "json_read.h"
#include "query.h"
#include "show.h"

#define CELL_SIZE	64

/* Of the answer: a column has the member of its name */
struct column {
	const char	*key;
	const char	*title;
	int		width;
};

enum { PEER, STATE, SLOT };	/* the first columns; the rest is the call's */

static const struct column call_columns[] = {
	[PEER] = { "peer", "PEER", 21 },
	[STATE] = { "state", "STATE", 15 },
	[SLOT] = { "slot", "SLOT", 8 },
	{ "kind", "KIND", 8 },
	{ "user", "USER", 12 },
	{ "send_accm", "ACCM-OUT", 8 },
	{ "receive_accm", "ACCM-IN", 8 },
	{ "time_out", "LOST", 6 },
	{ "framing", "DAMAGED", 0 },
};

static const struct column source_columns[] = {
	{ "address", "ADDRESS", 15 },
	{ "connections", "CONNECTIONS", 11 },
	{ "half_open", "HALF-OPEN", 9 },
	{ "calls", "CALLS", 5 },
	{ "failed_logins", "FAILED-LOGINS", 13 },
	{ "blocked", "BLOCKED-SECONDS", 0 },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define COLUMNS		COUNT(call_columns)

/* A row, while its members come */
struct table {
	const struct column *columns;
	size_t		count;
	unsigned int	depth;
	unsigned int	calls;		/* of this connection */
	char		cell[COLUMNS][CELL_SIZE];
	char		error[CELL_SIZE * 4];
};

static void print_row(struct table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		printf("%-*s%s", table->columns[i].width, *table->cell[i] ? table->cell[i] : "-",
		       i + 1 < table->count ? " " : "\n");
}

static void begin(struct table *table, const struct column *columns, size_t count)
{
	size_t i;

	table->columns = columns;
	table->count = count;
	for (i = 0; i < count; i++)
		snprintf(table->cell[i], CELL_SIZE, "%s", columns[i].title);
	print_row(table);
}

/* Depths: 2 a list, 3 a connection or a source, 4 its calls, 5 a call */
static void on_open(void *data, const char *key)
{
	struct table *table = data;

	table->depth++;
	if (table->depth == 2 && key && !strcmp(key, "connections"))
		begin(table, call_columns, COUNT(call_columns));
	else if (table->depth == 2 && key && !strcmp(key, "sources"))
		begin(table, source_columns, COUNT(source_columns));
	if (table->depth == 3) {
		memset(table->cell, 0, sizeof(table->cell));
		table->calls = 0;
	}
	if (table->depth == 5)
		memset(table->cell[SLOT], 0, sizeof(table->cell) - SLOT * CELL_SIZE);
}

static void on_close(void *data)
{
	struct table *table = data;

	if (table->depth == 5 || (table->depth == 3 && !table->calls))
		print_row(table);
	table->calls += table->depth == 5;
	table->depth--;
}

static void on_value(void *data, const char *key, const char *value)
{
	struct table *table = data;
	size_t i;

	if (table->depth == 1 && key && !strcmp(key, "error"))
		show_text(value, table->error, sizeof(table->error));
	for (i = 0; i < table->count; i++) {
		if (key && !strcmp(table->columns[i].key, key))
			show_text(value, table->cell[i], CELL_SIZE);
	}
}

static int show(char *answer)
{
	static const struct json_reader reader = { on_open, on_close, on_value };
	struct table table = { 0 };
	bool good = json_read(answer, &reader, &table);

	if (good && !*table.error)
		return CTL_OK;
	fprintf(stderr, "pptpmuxctl: %s\n", good ? table.error :
		"the answer of pptpmuxd is cut off or of another version: see its log");
	return CTL_REFUSED;
}

int ctl_connections(struct ctl *ctl, int argc, char **argv)
{
	char *answer;
	int rc = ctl_no_arguments(argc, argv);

	if (!rc)
		rc = query(ctl->run_directory, "connections", &answer);
	if (rc)
		return rc;
	if (ctl->as_json)
		fputs(answer, stdout);
	else
		rc = show(answer);
	free(answer);
	return rc;
}
