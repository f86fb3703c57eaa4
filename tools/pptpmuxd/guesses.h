/* SPDX-License-Identifier: GPL-2.0 */
/* Log-ins that have failed, by the name that was claimed. Pure but for its memory. */
#ifndef GUESSES_H
#define GUESSES_H

#include <stddef.h>
#include <stdint.h>

#define GUESSES_MEMORY	4096	/* names */

struct guesses;

/* Of one name; @id is never used again, not for the same name either */
struct guess {
	uint64_t id;
	unsigned int failures;	/* in a row */
};

struct guesses *guesses_new(void);
void guesses_free(struct guesses *guesses);
size_t guesses_count(const struct guesses *guesses);
struct guess guesses_failed(struct guesses *guesses, const char *name, long long now);
uint64_t guesses_good(struct guesses *guesses, const char *name);

#endif /* GUESSES_H */
