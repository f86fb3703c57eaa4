/* SPDX-License-Identifier: GPL-2.0 */
/* The addresses of a server's name */
#ifndef RESOLVE_H
#define RESOLVE_H

#include <netinet/in.h>
#include <signal.h>

#define RESOLVE_MAX	8	/* addresses of a name that are tried */
#define RESOLVE_MS	30000

int resolve(const char *name, struct in_addr *addresses, const sigset_t *outside);

#endif /* RESOLVE_H */
