/* SPDX-License-Identifier: GPL-2.0 */
/* The server: its listener, what is connected to it, and its limits */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <sys/queue.h>

#include "capacity.h"
#include "config.h"
#include "log.h"
#include "pool.h"
#include "sources.h"
#include "stray.h"
#include "tally.h"

struct acceptor;
struct book;
struct call;
struct control;
struct event;
struct guesses;
struct interface;
struct metrics;
struct orphan;
struct pool_journal;
struct query;
struct rtnl;
struct warm;
struct event_base;

struct server {
	struct event_base *base;
	struct config *config;
	struct pool *pool;
	char state_path[128];		/* what a restart must know of the pool ... */
	struct pool_journal *journal;	/* ... is written there */
	struct event *mend;		/* the journal, which could not be written */
	struct rtnl *rtnl;
	struct warm *warm;
	struct query *query;		/* answers pptpmuxctl */
	struct metrics *metrics;	/* and Prometheus, of this */
	struct tally tally;
	struct acceptor *acceptor;	/* NULL: we shut down */
	struct book *book;		/* for who takes over; NULL: nobody can */
	struct sources *sources;		/* by source address */
	struct guesses *guesses;	/* by user's name */
	struct log_limit noise;
	unsigned int control_count;
	unsigned int ranked[RANKS];	/* these, by what they are worth */
	unsigned int waiting;		/* calls that wait for an address */
	struct capacity capacity;
	struct stray stray;
	TAILQ_HEAD(, call) strangers;	/* calls that have not logged in, the oldest first */
	unsigned int stranger_count;
	long long login_time;		/* microseconds that a log-in takes of late */
	TAILQ_HEAD(, call) queue;	/* calls that wait for a slot, the oldest first */
	unsigned int queued;
	unsigned int round;		/* that the queue was served */
	unsigned long long served;	/* calls that got a slot */
	struct event *turn;		/* serves the queue */
	struct event *probe;		/* looks after clients that were asked */
	long long probed;		/* when all were, in milliseconds */
	bool stopping;
	bool drains;			/* takes no new calls, as an administrator wants it */
	bool (*reload)(struct server *server);	/* reads the configuration anew */
	LIST_HEAD(, control) controls;
	TAILQ_HEAD(, control) ranks[RANKS];	/* the same, the oldest first */
	LIST_HEAD(, call) calls;	/* those too whose connection is gone */
	LIST_HEAD(, interface) interfaces;	/* what we dial */
	LIST_HEAD(, orphan) orphans;	/* calls of a pptpmuxd before us */
};

struct server *server_new(struct event_base *base, struct config *config);
void server_free(struct server *server);
bool server_reload(struct server *server, struct config *config);
void server_stop(struct server *server);
void server_kill(struct server *server);
void server_check_end(struct server *server);
void server_note(struct server *server, struct in_addr address);

#endif /* SERVER_H */
