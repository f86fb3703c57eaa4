// SPDX-License-Identifier: GPL-2.0
/* A datagram with descriptors */
#include "send_fds.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/**
 * send_fds - send a datagram over a UNIX socket, and copies of descriptors with it
 * @socket:	the socket
 * @data:	the datagram
 * @len:	its octets
 * @fds:	the descriptors, which stay the caller's
 * @count:	how many, SEND_FDS_MAX at most; 0: none
 *
 * Never waits.
 *
 * Return: as send(2): EAGAIN if there is no room.
 */
ssize_t send_fds(int socket, const void *data, size_t len, const int *fds, unsigned int count)
{
	union {
		struct cmsghdr align;
		char octets[CMSG_SPACE(SEND_FDS_MAX * sizeof(int))];
	} control = { .octets = "" };
	struct iovec part = { (void *)data, len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (count > SEND_FDS_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (count) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(*fds));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(*fds));
		memcpy(CMSG_DATA(header), fds, count * sizeof(*fds));
	}
	return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
