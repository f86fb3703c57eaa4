/* SPDX-License-Identifier: GPL-2.0 */
/* A datagram with descriptors */
#ifndef SEND_FDS_H
#define SEND_FDS_H

#include <stddef.h>
#include <sys/types.h>

#define SEND_FDS_MAX	4

ssize_t send_fds(int socket, const void *data, size_t len, const int *fds, unsigned int count);

#endif /* SEND_FDS_H */
