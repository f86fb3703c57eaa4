// SPDX-License-Identifier: GPL-2.0
/* Options of pppd as they stand in the configuration, as words of a command line */
#include "config_words.h"

#include <confuse.h>
#include <stdlib.h>
#include <string.h>

/* Adds the words of one string. No quotes: that is what options-file is for. */
static bool add(struct config_words *words, const char *text)
{
	char **more;
	size_t len;

	text += strspn(text, CONFIG_BLANKS);
	for (; *text; text += strspn(text, CONFIG_BLANKS)) {
		more = reallocarray(words->word, words->count + 2, sizeof(*more));
		if (!more)
			return false;
		words->word = more;
		len = strcspn(text, CONFIG_BLANKS);
		more[words->count] = strndup(text, len);
		if (!more[words->count])
			return false;
		more[++words->count] = NULL;
		text += len;
	}
	return true;
}

/**
 * config_words_read - split the strings of a list
 * @words:	filled in, to be freed in any case
 * @cfg:	where the list stands
 * @option:	its name
 *
 * Return: false without memory.
 */
bool config_words_read(struct config_words *words, cfg_t *cfg, const char *option)
{
	unsigned int i;

	words->count = 0;
	words->word = calloc(1, sizeof(words->word[0]));
	for (i = 0; words->word && i < cfg_size(cfg, option); i++) {
		if (!add(words, cfg_getnstr(cfg, option, i)))
			return false;
	}
	return words->word;
}

/**
 * config_words_fault - may this stand in options?
 * @word:	an option of pppd's
 *
 * Some would break a call, or show a secret in the list of processes.
 *
 * Return: NULL, or why not.
 */
const char *config_words_fault(const char *word)
{
	static const char * const ours[] = {
		"persist", "demand", "plugin", "pptp_server", "pptp_mux_fd", "pptp_mux_lease_fd",
		"updetach", "multilink", "pptp_link_fd", "pptp_usage", "pptp_redial",
	};
	size_t i;

	if (!strcmp(word, "password"))
		return "every user could see it with ps; put it into options-file";
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (!strcmp(word, ours[i]))
			return "pptpmuxd sees to this itself, leave it out";
	}
	return NULL;
}

void config_words_free(struct config_words *words)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
}
