/* SPDX-License-Identifier: GPL-2.0 */
/* What a supervisor is told: that the server is up, that it is alive, that it ends */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <stdbool.h>

struct event_base;

void supervisor_open(void);
bool supervisor_watch(struct event_base *base);
void supervisor_ready(void);
void supervisor_stopping(void);
int supervisor_store(void);
bool supervisor_pass(const char *what, const int *fds, unsigned int count);
void supervisor_leave(void);
void supervisor_stay(void);
void supervisor_close(void);

#endif /* SUPERVISOR_H */
