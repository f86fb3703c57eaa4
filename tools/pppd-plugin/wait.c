// SPDX-License-Identifier: GPL-2.0
/*
 * Waits of pppd that see their deadline, and that pppd is to end.
 *
 * Signals that end pppd are blocked from wait_begin() to wait_end() but for the waits
 * themselves, so that none can slip in between the look for it and the wait.
 */
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

#include "clock.h"
#include "pppd_compat.h"

/* @outside: set to what is blocked elsewhere, for the other functions */
void wait_begin(sigset_t *outside)
{
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, outside);
}

void wait_end(const sigset_t *outside)
{
	sigprocmask(SIG_SETMASK, outside, NULL);
}

/**
 * wait_over - is it time to give up?
 * @deadline:	in ms of clock_ms()
 * @outside:	from wait_begin()
 *
 * Who always has something to read never waits, and asks here: signals that are
 * pending are let in.
 */
bool wait_over(long long deadline, const sigset_t *outside)
{
	sigset_t inside;

	sigprocmask(SIG_SETMASK, outside, &inside);
	sigprocmask(SIG_SETMASK, &inside, NULL);
	return compat_signaled() || clock_ms() >= deadline;
}

/**
 * wait_for - wait for @events, or until something can be read from @other
 * @fd:		a descriptor
 * @events:	of it
 * @other:	another one, -1: none
 * @deadline:	in ms of clock_ms()
 * @outside:	from wait_begin()
 *
 * Signals that do not end pppd, such as that of a script of its that has ended, only
 * begin the wait anew.
 *
 * Return: false at the deadline, or when pppd is to end.
 */
bool wait_for(int fd, short events, int other, long long deadline, const sigset_t *outside)
{
	struct pollfd polls[] = {
		{ .fd = fd, .events = events },
		{ .fd = other, .events = POLLIN },
	};
	struct timespec timeout;
	long long left;
	int ready;

	do {
		if (wait_over(deadline, outside))
			return false;
		left = deadline - clock_ms();
		left = left > 0 ? left : 0;
		timeout = (struct timespec){ left / 1000, left % 1000 * 1000000 };
		ready = ppoll(polls, 2, &timeout, outside);
	} while (ready < 0 && errno == EINTR);
	return ready > 0 && !compat_signaled();
}
