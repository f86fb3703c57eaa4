// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxctl: shows and sets the VPN slots of a network namespace.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const struct ctl_command commands[] = {
	{ "slots", ctl_slots, "", "what each slot is for, and what it is doing" },
	{ "sessions", ctl_sessions, "[--user NAME] [--slot VPN3] [--peer ADDRESS]",
	  "who is connected, from where, and how much each has sent" },
	{ "calls", ctl_calls, "[-s]", "the calls, with statistics by -s" },
	{ "connections", ctl_connections, "",
	  "the control connections of pptpmuxd, their calls, and where they come from" },
	{ "pool", ctl_pool, "", "the addresses of pptpmuxd, and who has which" },
	{ "interfaces", ctl_interfaces, "", "what pptpmuxd dials, and how that goes" },
	{ "table", ctl_table, "", "the slot table in numbers" },
	{ "events", ctl_events, "[--count N] [--timeout SECONDS]",
	  "follow what happens to calls, one line an event" },
	{ "hangup", ctl_hangup, "SLOT|ADDRESS|NAME|--user NAME...|--all",
	  "end calls of pptpmuxd: of VPN3, of a client's own address or the one that it got,\n"
	  "      of a user, or all" },
	{ "drain", ctl_drain, "[--wait SECONDS [--left N]]",
	  "have pptpmuxd take no new calls, and wait until as many are left, or none" },
	{ "undrain", ctl_undrain, "", "have it take new calls again" },
	{ "reload", ctl_reload, "", "have pptpmuxd read its configuration anew" },
	{ "set", ctl_set, "SLOT...|table [usage LIST|+LIST|-LIST] [enabled yes|no] [quarantine MS] [tx-limit SIZE] ...",
	  "what slots are for, and what their calls may have on their way; SLOT is VPN3, 3,\n"
	  "      VPN1-100 or all, table what holds for slots that say nothing" },
	{ "resize", ctl_resize, "N", "the number of slots, 1 to 65535" },
	{ "doctor", ctl_doctor, "[--brief]",
	  "what keeps calls from coming in, and what mends it; exit codes for monitoring:\n"
	  "      0 healthy, 1 warning, 2 fault, 3 could not examine" },
	{ "explain", ctl_explain, "[[error|event|result|cdn] NUMBER]",
	  "what a number means that a client or a log shows, and which of its causes hold\n"
	  "      here and now; exit codes as of doctor" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const char *hint(int err)
{
	switch (err) {
	case -ENOENT:
		return "there is no such slot; see the size of the table in \"pptpmuxctl table\"";
	case -EPERM:
	case -EACCES:
		return "it needs CAP_NET_ADMIN in this network namespace: run it as root";
	case -EBUSY:
		return "a call is in the way; see \"pptpmuxctl calls\"";
	case -EINVAL:
		return "see the settings in \"pptpmuxctl slots --json\" and \"pptpmuxctl table\"";
	case -EAGAIN:
		return "the table is being resized all the time; try again when that is over";
	case -ENOMEM:
	case -ENOBUFS:
		return "memory is short; free some and try again";
	default:
		return "see dmesg; if module and pptpmuxctl are not of one build, install both anew, and load the module again";
	}
}

int ctl_fail(const struct ctl *ctl, int err, const char *doing, ...)
{
	va_list args;

	fputs("pptpmuxctl: ", stderr);
	va_start(args, doing);
	vfprintf(stderr, doing, args);
	va_end(args);
	fprintf(stderr, ": %s", strerror(-err));
	if (*pmux_extack(ctl->client))
		fprintf(stderr, ": %s", pmux_extack(ctl->client));
	fprintf(stderr, "\npptpmuxctl: %s\n", hint(err));
	return err == -EPERM || err == -EACCES ? CTL_NO_PERMISSION : CTL_REFUSED;
}

int ctl_usage(const char *what, ...)
{
	va_list args;

	fputs("pptpmuxctl: ", stderr);
	va_start(args, what);
	vfprintf(stderr, what, args);
	va_end(args);
	fputs("\npptpmuxctl: see pptpmuxctl --help\n", stderr);
	return CTL_USAGE;
}

int ctl_no_arguments(int argc, char **argv)
{
	return argc > 1 ? ctl_usage("there is no argument \"%s\" here", argv[1]) : CTL_OK;
}

bool ctl_number(const char *text, uint32_t max, uint32_t *number)
{
	unsigned long long value;
	char *end;

	/* strtoull() would take a sign and spaces too */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || value > max)
		return false;
	*number = value;
	return true;
}

static void help(void)
{
	size_t i;

	puts("usage: pptpmuxctl [--json] [--run-directory DIR] COMMAND [ARGUMENT...]\n");
	for (i = 0; i < COMMANDS; i++)
		printf("  %s%s%s\n      %s\n", commands[i].name, *commands[i].arguments ? " " : "",
		       commands[i].arguments, commands[i].help);
	puts("\nIt acts in its own network namespace: ip netns exec NAME pptpmuxctl ...\n"
	     "Exit codes, but of doctor and explain: 0 done, 1 refused by the kernel, 2 wrong\n"
	     "usage, 3 module not loaded, 4 no permission, 5 events did not come in time.\n"
	     "See pptpmuxctl(8).");
}

static const struct ctl_command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int ctl_open(struct ctl *ctl)
{
	int err = pmux_open(&ctl->client);

	if (!err)
		return CTL_OK;
	if (err == -ENOENT) {
		fputs("pptpmuxctl: the module is not loaded: modprobe pptp-mux\n", stderr);
		return CTL_NO_MODULE;
	}
	fprintf(stderr, "pptpmuxctl: cannot ask the kernel for the family %s: %s\n"
		"pptpmuxctl: check that this process may use netlink sockets\n",
		PPTP_MUX_FAMILY_NAME, strerror(-err));
	return err == -EPERM || err == -EACCES ? CTL_NO_PERMISSION : CTL_REFUSED;
}

static int run(const struct ctl_command *command, struct ctl *ctl, int argc, char **argv)
{
	int rc = command->run(ctl, argc, argv);

	pmux_close(ctl->client);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("pptpmuxctl: cannot write the answer: check where it goes to\n", stderr);
		return CTL_REFUSED;
	}
	return rc;
}

/* What may stand in front of the command or behind it. Return: CTL_OK or CTL_USAGE. */
static int take_common(struct ctl *ctl, int *argc, char **argv)
{
	int from, to = 1;

	for (from = 1; from < *argc; from++) {
		if (strcmp(argv[from], "--json") == 0)
			ctl->as_json = true;
		else if (strcmp(argv[from], "--run-directory") != 0)
			argv[to++] = argv[from];
		else if (from + 1 < *argc)
			ctl->run_directory = argv[++from];
		else
			return ctl_usage("write a directory behind --run-directory");
	}
	*argc = to;
	argv[to] = NULL;
	return CTL_OK;
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .json.out = stdout };
	const struct ctl_command *command;

	if (take_common(&ctl, &argc, argv))
		return CTL_USAGE;
	if (argc < 2)
		return ctl_usage("a command is missing");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		help();
		return CTL_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		ctl_version(&ctl);
		return CTL_OK;
	}
	command = find_command(argv[1]);
	if (!command)
		return ctl_usage("\"%s\" is no command", argv[1]);
	return run(command, &ctl, argc - 1, argv + 1);
}
