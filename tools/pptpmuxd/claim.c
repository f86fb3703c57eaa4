// SPDX-License-Identifier: GPL-2.0
/*
 * Who claims an address.
 *
 * A second route of the same destination does not replace the first: the kernel
 * keeps both and uses the older one. So what is left of an address's last user
 * leads the next one's packets astray, though every sign says that the call is
 * up (in Windows NT 4.0, Microsoft's Q233048 and event 20050). Therefore the
 * kernel is asked before an address is given away, and once more when its new
 * call is up.
 *
 * What is ours carries our mark, RTNL_PROTOCOL, or is a PPP interface with the
 * server's own address that belongs to no call. All else is somebody else's,
 * and is never touched before a call has the address.
 */
#include "claim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "events.h"
#include "log.h"
#include "rtnl.h"
#include "slots.h"

#define ROUNDS	16	/* claims upon one address; more are not to be believed */

static const char *link_name(struct rtnl *rtnl, int ifindex, struct rtnl_link *link)
{
	if (rtnl_link_get(rtnl, ifindex, link) < 0)
		snprintf(link->name, sizeof(link->name), "number %d", ifindex);
	return link->name;
}

/* "route 192.0.2.7 proto static on eth0" */
static void describe(struct claim *claim, const struct rtnl_route *route)
{
	struct rtnl_link link = { .name = "" };
	char text[64];

	rtnl_route_text(route, text, sizeof(text));
	if (route->type == RTN_LOCAL)
		snprintf(claim->owner, sizeof(claim->owner), "this host's own address on %s",
			 link_name(claim->rtnl, route->ifindex, &link));
	else
		snprintf(claim->owner, sizeof(claim->owner), "route %s%s%s", text,
			 route->ifindex ? " on " : "",
			 route->ifindex ? link_name(claim->rtnl, route->ifindex, &link) : "");
}

/*
 * A PPP interface from the server's address to this one, and its address is
 * nobody's. If a call is in its slot still, though we know of none (our state was
 * lost), then it is in use.
 */
static bool dead_interface(const struct claim *claim, const struct rtnl_route *route,
			   const struct rtnl_link *link)
{
	return route->protocol == RTPROT_KERNEL && !strcmp(link->kind, "ppp") &&
	       route->source.s_addr == claim->localip.s_addr && !slots_have(link->name);
}

static bool report(const struct claim *claim, const char *what, const char *name, int err)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &claim->address, address, sizeof(address));
	if (err)
		log_warning("%s: address %s: cannot remove its %s on %s, left of an earlier call: %s; see \"ip route show table all\"",
			    claim->name, address, what, name, strerror(-err));
	else
		event_report("cleaned", 0, claim->name,
			     "address %s: cleaned: its %s on %s, left of an earlier call",
			     address, what, name);
	return !err;
}

/* Takes away a host route that is ours. Return: false if it is not, or stays. */
static bool remove_route(struct claim *claim, const struct rtnl_route *route)
{
	struct rtnl_link link = { .name = "no interface" };

	if (route->ifindex)
		link_name(claim->rtnl, route->ifindex, &link);
	if (route->type != RTN_LOCAL && route->protocol == RTNL_PROTOCOL)
		return report(claim, "route", link.name, rtnl_route_del(claim->rtnl, route));
	if (!dead_interface(claim, route, &link))
		return false;
	return report(claim, "interface", link.name, rtnl_link_del(claim->rtnl, route->ifindex));
}

/*
 * The kernel does not show a route that lets packets vanish, so it may be this
 * address's or a whole network's. The first kind is in the way, and would be in
 * the way of a second one too; the other one is not.
 */
static bool is_barred(struct claim *claim)
{
	struct rtnl_route probe = {
		.dst = claim->address,
		.dst_len = 32,
		.type = RTN_BLACKHOLE,
		.protocol = RTNL_PROTOCOL,
		.table = RT_TABLE_MAIN,
	};

	if (rtnl_route_add(claim->rtnl, &probe, RTNL_EXCLUSIVE) == 0) {
		rtnl_route_del(claim->rtnl, &probe);
		return false;
	}
	snprintf(claim->owner, sizeof(claim->owner),
		 "a route that drops its packets (blackhole, unreachable or prohibit)");
	return true;
}

/* Return: whether it is worth asking for another claim */
static bool next_claim(struct claim *claim)
{
	struct rtnl_route route;

	switch (rtnl_route_get(claim->rtnl, claim->address, &route)) {
	case 0:
		break;
	case -EINVAL:
	case -EHOSTUNREACH:
	case -EACCES:
		is_barred(claim);
		return false;
	default:	/* nobody's; or not to be known, which the verification will show */
		return false;
	}
	if (route.dst_len == 32) {
		if (remove_route(claim, &route))
			return true;
		describe(claim, &route);
		return false;
	}
	if (route.type == RTN_UNICAST && route.scope == RT_SCOPE_LINK)
		claim->lan = route.ifindex;
	return false;
}

/*
 * pppd marks what its own "proxyarp" makes by nothing; if a call has had the
 * address, it is that call's.
 */
static void clear_proxy(struct claim *claim)
{
	struct rtnl_link link;
	uint8_t protocol;

	if (!claim->lan ||
	    rtnl_proxy_get(claim->rtnl, claim->address, claim->lan, &protocol) < 0)
		return;
	link_name(claim->rtnl, claim->lan, &link);
	if (protocol == RTNL_PROTOCOL || (protocol == RTPROT_UNSPEC && claim->used))
		report(claim, "proxy-ARP entry", link.name,
		       rtnl_proxy_del(claim->rtnl, claim->address, claim->lan));
	else
		snprintf(claim->owner, sizeof(claim->owner), "proxy-ARP entry on %s", link.name);
}

/**
 * claim_clear - free an address of all that is left of its last user
 * @claim:	the address; @lan and @owner are filled in
 *
 * Asks for this one address only, so that it costs the same however many calls
 * there are.
 *
 * Return: whether the address may be used; if not, @owner says who claims it.
 */
bool claim_clear(struct claim *claim)
{
	int round = 0;

	claim->lan = 0;
	claim->owner[0] = '\0';
	while (round < ROUNDS && next_claim(claim))
		round++;
	if (!claim->owner[0])
		clear_proxy(claim);
	return !claim->owner[0];
}

/* Do this host's packets to the address leave by this interface? */
static bool leads_to(struct claim *claim, int ifindex)
{
	struct rtnl_route route;
	int err = rtnl_route_get(claim->rtnl, claim->address, &route);

	if (!err && route.type == RTN_UNICAST && route.ifindex == ifindex)
		return true;
	if (err)
		snprintf(claim->owner, sizeof(claim->owner), "a route that leads nowhere (%s)",
			 strerror(-err));
	else
		describe(claim, &route);
	return false;
}

/**
 * claim_verify - see that an address leads to its call
 * @claim:	the address; @owner is filled in if somebody else claimed it
 * @local:	the server's address in this call
 * @ifindex:	the call's interface
 *
 * A route in the way is replaced in one step, so that at no time there is none.
 *
 * Return: whether it does, now.
 */
bool claim_verify(struct claim *claim, struct in_addr local, int ifindex)
{
	struct rtnl_route route = {
		.dst = claim->address,
		.dst_len = 32,
		.type = RTN_UNICAST,
		.protocol = RTNL_PROTOCOL,
		.scope = RT_SCOPE_LINK,
		.table = RT_TABLE_MAIN,
		.ifindex = ifindex,
		.source = local,
	};
	char before[CLAIM_TEXT_OCTETS];

	claim->owner[0] = '\0';
	if (leads_to(claim, ifindex))
		return true;
	memcpy(before, claim->owner, sizeof(before));
	rtnl_route_add(claim->rtnl, &route, RTNL_REPLACE);
	if (!leads_to(claim, ifindex))
		return false;
	event_report("redirected", 0, claim->name,
		     "replaced: %s, which stood in the way of this call", before);
	return true;
}
