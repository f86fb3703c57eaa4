/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the pptpmuxd of this network namespace */
#ifndef QUERY_H
#define QUERY_H

/**
 * query() - Ask pptpmuxd one question
 * @top: its run-directory, NULL for the usual one
 * @question: one line, without its end
 * @answer: set to a JSON document, to be freed
 *
 * Return: CTL_OK, or the exit code after telling why not.
 */
int query(const char *top, const char *question, char **answer);

/* Asks, for an answer without end. Return: where it comes, or -1 with errno set. */
int query_follow(const char *top, const char *question);

#endif /* QUERY_H */
