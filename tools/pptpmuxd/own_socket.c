// SPDX-License-Identifier: GPL-2.0
/* UNIX sockets of pptpmuxd's own, in the directory of its network namespace */
#include "own_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "rundir.h"

/**
 * own_socket_address - where one of them is
 * @address:	filled in
 * @run_directory:	as the configuration has it
 * @name:	the socket's
 *
 * Return: false after a log line if there can be none.
 */
bool own_socket_address(struct sockaddr_un *address, const char *run_directory,
			const char *name)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (rundir_path(run_directory, name, address->sun_path, sizeof(address->sun_path)))
		return true;
	log_error("run-directory = \"%s\": %s; write a shorter path", run_directory,
		  strerror(errno));
	*address->sun_path = '\0';
	return false;
}
