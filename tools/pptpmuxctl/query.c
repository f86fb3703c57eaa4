// SPDX-License-Identifier: GPL-2.0
/* Asks the pptpmuxd of this network namespace, over its UNIX socket */
#include "query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "ask.h"
#include "ctl.h"
#include "rundir.h"

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

int query_follow(const char *top, const char *question)
{
	return ask_open(top, question, SOCK_NONBLOCK);
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
	err = ask(top, question, answer);
	/* it has ended while it was asked: is there another one, or none? */
	if (err == ECONNRESET)
		err = ask(top, question, answer);
	return err;
}

int query(const char *top, const char *question, char **answer)
{
	char path[QUERY_PATH_SIZE];
	int err = query_ask(top, question, answer, path, sizeof(path));

	return err ? fail(path, err) : CTL_OK;
}
