/* SPDX-License-Identifier: GPL-2.0 */
/* A socket that others connect to */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include <sys/socket.h>

struct acceptor;
struct event_base;

/* Told of each connection, whose descriptor is its own from then on */
typedef void (*acceptor_told)(void *context, int fd, const struct sockaddr *peer);

struct acceptor *acceptor_new(struct event_base *base, const struct sockaddr *address,
			      socklen_t len, acceptor_told told, void *context);
struct acceptor *acceptor_take(struct event_base *base, int fd, acceptor_told told,
			       void *context);
int acceptor_fd(const struct acceptor *acceptor);
void acceptor_free(struct acceptor *acceptor);

#endif /* ACCEPTOR_H */
