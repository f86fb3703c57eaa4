// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl drain, undrain: have pptpmuxd take no new calls, and wait until few are left */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "json_tree.h"
#include "query.h"

#define WAIT_MAX	(7 * 24 * 3600)	/* seconds */

/* Return: how many calls there are, or -1 after telling why that is not known */
static long ask_for_calls(const struct ctl *ctl, const char *question, int *rc)
{
	struct json_tree *tree;
	char *answer;
	long calls;

	*rc = query(ctl->run_directory, question, &answer);
	if (*rc)
		return -1;
	tree = json_tree_read(answer);
	calls = atol(json_tree_text(tree, "calls", "-1"));
	if (ctl->as_json)
		fputs(answer, stdout);
	if (calls < 0) {
		fputs("pptpmuxctl: pptpmuxd does not know how to drain: it is an older one, run \"pptpmuxd --take-over\"\n",
		      stderr);
		*rc = CTL_REFUSED;
	}
	json_tree_free(tree);
	free(answer);
	return calls;
}

static void print_calls(const struct ctl *ctl, long calls)
{
	if (!ctl->as_json)
		printf("no new calls are taken; calls that go on: %ld\n", calls);
	fflush(stdout);
}

/* Each change is a line. Another pptpmuxd may take over meanwhile, and drains too. */
static int wait_for(const struct ctl *ctl, long calls, uint32_t left, uint32_t seconds)
{
	long long end = clock_ms() + 1000LL * seconds;
	long before = calls;
	int rc = CTL_OK;

	while (!rc && calls > (long)left) {
		if (clock_ms() >= end) {
			fprintf(stderr, "pptpmuxctl: after %u s there are still calls: see \"pptpmuxctl sessions\", and hangup\n",
				seconds);
			return CTL_REFUSED;
		}
		sleep(1);
		calls = ask_for_calls(ctl, "drain", &rc);
		if (!rc && calls != before)
			print_calls(ctl, calls);
		before = calls;
	}
	return rc;
}

struct options {
	uint32_t wait;	/* seconds, 0: not at all */
	uint32_t left;
};

static int parse(struct options *options, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i += 2) {
		if (!strcmp(argv[i], "--wait")) {
			if (i + 1 == argc || !ctl_number(argv[i + 1], WAIT_MAX, &options->wait) ||
			    !options->wait)
				return ctl_usage("write how many seconds to wait behind --wait, a week at most");
		} else if (!strcmp(argv[i], "--left")) {
			if (i + 1 == argc || !ctl_number(argv[i + 1], UINT32_MAX, &options->left))
				return ctl_usage("write how many calls may be left behind --left");
		} else {
			return ctl_usage("\"%s\" is no option of drain", argv[i]);
		}
	}
	if (options->left && !options->wait)
		return ctl_usage("--left is for --wait");
	return CTL_OK;
}

int ctl_drain(struct ctl *ctl, int argc, char **argv)
{
	struct options options = { 0, 0 };
	int rc = parse(&options, argc, argv);
	long calls;

	if (rc)
		return rc;
	calls = ask_for_calls(ctl, "drain", &rc);
	if (rc)
		return rc;
	print_calls(ctl, calls);
	return options.wait ? wait_for(ctl, calls, options.left, options.wait) : CTL_OK;
}

int ctl_undrain(struct ctl *ctl, int argc, char **argv)
{
	int rc = ctl_no_arguments(argc, argv);
	long calls;

	if (rc)
		return rc;
	calls = ask_for_calls(ctl, "undrain", &rc);
	if (!rc && !ctl->as_json)
		printf("new calls are taken again; calls that went on: %ld\n", calls);
	return rc;
}
