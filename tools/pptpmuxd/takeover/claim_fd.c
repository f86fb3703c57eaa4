// SPDX-License-Identifier: GPL-2.0
/* Descriptors that another program has left open for this one */
#include "claim_fd.h"

#include <fcntl.h>
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
