// SPDX-License-Identifier: GPL-2.0
/* The server: its listener, what is connected to it, and its limits */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "log.h"
#include "orphan.h"
#include "pool_state.h"
#include "projection.h"
#include "query.h"
#include "rtnl.h"
#include "rundir.h"

#define PAUSE_SECONDS	1	/* when there are no descriptors left to accept with */
#define SAVE_MS		200	/* until the pool's state is written, where it may wait */
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

/* ---- the pool ---- */

/**
 * server_save - write down now who has which address
 * @server:	the server
 *
 * Before a call gets an address: a restart must not give it to another one.
 */
void server_save(struct server *server)
{
	evtimer_del(server->save);
	pool_save(server->pool, server->state_path);
}

/* The same, for what a restart finds out by itself: that a call has ended */
void server_save_soon(struct server *server)
{
	static const struct timeval soon = { .tv_usec = SAVE_MS * 1000 };

	if (!evtimer_pending(server->save, NULL))
		evtimer_add(server->save, &soon);
}

static void on_save(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	server_save(context);
}

static bool make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return true;
	log_error("cannot make the directory %s: %s; see run-directory in pptpmuxd.conf", path,
		  strerror(errno));
	return false;
}

/* What is in it is not for others to see, so it is not for others to enter */
static bool open_directory(struct server *server)
{
	const char *top = server->config->run_directory;
	char path[sizeof(server->state_path)];

	if (rundir_path(top, NULL, path, sizeof(path)) &&
	    rundir_path(top, "pool", server->state_path, sizeof(server->state_path)))
		return make_directory(top, 0755) && make_directory(path, 0700);
	log_error("run-directory = \"%s\": %s", top, strerror(errno));
	return false;
}

static bool proxy_possible(const struct server *server, const struct config_pool *pool)
{
	struct in_addr first;
	size_t i;

	for (i = 0; pool->proxyarp && i < pool->range_count; i++) {
		first.s_addr = htonl(pool->ranges[i].range.first);
		if (projection_possible(server->rtnl, first))
			continue;
		log_error("%s:%d: proxyarp for \"%s\": this host is connected to no network with these addresses: take some of its own network, see \"ip -4 addr\", or leave proxyarp out",
			  server->config->path, pool->ranges[i].line, pool->ranges[i].text);
		return false;
	}
	return true;
}

static bool open_kernel(struct server *server)
{
	const struct config_pools *pools = &server->config->pools;
	int err = rtnl_open(&server->rtnl);
	size_t i;

	if (err)
		log_error("cannot talk to the kernel's routing: %s; run pptpmuxd as root",
			  strerror(-err));
	for (i = 0; i < pools->count && !err; i++) {
		if (!proxy_possible(server, &pools->pool[i]))
			return false;
	}
	return !err;
}

/* Who has which address, as far as a pptpmuxd before us knew */
static bool open_pool(struct server *server)
{
	server->pool = config_pools_make(&server->config->pools);
	server->save = evtimer_new(server->base, on_save, server);
	if (!server->pool || !server->save)
		return false;
	pool_load(server->pool, server->state_path);
	return orphan_adopt_all(server);
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
	LIST_INIT(&server->orphans);
	server->base = base;
	server->config = config;
	server->resume = evtimer_new(base, on_resume, server);
	/* The socket comes before the state: it shows that nobody else uses that */
	if (server->resume && open_kernel(server) && open_directory(server) &&
	    (server->query = query_open(server)) && open_pool(server) && listen_on(server))
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
	orphan_free_all(server);
	query_close(server->query);
	if (server->save) {
		if (evtimer_pending(server->save, NULL))
			server_save(server);
		event_free(server->save);
	}
	pool_free(server->pool);
	rtnl_close(server->rtnl);
	config_free(server->config);
	free(server);
}

/**
 * server_reload - use another configuration, for what comes from now on
 * @server:	the server
 * @config:	the new configuration, the server's own from now on
 */
void server_reload(struct server *server, struct config *config)
{
	struct config *old = server->config;
	struct config_pools pools;

	if (old->listen.s_addr != config->listen.s_addr || old->port != config->port)
		log_warning("reload: listen and port stay as they are until pptpmuxd is restarted");
	if (!config_pools_same(&old->pools, &config->pools)) {
		log_warning("reload: remoteip, exclude, static and pools stay as they are until pptpmuxd is restarted");
		pools = config->pools;
		config->pools = old->pools;
		old->pools = pools;
	}
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
	orphan_stop_all(server);
	server_check_end(server);
}

/* Ends the loop when we shut down and nobody is left */
void server_check_end(struct server *server)
{
	if (server->stopping && LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls) &&
	    LIST_EMPTY(&server->orphans))
		event_base_loopexit(server->base, NULL);
}
