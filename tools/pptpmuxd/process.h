/* SPDX-License-Identifier: GPL-2.0 */
/* Processes, told apart from later ones of the same number */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

unsigned long long process_started(pid_t pid);
int process_open(pid_t pid, unsigned long long started);

#endif /* PROCESS_H */
