/* SPDX-License-Identifier: GPL-2.0 */
/* A number that somebody has written */
#ifndef NUMBER_H
#define NUMBER_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* Digits alone, and within bounds */
static inline bool number_read(unsigned int *number, const char *text, unsigned int least,
			       unsigned int most)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < least || value > most)
		return false;
	*number = value;
	return true;
}

#endif /* NUMBER_H */
