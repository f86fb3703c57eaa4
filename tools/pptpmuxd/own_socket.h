/* SPDX-License-Identifier: GPL-2.0 */
/* UNIX sockets of pptpmuxd's own, in the directory of its network namespace */
#ifndef OWN_SOCKET_H
#define OWN_SOCKET_H

#include <stdbool.h>
#include <sys/un.h>

bool own_socket_address(struct sockaddr_un *address, const char *run_directory,
			const char *name);

#endif /* OWN_SOCKET_H */
