/* SPDX-License-Identifier: GPL-2.0 */
/* The process that keeps a dialled call's control connection alive */
#ifndef KEEPER_H
#define KEEPER_H

#include <sys/types.h>

#include "dial.h"

struct keeper {
	int fd;		/* to the process: its end is pppd's end; -1: none */
};

#define KEEPER_IDLE_MS		60000	/* RFC 2637, section 3.1.4: then ask for an echo */
#define KEEPER_REPLY_MS		60000	/* ... and wait so long for it */
#define KEEPER_CLEAR_MS		2000	/* for the peer's answer when we hang up */

int keeper_start(struct keeper *keeper, struct dialled *dialled);
void keeper_follow(struct keeper *keeper, pid_t pppd);
uint32_t keeper_cause(struct keeper *keeper);
void keeper_stop(struct keeper *keeper);

#endif /* KEEPER_H */
