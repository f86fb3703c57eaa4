/* SPDX-License-Identifier: GPL-2.0 */
/* Calls that wait for a slot */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>

struct call;
struct server;
struct source;

struct call *queue_excess(struct call *newcomer);
void queue_join(struct call *call);
void queue_leave(struct call *call);
struct call *queue_next(const struct server *server, unsigned int round);
void queue_inherit(struct server *server, const struct source *source);
void queue_wake(struct server *server);

#endif /* QUEUE_H */
