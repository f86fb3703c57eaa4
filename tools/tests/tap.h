/* SPDX-License-Identifier: GPL-2.0 */
/* Test Anything Protocol, as little of it as the unit tests need */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdio.h>

static int tap_number, tap_failures;

static inline bool tap_ok(bool ok, const char *what, const char *file, int line)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++tap_number, what);
	if (!ok) {
		printf("# %s:%d\n", file, line);
		tap_failures++;
	}
	return ok;
}

/* One test: passes if @condition holds */
#define ok(condition, what)	tap_ok(condition, what, __FILE__, __LINE__)

/* Prints the plan; the value that main() returns */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_number);
	return tap_failures ? 1 : 0;
}

#endif /* TAP_H */
