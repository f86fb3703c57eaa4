// SPDX-License-Identifier: GPL-2.0
/* Questions to the pptpmuxd of this network namespace, over its UNIX socket */
#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "rundir.h"

#define TIMEOUT_SECONDS	10

static int open_socket(const struct sockaddr_un *address, int type)
{
	static const struct timeval timeout = { .tv_sec = TIMEOUT_SECONDS };
	int err, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | type, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0 &&
	    connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/**
 * ask_open - ask, and leave it to the caller to read the answer
 * @top:	pptpmuxd's run-directory, NULL for the usual one
 * @question:	one line, without its end
 * @type:	SOCK_NONBLOCK, or 0 for a socket that waits for some seconds at most
 *
 * Return: where the answer comes, or -1 with errno set.
 */
int ask_open(const char *top, const char *question, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char line[ASK_LINE_OCTETS];
	int fd = -1;

	if (rundir_path(top ? top : RUNDIR_DEFAULT, "socket", address.sun_path,
			sizeof(address.sun_path)))
		fd = open_socket(&address, type);
	/* one that goes while it is asked is seen to go when its answer is read */
	if (fd >= 0)
		(void)send(fd, line, snprintf(line, sizeof(line), "%s\n", question), MSG_NOSIGNAL);
	return fd;
}

/* All until the end; NULL with errno set */
static char *read_all(int fd)
{
	char *text = NULL, piece[4096];
	size_t len = 0;
	ssize_t got;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	while ((got = recv(fd, piece, sizeof(piece), 0)) > 0)
		fwrite(piece, 1, got, out);
	if (fclose(out) == 0 && got == 0 && len)
		return text;
	free(text);
	if (!got)
		errno = EPROTO;
	return NULL;
}

/**
 * ask - ask one question
 * @top:	as above
 * @question:	as above
 * @answer:	set to a JSON document, to be freed; NULL if there is none
 *
 * Return: 0 or an errno: ECONNRESET and EPROTO are of one that has gone, or closed, while
 * it was asked.
 */
int ask(const char *top, const char *question, char **answer)
{
	int err, fd = ask_open(top, question, 0);

	*answer = NULL;
	if (fd < 0)
		return errno;
	*answer = read_all(fd);
	err = errno;
	close(fd);
	return *answer ? 0 : err;
}
