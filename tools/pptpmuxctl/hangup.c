// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl hangup: have pptpmuxd end calls */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "json_tree.h"
#include "query.h"
#include "show.h"

#define TARGET_MAX	255	/* octets, as many as a name may have */
#define QUESTION_SIZE	(TARGET_MAX + 32)

/* VPN3 and no more */
static bool is_slot(const char *target)
{
	uint32_t number;

	return !strncmp(target, "VPN", 3) && ctl_number(target + 3, UINT32_MAX, &number);
}

static bool is_address(const char *target)
{
	struct in_addr address;

	return inet_pton(AF_INET, target, &address) == 1;
}

/* By what @target is; a user's name may look like anything, and then has --user before it */
static const char *kind_of(const char *target)
{
	if (is_slot(target))
		return "slot ";
	return is_address(target) ? "address " : "user ";
}

static void print_call(const struct json_tree *call)
{
	char user[4 * TARGET_MAX + 1];

	show_text(json_tree_text(call, "user", "nobody yet"), user, sizeof(user));
	printf("%s hung up: %s at %s, of %s\n", json_tree_text(call, "slot", "?"), user,
	       json_tree_text(call, "address", "no address"), json_tree_text(call, "peer", "?"));
}

/* Return: how many there were, -1 if that is no answer */
static int print_answer(const struct ctl *ctl, char *answer)
{
	const struct json_tree *list, *call;
	struct json_tree *tree;
	int count;

	if (ctl->as_json)
		fputs(answer, stdout);
	tree = json_tree_read(answer);
	list = json_tree_get(tree, "hung_up");
	count = list ? 0 : -1;
	for (call = list ? list->first : NULL; call; call = call->next, count++) {
		if (!ctl->as_json)
			print_call(call);
	}
	json_tree_free(tree);
	return count;
}

static int refuse(int count, const char *kind, const char *target)
{
	if (count < 0)
		fputs("pptpmuxctl: pptpmuxd does not know how to hang up: it is an older one, restart it\n",
		      stderr);
	else
		fprintf(stderr, "pptpmuxctl: there is no call of %s%s; see \"pptpmuxctl connections\"\n",
			kind, target);
	return CTL_REFUSED;
}

/* Return: the exit code; none to hang up is a failure, but for all of them. */
static int hang_up(const struct ctl *ctl, const char *kind, const char *target)
{
	char question[QUESTION_SIZE], *answer;
	int rc, count;

	snprintf(question, sizeof(question), "hangup %s%s", kind, target);
	rc = query(ctl->run_directory, question, &answer);
	if (rc)
		return rc;
	count = print_answer(ctl, answer);
	free(answer);
	if (count < 0 || (!count && *target))
		return refuse(count, kind, target);
	return CTL_OK;
}

static int bad_target(const char *target)
{
	if (!*target || strlen(target) > TARGET_MAX || strchr(target, '\n'))
		return ctl_usage("\"%s\" is no slot, address or name", target);
	return CTL_OK;
}

/* The first failure is the one that the exit code tells, and the others are hung up. */
static int hang_up_each(const struct ctl *ctl, char **targets)
{
	int rc = CTL_OK, one;

	for (; *targets; targets++) {
		const char *kind = kind_of(*targets);

		if (!strcmp(*targets, "--user")) {
			kind = "user ";
			targets++;
		}
		one = hang_up(ctl, kind, *targets);
		rc = rc ? rc : one;
	}
	return rc;
}

static int check_targets(char **targets)
{
	int rc = CTL_OK;

	for (; *targets && !rc; targets++) {
		if (strcmp(*targets, "--user") != 0)
			rc = bad_target(*targets);
		else if (!targets[1])
			rc = ctl_usage("write a name behind --user");
		else
			rc = bad_target(*++targets);
	}
	return rc;
}

int ctl_hangup(struct ctl *ctl, int argc, char **argv)
{
	int rc;

	if (argc < 2)
		return ctl_usage("write whom to hang up: VPN3, an address, a user's name, or --all");
	if (!strcmp(argv[1], "--all")) {
		rc = ctl_no_arguments(argc - 1, argv + 1);
		return rc ? rc : hang_up(ctl, "all", "");
	}
	rc = check_targets(argv + 1);
	return rc ? rc : hang_up_each(ctl, argv + 1);
}
