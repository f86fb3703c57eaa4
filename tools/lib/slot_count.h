/* SPDX-License-Identifier: GPL-2.0 */
/* How many slots there are in this network namespace, and how many of them receive */
#ifndef SLOT_COUNT_H
#define SLOT_COUNT_H

#include <stdint.h>

struct slot_count {
	uint32_t slots;
	uint32_t receiving;	/* of these: enabled, and may receive calls */
};

int slot_count_get(struct slot_count *count);

#endif /* SLOT_COUNT_H */
