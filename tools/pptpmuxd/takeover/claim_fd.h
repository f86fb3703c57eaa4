/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that another program has left open for this one */
#ifndef TAKEOVER_CLAIM_FD_H
#define TAKEOVER_CLAIM_FD_H

#include <stdbool.h>

int claim_fd(int fd);
bool fd_is_socket(int fd, int domain, int type);
bool fd_is_pipe(int fd);

#endif /* TAKEOVER_CLAIM_FD_H */
