/* SPDX-License-Identifier: GPL-2.0 */
/* Who listens on a TCP port of this network namespace */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

struct listener {
	unsigned long	inode;
	pid_t		pid;		/* 0: not to be seen, as from another PID namespace */
	char		name[32];	/* of its program, "" */
};

/**
 * listener_find() - Find the first listener on a port, over IPv4 or IPv6
 *
 * Return: false if there is none.
 */
bool listener_find(unsigned int port, struct listener *listener);

#endif /* LISTENER_H */
