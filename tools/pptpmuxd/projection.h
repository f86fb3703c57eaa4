/* SPDX-License-Identifier: GPL-2.0 */
/* What a call shows of its client to the network: routes, proxy ARP */
#ifndef PROJECTION_H
#define PROJECTION_H

#include <netinet/in.h>
#include <stdbool.h>

struct config_pools;
struct config_route;
struct rtnl;

void projection_route(struct rtnl *rtnl, const struct config_route *network, int ifindex,
		      const char *name, const char *whose);
void projection_routes(struct rtnl *rtnl, const struct config_pools *pools, const char *user,
		       int ifindex, const char *name);
void projection_proxy(struct rtnl *rtnl, struct in_addr address, int lan, const char *name);
void projection_end(struct rtnl *rtnl, struct in_addr address);
bool projection_possible(struct rtnl *rtnl, struct in_addr address);

#endif /* PROJECTION_H */
