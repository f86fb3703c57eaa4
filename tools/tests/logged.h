/* SPDX-License-Identifier: GPL-2.0 */
/* What the program under test has logged: its standard error goes to a file */
#ifndef LOGGED_H
#define LOGGED_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char log_path[64];

/* From now on, and nothing of before */
static void log_anew(void)
{
	fflush(stderr);
	if (!freopen(log_path, "w", stderr))
		abort();
}

static bool logged(const char *part)
{
	static char text[1 << 20];
	FILE *file;
	size_t len;

	fflush(stderr);
	file = fopen(log_path, "r");
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return strstr(text, part);
}

#endif /* LOGGED_H */
