/* SPDX-License-Identifier: GPL-2.0 */
/* The files that a pppd has read as it started: are they still the same? */
#ifndef STAMP_H
#define STAMP_H

#include <stdbool.h>
#include <sys/types.h>

struct stamp;

struct stamp *stamp_new(const char *const *words);
struct stamp *stamp_new_mapped(pid_t pid);
void stamp_free(struct stamp *stamp);
bool stamp_holds(const struct stamp *stamp);

#endif /* STAMP_H */
