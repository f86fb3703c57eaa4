/* SPDX-License-Identifier: GPL-2.0 */
/* Who claims an address: the kernel's routes, interfaces, proxy-ARP entries */
#ifndef CLAIM_H
#define CLAIM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define CLAIM_TEXT_OCTETS	128

struct rtnl;

/* What is known of an address that is about to be given away */
struct claim {
	struct rtnl *rtnl;
	const char *name;		/* of the call, for the log */
	struct in_addr address;
	struct in_addr localip;		/* the server's in its calls */
	bool used;			/* a call has had it before */
	int lan;			/* out: interface of the network it is in, 0: none */
	char owner[CLAIM_TEXT_OCTETS];	/* out: somebody else who claims it */
};

bool claim_clear(struct claim *claim);
bool claim_verify(struct claim *claim, struct in_addr local, int ifindex);

#endif /* CLAIM_H */
