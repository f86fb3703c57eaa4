/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ends that open a control connection to each other at once (RFC 2637, section
 * 3.1.2). Whoever dials is another process than the one that is dialled: so a
 * dialler announces to its host whom it waits for.
 */
#ifndef COLLISION_H
#define COLLISION_H

#include <netinet/in.h>
#include <stdbool.h>

int collision_announce(struct in_addr peer);
bool collision_told(int fd);
bool collision_with(struct in_addr peer);

#endif /* COLLISION_H */
