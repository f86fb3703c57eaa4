// SPDX-License-Identifier: GPL-2.0
/*
 * What a call shows of its client to the network: routes to the networks behind
 * it, proxy ARP for its address.
 *
 * Routes go with the interface, however its pppd ends. A proxy-ARP entry stands
 * on another interface and stays: it is taken away when the call is over, and
 * when a restarted pptpmuxd finds that it is; what may be left even so is
 * cleaned before the address is used again (claim.c).
 */
#include "projection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "config_pools.h"
#include "log.h"
#include "rtnl.h"

static bool route_is_ours(struct rtnl *rtnl, const struct rtnl_route *wanted)
{
	struct rtnl_route found;

	return rtnl_route_get(rtnl, wanted->dst, &found) == 0 &&
	       found.dst_len == wanted->dst_len && found.protocol == RTNL_PROTOCOL;
}

/* Of two calls of one user the later one gets the network */
static int add_route(struct rtnl *rtnl, const struct rtnl_route *route)
{
	int err = rtnl_route_add(rtnl, route, RTNL_EXCLUSIVE);

	if (err == -EEXIST && route_is_ours(rtnl, route))
		err = rtnl_route_add(rtnl, route, RTNL_REPLACE);
	return err;
}

static bool contains(const struct rtnl_route *route, struct in_addr address)
{
	uint32_t mask = route->dst_len ? UINT32_MAX << (32 - route->dst_len) : 0;

	return (ntohl(address.s_addr) & mask) == ntohl(route->dst.s_addr);
}

/* Is it the way to the address already, or would it be preferred to what is? */
static bool takes(struct rtnl *rtnl, const struct rtnl_route *route, struct in_addr address)
{
	struct rtnl_route found;

	return contains(route, address) && (rtnl_route_get(rtnl, address, &found) < 0 ||
					    found.dst_len <= route->dst_len);
}

/*
 * What carries the tunnel must not be routed into it: nothing would pass any more, its
 * control connection neither. Returns the peer's address that would be, or NULL.
 */
static const struct in_addr *loops(const struct projection *projection,
				   const struct rtnl_route *route)
{
	size_t i;

	for (i = 0; i < projection->outer_count; i++) {
		if (takes(projection->rtnl, route, projection->outer[i]))
			return &projection->outer[i];
	}
	return NULL;
}

/* One that is there was put when the peer's address was not known yet */
static void skip(const struct projection *projection, const struct rtnl_route *route,
		 struct in_addr outer)
{
	char text[64], address[INET_ADDRSTRLEN];

	rtnl_route_del(projection->rtnl, route);
	rtnl_route_text(route, text, sizeof(text));
	inet_ntop(AF_INET, &outer, address, sizeof(address));
	log_warning("%s: no route %s to %s: it contains %s, where the tunnel itself leads to, and would send the tunnel's packets into the tunnel: correct routes in pptpmuxd.conf",
		    projection->name, text, projection->whose, address);
}

static void put(const struct projection *projection, const struct rtnl_route *route)
{
	int err = add_route(projection->rtnl, route);
	char text[64];

	rtnl_route_text(route, text, sizeof(text));
	if (err)
		log_warning("%s: no route %s to %s: %s; see \"ip route\" for another one, and routes in pptpmuxd.conf",
			    projection->name, text, projection->whose, strerror(-err));
	else
		log_info("%s: route %s to %s", projection->name, text, projection->whose);
}

/**
 * projection_route - route a network into a tunnel
 * @projection:	the tunnel
 * @network:	the network; one that the tunnel's own packets would take is left out
 */
void projection_route(const struct projection *projection, const struct config_route *network)
{
	const struct rtnl_route route = {
		.dst = network->network,
		.dst_len = network->len,
		.type = RTN_UNICAST,
		.protocol = RTNL_PROTOCOL,
		.scope = RT_SCOPE_LINK,
		.table = RT_TABLE_MAIN,
		.ifindex = projection->ifindex,
	};
	const struct in_addr *outer = loops(projection, &route);

	if (outer)
		skip(projection, &route, *outer);
	else
		put(projection, &route);
}

/**
 * projection_routes - route the networks behind a user to its call
 * @projection:	the call's tunnel; whose it is says which networks
 * @pools:	which networks are behind whom
 */
void projection_routes(const struct projection *projection, const struct config_pools *pools)
{
	size_t i;

	for (i = 0; i < pools->route_count; i++) {
		if (!strcmp(pools->routes[i].user, projection->whose))
			projection_route(projection, &pools->routes[i]);
	}
}

/**
 * projection_proxy - answer for a client in the network that its address is in
 * @rtnl:	the kernel
 * @address:	the client's
 * @lan:	interface of that network, 0: there is none
 * @name:	of the call, for the log
 */
void projection_proxy(struct rtnl *rtnl, struct in_addr address, int lan, const char *name)
{
	int err = lan ? rtnl_proxy_add(rtnl, address, lan) : -ENETUNREACH;

	if (err)
		log_warning("%s: no proxy ARP: %s; its address must be in a network that this host is connected to",
			    name, strerror(-err));
}

/* The interface of the network that an address is in, when no call has it */
static int lan_of(struct rtnl *rtnl, struct in_addr address)
{
	struct rtnl_route route;

	if (rtnl_route_get(rtnl, address, &route) < 0 || route.dst_len == 32 ||
	    route.type != RTN_UNICAST || route.scope != RT_SCOPE_LINK)
		return 0;
	return route.ifindex;
}

/**
 * projection_end - take away what the end of a call has left
 * @rtnl:	the kernel
 * @address:	the client's, whose interface is gone
 */
void projection_end(struct rtnl *rtnl, struct in_addr address)
{
	int lan = lan_of(rtnl, address);
	uint8_t protocol;

	if (lan && rtnl_proxy_get(rtnl, address, lan, &protocol) == 0 &&
	    protocol == RTNL_PROTOCOL)
		rtnl_proxy_del(rtnl, address, lan);
}

/* Can proxy ARP work for an address? */
bool projection_possible(struct rtnl *rtnl, struct in_addr address)
{
	struct rtnl_route route;

	/* a call has it, one that was up before we were */
	if (rtnl_route_get(rtnl, address, &route) == 0 && route.dst_len == 32)
		return true;
	return lan_of(rtnl, address);
}
