// SPDX-License-Identifier: GPL-2.0
/* Asks the pptpmuxd of this network namespace, over its UNIX socket */
#include "query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl.h"
#include "rundir.h"

#define TIMEOUT_SECONDS	10

static int fail(const char *path, int err)
{
	const char *advice = "see the log of pptpmuxd";

	if (err == ENOENT || err == ECONNREFUSED)
		advice = "no pptpmuxd runs in this network namespace: start it, or go to its namespace with \"ip netns exec\"";
	else if (err == EACCES || err == EPERM)
		advice = "run it as root";
	else if (err == EAGAIN)
		advice = "pptpmuxd runs and does not answer: see its log, and \"ps\" for its state";
	fprintf(stderr, "pptpmuxctl: cannot ask pptpmuxd at %s: %s\npptpmuxctl: %s\n", path,
		strerror(err), advice);
	return err == EACCES || err == EPERM ? CTL_NO_PERMISSION : CTL_REFUSED;
}

/* @type: SOCK_NONBLOCK, or 0 for one that waits for TIMEOUT_SECONDS at most */
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

static int ask(const char *top, const char *question, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char line[512];
	int fd = -1;

	if (rundir_path(top ? top : RUNDIR_DEFAULT, "socket", address.sun_path,
			sizeof(address.sun_path)))
		fd = open_socket(&address, type);
	/* one that goes while it is asked is seen to go when its answer is read */
	if (fd >= 0)
		(void)send(fd, line, snprintf(line, sizeof(line), "%s\n", question), MSG_NOSIGNAL);
	return fd;
}

int query_follow(const char *top, const char *question)
{
	return ask(top, question, SOCK_NONBLOCK);
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

static int ask_once(const char *top, const char *question, char **answer)
{
	int err, fd = ask(top, question, 0);

	if (fd < 0)
		return errno;
	*answer = read_all(fd);
	err = errno;
	close(fd);
	return *answer ? 0 : err;
}

int query_ask(const char *top, const char *question, char **answer, char *path, size_t size)
{
	int err;

	*answer = NULL;
	if (!rundir_path(top ? top : RUNDIR_DEFAULT, "socket", path, size)) {
		err = errno;
		snprintf(path, size, "%s", top ? top : RUNDIR_DEFAULT);
		return err;
	}
	err = ask_once(top, question, answer);
	/* it has ended while it was asked: is there another one, or none? */
	if (err == ECONNRESET)
		err = ask_once(top, question, answer);
	return err;
}

int query(const char *top, const char *question, char **answer)
{
	char path[QUERY_PATH_SIZE];
	int err = query_ask(top, question, answer, path, sizeof(path));

	return err ? fail(path, err) : CTL_OK;
}
