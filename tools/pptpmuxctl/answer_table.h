/* SPDX-License-Identifier: GPL-2.0 */
/* An answer of pptpmuxd as a table: one list of its objects, a row each */
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

struct answer_table {
	const char			*question;
	const char			*list;	/* its key in the answer */
	const struct answer_column	*columns;	/* at most ANSWER_COLUMNS_MAX */
	int				count;
};

#define ANSWER_COLUMNS_MAX	8

/**
 * answer_table_show() - Ask pptpmuxd, and print what it says
 * @table: the question, and how its answer looks
 *
 * Return: the exit code.
 */
int answer_table_show(const struct ctl *ctl, const struct answer_table *table);

#endif /* ANSWER_TABLE_H */
