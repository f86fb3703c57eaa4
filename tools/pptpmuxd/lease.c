// SPDX-License-Identifier: GPL-2.0
/*
 * The address of a call's client, from IPCP's beginning to the call's end.
 *
 * The plugin asks three times: when the client has authenticated, when IPCP
 * begins, and when it is up. It waits for the answer, so a call whose address is
 * still with a predecessor that is being ended is answered when that is gone.
 */
#include "lease.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "claim.h"
#include "clock.h"
#include "events.h"
#include "orphan.h"
#include "projection.h"
#include "server.h"
#include "single.h"

#define NOT_PROJECTED	20050	/* RRAS: no network protocol could be projected */

static const char *text_of(struct in_addr address, char *text)
{
	return inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

static const char *user_of(const struct call *call)
{
	return *call->user ? call->user : "a client without a name";
}

static void grant(struct call *call)
{
	struct lease_reply reply = { .granted = 1, .remote = call->address };

	pppd_answer(call->pppd, &reply);
}

/*
 * Ends the call. The client is told the @reason; who is in the way, or who else
 * is connected, is only for our own log.
 */
__attribute__((format(printf, 4, 5)))
static void refuse(struct call *call, unsigned int event, const char *reason,
		   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(call->refusal, sizeof(call->refusal), format, args);
	va_end(args);
	call->event = event;
	pppd_refuse(call->pppd, reason);
}

/* Who has an address, as the pool is told */
void lease_owner(const struct call *call, struct pool_owner *owner)
{
	snprintf(owner->user, sizeof(owner->user), "%s", call->user);
	snprintf(owner->call, sizeof(owner->call), "%s", call->name);
	owner->pid = pppd_pid(call->pppd);
	owner->started = pppd_started(call->pppd);
}

/* Now, as the pools take it */
struct pool_time lease_time(void)
{
	return (struct pool_time){ .shown = time(NULL), .steady = clock_ms() / 1000 };
}

/* ---- choosing ---- */

/* Is the address free of other claims? If not, it is set aside. */
static bool settle(struct call *call, struct in_addr address)
{
	struct pool_address *entry = pool_find(call->server->pool, address);
	struct claim claim = {
		.rtnl = call->server->rtnl,
		.name = call->name,
		.address = address,
		.localip = call->server->config->localip,
		.used = entry && entry->released,
	};
	char text[INET_ADDRSTRLEN];

	call->address = address;
	call->has_address = claim_clear(&claim);
	call->lan = claim.lan;
	if (call->has_address)
		return true;
	event_report("set-aside", NOT_PROJECTED, call->name,
		     "address %s is claimed by somebody else: %s; it is set aside for %d s, remove that or exclude the address in pptpmuxd.conf",
		     text_of(address, text), claim.owner, POOL_ASIDE_SECONDS);
	pool_set_aside(call->server->pool, address, claim.owner, lease_time());
	return false;
}

static void done(struct call *call)
{
	char text[INET_ADDRSTRLEN];

	event_report("address", 0, call->name, "address %s for %s",
		     text_of(call->address, text), user_of(call));
	server_note(call->server, call->address);
	grant(call);
}

/* Calls that end, and then give back what a new one may be waiting for */
static bool somebody_ends(const struct server *server)
{
	const struct call *call;

	LIST_FOREACH(call, &server->calls, entry) {
		if (call_is_ending(call) && call->has_address)
			return true;
	}
	return orphan_ends(server);
}

static bool wait_for_others(struct call *call, struct in_addr wish)
{
	if (!somebody_ends(call->server))
		return false;
	call->waiting = true;
	call->wish = wish;
	call->server->waiting++;
	return true;
}

static void take_any(struct call *call)
{
	struct server *server = call->server;
	size_t part = config_pools_of(&server->config->pools, call->user);
	struct pool_owner owner = { 0 };
	struct pool_address *entry;
	struct pool_counts counts;

	lease_owner(call, &owner);
	while ((entry = pool_take(server->pool, part, &owner, lease_time()))) {
		if (settle(call, (struct in_addr){ htonl(entry->address) })) {
			done(call);
			return;
		}
	}
	if (wait_for_others(call, (struct in_addr){ INADDR_ANY }))
		return;
	counts = pool_count(server->pool, part);
	refuse(call, NOT_PROJECTED, "error 717: no address is free",
	       "error 717: no address is free for %s in pool \"%s\": %zu of %zu in use, %zu set aside; see \"pptpmuxctl pool\", and add a range to remoteip in pptpmuxd.conf",
	       user_of(call), pool_name(server->pool, part), counts.held, counts.size,
	       counts.aside);
}

/* Addresses outside of all pools are few: the calls themselves tell */
static const struct call *holder_of(const struct server *server, struct in_addr address)
{
	const struct call *call;

	LIST_FOREACH(call, &server->calls, entry) {
		if (call->has_address && call->address.s_addr == address.s_addr)
			return call;
	}
	return NULL;
}

static bool is_held(struct call *call, struct in_addr address)
{
	struct pool_owner owner = { 0 };

	lease_owner(call, &owner);
	switch (pool_reserve(call->server->pool, address, &owner, time(NULL))) {
	case POOL_OK:
		return false;
	case POOL_UNKNOWN:
		return holder_of(call->server, address);
	default:
		return true;
	}
}

/* The user's own address, or one that chap-secrets, RADIUS or an option chose */
static void take_certain(struct call *call, struct in_addr address)
{
	const struct pool_address *entry = pool_find(call->server->pool, address);
	const struct call *holder;
	char text[INET_ADDRSTRLEN];

	text_of(address, text);
	if (entry && entry->fixed && strcmp(entry->fixed, call->user)) {
		refuse(call, NOT_PROJECTED, "the address is another user's",
		       "address %s was chosen for %s, but is %s's: see static in pptpmuxd.conf, and chap-secrets",
		       text, user_of(call), entry->fixed);
	} else if (!is_held(call, address)) {
		if (settle(call, address))
			done(call);
		else
			refuse(call, NOT_PROJECTED, "the address cannot be used",
			       "address %s of %s is claimed by somebody else, see the line before",
			       text, user_of(call));
	} else if (!wait_for_others(call, address)) {
		holder = holder_of(call->server, address);
		refuse(call, NOT_PROJECTED, "the address is in use",
		       "address %s was chosen for %s, but is in use by %s: see \"pptpmuxctl pool\", and single-session in pptpmuxd.conf",
		       text, user_of(call), holder ? holder->name : "a call from before the restart");
	}
}

static void choose(struct call *call, struct in_addr wish)
{
	const struct pool_fixed *fixed;

	fixed = config_pools_fixed(&call->server->config->pools, call->user);
	if (wish.s_addr)
		take_certain(call, wish);
	else if (fixed)
		take_certain(call, (struct in_addr){ htonl(fixed->address) });
	else
		take_any(call);
}

/* IPCP may begin anew, and asks for what it has */
static void begin(struct call *call, const struct lease_request *request)
{
	if (call->has_address && (!request->remote.s_addr ||
				  request->remote.s_addr == call->address.s_addr)) {
		grant(call);
		return;
	}
	lease_end(call);
	choose(call, request->remote);
}

/* ---- the end ---- */

/**
 * lease_end - take the address back
 * @call:	the call, whose interface is gone or was never up
 */
void lease_end(struct call *call)
{
	struct server *server = call->server;

	if (call->waiting) {
		call->waiting = false;
		server->waiting--;
	}
	if (!call->has_address)
		return;
	call->has_address = false;
	projection_end(server->rtnl, call->address);
	pool_release(server->pool, call->address, time(NULL));
	server_note(server, call->address);
}

/**
 * lease_retry - an address was given back, or one is no longer to be expected
 * @server:	the server
 */
void lease_retry(struct server *server)
{
	struct call *call;

	if (!server->waiting)
		return;
	LIST_FOREACH(call, &server->calls, entry) {
		if (!call->waiting || call_is_ending(call))
			continue;
		call->waiting = false;
		server->waiting--;
		choose(call, call->wish);
	}
}

/* ---- authenticated, and up ---- */

static void authenticated(struct call *call, const struct lease_request *request)
{
	const char *other;

	snprintf(call->user, sizeof(call->user), "%s", request->user);
	memcpy(call->bundle, request->bundle, sizeof(call->bundle));
	other = single_conflict(call, SINGLE_BY_USER);
	if (!other)
		grant(call);
	else
		refuse(call, NOT_PROJECTED, "there is a call of this user already",
		       "%s has a call already, %s, and single-session in pptpmuxd.conf denies a second one",
		       user_of(call), other);
}

/* A client may have got an address that we did not give: by ipcp-accept-remote */
static bool is_as_given(const struct call *call, const struct lease_request *request)
{
	return call->has_address && call->address.s_addr == request->remote.s_addr;
}

static bool verify(struct call *call, const struct lease_request *request, char *owner)
{
	struct claim claim = {
		.rtnl = call->server->rtnl,
		.name = call->name,
		.address = call->address,
		.localip = call->server->config->localip,
	};
	bool good = claim_verify(&claim, request->local, request->ifindex);

	memcpy(owner, claim.owner, sizeof(claim.owner));
	return good;
}

static void project(struct call *call, int ifindex)
{
	struct server *server = call->server;
	const struct config_pools *pools = &server->config->pools;
	const struct pool_address *entry = pool_find(server->pool, call->address);
	const struct projection projection = {
		.rtnl = server->rtnl,
		.ifindex = ifindex,
		.outer = &call->peer,
		.outer_count = 1,
		.name = call->name,
		.whose = call->user,
	};

	if (*call->user)
		projection_routes(&projection, pools);
	if (entry && entry->part != POOL_NONE && pools->pool[entry->part].proxyarp)
		projection_proxy(server->rtnl, call->address, call->lan, call->name);
}

static void up(struct call *call, const struct lease_request *request)
{
	char text[INET_ADDRSTRLEN], owner[CLAIM_TEXT_OCTETS];

	text_of(request->remote, text);
	if (!is_as_given(call, request)) {
		refuse(call, NOT_PROJECTED, "this is not the address that was given",
		       "%s has taken address %s, which was not given to it: leave out ipcp-accept-remote in the options of pppd",
		       user_of(call), text);
	} else if (verify(call, request, owner)) {
		project(call, request->ifindex);
		event_report("up", 0, call->name, "up: %s at %s", user_of(call), text);
		grant(call);
	} else {
		refuse(call, NOT_PROJECTED, "its packets would not reach this client",
		       "%s cannot be reached at %s: %s takes its packets; the address is set aside for %d s, remove that or exclude the address in pptpmuxd.conf",
		       user_of(call), text, owner, POOL_ASIDE_SECONDS);
		call->has_address = false;
		pool_set_aside(call->server->pool, call->address, owner, lease_time());
		server_note(call->server, call->address);
	}
}

/**
 * lease_asked - answer what the plugin asks
 * @call:	the call
 * @request:	the question
 */
void lease_asked(struct call *call, const struct lease_request *request)
{
	if (call->waiting)
		lease_end(call);
	if (call_is_ending(call)) {
		pppd_refuse(call->pppd, "the call has been hung up");
		return;
	}
	switch (request->question) {
	case LEASE_USER:
		authenticated(call, request);
		break;
	case LEASE_ADDRESS:
		begin(call, request);
		break;
	case LEASE_UP:
		up(call, request);
		break;
	}
}
