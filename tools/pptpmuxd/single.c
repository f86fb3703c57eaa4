// SPDX-License-Identifier: GPL-2.0
/*
 * One call for one client: a device that lost its call dials again long before
 * the dead call is noticed, and the new call must not fail for the old one's sake.
 */
#include "single.h"

#include <string.h>

#include "call.h"
#include "control.h"
#include "events.h"
#include "orphan.h"
#include "server.h"

/* Several calls on one control connection are one client's own choice */
static bool same_client(const struct call *one, const struct call *other,
			enum config_single_by by)
{
	if (by == SINGLE_BY_USER)
		return *one->user && !strcmp(one->user, other->user);
	return one->peer.s_addr == other->peer.s_addr && one->control != other->control;
}

/* Two links of a multilink bundle are one session */
static bool same_bundle(const struct call *one, const struct call *other)
{
	return one->bundle[0] && !memcmp(one->bundle, other->bundle, sizeof(one->bundle));
}

/**
 * single_conflict - end or honour the other calls of a call's client
 * @call:	the new call
 * @by:		what is known of its client now
 *
 * Return: NULL if the call may go on; the name of another one if it may not.
 */
const char *single_conflict(const struct call *call, enum config_single_by by)
{
	struct server *server = call->server;
	const struct config *config = server->config;
	struct call *other;

	if (config->single == SINGLE_ALLOW || !(config->single_by & by))
		return NULL;
	LIST_FOREACH(other, &server->calls, entry) {
		if (other == call || call_is_ending(other) || !same_client(call, other, by) ||
		    same_bundle(call, other))
			continue;
		if (config->single == SINGLE_DENY)
			return other->name;
		event_report("replaced", 0, other->name, "replaced by %s: its client calls again",
			     call->name);
		call_hang_up(other, PPTP_MUX_CAUSE_ADMIN);
	}
	if (by == SINGLE_BY_USER && *call->user)
		return orphan_conflict(server, call->user, config->single == SINGLE_DENY);
	return NULL;
}
