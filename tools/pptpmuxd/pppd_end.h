/* SPDX-License-Identifier: GPL-2.0 */
/* How a pppd has ended: what that means, and what to do about it */
#ifndef PPPD_END_H
#define PPPD_END_H

#include <stdbool.h>
#include <stdint.h>

#include "ppp_seen.h"

/* Exit statuses of pppd, pppd(8) */
#define PPPD_STATUS_FATAL	1
#define PPPD_STATUS_TOLD_TO_END	5

/* What is known of why it ends, all zero at first */
struct pppd_evidence {
	uint32_t said;		/* PPPD_SAID() of each pppd_saying */
	struct ppp_seen seen;	/* of its peer */
	bool was_up;		/* what else is here came after that */
	bool waited;		/* so long that LCP would have been answered */
	bool must_encrypt;	/* MPPE of 128 bits, or there is no call */
};

struct pppd_end {
	int status;		/* exit status, 128 + signal when killed */
	const char *text;
	uint8_t cdn_result;	/* for a Call-Disconnect-Notify */
	uint32_t cause;		/* PPTP_MUX_CAUSE_* */
	unsigned int event;	/* RRAS event id, 0: none */
	bool own_fault;		/* it could not do what it should, whoever called */
	bool login_failed;	/* its client's name or password was wrong */
	const char *login_user;	/* whose name, "": not known; not from pppd_end_judge() */
};

void pppd_end_judge(struct pppd_end *end, const struct pppd_evidence *evidence, int status);

#endif /* PPPD_END_H */
