/* SPDX-License-Identifier: GPL-2.0 */
/* A command line in the making; its words belong to others */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* All zero at first */
struct arguments {
	const char **word;
	size_t count;
	bool lost;		/* one, for want of memory */
};

void arguments_add(struct arguments *arguments, const char *word);
void arguments_add_two(struct arguments *arguments, const char *option, const char *value);
void arguments_add_all(struct arguments *arguments, const char * const *words);
const char **arguments_take(struct arguments *arguments);

#endif /* ARGUMENTS_H */
