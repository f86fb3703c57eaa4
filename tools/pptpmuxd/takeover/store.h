/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that systemd keeps for a pptpmuxd that is started when this one has died */
#ifndef TAKEOVER_STORE_H
#define TAKEOVER_STORE_H

#include <stdbool.h>

struct book;
struct event_base;

#define STORE_FDS	2	/* of a place, at most */

void store_open(struct event_base *base, const struct book *book);
void store_listener(int fd);
void store_put(int place, const int *fds);
void store_drop(int place);
bool store_flush(void);
void store_close(void);

bool store_receive(int *book, int *listener);
void store_sort(struct book *book);
void store_sweep(struct book *book);

#endif /* TAKEOVER_STORE_H */
