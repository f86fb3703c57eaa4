/* SPDX-License-Identifier: GPL-2.0 */
/* What a restarted pptpmuxd must know of the pools, in a file */
#ifndef POOL_JOURNAL_H
#define POOL_JOURNAL_H

#include <stdbool.h>

#include "pool.h"

struct pool_journal;

struct pool_journal *pool_journal_open(struct pool *pool, const char *path);
bool pool_journal_note(struct pool_journal *journal, struct in_addr address);
bool pool_journal_mend(struct pool_journal *journal);
void pool_journal_close(struct pool_journal *journal);

#endif /* POOL_JOURNAL_H */
