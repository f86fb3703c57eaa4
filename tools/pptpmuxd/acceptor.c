// SPDX-License-Identifier: GPL-2.0
/*
 * A socket that others connect to. A connection that cannot be accepted, for want of
 * descriptors, stays ready: without a pause the loop would spin.
 */
#include "acceptor.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define PAUSE_SECONDS	1
#define BACKLOG		512

struct acceptor {
	struct evconnlistener *listener;
	struct event *resume;		/* after a pause */
	acceptor_told told;
	void *context;
};

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *peer, int len, void *context)
{
	struct acceptor *acceptor = context;

	(void)listener;
	(void)len;
	acceptor->told(acceptor->context, fd, peer);
}

static void on_error(struct evconnlistener *listener, void *context)
{
	static const struct timeval pause = { .tv_sec = PAUSE_SECONDS };
	struct acceptor *acceptor = context;

	log_error("cannot accept a connection: %s; lower max-connections, or raise the limit of open files (LimitNOFILE)",
		  strerror(errno));
	evconnlistener_disable(listener);
	evtimer_add(acceptor->resume, &pause);
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	struct acceptor *acceptor = context;

	(void)fd;
	(void)what;
	evconnlistener_enable(acceptor->listener);
}

#define OPTIONS	(LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE)

static struct acceptor *alloc(struct event_base *base, acceptor_told told, void *context)
{
	struct acceptor *acceptor = calloc(1, sizeof(*acceptor));

	if (!acceptor)
		return NULL;
	acceptor->told = told;
	acceptor->context = context;
	acceptor->resume = evtimer_new(base, on_resume, acceptor);
	if (acceptor->resume)
		return acceptor;
	free(acceptor);
	return NULL;
}

/* It has a listener, or errno says why not */
static struct acceptor *finish(struct acceptor *acceptor)
{
	int code = errno;

	if (acceptor->listener) {
		evconnlistener_set_error_cb(acceptor->listener, on_error);
		return acceptor;
	}
	acceptor_free(acceptor);
	errno = code;
	return NULL;
}

/**
 * acceptor_new - listen
 * @base:	the event loop
 * @address:	where
 * @len:	of @address
 * @told:	called for each connection
 * @context:	for @told
 *
 * Return: NULL with errno set.
 */
struct acceptor *acceptor_new(struct event_base *base, const struct sockaddr *address,
			      socklen_t len, acceptor_told told, void *context)
{
	struct acceptor *acceptor = alloc(base, told, context);

	if (!acceptor)
		return NULL;
	acceptor->listener = evconnlistener_new_bind(base, on_accept, acceptor, OPTIONS, BACKLOG,
						     address, len);
	return finish(acceptor);
}

/**
 * acceptor_take - go on with a socket that listens already
 * @base:	as above, and so on
 * @fd:		the socket, the acceptor's own then
 * @told:	as above
 * @context:	as above
 *
 * Return: NULL with errno set.
 */
struct acceptor *acceptor_take(struct event_base *base, int fd, acceptor_told told,
			       void *context)
{
	struct acceptor *acceptor = alloc(base, told, context);

	if (!acceptor)
		return NULL;
	acceptor->listener = evconnlistener_new(base, on_accept, acceptor, OPTIONS, 0, fd);
	return finish(acceptor);
}

/* The socket that listens */
int acceptor_fd(const struct acceptor *acceptor)
{
	return evconnlistener_get_fd(acceptor->listener);
}

void acceptor_free(struct acceptor *acceptor)
{
	if (!acceptor)
		return;
	if (acceptor->listener)
		evconnlistener_free(acceptor->listener);
	if (acceptor->resume)
		event_free(acceptor->resume);
	free(acceptor);
}
