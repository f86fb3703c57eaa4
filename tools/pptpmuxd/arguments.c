// SPDX-License-Identifier: GPL-2.0
/* A command line in the making; its words belong to others */
#include "arguments.h"

#include <stdlib.h>

/* Memory is looked at when all are there */
void arguments_add(struct arguments *arguments, const char *word)
{
	const char **more = reallocarray(arguments->word, arguments->count + 2, sizeof(*more));

	if (!more) {
		arguments->lost = true;
		return;
	}
	arguments->word = more;
	more[arguments->count++] = word;
	more[arguments->count] = NULL;
}

void arguments_add_two(struct arguments *arguments, const char *option, const char *value)
{
	arguments_add(arguments, option);
	arguments_add(arguments, value);
}

/* @words: ends with NULL */
void arguments_add_all(struct arguments *arguments, const char * const *words)
{
	while (*words)
		arguments_add(arguments, *words++);
}

/**
 * arguments_take - the command line
 * @arguments:	of which nothing is left
 *
 * Return: its words, to be freed, with NULL behind the last; NULL without memory.
 */
const char **arguments_take(struct arguments *arguments)
{
	const char **word = arguments->word;

	if (arguments->lost) {
		free(word);
		word = NULL;
	}
	*arguments = (struct arguments){ .word = NULL };
	return word;
}
