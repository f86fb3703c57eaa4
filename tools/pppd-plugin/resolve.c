// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses of a server's name. Nobody can end the C library's wait for a name
 * server, so a process of its own waits, and pppd for that: until it is told to end.
 */
#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "pppd_compat.h"
#include "wait.h"

/* What the process has found; less than what a pipe takes at once */
struct answer {
	int fault;		/* as getaddrinfo(3) has it */
	int count;
	struct in_addr addresses[RESOLVE_MAX];
};

static void fill(struct answer *answer, const struct addrinfo *list)
{
	for (; list && answer->count < RESOLVE_MAX; list = list->ai_next)
		answer->addresses[answer->count++] =
			((const struct sockaddr_in *)list->ai_addr)->sin_addr;
}

/* The child must hold nothing of pppd's, nor handle its signals, nor outlive it */
static void leave_pppd(int *fd)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	*fd = dup2(*fd, STDERR_FILENO + 1);
	close_range(STDERR_FILENO + 2, ~0U, 0);
}

static void __attribute__((noreturn)) look_up(const char *name, int fd)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	struct answer answer = { 0 };

	leave_pppd(&fd);
	answer.fault = getaddrinfo(name, NULL, &hints, &list);
	if (!answer.fault)
		fill(&answer, list);
	_exit(write(fd, &answer, sizeof(answer)) != sizeof(answer));
}

/* pppd takes any child of its own that ends for a script: it is gone before pppd looks */
static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool ask(const char *name, struct answer *answer, const sigset_t *outside)
{
	bool answered;
	int fds[2];
	pid_t pid;

	answer->fault = EAI_SYSTEM;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return true;
	pid = fork();
	if (pid == 0)
		look_up(name, fds[1]);
	close(fds[1]);
	answered = pid < 0 || wait_for(fds[0], POLLIN, -1, clock_ms() + RESOLVE_MS, outside);
	if (pid > 0 && answered && read(fds[0], answer, sizeof(*answer)) != sizeof(*answer))
		answer->fault = EAI_SYSTEM;
	close(fds[0]);
	if (pid > 0)
		end(pid);
	return answered;
}

/**
 * resolve - look a server's name up
 * @name:	the name, or an address
 * @addresses:	room for RESOLVE_MAX
 * @outside:	from wait_begin()
 *
 * Return: how many there are; 0 after an error has been reported, or when pppd is to
 * end.
 */
int resolve(const char *name, struct in_addr *addresses, const sigset_t *outside)
{
	struct answer answer = { 0 };

	if (inet_pton(AF_INET, name, addresses) == 1)
		return 1;
	if (!ask(name, &answer, outside)) {
		if (!compat_signaled())
			error("pptp: %s: no name server answers within %d s; check the resolver, /etc/resolv.conf",
			      name, RESOLVE_MS / 1000);
		return 0;
	}
	if (answer.fault)
		error("pptp: %s: %s; check the name in option pptp_server, and the resolver",
		      name, gai_strerror(answer.fault));
	memcpy(addresses, answer.addresses, sizeof(answer.addresses));
	return answer.fault ? 0 : answer.count;
}
