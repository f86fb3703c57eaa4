// SPDX-License-Identifier: GPL-2.0
/*
 * When all slots are taken: by clients that are gone, by calls that never log in, or
 * by others that live. Over loopback TCP, whose addresses are as many clients as are
 * wanted; pppd is this program, which logs in, or does not.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "call.h"
#include "control.h"
#include "logged.h"
#include "peer.h"
#include "rundir.h"
#include "sources.h"
#include "tap.h"
#include "tasks.h"

#define CROWD	100	/* clients at once */
#ifdef __SANITIZE_ADDRESS__
#define BACK_MS	9000
#else
#define BACK_MS	3000	/* within which it is known who is gone */
#endif
#define SPAWN_MS	120000	/* a busy machine starts so many processes in less */

/* ---- pppd ---- */

static volatile sig_atomic_t told_to_end;

static void on_end(int number)
{
	(void)number;
	told_to_end = 1;
}

static int be_pppd(void)
{
	struct lease_request request = { .question = LEASE_USER };
	sigset_t ends, before;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &before);
	signal(SIGTERM, on_end);
	signal(SIGHUP, on_end);
	if (*getenv("FAKE_LOGIN") == '1' &&
	    send(4, &request, sizeof(request), 0) != sizeof(request))
		return 1;
	while (!told_to_end)
		sigsuspend(&before);
	return 5;
}

/* Those that begin from now on log in, or do not */
static void pppd_logs_in(bool does)
{
	setenv("FAKE_LOGIN", does ? "1" : "0", 1);
}

/* ---- the server ---- */

static char directory[] = "/tmp/pptpmuxd-busy-XXXXXX", run_path[64];

static void server_up(unsigned int slots)
{
	fake_slots = (struct slot_count){ .slots = slots, .receiving = slots };
	fake_stats = (struct call_stats){ 0 };
	server = server_new(base, peer_config(directory,
					      "localip = \"192.0.2.1\"\nremoteip = { \"192.0.2.10\" }\n"
					      "single-session = \"allow\""));
	if (!server)
		abort();
	pppd_logs_in(true);
}

static bool nothing_left(void)
{
	return LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls);
}

static void server_down(void)
{
	if (!pump_until(nothing_left) || fake_held || server->stranger_count || server->queued)
		abort();
	server_free(server);
}

static void remove_files(void)
{
	char path[128];

	if (rundir_path(run_path, NULL, path, sizeof(path)))
		rmdir(path);
	rmdir(run_path);
	unlink(log_path);
	rmdir(directory);
}

/* ---- clients ---- */

struct caller {
	struct client client;
	struct sockaddr_in local;
	char address[INET_ADDRSTRLEN];
	int result;			/* of its call, 0: not yet known */
	long long began;		/* milliseconds of clock_ms() */
	long long took;			/* until the call's result */
};

static void caller_connect(struct caller *caller, unsigned int network, unsigned int number)
{
	socklen_t len = sizeof(caller->local);

	snprintf(caller->address, sizeof(caller->address), "127.%hhu.%hhu.%hhu",
		 (uint8_t)network, (uint8_t)(number / 200), (uint8_t)(number % 200 + 1));
	client_source = caller->address;
	client_connect(&caller->client);
	client_source = "127.0.0.1";
	getsockname(caller->client.fd, (struct sockaddr *)&caller->local, &len);
	caller->result = 0;
}

static const struct pptp_msg icrq = {
	.type = PPTP_ICRQ, .in_request = { .call_id = CLIENT_CALL_ID, .bearer = 1 },
};

static void caller_asks(struct caller *caller, unsigned int network, unsigned int number,
			const struct pptp_msg *request)
{
	caller->began = clock_ms();
	caller_connect(caller, network, number);
	client_send(&caller->client, &sccrq);
	client_send(&caller->client, request);
}

/* Connects, starts and calls; the answers are read by callers_wait() */
static void caller_dial(struct caller *caller, unsigned int network, unsigned int number)
{
	caller_asks(caller, network, number, &ocrq);
}

/* The same as a PAC that announces a caller, and never connects him */
static void caller_ring(struct caller *caller, unsigned int network, unsigned int number)
{
	caller_asks(caller, network, number, &icrq);
}

static void caller_look(struct caller *caller)
{
	struct client *client = &caller->client;
	struct pptp_msg msg;
	const char *reason;
	ssize_t got;

	got = recv(client->fd, client->data, sizeof(client->data), MSG_DONTWAIT);
	client->next = client->data;
	client->left = got > 0 ? got : 0;
	while (pptp_framer_next(&client->framer, &client->next, &client->left, &msg,
				&reason) == PPTP_OK) {
		if (msg.type == PPTP_OCRP)
			caller->result = msg.out_reply.result;
		else if (msg.type == PPTP_ICRP)
			caller->result = msg.in_reply.result;
		else
			continue;
		caller->took = clock_ms() - caller->began;
	}
	if (got == 0 && !caller->result)
		caller->result = -1;
}

/* Return: how many were connected within that time */
static unsigned int callers_wait(struct caller *callers, unsigned int count, long long most)
{
	unsigned int i, open = count, connected = 0;
	long long began = clock_ms();

	while (open && clock_ms() - began < most) {
		pump();
		for (i = 0, open = 0; i < count; i++) {
			if (!callers[i].result)
				caller_look(&callers[i]);
			open += !callers[i].result;
		}
	}
	for (i = 0; i < count; i++)
		connected += callers[i].result == PPTP_OUT_CONNECTED;
	return connected;
}

static bool caller_calls(struct caller *caller, unsigned int network, unsigned int number)
{
	caller_dial(caller, network, number);
	return callers_wait(caller, 1, DEADLINE_MS) == 1;
}

static void callers_close(struct caller *callers, unsigned int count)
{
	while (count--)
		client_close(&callers[count].client);
}

static bool all_logged_in(void)
{
	return !server->stranger_count;
}

static bool callers_up(struct caller *callers, unsigned int network, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		caller_dial(&callers[i], network, i);
	return callers_wait(callers, count, SPAWN_MS) == count && pump_until(all_logged_in);
}

/* Its host takes nothing from now on, and says nothing */
static void fall_silent(struct caller *caller)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &drop };

	if (setsockopt(caller->client.fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		       sizeof(program)) < 0)
		abort();
}

static void speak_again(struct caller *caller)
{
	int any = 0;

	if (setsockopt(caller->client.fd, SOL_SOCKET, SO_DETACH_FILTER, &any, sizeof(any)) < 0)
		abort();
}

/* Its host has started anew: nothing is said, and what comes is refused. Root's only. */
static void start_anew(struct caller *caller)
{
	int on = 1;

	if (setsockopt(caller->client.fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0)
		abort();
	close(caller->client.fd);
	caller->client.fd = -1;
}

static bool has_call(const struct caller *caller)
{
	struct in_addr address;
	struct call *call;

	inet_pton(AF_INET, caller->address, &address);
	LIST_FOREACH(call, &server->calls, entry) {
		if (call->peer.s_addr == address.s_addr && !call_is_ending(call))
			return true;
	}
	return false;
}

static bool have_calls(const struct caller *callers, unsigned int count)
{
	while (count--) {
		if (!has_call(&callers[count]))
			return false;
	}
	return true;
}

/* Not heard of for long enough that they are asked */
static void let_time_pass(void)
{
	long long until = clock_ms() + 1100;

	while (clock_ms() < until)
		pump();
}

static long long longest(const struct caller *callers, unsigned int count)
{
	long long most = 0;

	while (count--)
		most = callers[count].took > most ? callers[count].took : most;
	return most;
}

/* ---- all slots taken by clients that are gone ---- */

/* 28 others live: they say nothing, and their hosts acknowledge */
static struct caller old[CROWD], new[CROWD], others[28], late;

/* The connection that it has called on */
static struct control *control_of(const struct caller *caller)
{
	struct control *control;

	LIST_FOREACH(control, &server->controls, entry) {
		if (!memcmp(&control->peer, &caller->local, sizeof(caller->local)))
			return control;
	}
	return NULL;
}

/* Milliseconds until the server has no connection of theirs any more */
static long long until_gone(const struct caller *callers, unsigned int count)
{
	long long began = clock_ms();

	for (; count; count--) {
		while (control_of(&callers[count - 1]) && clock_ms() - began < DEADLINE_MS)
			pump();
	}
	return clock_ms() - began;
}

static void power_cut(void (*vanish)(struct caller *caller), unsigned int network,
		      const char *what)
{
	long long empty, gone;
	unsigned int i;
	char text[128];

	server_up(CROWD + 28);
	if (!callers_up(others, 1, 28) || !callers_up(old, 2, CROWD))
		abort();
	empty = longest(old, CROWD);
	for (i = 0; i < CROWD; i++)
		vanish(&old[i]);
	let_time_pass();
	for (i = 0; i < CROWD; i++)
		caller_dial(&new[i], network, i);
	snprintf(text, sizeof(text), "all %u slots are taken, and %u clients come back, %s",
		 CROWD + 28, CROWD, what);
	gone = until_gone(old, CROWD);
	ok(callers_wait(new, CROWD, SPAWN_MS) == CROWD, text);
	printf("# %s: the old ones are gone after %lld ms, all are back after %lld ms; when there was room for all it took %lld ms\n",
	       what, gone, longest(new, CROWD), empty);
	/* what these clients take with nothing to wait for is the machine's own */
	ok(gone < BACK_MS + empty, "within 3 s of the last one's dialling the old ones are gone");
	ok(have_calls(others, 28), "no call of a client that lives has ended for it");
	callers_close(others, 28);
	callers_close(old, CROWD);
	callers_close(new, CROWD);
	server_down();
}

static void test_power_cut(void)
{
	if (geteuid() == 0)
		power_cut(start_anew, 2, "at the same addresses");
	else
		printf("# not root: no connection can vanish without a word\n");
	power_cut(fall_silent, 3, "at others, where the old ones are silent");
}

/* All live: that is found out at once, and nobody has to go */
static void test_busy(void)
{
	struct caller callers[4];
	long long began;

	server_up(4);
	if (!callers_up(callers, 1, 4))
		abort();
	let_time_pass();
	began = clock_ms();
	caller_dial(&late, 2, 0);
	ok(callers_wait(&late, 1, DEADLINE_MS) == 0 && late.result == PPTP_OUT_BUSY &&
	   have_calls(callers, 4), "all live: busy, and all are kept");
	ok(clock_ms() - began < 1000, "which is known as soon as they have answered");
	fake_stats.rx_signs = 1;
	fall_silent(&callers[0]);
	let_time_pass();
	close(late.client.fd);
	caller_dial(&late, 2, 0);
	while (!callers_wait(&late, 1, 20) && !late.result)
		fake_stats.rx_signs++;
	ok(late.result == PPTP_OUT_BUSY && have_calls(callers, 4),
	   "no TCP comes of one, but GRE does: it lives");
	close(late.client.fd);
	let_time_pass();
	caller_dial(&late, 2, 0);
	ok(callers_wait(&late, 1, BACK_MS) == 1 && !has_call(&callers[0]) &&
	   have_calls(callers + 1, 3), "neither comes: its slot is given away");
	callers_close(callers, 4);
	close(late.client.fd);
	server_down();
}

/*
 * A client comes back from where nothing reached it, and TCP would not send to it again
 * for seconds: it lives. Only root's questions reach it by then.
 */
static void test_dead_spot(void)
{
	struct caller callers[2];
	long long until;

	server_up(2);
	if (!callers_up(callers, 1, 2))
		abort();
	let_time_pass();
	fall_silent(&callers[0]);
	control_ask(LIST_FIRST(&server->calls)->control);
	control_ask(LIST_NEXT(LIST_FIRST(&server->calls), entry)->control);
	for (until = clock_ms() + 4000; clock_ms() < until;)
		pump();
	speak_again(&callers[0]);
	caller_dial(&late, 2, 0);
	ok(callers_wait(&late, 1, DEADLINE_MS) == 0 && late.result == PPTP_OUT_BUSY &&
	   have_calls(callers, 2), "who was in a dead spot and is back keeps its call");
	ok(late.took < 1000, "which is known at once");
	callers_close(callers, 2);
	client_close(&late.client);
	server_down();
}

/* Who waits, and goes */
static void test_leave(void)
{
	struct caller callers[2], waiting[2];
	struct pptp_msg msg;

	server_up(2);
	if (!callers_up(callers, 1, 2))
		abort();
	fall_silent(&callers[0]);
	fall_silent(&callers[1]);
	let_time_pass();
	caller_dial(&waiting[0], 2, 0);
	caller_dial(&waiting[1], 2, 1);
	while (server->queued < 2)
		pump();
	ok(client_receive(&waiting[0].client, &msg) == PPTP_SCCRP &&
	   client_ask(&waiting[0].client, &ccrq, &msg) == PPTP_CDN && server->queued == 1,
	   "who waits for a slot may hang up");
	close(waiting[1].client.fd);
	ok(pump_until(all_logged_in), "or go away");
	caller_dial(&waiting[1], 2, 1);
	ok(callers_wait(&waiting[1], 1, BACK_MS) == 1, "and the next one has the slot");
	callers_close(callers, 2);
	callers_close(waiting, 2);
	server_down();
}

/* The slot of a client's old call is its own, whoever else waits */
static void test_successor(void)
{
	struct caller callers[4], next[4];
	int i;

	server_up(4);
	if (!callers_up(callers, 1, 4))
		abort();
	let_time_pass();
	for (i = 0; i < 3; i++)
		caller_dial(&next[i], 2, i);
	caller_dial(&next[3], 1, 3);
	while (server->queued < 4)
		pump();
	close(callers[3].client.fd);
	ok(callers_wait(&next[3], 1, BACK_MS) == 1 && callers_wait(next, 3, BACK_MS) == 0 &&
	   have_calls(callers, 3), "the last slot's redial: its successor has it");
	callers_close(callers, 3);
	callers_close(next, 4);
	server_down();
}

static bool is_asking(void)
{
	return evtimer_pending(server->probe, NULL);
}

/* As if so many of its calls had ended without a log-in */
static void make_doubtful(unsigned int network, unsigned int number)
{
	long long now = sources_clock();
	struct in_addr address;
	struct source *source;
	char text[INET_ADDRSTRLEN];
	int i;

	snprintf(text, sizeof(text), "127.%u.0.%u", network, number + 1);
	inet_pton(AF_INET, text, &address);
	source = source_hold(server->sources, address, now);
	for (i = 0; i < 4; i++)
		source_stayed_unknown(source, now);
	source_drop(server->sources, source, now);
}

/* A call that is silent for a moment ends for nobody who never logs in */
static void test_no_call_for_strangers(void)
{
	struct caller callers[2];

	server_up(2);
	if (!callers_up(callers, 1, 2))
		abort();
	fall_silent(&callers[0]);
	make_doubtful(2, 0);
	let_time_pass();
	caller_dial(&late, 2, 0);
	ok(!callers_wait(&late, 1, 1000) && late.result == PPTP_OUT_BUSY && !is_asking() &&
	   have_calls(callers, 2), "for who calls again and again and never logs in nobody is asked");
	client_close(&late.client);
	caller_dial(&late, 2, 1);
	ok(callers_wait(&late, 1, BACK_MS) == 1 && !has_call(&callers[0]),
	   "but for another one a silent one does");
	callers_close(callers, 2);
	client_close(&late.client);
	server_down();
}

/* A whole site is dead, and comes back from the same address, at the limits of one */
static void test_site(void)
{
	struct caller site[8], back[8];
	unsigned int i;
	bool good = true;

	server_up(16);
	server->config->max_per_source = 8;
	server->config->max_source_calls = 8;
	for (i = 0; i < 8; i++)
		good &= caller_calls(&site[i], 1, 0);
	if (!good || !pump_until(all_logged_in))
		abort();
	let_time_pass();
	caller_connect(&back[0], 1, 0);
	while (server->control_count < 9 || is_asking())
		pump();
	caller_connect(&back[1], 1, 0);
	ok(callers_wait(back, 1, BACK_MS) == 0 && back[0].result < 0 && have_calls(site, 8) &&
	   server->control_count == 9,
	   "a source that has as many connections as it may, and all live: one more at most");
	close(back[0].client.fd);
	close(back[1].client.fd);
	for (i = 0; i < 8; i++)
		fall_silent(&site[i]);
	let_time_pass();
	for (i = 0; i < 8; i++)
		caller_dial(&back[i], 1, 0);
	ok(callers_wait(back, 8, BACK_MS) == 8,
	   "it is not known of any if it lives: as many may come back");
	callers_close(site, 8);
	callers_close(back, 8);
	server_down();
}

/* ---- by calls that never log in ---- */

static bool are_strangers(struct caller *callers, unsigned int network, unsigned int number,
			  unsigned int count)
{
	bool good = true;

	pppd_logs_in(false);
	while (count--)
		good &= caller_calls(callers++, network, number);
	pppd_logs_in(true);
	return good;
}

static bool eight_logged_in(void)
{
	return fake_held == 8 && !server->stranger_count;
}

static void test_strangers(void)
{
	struct caller strangers[7], good[8];
	unsigned int i, served = 0;

	server_up(8);
	server->config->max_source_unauthenticated = 3;
	server->config->login_timeout = 4;
	ok(are_strangers(strangers, 1, 0, 3) && are_strangers(strangers + 3, 1, 1, 3),
	   "two sources have six calls that do not log in, of eight slots");
	pppd_logs_in(false);
	caller_dial(&strangers[6], 1, 2);
	ok(callers_wait(&strangers[6], 1, BACK_MS) == 1 && server->stranger_count == 6 &&
	   strangers[6].took < 1000, "a third one has a call at once, and one of theirs goes");
	pppd_logs_in(true);
	for (i = 0; i < 8; i++) {
		caller_dial(&good[i], 2, i);
		served += callers_wait(&good[i], 1, DEADLINE_MS);
	}
	ok(served == 8 && pump_until(eight_logged_in), "who logs in gets all slots in the end");
	ok(longest(good, 8) < 2 * BACK_MS, "none waits for longer than a log-in may take");
	let_time_pass();
	caller_dial(&late, 3, 0);
	ok(!callers_wait(&late, 1, DEADLINE_MS) && late.result == PPTP_OUT_BUSY &&
	   have_calls(good, 8), "then nobody goes");
	client_close(&late.client);
	callers_close(strangers, 7);
	callers_close(good, 8);
	server_down();
}

static bool caller_starts(struct caller *caller, unsigned int network, unsigned int number)
{
	struct pptp_msg reply;

	caller_connect(caller, network, number);
	return client_ask(&caller->client, &sccrq, &reply) == PPTP_SCCRP;
}

/* Many sources with a call each, again and again */
static void test_crowd_of_strangers(void)
{
	struct caller strangers[6], waiting[6], good;
	bool all = true;
	unsigned int i;

	server_up(8);
	server->config->login_timeout = 60;
	server->login_time = 500000;
	for (i = 0; i < 6; i++) {
		make_doubtful(1, i);
		all &= are_strangers(&strangers[i], 1, i, 1);
	}
	pppd_logs_in(false);
	for (i = 0; i < 6; i++)
		caller_dial(&waiting[i], 1, i);
	caller_dial(&good, 2, 0);
	ok(all && callers_wait(&good, 1, DEADLINE_MS) == 1 && good.took < 5000,
	   "those who never log in give way to who may after the time of a log-in, and inherit nothing");
	callers_close(strangers, 6);
	callers_close(waiting, 6);
	client_close(&good.client);
	server_down();
}

/* In a crowd both have the time that a log-in takes, whoever has none yet */
static void test_two_of_one_address(void)
{
	struct caller two[2], good;

	server_up(8);
	server->config->max_unauthenticated = 2;
	server->login_time = 500000;
	if (!are_strangers(two, 1, 0, 2))
		abort();
	caller_dial(&good, 2, 0);
	ok(callers_wait(&good, 1, DEADLINE_MS) == 1 && good.took >= 1000 && good.took < 5000,
	   "two of one address are not sent away before others have waited for a log-in");
	callers_close(two, 2);
	client_close(&good.client);
	server_down();
}

/* One source has as many requests as may wait; nobody else's is refused for that */
static void test_full_queue(void)
{
	struct pptp_msg reply, more = ocrq;
	struct caller many, good;

	server_up(8);
	server->config->max_unauthenticated = 1;
	server->config->login_timeout = 4;
	server->config->max_calls = 2000;
	server->config->max_source_calls = 2000;
	if (!are_strangers(&many, 1, 0, 1))
		abort();
	while (server->queued < 1024) {
		more.out_request.call_id++;
		client_send(&many.client, &more);
	}
	caller_dial(&good, 2, 0);
	ok(client_receive(&many.client, &reply) == PPTP_OCRP &&
	   reply.out_reply.result == PPTP_OUT_BUSY &&
	   reply.out_reply.peer_call_id == more.out_request.call_id,
	   "the queue is full: one of the source with most has to go");
	ok(callers_wait(&good, 1, DEADLINE_MS) == 1 && good.took < 4000,
	   "and a newcomer has its turn");
	client_close(&many.client);
	client_close(&good.client);
	server_down();
}

/* A call holds its connection for as long as a log-in takes, and longer if it logs in */
static void test_connections(void)
{
	struct caller known[2], strangers[3], next[3];
	struct pptp_msg msg;
	int i;

	server_up(8);
	server->config->max_connections = 5;
	if (!callers_up(known, 1, 2))
		abort();
	for (i = 0; i < 3; i++) {
		if (!are_strangers(&strangers[i], 1, 5 + i, 1))
			abort();
	}
	caller_connect(&next[0], 2, 0);
	ok(client_receive(&next[0].client, &msg) == 0 && server->control_count == 5,
	   "who has just called keeps its connection");
	for (i = 0; i < 3; i++)
		control_of(&strangers[i])->ranked -= 3000;
	ok(caller_starts(&next[1], 2, 1) && !control_of(&strangers[0]) && control_of(&strangers[1]),
	   "who has not logged in by then gives way, the oldest first");
	for (i = 0; i < 2; i++)
		control_of(&known[i])->ranked -= 3000;
	ok(caller_starts(&next[2], 2, 2) && !control_of(&next[1]) && have_calls(known, 2),
	   "who has logged in stays");
	callers_close(known, 2);
	callers_close(strangers, 3);
	callers_close(next, 3);
	server_down();
}

/* Who calls often has not that time each time */
static void test_connections_of_one(void)
{
	struct caller known, strangers[3], next[2];

	server_up(8);
	server->config->max_connections = 4;
	if (!callers_up(&known, 1, 1) || !are_strangers(strangers, 1, 5, 3))
		abort();
	ok(caller_starts(&next[0], 2, 0) && !control_of(&strangers[0]) && have_calls(&known, 1),
	   "who has called more often than a newcomer gives way at once");
	pppd_logs_in(false);
	ok(caller_calls(&next[1], 2, 1) && !control_of(&strangers[1]) && control_of(&strangers[2]) &&
	   control_of(&next[0]), "as long as it has");
	callers_close(&known, 1);
	callers_close(strangers, 3);
	callers_close(next, 2);
	server_down();
}

static size_t unread(const struct control *control)
{
	return evbuffer_get_length(bufferevent_get_output(control->stream));
}

/* Has the server read all that the client has sent? */
static bool is_taken(const struct control *control)
{
	int left = 0;

	ioctl(bufferevent_getfd(control->stream), FIONREAD, &left);
	return !left && !evbuffer_get_length(bufferevent_get_input(control->stream));
}

/* Reads nothing, until the server cannot send by far; then nonsense, which closes it */
static void close_badly(struct caller *caller)
{
	struct pptp_msg echo = { .type = PPTP_ECHO_RQ };
	struct control *control = control_of(caller);
	uint8_t data[PPTP_MSG_MAX * 4];
	int little = 4096;
	size_t len = 0;

	setsockopt(caller->client.fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	while (len + PPTP_MSG_MAX <= sizeof(data))
		len += pptp_msg_encode(&echo, data + len, PPTP_MSG_MAX);
	while (unread(control) < 8192) {
		client_write(&caller->client, data, len);
		while (!is_taken(control))
			pump();
	}
	memset(data, 0xff, len);
	client_write(&caller->client, data, len);
	while (!control->closing)
		pump();
}

/* What closes waits for its peer to read, and is in nobody's way meanwhile */
static void test_closing(void)
{
	struct caller sick[4], good;
	bool closing = true;
	int i;

	server_up(8);
	server->config->max_per_source = 4;
	for (i = 0; i < 4; i++) {
		if (!caller_starts(&sick[i], 1, 0))
			abort();
		close_badly(&sick[i]);
	}
	for (i = 0; i < 4; i++)
		closing &= control_of(&sick[i]) && unread(control_of(&sick[i]));
	ok(closing, "a source's connections all close, and wait for a peer that does not read");
	ok(caller_calls(&good, 1, 0) && !control_of(&sick[0]) && control_of(&sick[1]),
	   "another one of it has the place of the oldest");
	callers_close(sick, 4);
	client_close(&good.client);
	server_down();
}

/* Its own bound: its oldest goes, but has the time for a log-in before */
static void test_own_bound(void)
{
	struct caller strangers[2], next, other;

	server_up(8);
	server->config->max_source_unauthenticated = 2;
	server->config->login_timeout = 4;
	if (!are_strangers(strangers, 1, 0, 2))
		abort();
	caller_dial(&next, 1, 0);
	ok(callers_wait(&next, 1, 500) == 0 && !next.result, "one more of its source waits");
	ok(caller_calls(&other, 1, 1), "but none of another one");
	ok(callers_wait(&next, 1, DEADLINE_MS) == 1 && next.took > 1000 && next.took < 4000,
	   "until the oldest has had its time");
	callers_close(strangers, 2);
	client_close(&next.client);
	client_close(&other.client);
	server_down();
}

static bool two_timeouts(void)
{
	const struct control *control = LIST_FIRST(&server->controls);

	return control->source->unknown == 2 && !server->stranger_count;
}

/* Callers of a PAC are as good as any, who dial or do not: here he connects none of them */
static void test_announced(void)
{
	struct caller strangers[6], good[8], next;
	struct pptp_msg msg;
	unsigned int i, served = 0;

	server_up(8);
	server->config->max_source_unauthenticated = 3;
	server->config->login_timeout = 4;
	log_anew();
	for (i = 0; i < 6; i++) {
		caller_ring(&strangers[i], 1, i / 3);
		served += callers_wait(&strangers[i], 1, DEADLINE_MS);
	}
	caller_ring(&next, 1, 0);
	ok(served == 6 && server->stranger_count == 6 && !callers_wait(&next, 1, 500) && !next.result,
	   "announced and not connected: bounded as those who do not log in, one more waits");
	served += callers_wait(&next, 1, DEADLINE_MS);
	ok(served == 7 && next.took > 1000 && server->stranger_count == fake_held &&
	   fake_held <= 6 && client_receive(&strangers[0].client, &msg) == PPTP_CCRQ,
	   "until the oldest has had its time, whose slot is free at once");
	ok(logged("event 20049: call ended: the client has not logged in for"), "and the log says so");
	for (i = 0; i < 8; i++) {
		caller_dial(&good[i], 2, i);
		served += callers_wait(&good[i], 1, DEADLINE_MS);
	}
	ok(served == 15 && pump_until(eight_logged_in), "who logs in gets all slots in the end");
	callers_close(strangers, 6);
	callers_close(good, 8);
	client_close(&next.client);
	server_down();
}

/* A PAC's caller waits as any client does, until it is known who is gone */
static void test_announced_waits(void)
{
	struct caller callers[2], rings;

	server_up(2);
	if (!callers_up(callers, 1, 2))
		abort();
	let_time_pass();
	caller_ring(&rings, 2, 0);
	ok(!callers_wait(&rings, 1, 1000) && rings.result == PPTP_IN_NOT_ACCEPTED &&
	   have_calls(callers, 2), "all live: a caller that is announced is refused at once");
	client_close(&rings.client);
	fall_silent(&callers[0]);
	let_time_pass();
	caller_ring(&rings, 2, 0);
	ok(callers_wait(&rings, 1, BACK_MS) == 1 && !has_call(&callers[0]) && has_call(&callers[1]),
	   "one is gone: he has its slot");
	callers_close(callers, 2);
	client_close(&rings.client);
	server_down();
}

/* LCP and the log-in have their time, which a source cannot take again and again */
static void test_login_timeout(void)
{
	struct caller strangers[3], good;
	const struct source *source;

	server_up(8);
	server->config->login_timeout = 1;
	log_anew();
	if (!are_strangers(strangers, 1, 0, 2))
		abort();
	source = LIST_FIRST(&server->controls)->source;
	ok(pump_until(two_timeouts) && logged("event 20095") &&
	   logged("nothing has come from the client in 1 s: GRE"),
	   "who says nothing has login-timeout, and GRE is named");
	ok(logged("none came from another address either") && !logged("NAT with several"),
	   "it is filtered, as none comes for no call");
	ok(source_strangers_max(source, server->config, sources_clock()) == 4,
	   "each time halves what its source may have at once");
	fake_stray_pace = 3;
	if (!are_strangers(&strangers[2], 1, 0, 1))
		abort();
	ok(pump_until(all_logged_in) && logged("a NAT with several addresses sends it from another one"),
	   "where some does, it may be that");
	close(strangers[2].client.fd);
	fake_stray_pace = 0;
	fake_stats.rx_signs = 1;
	if (!are_strangers(&strangers[2], 1, 0, 1))
		abort();
	ok(pump_until(all_logged_in) && logged("event 20049") &&
	   logged("the client has not logged in within 1 s, see login-timeout"),
	   "who talks and does not log in has it too");
	ok(caller_calls(&good, 1, 0) && pump_until(all_logged_in) &&
	   source_strangers_max(source, server->config, sources_clock()) == 16,
	   "a log-in ends that");
	callers_close(strangers, 3);
	client_close(&good.client);
	server_down();
}

static void write_text(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

static bool advises(int error, const char *part)
{
	char own[64], text[192];
	struct tasks_paths paths = { .own = own, .groups = directory };

	snprintf(own, sizeof(own), "%s/own", directory);
	return strstr(tasks_advice(&paths, error, text, sizeof(text)), part);
}

/* A limit that systemd has set on the slice above */
static void test_tasks(void)
{
	static const char * const names[] = { "own", "slice/service/pids.max", "slice/service/pids.current",
					      "slice/pids.max", "slice/pids.current" };
	char path[128];
	size_t i;

	ok(advises(EAGAIN, "kernel.pid_max"), "no control group: the machine's limit");
	snprintf(path, sizeof(path), "%s/slice", directory);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/slice/service", directory);
	mkdir(path, 0700);
	write_text(names[0], "0::/slice/service\n");
	write_text(names[1], "max\n");
	write_text(names[2], "12\n");
	write_text(names[3], "20\n");
	write_text(names[4], "20\n");
	ok(advises(EAGAIN, "may have 20 processes: raise TasksMax"), "TasksMax is named where it is reached");
	write_text(names[4], "19\n");
	ok(advises(EAGAIN, "kernel.pid_max"), "and nowhere else");
	ok(advises(EMFILE, "LimitNOFILE") && advises(ENOENT, "correct pppd"), "so are other reasons");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/slice/service", directory);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/slice", directory);
	rmdir(path);
}

static void test_no_pppd(void)
{
	struct pptp_msg reply;
	struct client client;
	char *pppd;

	server_up(8);
	pppd = server->config->pppd;
	server->config->pppd = directory;
	client_connect(&client);
	ok(client_ask(&client, &sccrq, &reply) == PPTP_SCCRP &&
	   client_ask(&client, &ocrq, &reply) == PPTP_OCRP &&
	   reply.out_reply.result == PPTP_OUT_GENERAL &&
	   reply.out_reply.error == PPTP_ERROR_NO_RESOURCE && !server->stranger_count,
	   "a pppd that cannot be started: result 2, error 4");
	client_close(&client);
	server->config->pppd = pppd;
	server_down();
}

static void test_channels(void)
{
	struct pptp_msg reply;
	struct client client;

	server_up(128);
	fake_slots.receiving = 17;
	client_connect(&client);
	ok(client_ask(&client, &sccrq, &reply) == PPTP_SCCRP && reply.start.max_channels == 17,
	   "Maximum Channels: the slots that receive");
	client_close(&client);
	server_down();
}

int main(int argc, char **argv)
{
	struct rlimit files = { .rlim_cur = 4096, .rlim_max = 4096 };
	struct event *child;

	(void)argv;
	if (argc > 1)
		_exit(be_pppd());	/* a leak checker looks at the test, not at each of these */
	if (!mkdtemp(directory))
		abort();
	snprintf(run_path, sizeof(run_path), "%s/run", directory);
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	log_open(LOG_TO_STDERR, LOG_WARNING);
	log_anew();
	base = event_base_new();
	child = evsignal_new(base, SIGCHLD, on_child, NULL);
	event_add(child, NULL);
	test_power_cut();
	test_busy();
	if (geteuid() == 0)
		test_dead_spot();
	test_leave();
	test_successor();
	test_no_call_for_strangers();
	test_site();
	test_strangers();
	test_crowd_of_strangers();
	test_two_of_one_address();
	test_full_queue();
	test_connections();
	test_connections_of_one();
	test_closing();
	test_own_bound();
	test_announced();
	test_announced_waits();
	test_login_timeout();
	test_channels();
	test_tasks();
	test_no_pppd();
	event_free(child);
	event_base_free(base);
	remove_files();
	return tap_done();
}
