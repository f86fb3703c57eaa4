/* SPDX-License-Identifier: GPL-2.0 */
/* The process that keeps a dialled call's control connection alive */
#ifndef KEEPER_H
#define KEEPER_H

#include <sys/types.h>

#include "dial.h"

struct keeper {
	int fd;		/* to the process: its end is pppd's end; -1: none */
	uint32_t send_accm;	/* that the server has been told */
	uint32_t receive_accm;
};

#define KEEPER_CLEAR_MS		2000	/* for the peer's answer when we hang up */

int keeper_start(struct keeper *keeper, const struct dial_plan *plan, struct dialled *dialled);
void keeper_follow(struct keeper *keeper, pid_t pppd);
void keeper_link_info(struct keeper *keeper, uint32_t send_accm, uint32_t receive_accm);
uint32_t keeper_cause(struct keeper *keeper);
void keeper_stop(struct keeper *keeper);

#endif /* KEEPER_H */
