// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl events and a pptpmuxd that is not there, may not be asked, or is silent */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "rundir.h"
#include "server_events.h"
#include "tap.h"

#define NOBODY		65534
#define GREETING	"{\"type\": \"following\"}\n"
#define EVENT		"{\"type\": \"up\", \"time_ns\": 1, \"subject\": \"VPN1\", \"text\": \"up\"}\n"

static char directory[] = "/tmp/pptpmuxctl-events-XXXXXX", own[128];

static int count_one(void *data)
{
	++*(unsigned int *)data;
	return 0;
}

/* As pptpmuxd does, but for the accept() */
static int listen_as_server(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	rundir_path(directory, "socket", address.sun_path, sizeof(address.sun_path));
	unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		abort();
	return fd;
}

static void test_absent(struct server_events *events)
{
	server_events_join(events);
	ok(server_events_fd(events) < 0 && server_events_error(events) == ENOENT &&
	   !server_events_greeted(events), "nobody is there");
}

/* The directory is root's own: whoever else asks is not told that nobody is there */
static void test_forbidden(struct server_events *events)
{
	if (geteuid() == 0 && seteuid(NOBODY) < 0)
		abort();
	chmod(own, 0);
	server_events_join(events);
	ok(server_events_fd(events) < 0 && server_events_error(events) == EACCES,
	   "one is there that may not be asked");
	if (getuid() == 0 && seteuid(0) < 0)
		abort();
	chmod(own, 0700);
}

static void test_silent(struct server_events *events, int listener)
{
	unsigned int seen = 0;
	char question[64];
	int peer;

	/* in the listener's queue; nobody has answered, or could have */
	alarm(5);
	server_events_join(events);
	server_events_read(events, count_one, &seen);
	alarm(0);
	ok(server_events_fd(events) >= 0 && !server_events_error(events) &&
	   !server_events_greeted(events), "one that says nothing is not waited for");
	peer = accept(listener, NULL, NULL);
	ok(recv(peer, question, sizeof(question), 0) == 7 && !memcmp(question, "events\n", 7),
	   "it has been asked");
	send(peer, GREETING EVENT, strlen(GREETING EVENT), 0);
	server_events_read(events, count_one, &seen);
	ok(server_events_greeted(events) && seen == 1,
	   "when it answers it is followed, and its greeting is no event");
	close(peer);
	server_events_read(events, count_one, &seen);
	ok(server_events_fd(events) < 0 && server_events_error(events) == ECONNREFUSED &&
	   !server_events_greeted(events) && seen == 1, "its end is seen");
}

/* So many ask that there is no room for one more to wait in */
static void test_crowded(struct server_events *events)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int i, askers[10], count = 0;

	rundir_path(directory, "socket", address.sun_path, sizeof(address.sun_path));
	while (count < 10) {
		askers[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(askers[count++], (struct sockaddr *)&address, sizeof(address)) < 0)
			break;
	}
	alarm(5);
	server_events_join(events);
	alarm(0);
	ok(server_events_fd(events) < 0 && server_events_error(events) == EAGAIN,
	   "nor is one with a full queue");
	for (i = 0; i < count; i++)
		close(askers[i]);
}

int main(void)
{
	struct ctl ctl = { .run_directory = directory, .as_json = true };
	struct server_events *events = server_events_open(&ctl);
	char path[256];
	int listener;

	if (!mkdtemp(directory) || chmod(directory, 0755) < 0 ||
	    !rundir_path(directory, NULL, own, sizeof(own)) || mkdir(own, 0700) < 0)
		return 1;
	test_absent(events);
	listener = listen_as_server();
	test_forbidden(events);
	test_silent(events, listener);
	test_crowded(events);
	server_events_close(events);
	close(listener);
	rundir_path(directory, "socket", path, sizeof(path));
	unlink(path);
	rmdir(own);
	rmdir(directory);
	return tap_done();
}
