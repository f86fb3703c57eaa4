/* SPDX-License-Identifier: GPL-2.0 */
/* Runs a program and keeps what it prints */
#ifndef CAPTURE_H
#define CAPTURE_H

#define CAPTURE_SECONDS		10
#define CAPTURE_NONE		(-1)	/* it could not be started, or did not end */

enum capture_what {
	CAPTURE_OUTPUT,		/* standard output; errors are dropped */
	CAPTURE_BOTH,
};

/**
 * capture() - Run a program to its end, for CAPTURE_SECONDS at most
 * @argv: the program, looked for in PATH, and its arguments
 * @what: what of it is kept
 * @text: what it printed, to be freed; NULL if it could not be started
 *
 * Return: its exit code, or CAPTURE_NONE.
 */
int capture(const char *const *argv, enum capture_what what, char **text);

#endif /* CAPTURE_H */
