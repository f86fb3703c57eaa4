// SPDX-License-Identifier: GPL-2.0
/* The plugin's questions: which answer is taken for one, and what ends the wait */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "question.h"
#include "tap.h"

/* ---- pppd, of both versions ---- */

extern int got_sigterm, got_sighup;
bool ppp_signaled(int number);

int got_sigterm, got_sighup;

bool ppp_signaled(int number)
{
	return number == SIGTERM ? got_sigterm : got_sighup;
}

static void on_term(int number)
{
	(void)number;
	got_sigterm = 1;
}

/* ---- pptpmuxd ---- */

static int plugin, server;
static uint32_t asked;		/* number of the last question */

/* Answers questions that are not asked yet: they wait in the socket */
static void answer(uint32_t number, uint32_t granted, const char *reason)
{
	struct lease_reply reply = { .number = number, .granted = granted };

	snprintf(reply.reason, sizeof(reply.reason), "%s", reason);
	if (send(server, &reply, sizeof(reply), 0) != sizeof(reply))
		_exit(1);
}

static void take_question(void)
{
	struct lease_request request;

	if (recv(server, &request, sizeof(request), MSG_DONTWAIT) == sizeof(request))
		asked = request.number;
}

/* ---- the tests ---- */

static bool ask(struct lease_reply *reply)
{
	struct lease_request request = { .question = LEASE_UP };
	bool answered;

	memset(reply, 0xff, sizeof(*reply));
	answered = question_ask(plugin, &request, reply);
	take_question();
	return answered;
}

static void test_late(void)
{
	struct lease_reply reply;

	answer(1, 1, "");
	ok(ask(&reply) && asked == 1 && reply.granted, "a question is answered");
	answer(1, 1, "");
	answer(0, 1, "");
	answer(2, 0, "not yours");
	ok(ask(&reply) && asked == 2 && !reply.granted && !strcmp(reply.reason, "not yours"),
	   "a late answer to an old question is none to a new one");
}

static void test_ended(void)
{
	long long begun = clock_ms();
	struct lease_reply reply;

	signal(SIGALRM, on_term);
	alarm(1);
	ok(!ask(&reply) && !reply.granted && !*reply.reason && clock_ms() - begun < 10000,
	   "what ends pppd ends the wait");
	got_sigterm = 0;
	close(server);
	ok(!ask(&reply) && !reply.granted && !*reply.reason && clock_ms() - begun < 10000,
	   "so does the end of pptpmuxd");
}

int main(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) < 0)
		return 1;
	plugin = fds[0];
	server = fds[1];
	test_late();
	test_ended();
	return tap_done();
}
