/* SPDX-License-Identifier: GPL-2.0 */
/* The pppd process of a call, or of an interface */
#ifndef PPPD_H
#define PPPD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "lease_msg.h"
#include "link_msg.h"
#include "pppd_end.h"
#include "pppd_spawn.h"

extern unsigned int pppd_grace_seconds;

struct event_base;
struct kept_pppd;
struct log_limit;
struct pppd;
struct warm;

/* What pppd is told about its call */
struct pppd_call {
	const char *name;	/* for the log; must live as long as the process */
	struct log_limit *noise;	/* of its source; must live as long */
	int fd;			/* the call's socket; stays the caller's */
	struct in_addr peer;
	struct warm *warm;	/* a copy of it will do; NULL: none */
};

/* What the owner of a pppd hears of it; who is not asked or told has NULL there */
struct pppd_hooks {
	void (*ended)(void *context, const struct pppd_end *end);
	void (*asked)(void *context, const struct lease_request *request);
	void (*noted)(void *context, const struct link_note *note);
	void (*said)(void *context, const char *line);
	void (*changed)(void *context);	/* what pppd_keep() keeps is another one now */
};

struct pppd *pppd_start(struct event_base *base, const struct config *config,
			const struct pppd_call *call, const struct pppd_hooks *hooks,
			void *context);
struct pppd *pppd_dial(struct event_base *base, const char *name, const char **words,
		       const struct pppd_hooks *hooks, void *context);
void pppd_keep(struct pppd *pppd, struct kept_pppd *kept, struct pppd_ends *ends);
struct pppd *pppd_restore(struct event_base *base, const struct config *config,
			  const struct pppd_call *call, const struct kept_pppd *kept,
			  const struct pppd_ends *ends, const struct pppd_hooks *hooks,
			  void *context);
bool pppd_is_ours(pid_t pid, unsigned long long started);
void pppd_answer(struct pppd *pppd, const struct lease_reply *reply);
void pppd_refuse(struct pppd *pppd, const char *reason);
void pppd_show(struct pppd *pppd);
pid_t pppd_pid(const struct pppd *pppd);
unsigned long long pppd_started(struct pppd *pppd);
void pppd_drop(struct pppd *pppd);
bool pppd_hang_up(struct pppd *pppd);
void pppd_stop(struct pppd *pppd);
void pppd_reap(struct warm *warm);
void pppd_kill_all(void);

#endif /* PPPD_H */
