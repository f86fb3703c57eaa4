/* SPDX-License-Identifier: GPL-2.0 */
/* A new process of pppd, and what it shares with us */
#ifndef PPPD_SPAWN_H
#define PPPD_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/* The numbers that it has them by */
#define PPPD_CALL_FD	"3"
#define PPPD_SOCKET_FD	"4"	/* its end of a socket pair to us */

/* Our ends: its output, and that socket pair */
struct pppd_ends {
	int output;
	int socket;
};

/* What the process gets */
struct pppd_descriptors {
	int call;	/* -1: none */
	int output;
	int socket;	/* above those that it gets, so that none of them hides it */
};

bool pppd_ends_open(struct pppd_ends *ours, struct pppd_descriptors *its);
void pppd_ends_close(const struct pppd_ends *ours);
void pppd_ends_given(const struct pppd_descriptors *its);
int pppd_spawn(pid_t *pid, const char **words, const struct pppd_descriptors *its);

#endif /* PPPD_SPAWN_H */
