// SPDX-License-Identifier: GPL-2.0
/*
 * A question to pptpmuxd, and the wait for its answer: QUESTION_MS at most, and not
 * longer than pppd goes on.
 */
#include "question.h"

#include <poll.h>
#include <sys/socket.h>

#include "clock.h"
#include "wait.h"

/* An answer to what was asked before, and not waited for any longer, is passed over */
static bool wait_for_answer(int fd, uint32_t number, struct lease_reply *reply,
			    const sigset_t *outside)
{
	long long deadline = clock_ms() + QUESTION_MS;

	while (wait_for(fd, POLLIN, -1, deadline, outside)) {
		if (recv(fd, reply, sizeof(*reply), MSG_DONTWAIT) != sizeof(*reply))
			return false;
		if (reply->number == number)
			return true;
	}
	return false;
}

static bool await(int fd, uint32_t number, struct lease_reply *reply)
{
	sigset_t outside;
	bool answered;

	wait_begin(&outside);
	answered = wait_for_answer(fd, number, reply, &outside);
	wait_end(&outside);
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
