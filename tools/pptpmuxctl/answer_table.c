// SPDX-License-Identifier: GPL-2.0
/* An answer of pptpmuxd as tables: lists of its objects, a row each */
#include "answer_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "json_read.h"
#include "query.h"
#include "show.h"

#define CELL_SIZE	600

/* One row, while its members come */
struct row {
	const struct answer_table *tables, *table;	/* all, and the one we are in */
	int		count;		/* of tables */
	unsigned int	depth;
	unsigned int	inner;		/* rows of this object's inner list */
	char		cell[ANSWER_COLUMNS_MAX][CELL_SIZE];
	char		error[CELL_SIZE];
};

/* How deep something lies that is open */
enum { LIST = 2, OBJECT = 3, INNER_OBJECT = 5 };

static void print_row(const struct row *row)
{
	const struct answer_table *table = row->table;
	int i;

	for (i = 0; i < table->count; i++)
		printf("%-*s%s", table->columns[i].width, *row->cell[i] ? row->cell[i] : "-",
		       i + 1 < table->count ? " " : "\n");
}

static void begin_table(struct row *row, const char *list)
{
	int i;

	row->table = NULL;
	for (i = 0; i < row->count; i++)
		if (list && !strcmp(list, row->tables[i].list))
			row->table = &row->tables[i];
	if (!row->table)
		return;
	for (i = 0; i < row->table->count; i++)
		snprintf(row->cell[i], CELL_SIZE, "%s", row->table->columns[i].title);
	print_row(row);
}

static void clear_cells(struct row *row, int first)
{
	memset(row->cell[first], 0, sizeof(row->cell) - first * CELL_SIZE);
}

static void on_open(void *data, const char *key)
{
	struct row *row = data;

	row->depth++;
	if (row->depth == LIST)
		begin_table(row, key);
	if (!row->table)
		return;
	if (row->depth == OBJECT) {
		clear_cells(row, 0);
		row->inner = 0;
	}
	if (row->depth == INNER_OBJECT)
		clear_cells(row, row->table->inner);
}

static void on_close(void *data)
{
	struct row *row = data;

	if (row->table && (row->depth == INNER_OBJECT || (row->depth == OBJECT && !row->inner)))
		print_row(row);
	row->inner += row->depth == INNER_OBJECT;
	row->depth--;
}

static void put_time(char *cell, const char *value)
{
	time_t seconds = strtoll(value, NULL, 10);
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(cell, CELL_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
}

static bool is_in(const struct answer_column *column, const char *key)
{
	return !strcmp(column->key, key) || (column->other && !strcmp(column->other, key));
}

static void on_value(void *data, const char *key, const char *value)
{
	struct row *row = data;
	int i;

	if (!key)
		return;
	if (row->depth == 1 && !strcmp(key, "error"))
		show_text(value, row->error, CELL_SIZE);
	if (!row->table)
		return;
	for (i = 0; i < row->table->count; i++) {
		if (!is_in(&row->table->columns[i], key))
			continue;
		if (row->table->columns[i].is_time)
			put_time(row->cell[i], value);
		else
			show_text(value, row->cell[i], CELL_SIZE);
	}
}

static int show(const struct answer_table *tables, int count, char *answer)
{
	static const struct json_reader reader = { on_open, on_close, on_value };
	struct row row = { .tables = tables, .count = count };
	bool good = json_read(answer, &reader, &row);

	if (good && !*row.error)
		return CTL_OK;
	fprintf(stderr, "pptpmuxctl: %s\n", good ? row.error :
		"the answer of pptpmuxd is cut off or of another version: see its log");
	return CTL_REFUSED;
}

int answer_tables_show(const struct ctl *ctl, const char *question,
		       const struct answer_table *tables, int count)
{
	char *answer;
	int rc = query(ctl->run_directory, question, &answer);

	if (rc)
		return rc;
	if (ctl->as_json)
		fputs(answer, stdout);
	else
		rc = show(tables, count, answer);
	free(answer);
	return rc;
}
