/* SPDX-License-Identifier: GPL-2.0 */
/* Interfaces: what pptpmuxd dials, each by a pppd of its own that stays */
#ifndef INTERFACE_H
#define INTERFACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "config_interfaces.h"
#include "link_msg.h"
#include "redial.h"

struct event;
struct pppd;
struct server;

enum interface_state {
	INTERFACE_IDLE,		/* dials when there is something to send */
	INTERFACE_DIALLING,
	INTERFACE_UP,
	INTERFACE_WAITING,	/* for its next attempt */
};

#define INTERFACE_TEXT_OCTETS	800

struct interface {
	LIST_ENTRY(interface) entry;	/* of the server */
	struct server *server;
	const struct config_interface *config;
	struct pppd *pppd;		/* NULL: to be started when @restart fires */
	struct event *restart;
	struct redial restarts;		/* of pppd; those of calls are the plugin's */
	enum interface_state state;
	time_t since;			/* in this state */
	time_t next;			/* attempt, while waiting */
	uint64_t command;		/* a digest of what its pppd was started with */
	int place;			/* in the book, for who takes over */
	int stored;			/* with what systemd keeps: its pppd's output, -1: nothing */
	char peer[LINK_SERVER_OCTETS];	/* the server of this attempt, "": none yet */
	struct in_addr outer;		/* the address that was dialled last, 0: none yet */
	uint32_t slot;			/* of its call, 0: none */
	time_t failed;			/* when it did last, 0: never */
	char failure[INTERFACE_TEXT_OCTETS];
	char said[INTERFACE_TEXT_OCTETS];	/* the plugin's faults, of this attempt */
};

bool interfaces_start(struct server *server);
void interfaces_stop(struct server *server);
void interfaces_free(struct server *server);
const char *interface_state_name(enum interface_state state);

#endif /* INTERFACE_H */
