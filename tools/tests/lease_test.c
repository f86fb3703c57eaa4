// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses through the whole daemon: who gets which, what is cleaned before, what
 * is verified after, and what a restart knows. The kernel's routing is a fake;
 * pppd is this program, which asks what the plugin asks.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "call.h"
#include "events.h"
#include "fake_kernel.h"
#include "lease.h"
#include "logged.h"
#include "peer.h"
#include "pool_journal_read.h"
#include "process.h"
#include "rundir.h"
#include "tap.h"

#define LOCAL	"192.0.2.1"

/* ---- the plugin ---- */

/* Asks, and does not wait for the answer */
static void put_question(struct lease_request *request)
{
	request->number += 7;
	snprintf(request->user, sizeof(request->user), "%s", getenv("FAKE_USER"));
	if (send(4, request, sizeof(*request), 0) != sizeof(*request))
		_exit(1);
}

/* Ends the process if the call may not go on, unless it is deaf */
static void ask(struct lease_request *request, struct lease_reply *reply)
{
	put_question(request);
	if (recv(4, reply, sizeof(*reply), 0) != sizeof(*reply) ||
	    reply->number != request->number)
		_exit(1);
	if (reply->granted || kernel->deaf)
		return;
	fprintf(stderr, "told: %s\n", reply->reason);
	__atomic_add_fetch(&kernel->ended, 1, __ATOMIC_SEQ_CST);
	_exit(10);
}

static volatile sig_atomic_t told_to_end, hung_up;
static bool in_bundle;	/* others may go on with what this process has */

/* The end of a link is the end of its process, unless others are in the bundle */
static void on_hup(int number)
{
	(void)number;
	if (in_bundle)
		hung_up = 1;
	else
		told_to_end = 1;
}

/* The link has ended, and others may go on with the bundle */
static void link_down(void)
{
	const struct lease_request down = { .question = LEASE_DOWN };

	hung_up = 0;
	if (send(4, &down, sizeof(down), 0) != sizeof(down))
		_exit(1);
}

static void on_term(int number)
{
	(void)number;
	told_to_end = 1;
}

/* May one of those that are patient end? Then it is this one. */
static bool permitted(void)
{
	unsigned int permits = __atomic_load_n(&kernel->permits, __ATOMIC_SEQ_CST);

	while (permits && !__atomic_compare_exchange_n(&kernel->permits, &permits, permits - 1,
						       false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	return permits;
}

/* Until SIGTERM, and longer where processes are patient */
static void stay(void)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	while (!told_to_end || (kernel->patient && !permitted())) {
		if (hung_up && !kernel->patient)
			link_down();
		nanosleep(&moment, NULL);
	}
}

/* What pppd and the kernel make of an address that IPCP has agreed on */
static int interface_up(struct in_addr remote)
{
	struct rtnl_route route = {
		.dst = remote, .dst_len = 32, .type = RTN_UNICAST, .protocol = RTPROT_KERNEL,
		.scope = RT_SCOPE_LINK, .table = RT_TABLE_MAIN,
	};

	inet_pton(AF_INET, LOCAL, &route.source);
	fake_lock();
	route.ifindex = fake_link_add("ppp", getpid());
	fake_route_append(&route);
	fake_unlock();
	return route.ifindex;
}

static int be_pppd(char **argv)
{
	struct lease_request request = { .question = LEASE_USER };
	struct lease_reply reply;
	const char *intruder = getenv("FAKE_INTRUDER");
	int local = RTN_UNICAST;

	fake_kernel_open(getenv("FAKE_KERNEL"));
	while (*argv)
		in_bundle |= !strcmp(*argv++, "multilink");
	signal(SIGTERM, on_term);
	signal(SIGHUP, on_hup);
	memset(request.bundle, kernel->endpoint, sizeof(request.bundle));
	ask(&request, &reply);
	if (kernel->hasty) {
		/* its first question has been given up; two answers come, in this order */
		put_question(&request);
		put_question(&request);
		if (recv(4, &reply, sizeof(reply), 0) != sizeof(reply) ||
		    reply.number + 7 != request.number ||
		    recv(4, &reply, sizeof(reply), 0) != sizeof(reply) ||
		    reply.number != request.number)
			_exit(1);
	}
	request.question = LEASE_ADDRESS;
	inet_pton(AF_INET, getenv("FAKE_WISH"), &request.remote);
	ask(&request, &reply);
	if (*intruder) {
		local = !strcmp(intruder, "local") ? RTN_LOCAL : RTN_UNICAST;
		fake_route(inet_ntoa(reply.remote), 32, local, RTPROT_STATIC, RT_SCOPE_LINK, 1, "");
	}
	request.question = LEASE_UP;
	request.ifindex = interface_up(reply.remote);
	request.remote = reply.remote;
	inet_pton(AF_INET, LOCAL, &request.local);
	ask(&request, &reply);
	__atomic_add_fetch(&kernel->up, 1, __ATOMIC_SEQ_CST);
	stay();
	return 5;
}

/* ---- the server ---- */

static char directory[] = "/tmp/pptpmuxd-lease-XXXXXX";
static char kernel_path[64], run_path[64], state_path[128];

/* @lines: as peer_config() has them */
static struct config *configuration(const char *lines)
{
	struct config *config;
	char all[1024];

	snprintf(all, sizeof(all), "localip = \"" LOCAL "\"\n%s", lines);
	config = peer_config(directory, all);
	config->max_calls = 65535;
	return config;
}

static void server_up(const char *lines)
{
	server = server_new(base, configuration(lines));
	if (!server)
		abort();
}

static bool idle(void)
{
	return LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls) &&
	       LIST_EMPTY(&server->orphans);
}

static void server_down(void)
{
	server_stop(server);
	if (!pump_until(idle))
		abort();
	server_free(server);
	unlink(state_path);
}

/* What a boot leaves of the kernel's state: one interface, with a network on it */
static void boot(void)
{
	memset(kernel, 0, sizeof(*kernel));
	fake_link_add("", 0);
	fake_route("192.0.2.0", 24, RTN_UNICAST, RTPROT_KERNEL, RT_SCOPE_LINK, 1, "192.0.2.254");
	setenv("FAKE_USER", "alice", 1);
	setenv("FAKE_WISH", "", 1);
	setenv("FAKE_INTRUDER", "", 1);
}

/* ---- calls ---- */

static unsigned int awaited;

static bool enough_up(void)
{
	return kernel->up >= awaited;
}

static unsigned int calls_now(void)
{
	const struct call *call;
	unsigned int count = 0;

	LIST_FOREACH(call, &server->calls, entry)
		count++;
	return count;
}

static unsigned int calls_before;

static bool enough_ended(void)
{
	return kernel->ended >= awaited && calls_now() == calls_before;
}

/* One call on a connection of its own, until it is up */
static bool call_up(struct client *client, const char *user)
{
	struct pptp_msg reply;

	setenv("FAKE_USER", user, 1);
	awaited = kernel->up + 1;
	return client_start(client) && client_call(client, &reply) && pump_until(enough_up);
}

static bool call_refused(const char *user)
{
	struct client client;
	struct pptp_msg reply;
	bool good;

	setenv("FAKE_USER", user, 1);
	awaited = kernel->ended + 1;
	calls_before = calls_now();
	good = client_start(&client) && client_call(&client, &reply) && pump_until(enough_ended);
	client_close(&client);
	return good;
}

static void hang_up(struct client *client)
{
	struct pptp_msg cdn;

	client_ask(client, &ccrq, &cdn);
	client_close(client);
}

static struct in_addr in(const char *text)
{
	struct in_addr address;

	inet_pton(AF_INET, text, &address);
	return address;
}

static bool is_free(const char *text)
{
	return pool_find(server->pool, in(text))->state == POOL_FREE;
}

static bool is_aside(const char *text)
{
	return pool_find(server->pool, in(text))->state == POOL_ASIDE;
}

/* The address is this user's, and leads to an interface of its own */
static bool has(const char *user, const char *text)
{
	const struct pool_address *entry = pool_find(server->pool, in(text));
	const struct rtnl_route *route = fake_lookup(in(text));

	return entry->state == POOL_HELD && !strcmp(entry->owner->user, user) && route &&
	       kernel->links[route->ifindex].pid == entry->owner->pid;
}

static bool one_call(void)
{
	return calls_now() == 1;
}

/* ---- the tests ---- */

static void test_plain(void)
{
	struct client client;
	bool good;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }");
	good = call_up(&client, "alice");
	ok(good && has("alice", "192.0.2.10"), "a call gets the first address");
	hang_up(&client);
	ok(pump_until(no_calls) && is_free("192.0.2.10") &&
	   fake_lookup(in("192.0.2.10"))->dst_len == 24, "and gives it back");
	good = call_up(&client, "alice");
	ok(good && has("alice", "192.0.2.11"), "the next call gets the next one");
	hang_up(&client);
	pump_until(no_calls);
	server_down();
}

/* Q233048: a pool used up and recycled, with all calls reaching their clients */
static void test_recycled(void)
{
	struct client clients[4];
	struct pptp_msg reply;
	unsigned int i, round, good = 0;
	unsigned int lookups;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.13\" }\nsingle-session = \"allow\"");
	for (round = 0; round < 100; round++) {
		awaited = kernel->up + 4;
		for (i = 0; i < 4; i++) {
			client_start(&clients[i]);
			client_call(&clients[i], &reply);
		}
		if (!pump_until(enough_up))
			break;
		for (i = 10; i < 14; i++) {
			char text[32];

			snprintf(text, sizeof(text), "192.0.2.%u", i);
			good += has("alice", text);
		}
		for (i = 0; i < 4; i++)
			hang_up(&clients[i]);
		if (!pump_until(no_calls))
			break;
	}
	lookups = kernel->lookups;
	ok(good == 400, "a pool of 4, 400 calls, four at a time: each reaches its own client");
	ok(lookups <= 3 * 400, "three questions to the kernel for each call, however many there were");
	server_down();
}

/* ---- what is cleaned ---- */

static void test_cleaned(void)
{
	struct client client;
	int dead;

	boot();
	server_up("remoteip = { \"192.0.2.10\" }");
	fake_route("192.0.2.10", 32, RTN_UNICAST, RTNL_PROTOCOL, RT_SCOPE_LINK, 1, "");
	log_anew();
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10") &&
	   logged("cleaned: its route on eth1"), "a stale route of ours is removed");
	hang_up(&client);
	pump_until(no_calls);

	dead = fake_link_add("ppp", 0);
	fake_route("192.0.2.10", 32, RTN_UNICAST, RTPROT_KERNEL, RT_SCOPE_LINK, dead, LOCAL);
	log_anew();
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10") &&
	   logged("cleaned: its interface on ppp"), "a dead call's interface is removed");
	hang_up(&client);
	pump_until(no_calls);

	fake_proxy_add(in("192.0.2.10"), 1, RTNL_PROTOCOL);
	ok(call_up(&client, "alice") && fake_proxy(in("192.0.2.10"), 1) < 0,
	   "a stale proxy-ARP entry of ours is removed");
	hang_up(&client);
	pump_until(no_calls);
	fake_proxy_add(in("192.0.2.10"), 1, RTPROT_UNSPEC);
	ok(call_up(&client, "alice") && fake_proxy(in("192.0.2.10"), 1) < 0,
	   "and one that a pppd has made for an address that we gave");
	hang_up(&client);
	server_down();
}

/* What stands in the way of 192.0.2.10 and is somebody else's: 192.0.2.11 is taken */
static void passed_over(const char *what, const char *owner)
{
	const time_t begun = lease_time().steady;
	struct client client;

	server_up("remoteip = { \"192.0.2.10-192.0.2.11\" }");
	log_anew();
	ok(call_up(&client, "alice") && has("alice", "192.0.2.11") && is_aside("192.0.2.10") &&
	   logged(owner) && logged("event 20050") &&
	   strstr(pool_find(server->pool, in("192.0.2.10"))->note, owner) &&
	   pool_find(server->pool, in("192.0.2.10"))->until >= begun + POOL_ASIDE_SECONDS, what);
	hang_up(&client);
	server_down();
}

static void test_foreign(void)
{
	struct client client;
	int other;

	boot();
	fake_route("192.0.2.10", 32, RTN_UNICAST, RTPROT_STATIC, RT_SCOPE_LINK, 1, "");
	passed_over("a foreign route", "route 192.0.2.10 proto 4 on eth1");
	boot();
	fake_route("192.0.2.10", 32, RTN_LOCAL, RTPROT_KERNEL, RT_SCOPE_HOST, 1, "");
	passed_over("an address of this host", "this host's own address on eth1");
	boot();
	other = fake_link_add("dummy", 0);
	fake_route("192.0.2.10", 32, RTN_UNICAST, RTPROT_KERNEL, RT_SCOPE_LINK, other, LOCAL);
	passed_over("an interface that is no call's", "proto 2 on dummy2");
	boot();
	other = fake_link_add("ppp", 0);
	fake_route("192.0.2.10", 32, RTN_UNICAST, RTPROT_KERNEL, RT_SCOPE_LINK, other, "10.9.9.9");
	passed_over("a PPP interface of somebody else", "proto 2 on ppp2");
	boot();
	fake_route("192.0.2.10", 32, RTN_BLACKHOLE, RTPROT_STATIC, RT_SCOPE_UNIVERSE, 0, "");
	passed_over("a blackhole for this address", "blackhole, unreachable or prohibit");
	boot();
	fake_proxy_add(in("192.0.2.10"), 1, RTPROT_UNSPEC);
	passed_over("a proxy-ARP entry that was there before any call", "proxy-ARP entry on eth1");

	boot();
	kernel->routes[0].route.type = RTN_BLACKHOLE;
	server_up("remoteip = { \"192.0.2.10\" }");
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10"),
	   "a blackhole for the whole network is in nobody's way");
	hang_up(&client);
	server_down();
}

/* ---- what is verified ---- */

static void test_verified(void)
{
	struct client client;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.11\" }");
	setenv("FAKE_INTRUDER", "route", 1);
	log_anew();
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10") &&
	   logged("replaced: route 192.0.2.10 proto 4 on eth1"),
	   "a route that comes between is replaced");
	hang_up(&client);
	pump_until(no_calls);

	setenv("FAKE_INTRUDER", "local", 1);
	log_anew();
	ok(call_refused("alice") && is_aside("192.0.2.11") &&
	   logged("VPN") && logged("event 20050: call ended: alice cannot be reached at 192.0.2.11: this host's own address on eth1") &&
	   fake_cause == PPTP_MUX_CAUSE_PPP, "one that cannot be ends the call: event 20050");
	server_down();
}

static void test_empty(void)
{
	struct client client;

	boot();
	/* carol's own address is none that another one can get */
	server_up("remoteip = { \"192.0.2.10-192.0.2.11\" }\nsingle-session = \"allow\"\n"
		  "static = { \"carol 192.0.2.11\" }");
	call_up(&client, "alice");
	log_anew();
	ok(call_refused("bob") && logged("told: error 717: no address is free") &&
	   logged("error 717: no address is free for bob in pool \"default\": 1 of 1 in use"),
	   "an empty pool ends the call, with 717");
	ok(has("alice", "192.0.2.10") && one_call(), "and touches no other");
	hang_up(&client);
	pump_until(no_calls);
	ok(call_up(&client, "bob") && has("bob", "192.0.2.10"), "until an address is back");
	hang_up(&client);
	server_down();
}

static void test_certain(void)
{
	struct client client, other;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }\nsingle-session = \"allow\"\n"
		  "static = { \"carol 192.0.2.12\", \"dave 10.1.1.1\" }");
	setenv("FAKE_WISH", "192.0.2.11", 1);
	ok(call_up(&client, "alice") && has("alice", "192.0.2.11"),
	   "an address that chap-secrets chose is reserved in the pool");
	log_anew();
	ok(call_refused("bob") && logged("192.0.2.11 was chosen for bob, but is in use by VPN"),
	   "and not given twice");
	setenv("FAKE_WISH", "192.0.2.12", 1);
	log_anew();
	ok(call_refused("bob") && logged("but is carol's"), "nor is one that is another user's own");
	setenv("FAKE_WISH", "10.7.7.7", 1);
	ok(call_up(&other, "bob") && call_refused("eve"),
	   "an address of no pool is given once too");
	hang_up(&other);
	setenv("FAKE_WISH", "", 1);
	ok(call_up(&other, "carol") && has("carol", "192.0.2.12"), "a user's own address");
	hang_up(&other);
	ok(call_up(&other, "dave") && has("dave", "10.1.1.1"), "outside of all pools too");
	hang_up(&other);
	hang_up(&client);
	server_down();
}

static void test_named(void)
{
	struct client client, other;

	boot();
	server_up("remoteip = { \"192.0.2.10\" }\nroutes = { \"plc-7 10.50.0.0/16\" }\n"
		  "pool plant {\n remoteip = { \"192.0.2.20\" }\n users = { \"plc-*\" }\n proxyarp = true\n}");
	ok(call_up(&client, "plc-7") && has("plc-7", "192.0.2.20"), "a pool by the user's name");
	ok(fake_proxy(in("192.0.2.20"), 1) >= 0, "proxy ARP for its address");
	ok(fake_lookup(in("10.50.1.1")) &&
	   fake_lookup(in("10.50.1.1"))->ifindex == fake_lookup(in("192.0.2.20"))->ifindex,
	   "the route to the network behind it");
	ok(call_up(&other, "alice") && has("alice", "192.0.2.10") &&
	   fake_proxy(in("192.0.2.10"), 1) < 0, "and everybody else in the default one");
	kill(pool_find(server->pool, in("192.0.2.20"))->owner->pid, SIGKILL);
	ok(pump_until(one_call) && fake_proxy(in("192.0.2.20"), 1) < 0 &&
	   !fake_lookup(in("10.50.1.1")), "all gone when its pppd is killed");
	client_close(&client);
	hang_up(&other);
	server_down();
}

static void test_single(void)
{
	struct client client, other;
	struct pptp_msg reply;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }");
	call_up(&client, "alice");
	ok(call_up(&other, "alice") && pump_until(one_call) && is_free("192.0.2.10") &&
	   has("alice", "192.0.2.11") && client_receive(&client, &reply) == PPTP_CDN,
	   "replace: the old call is hung up, and told");
	client_close(&client);
	ok(call_up(&client, "bob") && has("alice", "192.0.2.11"), "another user's is not");
	server->config->single = SINGLE_DENY;
	log_anew();
	ok(call_refused("bob") && logged("bob has a call already, VPN"), "deny: the new one is");
	hang_up(&client);
	hang_up(&other);
	pump_until(no_calls);
	server->config->single_by = SINGLE_BY_PEER;
	call_up(&client, "alice");
	client_start(&other);
	ok(client_ask(&other, &ocrq, &reply) == PPTP_OCRP &&
	   reply.out_reply.result == PPTP_OUT_NOT_ACCEPTED,
	   "deny by the client's address: refused at the door");
	server->config->single = SINGLE_REPLACE;
	awaited = kernel->up + 1;
	ok(client_call(&other, &reply) && pump_until(enough_up) && pump_until(one_call) &&
	   client_receive(&client, &reply) == PPTP_CDN, "replace by the client's address");
	hang_up(&other);
	client_close(&client);
	server_down();
}

/* pppd makes them one interface; here each has its own */
static void test_bundle(void)
{
	struct client one, two, three;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }");
	kernel->endpoint = 7;
	call_up(&one, "alice");
	ok(call_up(&two, "alice") && has("alice", "192.0.2.10") && has("alice", "192.0.2.11"),
	   "links of one bundle are one session");
	kernel->endpoint = 8;
	ok(call_up(&three, "alice") && pump_until(one_call) && has("alice", "192.0.2.12"),
	   "and are replaced by one of another");
	client_close(&one);
	client_close(&two);
	hang_up(&three);
	server_down();
}

/* A network behind a client, or a slip of the pen, that has the client's own address in it */
static void test_route_to_itself(void)
{
	const int eth = 1;
	struct client client;

	boot();
	fake_route("127.0.0.0", 8, RTN_UNICAST, RTPROT_KERNEL, RT_SCOPE_LINK, eth, "");
	server_up("remoteip = { \"192.0.2.10\" }\n"
		  "routes = { \"alice 127.0.0.1/32\", \"alice 127.0.0.0/8\", \"alice 10.50.0.0/16\", \"alice 126.0.0.0/7\" }");
	log_anew();
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10") &&
	   fake_lookup(in("127.0.0.1"))->ifindex == eth &&
	   logged("warning: VPN") && logged("no route 127.0.0.1") && logged("no route 127.0.0.0") &&
	   logged("it contains 127.0.0.1, where the tunnel itself leads to"),
	   "a route to the client's own address is left out, and named");
	ok(fake_lookup(in("10.50.1.1"))->ifindex != eth && fake_lookup(in("126.1.1.1")) &&
	   !logged("no route 126"), "others are not, nor one that a better one precedes");
	hang_up(&client);
	server_down();
}

/* One NAT's connections say a line each; the one too many must not be lost among them */
static void test_limit_is_told(void)
{
	struct client clients[4];
	unsigned int i;

	boot();
	server_up("remoteip = { \"192.0.2.10\" }\nmax-connections-per-source = 3");
	log_anew();
	for (i = 0; i < 3; i++)
		client_start(&clients[i]);
	client_connect(&clients[3]);
	for (i = 0; i < 100 && !logged("see max-connections-per-source"); i++)
		pump();
	ok(logged("warning: 127.0.0.1: connection ") && logged("see max-connections-per-source"),
	   "a limit that refuses is told of, whatever else its source has made us say");
	for (i = 0; i < 4; i++)
		client_close(&clients[i]);
	server_down();
}

/* Whoever does not hear a refusal does not keep the call either */
static void test_deaf(void)
{
	struct client client;
	struct pptp_msg reply;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.11\" }");
	kernel->hasty = true;
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10"),
	   "each answer has the number of its question");
	hang_up(&client);
	pump_until(no_calls);
	kernel->hasty = false;
	kernel->deaf = true;
	setenv("FAKE_INTRUDER", "local", 1);
	log_anew();
	client_start(&client);
	ok(client_call(&client, &reply) && pump_until(one_call) && pump_until(no_calls) &&
	   logged("its call was refused, but pppd has not ended within 1 s") &&
	   logged("call ended: alice cannot be reached at 192.0.2.11"),
	   "a refusal that the plugin does not carry out is the server's to carry out");
	client_close(&client);
	server_down();
}

static void pause_for(int milliseconds)
{
	long long deadline = clock_ms() + milliseconds;

	while (clock_ms() < deadline)
		pump();
}

/* Longer than the patience with who does not end */
static void patience_over(void)
{
	pause_for(2000);
}

static unsigned int calls_left;

static bool enough_gone(void)
{
	return calls_now() <= calls_left;
}

/* The first pppd of a bundle stays for the others; one that hangs stays for nobody */
static void test_hung(void)
{
	struct client one, two;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }\nmultilink = true");
	kernel->endpoint = 7;
	call_up(&one, "alice");
	call_up(&two, "alice");
	log_anew();
	hang_up(&one);
	patience_over();
	ok(calls_now() == 2 && !logged("is told to"),
	   "multilink: who has hung up may stay as long as the bundle has a link");
	hang_up(&two);
	ok(pump_until(no_calls) && logged("the last link of its bundle has ended, but pppd has not ended"),
	   "and no longer");
	kernel->patient = true;
	call_up(&one, "alice");
	log_anew();
	hang_up(&one);
	ok(pump_until(no_calls) && logged("its link was hung up, but pppd has not ended within 1 s") &&
	   logged("did not end within 1 s of SIGTERM and is killed"),
	   "one that hangs is killed, with multilink as without");
	server_down();
}

/* One after the other, each within half the time that one has: many need more than one's */
static void test_many_end(void)
{
	struct client clients[6];
	unsigned int i, good = 0, ended;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.19\" }\nsingle-session = \"allow\"");
	for (i = 0; i < 6; i++)
		good += call_up(&clients[i], "alice");
	kernel->patient = true;
	log_anew();
	for (i = 0; i < 6; i++)
		hang_up(&clients[i]);
	for (ended = 0; ended < 6; ended++) {
		pause_for(350);
		calls_left = calls_now() - 1;
		kernel->permits++;
		good += pump_until(enough_gone);
	}
	ok(good == 12 && !logged("is killed"), "many that end one after the other are not killed");
	kernel->patient = false;
	server_down();
}

static bool somebody_waits(void)
{
	return server->waiting;
}

/* A pool of one: the old call has what the new one needs, and does not hurry */
static void test_waiting(void)
{
	struct client client, other;
	struct pptp_msg reply;

	boot();
	server_up("remoteip = { \"192.0.2.10\" }");
	kernel->patient = true;
	call_up(&client, "alice");
	client_start(&other);
	awaited = kernel->up + 1;
	ok(client_call(&other, &reply) && pump_until(somebody_waits) && !enough_up(),
	   "a call waits for the address of the one that it replaces");
	kernel->patient = false;
	ok(pump_until(enough_up) && pump_until(one_call) && has("alice", "192.0.2.10") &&
	   !server->waiting, "and gets it as soon as that has ended");
	client_close(&client);
	hang_up(&other);
	server_down();
}

/* The same client dials again 100 times and never hangs up */
static void test_redials(void)
{
	struct client clients[100];
	unsigned int i, good = 0;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }\nmax-connections-per-source = 200");
	for (i = 0; i < 100; i++)
		good += call_up(&clients[i], "alice");
	ok(good == 100 && pump_until(one_call) && pool_count(server->pool, 0).held == 1,
	   "100 calls of one client that never hangs up: one address is in use");
	for (i = 0; i < 100; i++)
		client_close(&clients[i]);
	server_down();
}

/* ---- what pptpmuxctl asks ---- */

static char answer[8192];

static int put(const char *question)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	rundir_path(run_path, "socket", address.sun_path, sizeof(address.sun_path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
		abort();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static bool asks(const char *question)
{
	long long deadline = clock_ms() + DEADLINE_MS;
	size_t len = 0;
	ssize_t got = -1;
	int fd = put(question);

	while (got && clock_ms() < deadline) {
		pump();
		got = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);
		len += got > 0 ? got : 0;
	}
	answer[len] = '\0';
	close(fd);
	return !got;
}

static char heard[1 << 20];

/* Reads until @part has come, or nothing more does */
static bool hears(int fd, const char *part)
{
	long long deadline = clock_ms() + DEADLINE_MS;
	ssize_t got = -1;
	size_t len = 0;

	*heard = '\0';
	while (got && !strstr(heard, part) && clock_ms() < deadline) {
		pump();
		got = recv(fd, heard + len, sizeof(heard) - 1 - len, 0);
		len += got > 0 ? got : 0;
		heard[len] = '\0';
	}
	return strstr(heard, part);
}

static void test_events(void)
{
	struct client client;
	int i, fd, slow;

	boot();
	fake_route("192.0.2.10", 32, RTN_UNICAST, RTPROT_STATIC, RT_SCOPE_LINK, 1, "");
	server_up("remoteip = { \"192.0.2.10-192.0.2.11\" }");
	fd = put("events\n");
	slow = put("events\n");
	ok(hears(fd, "{\"type\":\"following\"}\n"), "who follows events is told that he does");
	call_up(&client, "alice");
	ok(hears(fd, "\"up: alice at 192.0.2.11\"") &&
	   strstr(heard, "{\"type\":\"set-aside\",\"event\":20050,\"time_ns\":") &&
	   strstr(heard, "address 192.0.2.10 is claimed by somebody else"),
	   "he hears of an address set aside, and of the call");
	ok(call_refused("bob") &&
	   hears(fd, "\"text\":\"call ended: error 717: no address is free for bob") &&
	   strstr(heard, "{\"type\":\"failed\",\"event\":20050,"), "and of an empty pool");
	for (i = 0; i < 1000; i++)
		event_report("ended", 0, "VPN1", "%0100d", i);
	pump();
	event_report("ended", 0, "VPN1", "once more");
	ok(hears(slow, "once more") && strstr(heard, "{\"type\":\"lost\",\"count\":") &&
	   !strstr(heard, "0999\""), "who was too slow is told how many he lost");
	close(slow);
	hang_up(&client);
	server_down();
	ok(hears(fd, "call ended"), "the last call's end is heard");
	ok(recv(fd, heard, 1, 0) == 0, "and then the server's");
	close(fd);
}

static void test_questions(void)
{
	struct client client;
	struct stat status;
	char path[160], many[600];

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.11\" }");
	call_up(&client, "alice");
	ok(asks("pool\n") &&
	   strstr(answer, "{\"name\":\"default\",\"size\":2,\"held\":1,\"aside\":0}") &&
	   strstr(answer, "{\"address\":\"192.0.2.10\",\"pool\":\"default\",\"state\":\"held\","
			  "\"user\":\"alice\",\"call\":\"VPN") &&
	   strstr(answer, "{\"address\":\"192.0.2.11\",\"pool\":\"default\",\"state\":\"free\"}]}"),
	   "the pool: each address and its owner");
	ok(asks("weather\n") && strstr(answer, "\"error\":"), "a question that it does not know");
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	ok(asks(many) && !*answer, "a question without an end");
	rundir_path(run_path, NULL, path, sizeof(path));
	ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0700,
	   "only root comes to where it answers");
	hang_up(&client);
	server_down();
}

/* ---- many ---- */

/* Each address once, and each call ends in one of three ways */
static void test_cycled(void)
{
	unsigned int i, good = 0, seed = 20050, addresses = 1000;
	struct client client;
	char text[32];

#ifdef __SANITIZE_ADDRESS__
	addresses = 200;
#endif
	boot();
	server_up("remoteip = { \"10.0.0.0/22\" }");
	for (i = 1; i <= addresses; i++) {
		snprintf(text, sizeof(text), "10.0.%u.%u", i / 256, i % 256);
		if (i % 7 == 0)
			fake_route(text, 32, RTN_UNICAST, RTNL_PROTOCOL, RT_SCOPE_LINK, 1, "");
		if (i % 11 == 0)
			fake_route(text, 32, RTN_UNICAST, RTPROT_KERNEL, RT_SCOPE_LINK,
				   fake_link_add("ppp", 0), LOCAL);
		good += call_up(&client, "alice") && has("alice", text);
		switch (rand_r(&seed) % 3) {
		case 0:
			hang_up(&client);
			break;
		case 1:
			kill(pool_find(server->pool, in(text))->owner->pid, SIGKILL);
			pump_until(no_calls);
			/* fall through */
		default:
			client_close(&client);
		}
		if (!pump_until(no_calls))
			break;
	}
	printf("# %u addresses\n", addresses);
	ok(good == addresses, "addresses cycled with random kills: each leads to its client");
	fake_kernel_reap();
	for (i = 1, good = 0; i < FAKE_MAX; i++)
		good += kernel->routes[i].used || (i > 1 && kernel->links[i].used);
	ok(good == 0, "and the table holds nothing dead");
	server_down();
}

/* ---- after a restart ---- */

/* @term: what SIGTERM does to it */
static pid_t sleeper_that(void (*term)(int number))
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGTERM, term);
		pause();
		_exit(0);
	}
	return pid;
}

static pid_t sleeper(void)
{
	return sleeper_that(SIG_DFL);
}

static void write_state(const char *text)
{
	FILE *file = fopen(state_path, "w");

	fputs(text, file);
	fclose(file);
}

static void state_of(pid_t pid, unsigned long long started)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "pptpmuxd pool 1\nfree 192.0.2.12 100\nfree 192.0.2.10 200\n"
		 "held 192.0.2.11 300 250 %d %llu al%%20ice\nend 3\n", (int)pid, started);
	write_state(text);
}

/* What a reload takes, what it leaves until a restart, and what it says of that */
static void test_reload(void)
{
	struct client client;
	char elsewhere[128];

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.12\" }\nroutes = { \"alice 10.50.0.0/16\" }");
	log_anew();
	ok(server_reload(server, configuration(
		"remoteip = { \"192.0.2.11-192.0.2.12\" }\nlocalip = \"192.0.2.10\"\n"
		"routes = { \"alice 10.51.0.0/16\" }")) &&
	   server->config->localip.s_addr == in(LOCAL).s_addr,
	   "other addresses and a localip that was one of them: both stay as they were");
	ok(logged("remoteip, exclude, static") && logged("localip, routes, and users and proxyarp"),
	   "which is said, with all that stays with them");
	ok(call_up(&client, "alice") && has("alice", "192.0.2.10") && fake_lookup(in("10.50.1.1")) &&
	   !fake_lookup(in("10.51.1.1")), "a call gets what it would have got");
	hang_up(&client);
	pump_until(no_calls);
	log_anew();
	ok(server_reload(server, configuration(
		"remoteip = { \"192.0.2.10-192.0.2.12\" }\nlocalip = \"192.0.2.2\"\n"
		"proxyarp = true\nroutes = { \"alice 10.51.0.0/16\" }")) &&
	   server->config->localip.s_addr == in("192.0.2.2").s_addr && !logged("restart") &&
	   server->config->pools.pool[0].proxyarp && server->config->pools.routes[0].len == 16 &&
	   server->config->pools.routes[0].network.s_addr == in("10.51.0.0").s_addr,
	   "with the same addresses all that goes with them is new");
	snprintf(elsewhere, sizeof(elsewhere),
		 "remoteip = { \"192.0.2.10-192.0.2.12\" }\nrun-directory = \"%s\"\nport = 99\n"
		 "privileges = \"all\"", directory);
	log_anew();
	ok(server_reload(server, configuration(elsewhere)) && logged("run-directory stays") &&
	   logged("privileges stay") && !strcmp(server->config->run_directory, run_path) &&
	   server->config->privileges == PRIVILEGES_LEAST,
	   "directory and privileges stay, and that is said");
	log_anew();
	ok(server_reload(server, configuration(elsewhere)) && logged("run-directory stays") &&
	   logged("privileges stay"), "each time that it is asked for");
	log_anew();
	ok(!server_reload(server, configuration(
		"remoteip = { \"10.9.9.1-10.9.9.9\" }\nproxyarp = true")) &&
	   logged("proxyarp for \"10.9.9.1-10.9.9.9\"") &&
	   !strcmp(server->config->run_directory, run_path) &&
	   !server->config->pools.pool[0].proxyarp,
	   "what could not start is not loaded either");
	server_down();
}

static bool no_orphans(void)
{
	return LIST_EMPTY(&server->orphans);
}

#define GRACE_MS	5000	/* half of what it would get until it is killed anyway */

static void test_restart(void)
{
	static const char pools[] = "remoteip = { \"192.0.2.10-192.0.2.13\" }";
	const struct pool_address *entry;
	struct client client;
	pid_t pid = sleeper();
	long long begun;

	boot();
	state_of(pid, process_started(pid));
	server_up(pools);
	entry = pool_find(server->pool, in("192.0.2.11"));
	ok(entry->state == POOL_HELD && entry->since == 300 && entry->released == 250 &&
	   !strcmp(entry->owner->user, "al ice"), "a call that stands keeps its address");
	ok(call_up(&client, "alice") && has("alice", "192.0.2.13"),
	   "what nobody has had yet comes first");
	hang_up(&client);
	pump_until(no_calls);
	ok(call_up(&client, "alice") && has("alice", "192.0.2.12"), "then the longest released");
	hang_up(&client);
	kill(pid, SIGKILL);
	ok(pump_until(no_orphans) && is_free("192.0.2.11"), "given back when its pppd ends");
	server_down();

	pid = sleeper();
	state_of(pid, process_started(pid) + 1);
	server_up(pools);
	ok(no_orphans() && is_free("192.0.2.11") && kill(pid, 0) == 0,
	   "another process of the same number is none of ours");
	server_down();
	kill(pid, SIGKILL);

	pid = sleeper();
	state_of(pid, process_started(pid));
	server_up(pools);
	ok(call_up(&client, "al ice") && pump_until(no_orphans) && is_free("192.0.2.11"),
	   "its user calls again: it is ended");
	hang_up(&client);
	server_down();

	pid = sleeper();
	state_of(pid, process_started(pid));
	server_up(pools);
	server_stop(server);
	ok(pump_until(no_orphans), "a shut-down ends it too");
	server_free(server);

	signal(SIGTERM, SIG_IGN);	/* from its beginning */
	pid = sleeper_that(SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	state_of(pid, process_started(pid));
	server_up(pools);
	begun = clock_ms();
	server_stop(server);
	server_kill(server);
	ok(pump_until(no_orphans) && clock_ms() - begun < GRACE_MS,
	   "at once, if it is wanted a second time");
	server_free(server);
	unlink(state_path);
}

static void test_round_trip(void)
{
	struct client clients[2];
	struct pool *pool;

	boot();
	server_up("remoteip = { \"192.0.2.10-192.0.2.13\" }\nsingle-session = \"allow\"");
	call_up(&clients[0], "a%b c\n\xff");
	call_up(&clients[1], "");
	hang_up(&clients[1]);
	while (!is_free("192.0.2.11"))
		pump();
	pool = config_pools_make(&server->config->pools);
	ok(pool_journal_read(pool, state_path) &&
	   pool_find(pool, in("192.0.2.10"))->state == POOL_HELD &&
	   !strcmp(pool_find(pool, in("192.0.2.10"))->owner->user, "a%b c\n\xff") &&
	   pool_find(pool, in("192.0.2.10"))->owner->pid ==
	   pool_find(server->pool, in("192.0.2.10"))->owner->pid &&
	   pool_find(pool, in("192.0.2.11"))->released &&
	   pool_first_free(pool, 0)->address == ntohl(in("192.0.2.12").s_addr),
	   "what is written is read again, whatever the user is called");
	pool_free(pool);
	hang_up(&clients[0]);
	server_down();
}

static void test_damage(void)
{
	static const char * const damaged[] = {
		"", "x", "pptpmuxd pool 3\n", "pptpmuxd pool 2", "pptpmuxd pool 2\nend 0\n",
		"pptpmuxd pool 2\nfree 192.0.2.10 1\n", "pptpmuxd pool 1\n",
		"pptpmuxd pool 1\nfree 192.0.2.10 1\n", "pptpmuxd pool 1\nfree 192.0.2.10 1\nend 2\n",
		"pptpmuxd pool 1\nfree 192.0.2 1\nend 1\n", "pptpmuxd pool 1\nheld 192.0.2.10\nend 1\n",
		"pptpmuxd pool 1\nheld 192.0.2.10 1 1 -1 1 a\nend 1\n",
		"pptpmuxd pool 1\nheld 192.0.2.10 1 1 5 1 a%\nend 1\n",
		"pptpmuxd pool 1\nheld 192.0.2.10 1 1 5 1 a%4\nend 1\n",
		"pptpmuxd pool 1\nend 0\nmore\n",
	};
	char aside[160], what[80];
	bool good;
	size_t i;

	snprintf(aside, sizeof(aside), "%s.damaged", state_path);
	boot();
	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		write_state(damaged[i]);
		log_anew();
		server_up("remoteip = { \"192.0.2.10\" }");
		good = logged(": damaged, and put aside to") && access(aside, F_OK) == 0 &&
		       is_free("192.0.2.10");
		snprintf(what, sizeof(what), "a damaged state is reported and put aside: %zu", i);
		ok(good, what);
		unlink(aside);
		server_down();
	}
	write_state("pptpmuxd pool 1\nfree 203.0.113.1 1\nend 1\n");
	log_anew();
	server_up("remoteip = { \"192.0.2.10\" }");
	ok(!logged("damaged"), "an address that is no longer configured is no damage");
	server_down();
}

/* ---- */

static void make_files(void)
{
	if (!mkdtemp(directory))
		abort();
	snprintf(kernel_path, sizeof(kernel_path), "%s/kernel", directory);
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	snprintf(run_path, sizeof(run_path), "%s/run", directory);
	setenv("FAKE_KERNEL", kernel_path, 1);
	fake_kernel_open(kernel_path);
	rundir_path(run_path, "pool", state_path, sizeof(state_path));
	log_anew();
}

static void remove_files(void)
{
	char path[160];

	unlink(kernel_path);
	unlink(log_path);
	rundir_path(run_path, NULL, path, sizeof(path));
	rmdir(path);
	rmdir(run_path);
	rmdir(directory);
	fake_kernel_close();
}

int main(int argc, char **argv)
{
	struct event *child;

	if (argc > 1 && !strcmp(argv[1], "plugin"))
		_exit(be_pppd(argv));	/* a leak checker looks at the test, not at each of these */
	make_files();
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	child = evsignal_new(base, SIGCHLD, on_child, NULL);
	event_add(child, NULL);

	test_plain();
	test_recycled();
	test_cleaned();
	test_foreign();
	test_verified();
	test_empty();
	test_certain();
	test_named();
	test_single();
	test_bundle();
	test_limit_is_told();
	test_route_to_itself();
	pppd_grace_seconds = 1;
	test_deaf();
	test_hung();
	test_many_end();
	pppd_grace_seconds = 10;
	test_waiting();
	test_redials();
	test_questions();
	test_events();
	test_cycled();
	test_reload();
	test_restart();
	test_round_trip();
	test_damage();

	event_free(child);
	event_base_free(base);
	remove_files();
	return tap_done();
}
