/* SPDX-License-Identifier: GPL-2.0 */
/* Options of pppd as they stand in the configuration, as words of a command line */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_BLANKS	" \t"

struct cfg_t;

struct config_words {
	char **word;		/* ends with NULL */
	size_t count;
};

bool config_words_read(struct config_words *words, struct cfg_t *cfg, const char *option);
const char *config_words_fault(const char *word);
void config_words_free(struct config_words *words);

#endif /* CONFIG_WORDS_H */
