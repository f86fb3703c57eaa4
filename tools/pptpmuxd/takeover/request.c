// SPDX-License-Identifier: GPL-2.0
/* pptpmuxd --take-over: asks a running pptpmuxd to leave to this program */
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "clock.h"
#include "config.h"
#include "json_tree.h"
#include "record.h"

#define NAME		"pptpmuxd --take-over: "
#define PATIENCE_MS	30000	/* until the next one answers, with thousands of calls */
#define LOOK_MS		50

/* The turns of who answers; -1: nobody does, with errno set */
static long turns(const char *top)
{
	struct json_tree *tree;
	char *answer;
	long count;
	int err = ask(top, "config", &answer);

	if (err) {
		errno = err;
		return -1;
	}
	tree = json_tree_read(answer);
	count = atol(json_tree_text(tree, "turns", "-1"));
	json_tree_free(tree);
	free(answer);
	errno = EPROTO;
	return count;
}

static int fail(const char *why)
{
	fprintf(stderr, NAME "%s\n", why);
	return EXIT_FAILURE;
}

static int no_server(const char *top)
{
	if (errno == ENOENT || errno == ECONNREFUSED)
		fprintf(stderr, NAME "no pptpmuxd runs in this network namespace with run-directory %s: start one\n",
			top);
	else if (errno == EPROTO)
		fail("the one that runs is older than this, and cannot leave: restart it, which ends its calls");
	else
		fprintf(stderr, NAME "cannot ask the one that runs: %s; its log says more\n",
			strerror(errno));
	return EXIT_FAILURE;
}

/* It has refused, and goes on */
static int tell(char *answer)
{
	struct json_tree *tree = json_tree_read(answer);

	fprintf(stderr, NAME "the one that runs goes on: %s\n",
		json_tree_text(tree, "error", "it does not say why"));
	json_tree_free(tree);
	free(answer);
	return EXIT_FAILURE;
}

static int wait_for(const char *top, long before)
{
	long long deadline = clock_ms() + PATIENCE_MS;

	while (turns(top) <= before) {
		if (clock_ms() >= deadline)
			return fail("the one that ran has left, and this one does not answer: see its log");
		poll(NULL, 0, LOOK_MS);
	}
	puts("pptpmuxd " PPTP_MUX_VERSION " has taken over");
	return EXIT_SUCCESS;
}

/**
 * request_takeover - have this program run in place of the one that does
 * @config:	the configuration, which this one can read
 *
 * Return: an exit status, after a line that says what has come of it.
 */
int request_takeover(const struct config *config)
{
	char self[256], question[ASK_LINE_OCTETS], *answer;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *top = config->run_directory;
	long before = turns(top);
	int err;

	if (before < 0)
		return no_server(top);
	if (len < 0)
		return fail("/proc is not there, so this program does not know where it lies");
	self[len] = '\0';
	snprintf(question, sizeof(question), "take-over %d %s", KEPT_VERSION, self);
	err = ask(top, question, &answer);
	if (!err)
		return tell(answer);
	if (err != EPROTO && err != ECONNRESET) {
		errno = err;
		return no_server(top);
	}
	return wait_for(top, before);
}
