// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl pool: the addresses of pptpmuxd, and who has which */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "json_read.h"
#include "query.h"
#include "show.h"

#define CELL_SIZE	300

enum column { ADDRESS, POOL, STATE, SINCE, RELEASED, USER, CALL, COLUMNS };

static const struct {
	const char	*key;	/* of the answer */
	const char	*title;
	int		width;
	bool		is_time;
} columns[COLUMNS] = {
	[ADDRESS]	= { "address", "ADDRESS", 15, false },
	[POOL]		= { "pool", "POOL", 10, false },
	[STATE]		= { "state", "STATE", 5, false },
	[SINCE]		= { "since", "SINCE", 19, true },
	[RELEASED]	= { "released", "RELEASED", 19, true },
	[USER]		= { "user", "USER", 12, false },
	[CALL]		= { "call", "CALL", 0, false },
};

/* One address, while its members come */
struct table {
	unsigned int	depth;
	bool		addresses;	/* in the list of these */
	char		cell[COLUMNS][CELL_SIZE];
	char		error[CELL_SIZE];
};

static void print_row(const struct table *table)
{
	int i;

	for (i = 0; i < COLUMNS; i++)
		printf("%-*s%s", columns[i].width, *table->cell[i] ? table->cell[i] : "-",
		       i + 1 < COLUMNS ? " " : "\n");
}

static void on_open(void *data, const char *key)
{
	struct table *table = data;

	table->depth++;
	if (table->depth == 2)
		table->addresses = key && !strcmp(key, "addresses");
	if (table->depth == 3)
		memset(table->cell, 0, sizeof(table->cell));
}

static void on_close(void *data)
{
	struct table *table = data;

	if (table->depth == 3 && table->addresses)
		print_row(table);
	table->depth--;
}

static void put_time(char *cell, const char *value)
{
	time_t seconds = strtoll(value, NULL, 10);
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(cell, CELL_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
}

static void on_value(void *data, const char *key, const char *value)
{
	struct table *table = data;
	int i;

	if (table->depth == 1 && key && !strcmp(key, "error"))
		show_text(value, table->error, CELL_SIZE);
	/* who claims it stands where its call would */
	if (key && !strcmp(key, "note"))
		key = columns[CALL].key;
	/* whose own it is, while nobody has it */
	if (key && !strcmp(key, "static"))
		key = columns[USER].key;
	for (i = 0; i < COLUMNS; i++) {
		if (!key || strcmp(columns[i].key, key))
			continue;
		if (columns[i].is_time)
			put_time(table->cell[i], value);
		else
			show_text(value, table->cell[i], CELL_SIZE);
	}
}

static int show(char *answer)
{
	static const struct json_reader reader = { on_open, on_close, on_value };
	struct table table = { 0 };
	bool good;
	int i;

	for (i = 0; i < COLUMNS; i++)
		snprintf(table.cell[i], CELL_SIZE, "%s", columns[i].title);
	print_row(&table);
	good = json_read(answer, &reader, &table);
	if (good && !*table.error)
		return CTL_OK;
	fprintf(stderr, "pptpmuxctl: %s\n", good ? table.error :
		"the answer of pptpmuxd is cut off or of another version: see its log");
	return CTL_REFUSED;
}

int ctl_pool(struct ctl *ctl, int argc, char **argv)
{
	char *answer;
	int rc = ctl_no_arguments(argc, argv);

	if (!rc)
		rc = query(ctl->run_directory, "pool", &answer);
	if (rc)
		return rc;
	if (ctl->as_json)
		fputs(answer, stdout);
	else
		rc = show(answer);
	free(answer);
	return rc;
}
