/* SPDX-License-Identifier: GPL-2.0 */
/* The words of a file of pppd's: options, secrets */
#ifndef PPP_WORDS_H
#define PPP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define PPP_WORD_OCTETS	1024	/* as pppd's own MAXWORDLEN */

/* What is left of a text */
struct ppp_words {
	const char *at;
	const char *end;
	bool begun;		/* a word of this line has been read */
};

struct ppp_word {
	char text[PPP_WORD_OCTETS];
	const char *at;		/* where it stands */
	bool first;		/* of its line */
	bool odd;		/* has a backslash or a NUL, or no end: pppd may read another one */
};

bool ppp_words_next(struct ppp_words *words, struct ppp_word *word);

#endif /* PPP_WORDS_H */
