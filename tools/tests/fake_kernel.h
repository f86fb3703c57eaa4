/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes, interfaces and proxy-ARP entries that behave as the kernel's do, in
 * memory shared by processes: instead of lib/rtnl.c. A second route of the same
 * destination and metric is kept behind the first, and not used. An interface
 * goes with its process. Included by one file a program.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rtnl.h"

#define FAKE_MAX	4096

struct fake_kernel {
	struct {
		bool used;
		struct rtnl_route route;
	} routes[FAKE_MAX];
	struct {
		bool used;
		pid_t pid;		/* 0: of no process */
		struct rtnl_link link;
	} links[FAKE_MAX];		/* by ifindex */
	struct {
		bool used;
		struct in_addr address;
		int ifindex;
		uint8_t protocol;
	} proxies[FAKE_MAX];
	unsigned int up;		/* calls whose client has been reached */
	unsigned int ended;		/* of those that were refused */
	bool patient;			/* processes do not end upon SIGTERM */
	unsigned int permits;		/* but so many of them do */
	bool deaf;			/* nor when they are refused */
	bool hasty;			/* they ask twice, and do not wait in between */
	uint8_t endpoint;		/* what clients name in a bundle, 0: no multilink */
	unsigned int lookups;
};

static struct fake_kernel *kernel;
static int fake_fd;

static inline void fake_kernel_open(const char *path)
{
	fake_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ftruncate(fake_fd, sizeof(*kernel)) < 0)
		abort();
	kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE, MAP_SHARED, fake_fd, 0);
	if (kernel == MAP_FAILED)
		abort();
}

static inline void fake_kernel_close(void)
{
	munmap(kernel, sizeof(*kernel));
	close(fake_fd);
}

/* Routes and interfaces are written by several processes at a time */
static inline void fake_lock(void)
{
	flock(fake_fd, LOCK_EX);
}

static inline void fake_unlock(void)
{
	flock(fake_fd, LOCK_UN);
}

static inline void fake_link_remove(int ifindex)
{
	int i;

	kernel->links[ifindex].used = false;
	for (i = 0; i < FAKE_MAX; i++) {
		if (kernel->routes[i].route.ifindex == ifindex)
			kernel->routes[i].used = false;
		if (kernel->proxies[i].ifindex == ifindex)
			kernel->proxies[i].used = false;
	}
}

/* Interfaces of processes that are no more are no more */
static inline void fake_kernel_reap(void)
{
	int i;

	for (i = 1; i < FAKE_MAX; i++) {
		if (kernel->links[i].used && kernel->links[i].pid &&
		    kill(kernel->links[i].pid, 0) < 0)
			fake_link_remove(i);
	}
}

static inline int fake_link_add(const char *kind, pid_t pid)
{
	int i;

	for (i = 1; i < FAKE_MAX; i++) {
		if (kernel->links[i].used)
			continue;
		kernel->links[i].used = true;
		kernel->links[i].pid = pid;
		snprintf(kernel->links[i].link.name, sizeof(kernel->links[i].link.name),
			 "%s%d", *kind ? kind : "eth", i);
		snprintf(kernel->links[i].link.kind, sizeof(kernel->links[i].link.kind), "%s",
			 kind);
		return i;
	}
	abort();
}

/* Behind what there is, as the kernel does for an interface's own address */
static inline void fake_route_append(const struct rtnl_route *route)
{
	int i;

	for (i = FAKE_MAX - 1; i > 0 && !kernel->routes[i - 1].used; i--)
		;
	kernel->routes[i].used = true;
	kernel->routes[i].route = *route;
}

static inline void fake_route(const char *network, int len, int type, int protocol, int scope,
			      int ifindex, const char *source)
{
	struct rtnl_route route = {
		.dst_len = len, .type = type, .protocol = protocol, .scope = scope,
		.ifindex = ifindex, .table = RT_TABLE_MAIN,
	};

	inet_pton(AF_INET, network, &route.dst);
	inet_pton(AF_INET, source, &route.source);
	fake_route_append(&route);
}

static inline struct rtnl_route *fake_lookup(struct in_addr address)
{
	struct rtnl_route *best = NULL, *route;
	uint32_t mask;
	int i;

	fake_kernel_reap();
	for (i = 0; i < FAKE_MAX; i++) {
		route = &kernel->routes[i].route;
		mask = route->dst_len ? UINT32_MAX << (32 - route->dst_len) : 0;
		if (!kernel->routes[i].used ||
		    (ntohl(address.s_addr) & mask) != ntohl(route->dst.s_addr))
			continue;
		if (!best || route->dst_len > best->dst_len ||
		    (route->dst_len == best->dst_len && (route->type == RTN_LOCAL ||
							 route->metric < best->metric)))
			best = route;
	}
	return best;
}

/* ---- what the daemon calls ---- */

int rtnl_open(struct rtnl **out)
{
	*out = NULL;
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)rtnl;
}

int rtnl_route_get(struct rtnl *rtnl, struct in_addr address, struct rtnl_route *route)
{
	struct rtnl_route *found;

	(void)rtnl;
	fake_lock();
	found = fake_lookup(address);
	*route = found ? *found : (struct rtnl_route){ .type = RTN_UNSPEC };
	fake_unlock();
	kernel->lookups++;
	if (!found)
		return -ENETUNREACH;
	return route->type == RTN_BLACKHOLE ? -EINVAL : 0;
}

static inline int fake_find(const struct rtnl_route *route)
{
	const struct rtnl_route *other;
	int i;

	for (i = 0; i < FAKE_MAX; i++) {
		other = &kernel->routes[i].route;
		if (kernel->routes[i].used && other->dst.s_addr == route->dst.s_addr &&
		    other->dst_len == route->dst_len && other->metric == route->metric &&
		    other->type != RTN_LOCAL)
			return i;
	}
	return -1;
}

int rtnl_route_add(struct rtnl *rtnl, const struct rtnl_route *route, enum rtnl_meeting meeting)
{
	int found, rc = 0;

	(void)rtnl;
	fake_lock();
	found = fake_find(route);
	if (found < 0)
		fake_route_append(route);
	else if (meeting == RTNL_REPLACE)
		kernel->routes[found].route = *route;
	else
		rc = -EEXIST;
	fake_unlock();
	return rc;
}

int rtnl_route_del(struct rtnl *rtnl, const struct rtnl_route *route)
{
	const struct rtnl_route *found;
	int i;

	(void)rtnl;
	for (i = 0; i < FAKE_MAX; i++) {
		found = &kernel->routes[i].route;
		if (kernel->routes[i].used && found->dst.s_addr == route->dst.s_addr &&
		    found->dst_len == route->dst_len && found->ifindex == route->ifindex &&
		    found->protocol == route->protocol) {
			kernel->routes[i].used = false;
			return 0;
		}
	}
	return -ESRCH;
}

int rtnl_link_get(struct rtnl *rtnl, int ifindex, struct rtnl_link *link)
{
	(void)rtnl;
	if (!kernel->links[ifindex].used)
		return -ENODEV;
	*link = kernel->links[ifindex].link;
	return 0;
}

int rtnl_link_del(struct rtnl *rtnl, int ifindex)
{
	(void)rtnl;
	fake_lock();
	fake_link_remove(ifindex);
	fake_unlock();
	return 0;
}

static inline int fake_proxy(struct in_addr address, int ifindex)
{
	int i;

	for (i = 0; i < FAKE_MAX; i++) {
		if (kernel->proxies[i].used && kernel->proxies[i].ifindex == ifindex &&
		    kernel->proxies[i].address.s_addr == address.s_addr)
			return i;
	}
	return -1;
}

int rtnl_proxy_get(struct rtnl *rtnl, struct in_addr address, int ifindex, uint8_t *protocol)
{
	int found = fake_proxy(address, ifindex);

	(void)rtnl;
	if (found < 0)
		return -ENOENT;
	*protocol = kernel->proxies[found].protocol;
	return 0;
}

static inline void fake_proxy_add(struct in_addr address, int ifindex, uint8_t protocol)
{
	int i = 0;

	while (kernel->proxies[i].used)
		i++;
	kernel->proxies[i].used = true;
	kernel->proxies[i].address = address;
	kernel->proxies[i].ifindex = ifindex;
	kernel->proxies[i].protocol = protocol;
}

int rtnl_proxy_add(struct rtnl *rtnl, struct in_addr address, int ifindex)
{
	(void)rtnl;
	fake_proxy_add(address, ifindex, RTNL_PROTOCOL);
	return 0;
}

int rtnl_proxy_del(struct rtnl *rtnl, struct in_addr address, int ifindex)
{
	int found = fake_proxy(address, ifindex);

	(void)rtnl;
	if (found < 0)
		return -ENOENT;
	kernel->proxies[found].used = false;
	return 0;
}

const char *rtnl_route_text(const struct rtnl_route *route, char *text, size_t size)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &route->dst, address, sizeof(address));
	snprintf(text, size, "%s proto %u", address, route->protocol);
	return text;
}

#endif /* FAKE_KERNEL_H */
