/* SPDX-License-Identifier: GPL-2.0 */
/* How much GRE has come to this network namespace that belongs to no call */
#ifndef STRAY_COUNT_H
#define STRAY_COUNT_H

#include <stdint.h>

int stray_count_get(uint64_t *packets);

#endif /* STRAY_COUNT_H */
