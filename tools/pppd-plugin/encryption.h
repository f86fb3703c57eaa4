/* SPDX-License-Identifier: GPL-2.0 */
/* How a call comes to be encrypted, or to go on without */
#ifndef ENCRYPTION_H
#define ENCRYPTION_H

#include <stdbool.h>

void encryption_start(bool may_do_without, const char *peer, void (*agreed)(void));
void encryption_begin(void);

#endif /* ENCRYPTION_H */
