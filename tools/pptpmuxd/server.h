/* SPDX-License-Identifier: GPL-2.0 */
/* The server: its listener, what is connected to it, and its limits */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <sys/queue.h>

#include "config.h"
#include "pool.h"

struct call;
struct control;
struct event;
struct event_base;
struct evconnlistener;

struct server {
	struct event_base *base;
	struct config *config;
	struct pool *pool;
	struct evconnlistener *listener;
	struct event *resume;		/* when accepting had to pause */
	struct log_limit refused;
	unsigned int control_count;
	bool stopping;
	LIST_HEAD(, control) controls;
	LIST_HEAD(, call) calls;	/* those too whose connection is gone */
};

struct server *server_new(struct event_base *base, struct config *config);
void server_free(struct server *server);
void server_reload(struct server *server, struct config *config);
void server_stop(struct server *server);
void server_check_end(struct server *server);

#endif /* SERVER_H */
