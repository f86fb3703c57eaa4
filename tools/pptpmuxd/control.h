/* SPDX-License-Identifier: GPL-2.0 */
/* A control connection (RFC 2637, section 3.1) that a peer has opened */
#ifndef CONTROL_H
#define CONTROL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "pptp_msg.h"
#include "pptp_state.h"
#include "server.h"
#include "sources.h"

struct kept;

struct control {
	LIST_ENTRY(control) entry;
	TAILQ_ENTRY(control) equal;	/* of its rank */
	struct server *server;
	struct source *source;		/* held */
	enum rank rank;
	long long ranked;		/* since then; milliseconds of clock_ms(), and so on */
	struct bufferevent *stream;
	struct event *timer;		/* what for depends on the state */
	enum pptp_state state;		/* of pptp_receiver */
	bool closing;			/* what we have to say is on its way out */
	bool echo_due;			/* our echo has not been answered */
	bool leaving;			/* stop as soon as the last call is gone */
	uint32_t echo_id;
	long long heard;		/* it, or its host */
	long long asked;		/* probe.c: whether it is there, 0: it is not */
	long long silent;		/* the same: for how long; 1: not known */
	long long pushed;		/* the same: asked again last */
	unsigned int pushes;		/* the same: so often */
	unsigned int resent;		/* the same: what TCP had sent again before */
	bool listened;			/* the same: @signs is known */
	uint64_t signs;			/* what had come of its calls then */
	unsigned int call_count;
	unsigned int known_count;	/* of these, logged in */
	LIST_HEAD(, call) calls;
	struct sockaddr_in peer;
	struct sockaddr_in local;
	struct pptp_framer framer;
	int place;			/* in the book, for who takes over */
	char name[INET_ADDRSTRLEN + 8];
};

bool control_new(struct server *server, int fd, const struct sockaddr_in *peer,
		 struct source *source);
struct control *control_restore(struct server *server, int place, const struct kept *kept);
void control_free(struct control *control);
void control_send(struct control *control, const struct pptp_msg *msg);
void control_log(struct control *control, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void control_forbid(struct control *control);
void control_leave(struct control *control);
void control_called(struct control *control);
void control_known(struct control *control);
bool control_ask(struct control *control);
void control_answered(struct control *control);
void control_give_up(struct control *control, unsigned int milliseconds);
void control_call_gone(struct control *control, bool known);

#endif /* CONTROL_H */
