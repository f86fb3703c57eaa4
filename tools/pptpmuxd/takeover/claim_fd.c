// SPDX-License-Identifier: GPL-2.0
/* Descriptors that another program has left open for this one */
#include "claim_fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * claim_fd - take a descriptor of which it is said that it was left for us
 * @fd:		its number
 *
 * It was left open across the start of this program, as none is that this one has opened
 * for itself; and then it is nobody else's any more.
 *
 * Return: the number, -1 if it is none of those.
 */
int claim_fd(int fd)
{
	if (fd <= STDERR_FILENO || fcntl(fd, F_GETFD) != 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* Of this kind, as socket(2) has made it? */
bool fd_is_socket(int fd, int domain, int type)
{
	int its_domain = -1, its_type = -1;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &its_domain, &len) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &its_type, &len) == 0 &&
	       its_domain == domain && its_type == type;
}

bool fd_is_pipe(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}
