// SPDX-License-Identifier: GPL-2.0
/*
 * A new process of pppd: with the call's socket, if there is one, as its descriptor 3 and
 * a socket to us as 4, its output in a pipe.
 */
#include "pppd_spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALL_FD		3	/* PPPD_CALL_FD */
#define SOCKET_FD	4	/* PPPD_SOCKET_FD */

static void actions_fill(posix_spawn_file_actions_t *actions, const struct pppd_descriptors *its)
{
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(actions, its->output, 1);
	posix_spawn_file_actions_adddup2(actions, its->output, 2);
	/* then these: the pipe may be number 3 itself, the call number 4 */
	if (its->call >= 0)
		posix_spawn_file_actions_adddup2(actions, its->call, CALL_FD);
	posix_spawn_file_actions_adddup2(actions, its->socket, SOCKET_FD);
}

/* Own process group: a terminal's Ctrl-C is for pptpmuxd, which hangs up first. */
static void attributes_fill(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETPGROUP);
}

/**
 * pppd_spawn - start a process
 * @pid:	filled in
 * @words:	its program and what that is told, with NULL behind the last
 * @its:	what it gets; stays the caller's
 *
 * Return: 0 or an errno.
 */
int pppd_spawn(pid_t *pid, const char **words, const struct pppd_descriptors *its)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	actions_fill(&actions, its);
	attributes_fill(&attributes);
	rc = posix_spawn(pid, words[0], &actions, &attributes, (char **)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

/**
 * pppd_ends_open - a pipe for the output of a process, and a socket pair
 * @ours:	filled in with our ends, which do not block
 * @its:	filled in with those of the process, but for a call; they do block, or it
 *		would lose lines
 *
 * Return: false with errno set if there are none.
 */
bool pppd_ends_open(struct pppd_ends *ours, struct pppd_descriptors *its)
{
	int pipe_ends[2], pair[2];

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	fcntl(pipe_ends[1], F_SETFL, 0);
	ours->output = pipe_ends[0];
	its->output = pipe_ends[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
		ours->socket = pair[0];
		its->socket = fcntl(pair[1], F_DUPFD_CLOEXEC, SOCKET_FD + 1);
		close(pair[1]);
		if (its->socket >= 0)
			return true;
		close(pair[0]);
	}
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return false;
}

void pppd_ends_close(const struct pppd_ends *ours)
{
	close(ours->output);
	close(ours->socket);
}

/* It has them now, or there is no process */
void pppd_ends_given(const struct pppd_descriptors *its)
{
	close(its->output);
	close(its->socket);
}
