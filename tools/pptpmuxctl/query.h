/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the pptpmuxd of this network namespace */
#ifndef QUERY_H
#define QUERY_H

#include <stddef.h>

#define QUERY_PATH_SIZE	256

/**
 * query() - Ask pptpmuxd one question
 * @top: its run-directory, NULL for the usual one
 * @question: one line, without its end
 * @answer: set to a JSON document, to be freed
 *
 * Return: CTL_OK, or the exit code after telling why not.
 */
int query(const char *top, const char *question, char **answer);

/*
 * Asks, for an answer without end, and waits for nothing. Return: where it comes, or -1
 * with errno set.
 */
int query_follow(const char *top, const char *question);

/**
 * query_ask() - The same, without a word on standard error
 * @path: set to the socket's path, as far as it is known; @size octets
 *
 * Return: 0 or an errno.
 */
int query_ask(const char *top, const char *question, char **answer, char *path, size_t size);

#endif /* QUERY_H */
