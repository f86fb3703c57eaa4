/* SPDX-License-Identifier: GPL-2.0 */
/* What a restarted pptpmuxd must know of the pools, in a file */
#ifndef POOL_STATE_H
#define POOL_STATE_H

#include <stdbool.h>

#include "pool.h"

bool pool_save(const struct pool *pool, const char *path);
bool pool_load(struct pool *pool, const char *path);

#endif /* POOL_STATE_H */
