// SPDX-License-Identifier: GPL-2.0
/* The words of a file of pppd's: options, secrets */
#include "ppp_words.h"

#include <string.h>

/* A comment ends a word, too */
static bool is_between(char c)
{
	return c && strchr(" \t\n\v\f\r#", c);
}

static void skip(struct ppp_words *words)
{
	for (; words->at < words->end && is_between(*words->at); words->at++) {
		if (*words->at == '#') {
			while (words->at + 1 < words->end && words->at[1] != '\n')
				words->at++;
		}
		if (*words->at == '\n')
			words->begun = false;
	}
}

static void put(struct ppp_word *word, size_t *len, char c)
{
	if (*len < sizeof(word->text) - 1)
		word->text[(*len)++] = c;
	else
		word->odd = true;
}

/* Up to its end: quotes may be in it, and blanks in them */
static void take(struct ppp_words *words, struct ppp_word *word)
{
	char quote = '\0';
	size_t len = 0;

	for (; words->at < words->end && (quote || !is_between(*words->at)); words->at++) {
		if (quote && *words->at == quote) {
			quote = '\0';
		} else if (!quote && (*words->at == '\'' || *words->at == '"')) {
			quote = *words->at;
		} else {
			word->odd |= *words->at == '\\' || !*words->at;
			if (*words->at == '\\' && words->at + 1 < words->end)
				words->at++;
			put(word, &len, *words->at);
		}
	}
	word->odd |= quote;
	word->text[len] = '\0';
}

/**
 * ppp_words_next - read a word as pppd does
 * @words:	the text, which is shorter by it then; all zero but for its ends at first
 * @word:	filled in
 *
 * Return: false at the end.
 */
bool ppp_words_next(struct ppp_words *words, struct ppp_word *word)
{
	skip(words);
	if (words->at >= words->end)
		return false;
	word->at = words->at;
	word->first = !words->begun;
	word->odd = false;
	words->begun = true;
	take(words, word);
	return true;
}
