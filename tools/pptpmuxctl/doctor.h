/* SPDX-License-Identifier: GPL-2.0 */
/* The doctor: what its checks share */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <netinet/in.h>

#include "ctl.h"
#include "finding.h"
#include "json_tree.h"

#define PPTP_PORT	1723

struct doctor {
	struct ctl		*ctl;		/* its client is NULL without the module */
	struct json_tree	*config;	/* of pptpmuxd, NULL if it did not answer */
	char			*no_secret;	/* what pppd says of the secrets, NULL: nothing */
	struct findings		findings;
};

/**
 * doctor_examine() - Run all checks
 * @doctor: with @ctl set, all else zero
 *
 * To be ended with doctor_free().
 */
void doctor_examine(struct doctor *doctor);
void doctor_free(struct doctor *doctor);

/* One noun each; they add to the findings */
void doctor_module(struct doctor *doctor);
void doctor_slots(struct doctor *doctor);
void doctor_server(struct doctor *doctor);
void doctor_firewall(struct doctor *doctor);
void doctor_pppd(struct doctor *doctor);
void doctor_secrets(struct doctor *doctor);
void doctor_mppe(struct doctor *doctor);
void doctor_pool(struct doctor *doctor);
void doctor_forwarding(struct doctor *doctor);
void doctor_mtu(struct doctor *doctor);

/* Is a kernel module loaded? Its name has underscores. */
bool doctor_module_loaded(const char *name);

/* A setting of pptpmuxd, or @otherwise if it did not answer */
const char *doctor_setting(const struct doctor *doctor, const char *key, const char *otherwise);

/* The port that clients dial, of pptpmuxd's settings */
unsigned int doctor_port(const struct doctor *doctor);

/* Reads a number from a file of /proc or /sys; -1 if there is none */
long doctor_read_number(const char *path);

#endif /* DOCTOR_H */
