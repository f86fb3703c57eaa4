// SPDX-License-Identifier: GPL-2.0
/*
 * What a supervisor is told: sd_notify(3), which is a datagram to a socket that the
 * environment names.
 *
 * The variables are taken out of it: they are not meant for pppd and its scripts. A
 * supervisor that does not listen is none of the calls' business, so nothing fails here.
 */
#include "supervisor.h"

#include <errno.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "send_fds.h"

#define WATCHDOG_MIN_US	2000	/* the loop has other things to do */

static const char * const names[] = {
	"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "FDSTORE",
};

#define NAMES	(sizeof(names) / sizeof(names[0]))

static char *values[NAMES];		/* as they were found, NULL: not there */
static int notify_fd = -1;
static bool keeps;	/* descriptors, for a process after this one */
static unsigned long long watchdog_us;	/* 0: nobody waits for a sign of life */
static struct event *watchdog;

/* A path, or behind "@" a name in the abstract namespace */
static socklen_t socket_address(const char *name, struct sockaddr_un *address)
{
	size_t len = strlen(name);

	if ((*name != '/' && *name != '@') || len >= sizeof(address->sun_path))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, len);
	if (*name == '@')
		address->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len;
}

static int connect_to(const char *name)
{
	struct sockaddr_un address;
	socklen_t len = socket_address(name, &address);
	int fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, len) == 0)
		return fd;
	log_warning("NOTIFY_SOCKET is \"%s\", where nobody listens: the supervisor is told nothing",
		    name);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* It may be meant for another process: then that is named. Nobody waits for less. */
static unsigned long long watchdog_wanted(void)
{
	const char *interval = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	unsigned long long wanted;

	if (!interval || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	wanted = strtoull(interval, NULL, 10);
	return wanted && wanted < WATCHDOG_MIN_US ? WATCHDOG_MIN_US : wanted;
}

static void tell(const char *what)
{
	if (notify_fd >= 0)
		supervisor_pass(what, NULL, 0);
}

/**
 * supervisor_open - find the supervisor, before there is another process
 */
void supervisor_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t i;

	if (name)
		notify_fd = connect_to(name);
	watchdog_us = notify_fd >= 0 ? watchdog_wanted() : 0;
	keeps = getenv("FDSTORE") && atoi(getenv("FDSTORE")) > 0;
	for (i = 0; i < NAMES; i++) {
		free(values[i]);
		values[i] = getenv(names[i]) ? strdup(getenv(names[i])) : NULL;
	}
	supervisor_stay();
}

/* Another program is to run in this process, and finds the supervisor as we have */
void supervisor_leave(void)
{
	size_t i;

	for (i = 0; i < NAMES; i++) {
		if (values[i])
			setenv(names[i], values[i], 1);
	}
}

/* What is started from now on is not to find it */
void supervisor_stay(void)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		unsetenv(names[i]);
}

static void on_watchdog(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	tell("WATCHDOG=1");
}

/**
 * supervisor_watch - give signs of life, by the loop, if somebody waits for them
 * @base:	the event loop
 *
 * Return: false if there is no memory.
 */
bool supervisor_watch(struct event_base *base)
{
	struct timeval interval = {
		.tv_sec = watchdog_us / 2 / 1000000,
		.tv_usec = watchdog_us / 2 % 1000000,
	};

	if (!watchdog_us)
		return true;
	watchdog = event_new(base, -1, EV_PERSIST, on_watchdog, NULL);
	return watchdog && event_add(watchdog, &interval) == 0;
}

/* Clients may call from now on */
void supervisor_ready(void)
{
	tell("READY=1");
}

/* Calls are being hung up */
void supervisor_stopping(void)
{
	tell("STOPPING=1");
}

/* Where it takes descriptors to keep, for who waits for room there; -1: it keeps none */
int supervisor_store(void)
{
	return keeps ? notify_fd : -1;
}

/**
 * supervisor_pass - tell it something, with descriptors
 * @what:	the assignments, a line each
 * @fds:	the descriptors, which stay the caller's
 * @count:	how many, SEND_FDS_MAX at most
 *
 * Return: false if there is no room for it now. What cannot be told at all is told to nobody.
 */
bool supervisor_pass(const char *what, const int *fds, unsigned int count)
{
	return send_fds(notify_fd, what, strlen(what), fds, count) >= 0 || errno != EAGAIN;
}

/* Before the loop is freed */
void supervisor_close(void)
{
	if (watchdog)
		event_free(watchdog);
	watchdog = NULL;
	if (notify_fd >= 0)
		close(notify_fd);
	notify_fd = -1;
}
