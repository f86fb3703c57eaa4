/* SPDX-License-Identifier: GPL-2.0 */
/* The journal of the pools as a pptpmuxd before has left it */
#ifndef POOL_JOURNAL_READ_H
#define POOL_JOURNAL_READ_H

#include <stdbool.h>

#include "pool.h"

#define POOL_JOURNAL_FIRST	"pptpmuxd pool 2\n"
#define POOL_JOURNAL_LINE	1280	/* more than a user of 255 octets, each escaped, takes */
#define POOL_JOURNAL_PATH	256

bool pool_journal_read(struct pool *pool, const char *path);

#endif /* POOL_JOURNAL_READ_H */
