// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends that open a control connection to each other at once.
 *
 * The announcement is an abstract UNIX socket with the peer's address in its name.
 * Such names belong to a network namespace, as control connections do, and go with
 * their process. Anybody may take one, so only our own user's counts, which is root.
 */
#include "collision.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PREFIX	"pptp-mux/dials/"

static socklen_t name(struct sockaddr_un *address, struct in_addr peer)
{
	char text[INET_ADDRSTRLEN];
	int len;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	inet_ntop(AF_INET, &peer, text, sizeof(text));
	len = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, PREFIX "%s", text);
	return offsetof(struct sockaddr_un, sun_path) + 1 + len;
}

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool is_of_us(int fd)
{
	struct ucred other;
	socklen_t len = sizeof(other);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &other, &len) == 0 &&
	       other.uid == geteuid();
}

/**
 * collision_announce - say that we wait for a Start-Control-Connection-Reply
 * @peer:	of whom
 *
 * Return: a descriptor, to be polled for reading and closed when the wait is over;
 * -1 if that cannot be said, or another dialler says it already.
 */
int collision_announce(struct in_addr peer)
{
	struct sockaddr_un address;
	socklen_t len = name(&address, peer);
	int fd = open_socket();

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, 1) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Has the peer opened a connection to our host meanwhile? */
bool collision_told(int fd)
{
	int other = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	bool good = other >= 0 && is_of_us(other);

	if (other >= 0)
		close(other);
	return good;
}

/**
 * collision_with - a peer has opened a control connection
 * @peer:	who
 *
 * Return: whether a dialler of this host waits for it to accept one; it is told.
 */
bool collision_with(struct in_addr peer)
{
	struct sockaddr_un address;
	socklen_t len = name(&address, peer);
	int fd = open_socket();
	bool good;

	if (fd < 0)
		return false;
	good = connect(fd, (struct sockaddr *)&address, len) == 0 && is_of_us(fd);
	close(fd);
	return good;
}
