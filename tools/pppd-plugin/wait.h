/* SPDX-License-Identifier: GPL-2.0 */
/* Waits of pppd that see their deadline, and that pppd is to end */
#ifndef WAIT_H
#define WAIT_H

#include <signal.h>
#include <stdbool.h>

void wait_begin(sigset_t *outside);
void wait_end(const sigset_t *outside);
bool wait_over(long long deadline, const sigset_t *outside);
bool wait_for(int fd, short events, int other, long long deadline, const sigset_t *outside);

#endif /* WAIT_H */
