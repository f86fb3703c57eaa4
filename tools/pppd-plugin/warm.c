// SPDX-License-Identifier: GPL-2.0
/*
 * A pppd that has read its options, and whose copies serve calls.
 *
 * To start pppd costs more than all that it does for a call: it is linked with a score of
 * libraries, and reads its options and everybody's secrets. So pptpmuxd starts one ahead,
 * which stops here, where all options are known and checked and nothing has been opened
 * yet: no /dev/ppp, no file of its number, no handler of a signal. For each call it makes
 * a copy of itself, which is pptpmuxd's child as one that was started would be, and
 * goes on from here.
 *
 * What a copy must not share with others is what pppd has drawn or written down before:
 * its random numbers, and where its call comes from.
 */
#include "warm.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pppd_compat.h"
#include "secrets.h"
#include "warm_msg.h"

#define NAME		"pppd-warm"	/* as ps shows it */

static char other_version[] =
	"pptp: pptpmuxd is of another version than the plugin: install both anew, or correct plugin in pptpmuxd.conf";

static char own_name[16];	/* before and after */

struct received {
	struct warm_order order;
	int fds[WARM_DESCRIPTORS];
};

/* ---- orders ---- */

/* Returns false if there are none, or another number of them */
static bool take_descriptors(struct msghdr *message, struct received *received)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);

	if (!control || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS ||
	    control->cmsg_len != CMSG_LEN(sizeof(received->fds)))
		return false;
	memcpy(received->fds, CMSG_DATA(control), sizeof(received->fds));
	return true;
}

/* pptpmuxd's end ends this process too */
static void receive(int orders, struct received *received)
{
	union {
		struct cmsghdr align;
		char octets[CMSG_SPACE(sizeof(received->fds))];
	} control;
	struct iovec part = { &received->order, sizeof(received->order) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t got;

	do {
		got = recvmsg(orders, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got <= 0)
		_exit(EXIT_OK);
	if (got != sizeof(received->order) || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
	    !take_descriptors(&message, received))
		fatal(other_version);
	received->order.peer[sizeof(received->order.peer) - 1] = '\0';
}

/* Returns false if nobody listens any more */
static bool tell(int fd, int error)
{
	const struct warm_birth birth = { .error = error };

	return send(fd, &birth, sizeof(birth), MSG_NOSIGNAL) == sizeof(birth);
}

static void close_all(const struct received *received)
{
	unsigned int i;

	for (i = 0; i < WARM_DESCRIPTORS; i++)
		close(received->fds[i]);
}

/* ---- the copy ---- */

/*
 * Without what fork() prepares, as there is one thread and nothing that asks for it. Not
 * clone3(), whose flags a filter of system calls cannot see: systemd forbids it where it
 * restricts name spaces.
 */
static pid_t copy(void)
{
#ifdef __s390__
	return syscall(SYS_clone, 0, CLONE_PARENT, NULL, NULL, 0);
#else
	return syscall(SYS_clone, CLONE_PARENT, 0, NULL, NULL, 0);
#endif
}

/* What a plugin of somebody else's has started would be in no copy */
static void be_alone(void)
{
	DIR *threads = opendir("/proc/self/task");
	unsigned int count = 0;

	while (threads && readdir(threads))
		count++;
	if (threads)
		closedir(threads);
	/* with "." and ".." */
	if (count > 3)
		fatal("pptp: a plugin has started threads, so this process cannot be copied: write warm-pppd = false into pptpmuxd.conf");
}

/* Each draws its own: challenges, and the numbers by which a loop is seen */
static void draw_anew(void)
{
	unsigned short seed[3];

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		fatal("pptp: there are no random numbers: %m");
	seed48(seed);
}

static void put(int fd, int number)
{
	if (dup2(fd, number) < 0)
		_exit(EXIT_FATAL_ERROR);
	close(fd);
}

/*
 * Both numbers that a started pppd has its sockets by are open here, so that what has come
 * lies above them.
 */
static void begin(struct received *received, int orders, int call_fd)
{
	dup2(received->fds[WARM_OUTPUT], STDOUT_FILENO);
	put(received->fds[WARM_OUTPUT], STDERR_FILENO);
	put(received->fds[WARM_CALL], call_fd);
	put(received->fds[WARM_SOCKET], orders);
	setpgid(0, 0);
	prctl(PR_SET_NAME, own_name);
	/* then pptpmuxd has given it up, and the call has another one */
	if (!tell(orders, 0))
		_exit(EXIT_OK);
	draw_anew();
	compat_set_peer(received->order.peer);
}

/**
 * warm_wait - make copies until one of them goes on
 * @orders:	the socket to pptpmuxd, which becomes the copy's own one
 * @call_fd:	the number that a copy has its call by; open, for nothing else to have it
 *
 * Returns in each copy; the process itself ends here, with pptpmuxd.
 */
void warm_wait(int orders, int call_fd)
{
	static struct received received;	/* a copy's own, as long as it lives */
	pid_t pid;

	be_alone();
	prctl(PR_GET_NAME, own_name);
	prctl(PR_SET_NAME, NAME);
	secrets_start();
	secrets_look();
	tell(orders, 0);
	for (;;) {
		receive(orders, &received);
		errno = ENODATA;
		pid = secrets_look() ? copy() : -1;
		if (pid == 0)
			break;
		if (pid < 0)
			tell(received.fds[WARM_SOCKET], errno);
		close_all(&received);
	}
	begin(&received, orders, call_fd);
}
