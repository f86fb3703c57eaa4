/* SPDX-License-Identifier: GPL-2.0 */
/* One client: its control connection, its call, its link */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "cause.h"
#include "control.h"
#include "echo.h"
#include "gre.h"
#include "ppp.h"

/* A first request of LCP is not longer. */
#define CLIENT_EARLY	128

/* In the order in which they are gone through */
enum client_phase {
	CLIENT_IDLE,
	CLIENT_CONNECTING,	/* TCP */
	CLIENT_STARTING,	/* SCCRQ was sent */
	CLIENT_CALLING,		/* OCRQ was sent */
	CLIENT_LINK,		/* PPP negotiates */
	CLIENT_UP,
	CLIENT_TERMINATING,	/* LCP's Terminate-Request was sent */
	CLIENT_CLEARING,	/* CCRQ was sent */
	CLIENT_STOPPING,	/* StopCCRQ was sent */
};

/**
 * struct client - one client
 * @idle: place in its owner's queue of those that may dial
 * @phase: what it is at
 * @source: its address
 * @login: its name and the like
 * @control: its control connection
 * @call: its call
 * @ppp: its link
 * @early: the server's first frame, which can overtake the answer to OCRQ
 * @early_len: its length, 0 if there is none
 * @restart: when what is unanswered is said again
 * @deadline: when it gives up; of one that is up, when it asks whether the server is there
 * @began: when it began to dial
 * @took: how long that took, once it is up; milliseconds
 * @asked: the server has not yet said that it is there
 * @echo: the last packet that was sent through the call
 * @echoed: it came back
 */
struct client {
	STAILQ_ENTRY(client)	idle;
	enum client_phase	phase;
	struct in_addr		source;
	struct ppp_login	login;
	struct control		control;
	struct gre_call		call;
	struct ppp		ppp;
	uint8_t			early[CLIENT_EARLY];
	size_t			early_len;
	struct event		restart;
	struct event		deadline;
	long long		began;
	unsigned int		took;
	bool			asked;
	struct echo		echo;
	bool			echoed;
};

/* What becomes of clients. One that has failed, or is gone, is idle. */
struct client_owner {
	void (*up)(struct client *client);
	/* @code: the result by which it was refused */
	void (*failed)(struct client *client, enum cause cause, unsigned int code, bool was_up);
	/* It has hung up; @answered: the server has agreed in time */
	void (*gone)(struct client *client, bool answered);
	void (*echoed)(struct client *client);
};

int client_start(struct event_base *base, struct in_addr server,
		 const struct client_owner *owner);
void client_stop(void);
void client_init(struct client *client, struct in_addr source, const struct ppp_login *login);
void client_dial(struct client *client, const struct timeval *give_up);
void client_ping(struct client *client, size_t len);
void client_hang_up(struct client *client, const struct timeval *give_up);
void client_forget(struct client *client);

#endif /* CLIENT_H */
