// SPDX-License-Identifier: GPL-2.0
/* Is there an address for the next client, and does it lead to nobody else? */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "doctor.h"
#include "query.h"
#include "rtnl.h"

/* Each costs a question to the kernel */
#define PROBES_MAX	4096

struct conflict {
	struct rtnl	*rtnl;
	unsigned int	count;
	struct in_addr	address;	/* the first, and who has it */
	struct rtnl_route route;
	struct rtnl_link link;
};

/* What is left of an earlier call is no conflict: pptpmuxd removes it itself */
static bool is_left(const struct rtnl_route *route, const struct rtnl_link *link)
{
	return route->protocol == RTNL_PROTOCOL ||
	       (route->protocol == RTPROT_KERNEL && !strcmp(link->kind, "ppp"));
}

static void probe(struct conflict *conflict, struct in_addr address)
{
	struct rtnl_link link = { .name = "" };
	struct rtnl_route route;

	if (rtnl_route_get(conflict->rtnl, address, &route) < 0 || route.dst_len != 32)
		return;
	if (route.ifindex)
		rtnl_link_get(conflict->rtnl, route.ifindex, &link);
	if (is_left(&route, &link) || conflict->count++)
		return;
	conflict->address = address;
	conflict->route = route;
	conflict->link = link;
}

static void report_conflict(struct doctor *doctor, const struct conflict *conflict)
{
	char address[INET_ADDRSTRLEN], route[128], mend[256];

	inet_ntop(AF_INET, &conflict->address, address, sizeof(address));
	rtnl_route_text(&conflict->route, route, sizeof(route));
	if (conflict->route.type == RTN_LOCAL) {
		finding_add(&doctor->findings, FINDING_POOL_CONFLICT, NULL,
			    "%s is in a pool for clients, and this host's own address on %s: write exclude = { \"%s\" } into pptpmuxd.conf (%u such)",
			    address, conflict->link.name, address, conflict->count);
		return;
	}
	snprintf(mend, sizeof(mend), "ip route del %s%s%s", route,
		 *conflict->link.name ? " dev " : "", conflict->link.name);
	finding_add(&doctor->findings, FINDING_POOL_CONFLICT, mend,
		    "%s is in a pool for clients, and somebody else has a route to it: %s%s%s: event 20050; remove that, or exclude the address in pptpmuxd.conf (%u such)",
		    address, route, *conflict->link.name ? " on " : "", conflict->link.name,
		    conflict->count);
}

static void check_conflicts(struct doctor *doctor, const struct json_tree *addresses)
{
	struct conflict conflict = { .count = 0 };
	const struct json_tree *entry;
	unsigned int probes = 0;
	struct in_addr address;

	if (!addresses || rtnl_open(&conflict.rtnl) < 0)
		return;
	for (entry = addresses->first; entry && probes < PROBES_MAX; entry = entry->next) {
		if (!strcmp(json_tree_text(entry, "state", ""), "held") ||
		    inet_pton(AF_INET, json_tree_text(entry, "address", ""), &address) != 1)
			continue;
		probe(&conflict, address);
		probes++;
	}
	rtnl_close(conflict.rtnl);
	if (conflict.count)
		report_conflict(doctor, &conflict);
}

static void check_size(struct doctor *doctor, const struct json_tree *pool)
{
	uint64_t size = json_tree_number(pool, "size"), held = json_tree_number(pool, "held"),
		 aside = json_tree_number(pool, "aside");

	if (size && held + aside >= size)
		finding_add(&doctor->findings, FINDING_POOL_EXHAUSTED, "pptpmuxctl pool",
			    "no address is free in pool \"%s\": %" PRIu64 " of %" PRIu64 " in use, %" PRIu64 " set aside: the next client is hung up, error 717; add a range to its remoteip in pptpmuxd.conf and start pptpmuxd anew, or see who can be hung up",
			    json_tree_text(pool, "name", "?"), held, size, aside);
}

void doctor_pool(struct doctor *doctor)
{
	const struct json_tree *pools, *pool;
	char path[QUERY_PATH_SIZE], *answer;
	struct json_tree *tree;

	if (!doctor->config ||
	    query_ask(doctor->ctl->run_directory, "pool", &answer, path, sizeof(path)))
		return;
	tree = json_tree_read(answer);
	free(answer);
	pools = json_tree_get(tree, "pools");
	/* It has written what it wrote; one that died meanwhile is no fault of the pool's */
	for (pool = pools ? pools->first : NULL; pool; pool = pool->next)
		check_size(doctor, pool);
	check_conflicts(doctor, json_tree_get(tree, "addresses"));
	json_tree_free(tree);
}
