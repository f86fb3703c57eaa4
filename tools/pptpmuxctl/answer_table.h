/* SPDX-License-Identifier: GPL-2.0 */
/* An answer of pptpmuxd as tables: lists of its objects, a row each */
#ifndef ANSWER_TABLE_H
#define ANSWER_TABLE_H

#include <stdbool.h>

struct ctl;

struct answer_column {
	const char	*key;	/* of the answer */
	const char	*other;	/* that stands here too, if there is one; else NULL */
	const char	*title;
	int		width;
	bool		is_time;
};

#define ANSWER_COLUMNS_MAX	9

/*
 * A list of the answer. Its objects may have a list of their own: then each object
 * of that one is a row, which begins with what stands in the outer object.
 */
struct answer_table {
	const char			*list;	/* its key in the answer */
	const struct answer_column	*columns;	/* at most ANSWER_COLUMNS_MAX */
	int				count;
	int				inner;	/* the first column of the inner list */
};

/**
 * answer_tables_show() - Ask pptpmuxd, and print what it says
 * @question: one word
 * @tables: what is shown of its answer
 * @count: how many tables
 *
 * Return: the exit code.
 */
int answer_tables_show(const struct ctl *ctl, const char *question,
		       const struct answer_table *tables, int count);

#endif /* ANSWER_TABLE_H */
