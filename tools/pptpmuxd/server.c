// SPDX-License-Identifier: GPL-2.0
/* The server: its listener, what is connected to it, and its limits */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acceptor.h"
#include "call.h"
#include "capacity.h"
#include "clock.h"
#include "config_weak.h"
#include "control.h"
#include "interface.h"
#include "log.h"
#include "metrics/metrics.h"
#include "orphan.h"
#include "pool_journal.h"
#include "pppd.h"
#include "probe.h"
#include "projection.h"
#include "query.h"
#include "rtnl.h"
#include "rundir.h"
#include "takeover/book.h"
#include "takeover/handover.h"
#include "takeover/restore.h"
#include "takeover/store.h"
#include "warm.h"

#define MEND_SECONDS	10	/* between attempts to write the journal that failed */
#define BUFFER_OCTETS	16384	/* of a connection in the kernel, each way */
#define NOISE		20	/* lines about refused connections a second ... */
#define SOURCE_NOISE	1	/* ... and of these, about one source */
#define LOGIN_MS	3000	/* takes no longer, as a rule */

/* ---- connections ---- */

/* Says who was turned away and why, unless that is said all the time */
__attribute__((format(printf, 3, 4)))
static void say(struct server *server, struct source *source, const char *format, ...)
{
	char address[INET_ADDRSTRLEN], text[256];
	va_list args;

	if (!log_allowed(&source->refusals, SOURCE_NOISE) || !log_allowed(&server->noise, NOISE))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	inet_ntop(AF_INET, &source->address, address, sizeof(address));
	log_warning("%s: %s (not said of it: %lu lines, of others: %lu)", address, text,
		    source->refusals.suppressed, server->noise.suppressed);
	source->refusals.suppressed = 0;
	server->noise.suppressed = 0;
}

/* Who has called has the time that a log-in takes, beside its like */
static bool has_had_time(const struct control *control)
{
	return control->rank != RANK_STRANGER || clock_ms() - control->ranked >= LOGIN_MS;
}

/* Of one source, the oldest of those that are worth least */
static struct control *own_victim(const struct server *server, const struct source *source)
{
	struct control *control;
	enum rank rank;

	for (rank = RANK_CLOSING; rank < RANK_CALLED; rank++) {
		if (!source->ranked[rank])
			continue;
		TAILQ_FOREACH(control, &server->ranks[rank], equal) {
			if (control->source == source && has_had_time(control))
				return control;
		}
	}
	return NULL;
}

static const char *rank_text(enum rank rank)
{
	static const char * const texts[RANKS] = {
		[RANK_CLOSING] = "are closing",
		[RANK_HALF_OPEN] = "have not started yet",
		[RANK_UNCALLED] = "have no call",
		[RANK_STRANGER] = "have called and not logged in",
	};

	return texts[rank];
}

/* The newcomer may be a healthy machine, which shares its address with a sick one */
static bool make_own_room(struct server *server, struct source *source)
{
	struct control *control;

	if (source->connections < server->config->max_per_source * (1 + !!source->asked))
		return true;
	control = own_victim(server, source);
	if (!control) {
		say(server, source, "connection refused: there are %u already, and all have calls of clients that have logged in or have just begun to, see max-connections-per-source in pptpmuxd.conf",
		    source->connections);
		return false;
	}
	say(server, source, "connection closed: it was the oldest of its %u that %s, and there are %u already, see max-connections-per-source in pptpmuxd.conf",
	    source->ranked[control->rank], rank_text(control->rank), source->connections);
	control_free(control);
	return true;
}

static bool in_pace(struct server *server, struct source *source, long long now)
{
	const struct config *config = server->config;

	if (!source_pace(source, config, now)) {
		say(server, source, "connection refused: more than %u connections and calls a second, see max-connection-rate in pptpmuxd.conf",
		    config->max_rate);
		return false;
	}
	return true;
}

/* What a source has that may have to go: of these ranks */
static unsigned int source_idle(const struct source *source, enum rank first, enum rank last)
{
	unsigned int count = 0;
	enum rank rank;

	for (rank = first; rank <= last; rank++)
		count += source->ranked[rank];
	return count;
}

/*
 * Of these ranks, the oldest of the source that has most of them, the newcomer counted in:
 * so a source that opens many is in its own way only. Of that source, what is worth least
 * goes first; but what it has started counts, or each newcomer of any source would close
 * the one before it that is about to start.
 */
static struct control *victim(const struct server *server, const struct source *newcomer,
			      enum rank first, enum rank last)
{
	unsigned int count, most = 0, own = source_idle(newcomer, first, last) + 1;
	struct control *control, *found = NULL;
	enum rank rank;

	for (rank = first; rank <= last; rank++) {
		TAILQ_FOREACH(control, &server->ranks[rank], equal) {
			count = source_idle(control->source, first, last) +
				(control->source == newcomer);
			if (count <= most || (count <= own && !has_had_time(control)))
				continue;
			most = count;
			found = control;
		}
	}
	return found;
}

/* All that have no call of a client that has logged in may have to go for one that may not be */
static bool make_room(struct server *server, struct source *source)
{
	const struct config *config = server->config;
	unsigned int slots = capacity_slots(server)->slots;
	bool full = server->control_count >= capacity_connections(config, slots);
	struct control *control;

	if (!full && server->ranked[RANK_HALF_OPEN] < config->max_half_open)
		return true;
	control = victim(server, source, full ? RANK_CLOSING : RANK_HALF_OPEN,
			 full ? RANK_STRANGER : RANK_HALF_OPEN);
	if (!control) {
		say(server, source, "connection refused: there are %u already, and all have calls of clients that have logged in or have just begun to, see max-connections in pptpmuxd.conf",
		    server->control_count);
		return false;
	}
	say(server, control->source, "connection closed: it was the oldest of its %u that %s, and there is no room for more, see max-half-open and max-connections in pptpmuxd.conf",
	    control->source->ranked[control->rank], rank_text(control->rank));
	control_free(control);
	return true;
}

static void admit(struct server *server, int fd, const struct sockaddr_in *peer)
{
	long long now = sources_clock();
	struct source *source = source_hold(server->sources, peer->sin_addr, now);

	if (source)
		probe_source(server, source);
	if (source && in_pace(server, source, now) && make_own_room(server, source) &&
	    make_room(server, source)) {
		if (!control_new(server, fd, peer, source))
			say(server, source, "connection refused: out of memory, see \"free -m\"");
	} else {
		close(fd);
	}
	if (source)
		source_drop(server->sources, source, now);
}

static void on_accept(void *context, int fd, const struct sockaddr *peer)
{
	admit(context, fd, (const struct sockaddr_in *)peer);
}

/*
 * What a peer does not read, or sends and we have not read yet, is in the kernel
 * first: what is accepted inherits these, or it would be megabytes each.
 */
static void bound_buffers(int fd)
{
	int octets = BUFFER_OCTETS;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

/* Is the socket of a pptpmuxd before us what is wanted? */
static bool listens_at(int fd, const struct sockaddr_in *address)
{
	struct sockaddr_in its = { 0 };
	socklen_t len = sizeof(its);

	return getsockname(fd, (struct sockaddr *)&its, &len) == 0 &&
	       its.sin_port == address->sin_port &&
	       its.sin_addr.s_addr == address->sin_addr.s_addr;
}

/* With the socket of one before us come those who have connected meanwhile */
static struct acceptor *take_listener(struct server *server, int fd)
{
	socklen_t len = sizeof(int);
	int accepts = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len) < 0 || !accepts)
		return NULL;
	return acceptor_take(server->base, fd, on_accept, server);
}

static struct acceptor *open_listener(struct server *server, const struct sockaddr_in *address)
{
	struct acceptor *acceptor = acceptor_new(server->base, (const struct sockaddr *)address,
						 sizeof(*address), on_accept, server);
	char text[INET_ADDRSTRLEN];

	if (acceptor)
		return acceptor;
	inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
	log_error("cannot listen on %s, TCP port %u: %s; see \"ss -ltnp\" for another server, and listen and port in pptpmuxd.conf",
		  text, ntohs(address->sin_port), strerror(errno));
	return NULL;
}

/*
 * @before: the socket of a pptpmuxd before us, -1: none. Where another address is wanted,
 * and cannot be had, it is better than none.
 */
static struct acceptor *find_listener(struct server *server, int before)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = server->config->listen,
		.sin_port = htons(server->config->port),
	};
	struct acceptor *acceptor = NULL;

	if (before >= 0 && listens_at(before, &address))
		acceptor = take_listener(server, before);
	if (!acceptor)
		acceptor = open_listener(server, &address);
	if (acceptor || before < 0)
		return acceptor;
	acceptor = take_listener(server, before);
	if (acceptor)
		log_warning("listen and port stay as they are until pptpmuxd is restarted, which ends its calls");
	return acceptor;
}

static bool listen_on(struct server *server)
{
	int before = handover_listener();

	server->acceptor = find_listener(server, before);
	if (before >= 0 && (!server->acceptor || acceptor_fd(server->acceptor) != before))
		close(before);
	if (!server->acceptor)
		return false;
	bound_buffers(acceptor_fd(server->acceptor));
	store_listener(acceptor_fd(server->acceptor));
	return true;
}

/* ---- the pool ---- */

/* What each of these takes grows with the number of addresses */
static void mend_later(struct server *server)
{
	static const struct timeval later = { .tv_sec = MEND_SECONDS };

	if (!evtimer_pending(server->mend, NULL))
		evtimer_add(server->mend, &later);
}

/**
 * server_note - write down what an address is now
 * @server:	the server
 * @address:	the address
 *
 * Before a call gets it: a restart must not give it to another one.
 */
void server_note(struct server *server, struct in_addr address)
{
	if (!pool_journal_note(server->journal, address))
		mend_later(server);
}

static void on_mend(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;

	(void)fd;
	(void)what;
	if (!pool_journal_mend(server->journal))
		mend_later(server);
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

static bool proxy_possible(const struct server *server, const struct config *config,
			   const struct config_pool *pool)
{
	struct in_addr first;
	size_t i;

	for (i = 0; pool->proxyarp && i < pool->range_count; i++) {
		first.s_addr = htonl(pool->ranges[i].range.first);
		if (projection_possible(server->rtnl, first))
			continue;
		log_error("%s:%d: proxyarp for \"%s\": this host is connected to no network with these addresses: take some of its own network, see \"ip -4 addr\", or leave proxyarp out",
			  config->path, pool->ranges[i].line, pool->ranges[i].text);
		return false;
	}
	return true;
}

static bool proxies_possible(const struct server *server, const struct config *config)
{
	size_t i;

	for (i = 0; i < config->pools.count; i++) {
		if (!proxy_possible(server, config, &config->pools.pool[i]))
			return false;
	}
	return true;
}

static bool open_kernel(struct server *server)
{
	int err = rtnl_open(&server->rtnl);

	if (err)
		log_error("cannot talk to the kernel's routing: %s; run pptpmuxd as root",
			  strerror(-err));
	return !err && proxies_possible(server, server->config);
}

/* Who has which address, as far as a pptpmuxd before us knew */
static bool open_pool(struct server *server)
{
	server->pool = config_pools_make(&server->config->pools);
	server->mend = evtimer_new(server->base, on_mend, server);
	if (!server->pool || !server->mend)
		return false;
	server->journal = pool_journal_open(server->pool, server->state_path);
	if (!server->journal)
		return false;
	if (book_places(server->book)) {
		restore_calls(server);
		restore_addresses(server);
	}
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
	enum rank rank;

	if (!server) {
		config_free(config);
		return NULL;
	}
	LIST_INIT(&server->controls);
	for (rank = 0; rank < RANKS; rank++)
		TAILQ_INIT(&server->ranks[rank]);
	LIST_INIT(&server->orphans);
	LIST_INIT(&server->interfaces);
	server->base = base;
	server->config = config;
	handover_open(server);
	tally_begin(&server->tally);
	server->sources = sources_new();
	server->guesses = guesses_new();
	server->warm = warm_new(base, config);
	/* The socket comes before the state: it shows that nobody else uses that */
	if (server->sources && server->guesses && server->warm && calls_open(server) &&
	    open_kernel(server) && open_directory(server) &&
	    (server->query = query_open(server)) && open_pool(server) &&
	    (server->metrics = metrics_open(server)) && listen_on(server))
		return server;
	server_free(server);
	return NULL;
}

void server_free(struct server *server)
{
	acceptor_free(server->acceptor);
	orphan_free_all(server);
	interfaces_free(server);
	metrics_close(server->metrics);
	tally_end(&server->tally);
	query_close(server->query);
	if (server->mend)
		event_free(server->mend);
	pool_journal_close(server->journal);
	calls_close(server);
	pool_free(server->pool);
	sources_free(server->sources);
	guesses_free(server->guesses);
	warm_free(server->warm);
	rtnl_close(server->rtnl);
	store_close();
	book_free(server->book);
	config_free(server->config);
	free(server);
}

/*
 * What has to stay as it is until a restart is put into the new configuration in place
 * of what that has.
 *
 * The addresses of the pools do, as calls have them. With them stays localip, which is
 * known to be none of theirs only in the file that both stand in, and what the pools
 * are to whom. Interfaces that are up point into theirs.
 */
static void keep_pools(struct config *old, struct config *config)
{
	struct config_pools pools = config->pools;

	if (config_pools_same(&old->pools, &config->pools))
		return;
	log_warning("reload: remoteip, exclude, static and the names of pools stay as they are until \"pptpmuxd --take-over\", and with them localip, routes, and users and proxyarp of all pools");
	config->pools = old->pools;
	old->pools = pools;
	config->localip = old->localip;
}

static void keep_interfaces(struct config *old, struct config *config)
{
	struct config_interfaces interfaces = config->interfaces;

	if (!config_interfaces_same(&old->interfaces, &config->interfaces))
		log_warning("reload: interfaces stay as they are until \"pptpmuxd --take-over\"");
	config->interfaces = old->interfaces;
	old->interfaces = interfaces;
}

static void keep_listener(const struct config *old, struct config *config)
{
	if (old->listen.s_addr != config->listen.s_addr || old->port != config->port)
		log_warning("reload: listen and port stay as they are until pptpmuxd is restarted");
	config->listen = old->listen;
	config->port = old->port;
}

static void keep_metrics(const struct config *old, struct config *config)
{
	if (old->metrics.sin_port != config->metrics.sin_port ||
	    old->metrics.sin_addr.s_addr != config->metrics.sin_addr.s_addr)
		log_warning("reload: metrics stay where they are until \"pptpmuxd --take-over\"");
	config->metrics = old->metrics;
}

static void keep_privileges(const struct config *old, struct config *config)
{
	if (old->privileges != config->privileges)
		log_warning("reload: privileges stay as they are until pptpmuxd is restarted");
	config->privileges = old->privileges;
}

static void keep_directory(struct config *old, struct config *config)
{
	char *directory = config->run_directory;

	if (!strcmp(old->run_directory, config->run_directory))
		return;
	log_warning("reload: run-directory stays as it is until pptpmuxd is restarted");
	config->run_directory = old->run_directory;
	old->run_directory = directory;
}

/**
 * server_reload - use another configuration, for what comes from now on
 * @server:	the server
 * @config:	the new configuration, the server's own from now on
 *
 * Return: false after a log line if it cannot be used; then it is freed, and the old
 * one stays.
 */
bool server_reload(struct server *server, struct config *config)
{
	struct config *old = server->config;

	if (!proxies_possible(server, config)) {
		config_free(config);
		return false;
	}
	keep_listener(old, config);
	keep_metrics(old, config);
	keep_privileges(old, config);
	keep_directory(old, config);
	keep_pools(old, config);
	keep_interfaces(old, config);
	warm_use(server->warm, config);
	config_free(old);
	server->config = config;
	log_open(config->log_target, config->log_level);
	config_weak_warn(config);
	return true;
}

/**
 * server_stop - hang up all calls, stop all connections, then end the loop
 * @server:	the server
 */
void server_stop(struct server *server)
{
	struct control *control;

	server->stopping = true;
	acceptor_free(server->acceptor);
	server->acceptor = NULL;
	LIST_FOREACH(control, &server->controls, entry)
		control_leave(control);
	orphan_stop_all(server);
	interfaces_stop(server);
	server_check_end(server);
}

/* Ends every pppd now, those of a pptpmuxd before us too, without their scripts */
void server_kill(struct server *server)
{
	pppd_kill_all();
	orphan_kill_all(server);
}

/* Ends the loop when we shut down and nobody is left */
void server_check_end(struct server *server)
{
	if (server->stopping && LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls) &&
	    LIST_EMPTY(&server->orphans) && LIST_EMPTY(&server->interfaces))
		event_base_loopexit(server->base, NULL);
}
