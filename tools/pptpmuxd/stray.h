/* SPDX-License-Identifier: GPL-2.0 */
/* GRE that belongs to no call, while a call waits for some of its client's */
#ifndef STRAY_H
#define STRAY_H

#include <stdint.h>

/* What had come when the kernel was asked last */
struct stray {
	int64_t packets;		/* -1: not known */
	long long until;		/* it is not asked before; milliseconds of clock_ms() */
};

int64_t stray_before(struct stray *stray);
const char *stray_advice(int64_t before);

#endif /* STRAY_H */
