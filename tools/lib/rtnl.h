/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's routes, interfaces and proxy-ARP entries of one network
 * namespace, over rtnetlink. Everything is asked for by its name or number; what
 * a question costs does not grow with how many of them there are.
 */
#ifndef RTNL_H
#define RTNL_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* The origin that our routes and proxy-ARP entries carry ("proto 80" to iproute2) */
#define RTNL_PROTOCOL	80

struct rtnl;

/* A route; the kernel's names are in linux/rtnetlink.h */
struct rtnl_route {
	struct in_addr dst;
	uint8_t dst_len;
	uint8_t type;		/* RTN_* */
	uint8_t protocol;	/* RTPROT_* */
	uint8_t scope;		/* RT_SCOPE_* */
	uint32_t table;
	uint32_t metric;
	int ifindex;		/* 0: none */
	struct in_addr source;	/* preferred; INADDR_ANY: none */
};

struct rtnl_link {
	char name[IF_NAMESIZE];
	char kind[16];		/* "ppp", "dummy"; "" for hardware */
};

/* How rtnl_route_add() meets a route of the same destination and metric */
enum rtnl_meeting {
	RTNL_EXCLUSIVE,		/* fails with -EEXIST */
	RTNL_REPLACE,		/* takes its place in one step */
};

/**
 * rtnl_open() - Open a client in the network namespace of the caller
 * @out: the client, to be closed with rtnl_close(); NULL on failure
 *
 * Return: 0 or a negative errno.
 */
int rtnl_open(struct rtnl **out);
void rtnl_close(struct rtnl *rtnl);

/**
 * rtnl_route_get() - The entry of the routing tables that packets of this host
 * to an address take
 *
 * Return: 0; -ENETUNREACH if there is none; -EINVAL, -EHOSTUNREACH or -EACCES
 * if it is one of type blackhole, unreachable or prohibit, which the kernel does
 * not show; or another negative errno.
 */
int rtnl_route_get(struct rtnl *rtnl, struct in_addr address, struct rtnl_route *route);

/* Each: 0 or a negative errno. Of @route all counts but a metric of 0 in del. */
int rtnl_route_add(struct rtnl *rtnl, const struct rtnl_route *route, enum rtnl_meeting meeting);
int rtnl_route_del(struct rtnl *rtnl, const struct rtnl_route *route);

/* Each: 0 or a negative errno, -ENODEV if there is no such interface */
int rtnl_link_get(struct rtnl *rtnl, int ifindex, struct rtnl_link *link);
int rtnl_link_del(struct rtnl *rtnl, int ifindex);

/**
 * rtnl_proxy_get() - Is an address answered for on an interface (proxy ARP)?
 * @protocol: set to the entry's origin, RTPROT_UNSPEC if it has none
 *
 * Return: 0, -ENOENT if not, or another negative errno.
 */
int rtnl_proxy_get(struct rtnl *rtnl, struct in_addr address, int ifindex, uint8_t *protocol);
int rtnl_proxy_add(struct rtnl *rtnl, struct in_addr address, int ifindex);
int rtnl_proxy_del(struct rtnl *rtnl, struct in_addr address, int ifindex);

/* "192.0.2.1", "192.0.2.0/24 proto static metric 5": what iproute2 would write */
const char *rtnl_route_text(const struct rtnl_route *route, char *text, size_t size);

#endif /* RTNL_H */
