// SPDX-License-Identifier: GPL-2.0
/* Runs a program and keeps what it prints */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A ruleset may be large, but a program that never stops printing ends here */
#define TEXT_MAX	(16 << 20)

static int milliseconds_left(const struct timespec *end)
{
	struct timespec now;
	long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
	return left > 0 ? left : 0;
}

/* Return: whether its output came to an end in time */
static bool read_all(int fd, FILE *to, const struct timespec *end)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char piece[4096];
	ssize_t got;

	while (ftell(to) < TEXT_MAX && poll(&ready, 1, milliseconds_left(end)) == 1) {
		got = read(fd, piece, sizeof(piece));
		if (got <= 0)
			return got == 0;
		fwrite(piece, 1, got, to);
	}
	return false;
}

static int spawn(pid_t *pid, const char *const *argv, enum capture_what what, int output)
{
	posix_spawn_file_actions_t actions;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (what == CAPTURE_BOTH)
		posix_spawn_file_actions_adddup2(&actions, output, 2);
	else
		posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(pid, argv[0], &actions, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* Return: whether it ended in time, which a program may do long after its output */
static bool has_ended(pid_t pid, const struct timespec *end)
{
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	bool good = ended.fd >= 0 && poll(&ended, 1, milliseconds_left(end)) == 1;

	close(ended.fd);
	return good;
}

static int finish(pid_t pid, bool read, const struct timespec *end)
{
	int status;

	if (!read || !has_ended(pid, end))
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CAPTURE_NONE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CAPTURE_NONE;
}

int capture(const char *const *argv, enum capture_what what, char **text)
{
	int ends[2], code = CAPTURE_NONE;
	struct timespec end;
	size_t len;
	FILE *out;
	pid_t pid;

	*text = NULL;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += CAPTURE_SECONDS;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return CAPTURE_NONE;
	if (spawn(&pid, argv, what, ends[1]) == 0) {
		close(ends[1]);
		out = open_memstream(text, &len);
		code = finish(pid, out && read_all(ends[0], out, &end), &end);
		if (out)
			fclose(out);
	} else {
		close(ends[1]);
	}
	close(ends[0]);
	return code;
}
