/* SPDX-License-Identifier: GPL-2.0 */
/* What a call shows of its client to the network: routes, proxy ARP */
#ifndef PROJECTION_H
#define PROJECTION_H

#include <netinet/in.h>
#include <stdbool.h>

struct config_pools;
struct config_route;
struct rtnl;

/* Where the tunnel of a call or of an interface leads to */
struct projection {
	struct rtnl *rtnl;
	int ifindex;
	const struct in_addr *outer;	/* the peer's addresses outside of the tunnel */
	size_t outer_count;
	const char *name;		/* of the call or interface, for the log */
	const char *whose;		/* the same, who is behind it */
};

void projection_route(const struct projection *projection, const struct config_route *network);
void projection_routes(const struct projection *projection, const struct config_pools *pools);
void projection_proxy(struct rtnl *rtnl, struct in_addr address, int lan, const char *name);
void projection_end(struct rtnl *rtnl, struct in_addr address);
bool projection_possible(struct rtnl *rtnl, struct in_addr address);

#endif /* PROJECTION_H */
