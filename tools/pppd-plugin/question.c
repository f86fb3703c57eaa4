// SPDX-License-Identifier: GPL-2.0
/*
 * A question to pptpmuxd, and the wait for its answer: QUESTION_MS at most, and not
 * longer than pppd goes on.
 */
#include "question.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"
#include "pppd_compat.h"

/* Signals are blocked but for the wait, so that none slips in before it */
static bool wait_for_datagram(int fd, long long deadline, const sigset_t *waiting)
{
	struct pollfd server = { .fd = fd, .events = POLLIN };
	struct timespec timeout;
	long long left;
	int rc;

	do {
		left = deadline - clock_ms();
		timeout = (struct timespec){ left / 1000, left % 1000 * 1000000 };
		rc = left > 0 && !compat_signaled() ? ppoll(&server, 1, &timeout, waiting) : 0;
	} while (rc < 0 && errno == EINTR);
	return rc == 1;
}

/* An answer to what was asked before, and not waited for any longer, is passed over */
static bool wait_for_answer(int fd, uint32_t number, struct lease_reply *reply,
			    const sigset_t *waiting)
{
	long long deadline = clock_ms() + QUESTION_MS;

	while (wait_for_datagram(fd, deadline, waiting)) {
		if (recv(fd, reply, sizeof(*reply), MSG_DONTWAIT) != sizeof(*reply))
			return false;
		if (reply->number == number)
			return true;
	}
	return false;
}

static bool await(int fd, uint32_t number, struct lease_reply *reply)
{
	sigset_t ending, waiting;
	bool answered;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &waiting);
	answered = wait_for_answer(fd, number, reply, &waiting);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	return answered;
}

/**
 * question_ask - ask, and wait for the answer
 * @fd:		the socket to pptpmuxd
 * @request:	the question, but for its number
 * @reply:	filled in with the answer to this question
 *
 * Return: false if there is none: pptpmuxd is gone or does not answer in time, or
 * pppd is to end. Then nothing in @reply is an answer.
 */
bool question_ask(int fd, struct lease_request *request, struct lease_reply *reply)
{
	static uint32_t last;

	request->number = ++last;
	if (send(fd, request, sizeof(*request), MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof(*request) ||
	    !await(fd, request->number, reply)) {
		*reply = (struct lease_reply){ .granted = 0 };
		return false;
	}
	reply->reason[sizeof(reply->reason) - 1] = '\0';
	return true;
}
