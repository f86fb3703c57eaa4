// SPDX-License-Identifier: GPL-2.0
/* The server: its listener, what is connected to it, and its limits */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "log.h"

#define PAUSE_SECONDS	1	/* when there are no descriptors left to accept with */
#define BACKLOG		512

static unsigned int count_from(const struct server *server, struct in_addr source)
{
	const struct control *control;
	unsigned int count = 0;

	LIST_FOREACH(control, &server->controls, entry)
		count += control->peer.sin_addr.s_addr == source.s_addr;
	return count;
}

static void log_refused(struct server *server, const struct sockaddr_in *peer,
			const char *limit, unsigned int count)
{
	char address[INET_ADDRSTRLEN];

	if (!log_allowed(&server->refused))
		return;
	inet_ntop(AF_INET, &peer->sin_addr, address, sizeof(address));
	log_warning("%s: connection refused: there are %u already, see %s in pptpmuxd.conf (%lu more refused since the last such line)",
		    address, count, limit, server->refused.suppressed);
	server->refused.suppressed = 0;
}

static bool admissible(struct server *server, const struct sockaddr_in *peer)
{
	const struct config *config = server->config;
	unsigned int count = server->control_count;

	if (count >= config->max_connections) {
		log_refused(server, peer, "max-connections", count);
		return false;
	}
	count = count_from(server, peer->sin_addr);
	if (count >= config->max_per_source) {
		log_refused(server, peer, "max-connections-per-source", count);
		return false;
	}
	return true;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *address, int len, void *context)
{
	const struct sockaddr_in *peer = (const struct sockaddr_in *)address;
	struct server *server = context;

	(void)listener;
	(void)len;
	if (!admissible(server, peer)) {
		close(fd);
		return;
	}
	if (!control_new(server, fd, peer))
		log_error("connection refused: out of memory, see \"free -m\"");
}

/* A connection that cannot be accepted stays ready: without a pause we would spin. */
static void on_accept_error(struct evconnlistener *listener, void *context)
{
	static const struct timeval pause = { .tv_sec = PAUSE_SECONDS };
	struct server *server = context;

	log_error("cannot accept a connection: %s; lower max-connections, or raise the limit of open files (LimitNOFILE)",
		  strerror(errno));
	evconnlistener_disable(listener);
	evtimer_add(server->resume, &pause);
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;

	(void)fd;
	(void)what;
	if (server->listener)
		evconnlistener_enable(server->listener);
}

static bool listen_on(struct server *server)
{
	const struct config *config = server->config;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = config->listen,
		.sin_port = htons(config->port),
	};
	char text[INET_ADDRSTRLEN];

	server->listener = evconnlistener_new_bind(server->base, on_accept, server,
						   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
						   LEV_OPT_REUSEABLE, BACKLOG,
						   (struct sockaddr *)&address, sizeof(address));
	if (server->listener) {
		evconnlistener_set_error_cb(server->listener, on_accept_error);
		return true;
	}
	inet_ntop(AF_INET, &config->listen, text, sizeof(text));
	log_error("cannot listen on %s, TCP port %u: %s; see \"ss -ltnp\" for another server, and listen and port in pptpmuxd.conf",
		  text, config->port, strerror(errno));
	return false;
}

/**
 * server_new - a server that listens
 * @base:	the event loop
 * @config:	the configuration, the server's own from now on
 *
 * Return: the server, or NULL after a log line; then @config is freed.
 */
struct server *server_new(struct event_base *base, struct config *config)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		config_free(config);
		return NULL;
	}
	LIST_INIT(&server->controls);
	LIST_INIT(&server->calls);
	server->base = base;
	server->config = config;
	server->pool = pool_new(config->ranges, config->range_count);
	server->resume = evtimer_new(base, on_resume, server);
	if (server->pool && server->resume && listen_on(server))
		return server;
	server_free(server);
	return NULL;
}

void server_free(struct server *server)
{
	if (server->listener)
		evconnlistener_free(server->listener);
	if (server->resume)
		event_free(server->resume);
	pool_free(server->pool);
	config_free(server->config);
	free(server);
}

static bool same_ranges(const struct config *one, const struct config *other)
{
	return one->range_count == other->range_count &&
	       !memcmp(one->ranges, other->ranges, one->range_count * sizeof(one->ranges[0]));
}

/**
 * server_reload - use another configuration, for what comes from now on
 * @server:	the server
 * @config:	the new configuration, the server's own from now on
 */
void server_reload(struct server *server, struct config *config)
{
	const struct config *old = server->config;

	if (old->listen.s_addr != config->listen.s_addr || old->port != config->port)
		log_warning("reload: listen and port stay as they are until pptpmuxd is restarted");
	if (!same_ranges(old, config))
		log_warning("reload: remoteip stays as it is until pptpmuxd is restarted");
	config_free(server->config);
	server->config = config;
	log_open(config->log_target, config->log_level);
	config_warn(config);
	log_info("reload: done; calls that stand keep the options that they began with");
}

/**
 * server_stop - hang up all calls, stop all connections, then end the loop
 * @server:	the server
 */
void server_stop(struct server *server)
{
	struct control *control;

	server->stopping = true;
	if (server->listener)
		evconnlistener_free(server->listener);
	server->listener = NULL;
	LIST_FOREACH(control, &server->controls, entry)
		control_leave(control);
	server_check_end(server);
}

/* Ends the loop when we shut down and nobody is left */
void server_check_end(struct server *server)
{
	if (server->stopping && LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls))
		event_base_loopexit(server->base, NULL);
}
