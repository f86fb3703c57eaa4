// SPDX-License-Identifier: GPL-2.0
/*
 * The process that keeps a control connection: it hears pppd whatever the server does.
 * pppd itself is what stands below.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "keeper.h"
#include "tap.h"

/* ---- pppd ---- */

__attribute__((format(printf, 1, 2))) void error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void notice(const char *format, ...);
void info(const char *format, ...);

void error(const char *format, ...)
{
	(void)format;
}

void warn(const char *format, ...)
{
	(void)format;
}

void notice(const char *format, ...)
{
	(void)format;
}

void info(const char *format, ...)
{
	(void)format;
}

/* ---- the server ---- */

/* As fast as they are taken, until nobody takes them; @flooded: an octet when there were many */
static void __attribute__((noreturn)) flood(int fd, int flooded)
{
	static const struct pptp_msg echo = {
		.type = PPTP_ECHO_RP, .echo = { .result = PPTP_RESULT_OK },
	};
	struct stream stream;
	unsigned int sent = 0;

	signal(SIGPIPE, SIG_IGN);
	stream_init(&stream, fd);
	while (stream_send(&stream, &echo)) {
		if (++sent == 10000 && write(flooded, "", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static void test_flooded(void)
{
	static const struct dial_plan plan = { .echo_interval = 60, .echo_timeout = 60 };
	struct dialled dialled = { .call.fd = -1 };
	struct keeper keeper = { .fd = -1 };
	int control[2], flooded[2], status;
	long long begun;
	char octet;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, control) < 0 || pipe(flooded) < 0)
		abort();
	pid = fork();
	if (pid == 0) {
		close(control[0]);
		flood(control[1], flooded[1]);
	}
	close(control[1]);
	fcntl(control[0], F_SETFL, O_NONBLOCK);
	line_init(&dialled.line, control[0], NULL);
	dialled.line.control = PPTP_ESTABLISHED;
	dialled.line.call = PPTP_ESTABLISHED;
	ok(keeper_start(&keeper, &plan, &dialled) == 0 && read(flooded[0], &octet, 1) == 1,
	   "a keeper, and a server that sends without end");
	begun = clock_ms();
	keeper_stop(&keeper);
	ok(clock_ms() - begun < 3 * KEEPER_CLEAR_MS, "it hears pppd's end, and clears the call");
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0,
	   "and is gone");
}

int main(void)
{
	alarm(60);	/* what fails here may not end */
	test_flooded();
	return tap_done();
}
