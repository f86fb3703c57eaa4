/* SPDX-License-Identifier: GPL-2.0 */
/* The events of pptpmuxd, which come over its UNIX socket, a JSON document a line */
#ifndef SERVER_EVENTS_H
#define SERVER_EVENTS_H

#include "ctl.h"

struct server_events;

struct server_events *server_events_open(const struct ctl *ctl);
void server_events_close(struct server_events *events);

/* Asks a pptpmuxd for its events if there is one, and waits for nothing */
void server_events_join(struct server_events *events);

/* For poll(); -1 while there is no pptpmuxd */
int server_events_fd(const struct server_events *events);

/* Why server_events_fd() is -1: an errno */
int server_events_error(const struct server_events *events);

/* Has it begun to tell? From then on none of its events is missed. */
bool server_events_greeted(const struct server_events *events);

/**
 * server_events_read() - Show what has come
 * @seen: told of each event; 1 ends the reading
 * @data: for @seen
 *
 * Return: what @seen returned last, 0 if there was nothing.
 */
int server_events_read(struct server_events *events, int (*seen)(void *data), void *data);

#endif /* SERVER_EVENTS_H */
