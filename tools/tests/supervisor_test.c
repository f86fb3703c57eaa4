// SPDX-License-Identifier: GPL-2.0
/* What a supervisor is told, and what is kept from pppd */
#include <event2/event.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "logged.h"
#include "supervisor.h"
#include "tap.h"

#define PATIENCE_MS	20000

static int supervisor;
static char notify_name[64];

/* In the abstract namespace, of which "@" is the first octet in the environment */
static void listen_as_supervisor(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len;

	snprintf(notify_name, sizeof(notify_name), "@supervisor-%d", getpid());
	memcpy(address.sun_path + 1, notify_name + 1, strlen(notify_name) - 1);
	len = offsetof(struct sockaddr_un, sun_path) + strlen(notify_name);
	supervisor = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(supervisor, (struct sockaddr *)&address, len) < 0)
		abort();
}

static bool hears(const char *wanted)
{
	struct pollfd ready = { .fd = supervisor, .events = POLLIN };
	char said[256];
	ssize_t len;

	if (poll(&ready, 1, PATIENCE_MS) != 1)
		return false;
	len = recv(supervisor, said, sizeof(said), 0);
	return len == (ssize_t)strlen(wanted) && !memcmp(said, wanted, len);
}

static bool hears_nothing(void)
{
	char said[256];

	return recv(supervisor, said, sizeof(said), MSG_DONTWAIT) < 0;
}

static void watch(const char *usec, const char *pid)
{
	setenv("NOTIFY_SOCKET", notify_name, 1);
	setenv("WATCHDOG_USEC", usec, 1);
	setenv("WATCHDOG_PID", pid, 1);
	supervisor_open();
}

static void test_signs_of_life(struct event_base *base)
{
	const struct timeval while_it_runs = { .tv_usec = 300000 };
	char pid[32];

	snprintf(pid, sizeof(pid), "%d", getpid());
	watch("20000", pid);
	ok(supervisor_watch(base), "a watchdog is fed by the loop");
	event_base_loopexit(base, &while_it_runs);
	event_base_dispatch(base);
	ok(hears("WATCHDOG=1") && hears("WATCHDOG=1"), "again and again");
	supervisor_close();
	while (!hears_nothing())
		;
	event_base_loopexit(base, &while_it_runs);
	event_base_dispatch(base);
	ok(hears_nothing(), "and no more when all is over");

	watch("20000", "1");
	ok(supervisor_watch(base), "a watchdog for another process");
	event_base_loopexit(base, &while_it_runs);
	event_base_dispatch(base);
	ok(hears_nothing(), "is not fed");
	supervisor_close();
}

static void test_words(void)
{
	setenv("NOTIFY_SOCKET", notify_name, 1);
	supervisor_open();
	ok(!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC") && !getenv("WATCHDOG_PID"),
	   "pppd does not get the supervisor's variables");
	supervisor_ready();
	ok(hears("READY=1"), "the server is up");
	supervisor_stopping();
	ok(hears("STOPPING=1"), "and ends");
	supervisor_close();
	supervisor_ready();
	ok(hears_nothing(), "nothing is said afterwards");
}

/* A supervisor that is not there, or a name that is none, is no reason not to serve. */
static void test_nobody(const char *name)
{
	log_anew();
	setenv("NOTIFY_SOCKET", name, 1);
	supervisor_open();
	supervisor_ready();
	ok(logged("where nobody listens"), "nobody listens");
	supervisor_close();
}

static void test_none(void)
{
	log_anew();
	unsetenv("NOTIFY_SOCKET");
	supervisor_open();
	supervisor_ready();
	ok(!logged("pptpmuxd"), "without a supervisor nothing is said of one");
	supervisor_close();
}

int main(void)
{
	struct event_base *base = event_base_new();
	char name[256];

	snprintf(log_path, sizeof(log_path), "/tmp/supervisor-%d.log", getpid());
	log_anew();
	listen_as_supervisor();
	test_words();
	test_signs_of_life(base);
	test_none();
	test_nobody("/nowhere/notify");
	test_nobody("vsock:2:1");
	test_nobody("");
	memset(name, '/', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	test_nobody(name);
	unlink(log_path);
	event_base_free(base);
	close(supervisor);
	return tap_done();
}
