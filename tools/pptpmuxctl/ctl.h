/* SPDX-License-Identifier: GPL-2.0 */
/* pptpmuxctl: what its subcommands share */
#ifndef CTL_H
#define CTL_H

#include <stdbool.h>

#include "genl.h"
#include "json.h"

enum ctl_exit {
	CTL_OK,
	CTL_REFUSED,	/* by the kernel */
	CTL_USAGE,
	CTL_NO_MODULE,
	CTL_NO_PERMISSION,
	CTL_TIMEOUT,
};

/* Of the command line, for every subcommand */
struct ctl {
	struct pmux	*client;	/* after ctl_open() */
	struct json	json;	/* on standard output */
	const char	*run_directory;	/* of pptpmuxd, NULL for the usual one */
	bool		as_json;
};

/* One subcommand; its arguments start at argv[1] */
struct ctl_command {
	const char	*name;
	int		(*run)(struct ctl *ctl, int argc, char **argv);
	const char	*arguments;
	const char	*help;
};

int ctl_slots(struct ctl *ctl, int argc, char **argv);
int ctl_calls(struct ctl *ctl, int argc, char **argv);
int ctl_sessions(struct ctl *ctl, int argc, char **argv);
int ctl_connections(struct ctl *ctl, int argc, char **argv);
int ctl_pool(struct ctl *ctl, int argc, char **argv);
int ctl_interfaces(struct ctl *ctl, int argc, char **argv);
int ctl_table(struct ctl *ctl, int argc, char **argv);
int ctl_events(struct ctl *ctl, int argc, char **argv);
int ctl_set(struct ctl *ctl, int argc, char **argv);
int ctl_hangup(struct ctl *ctl, int argc, char **argv);
int ctl_drain(struct ctl *ctl, int argc, char **argv);
int ctl_undrain(struct ctl *ctl, int argc, char **argv);
int ctl_reload(struct ctl *ctl, int argc, char **argv);
int ctl_resize(struct ctl *ctl, int argc, char **argv);
/* These two have exit codes of their own: enum severity */
int ctl_doctor(struct ctl *ctl, int argc, char **argv);
int ctl_explain(struct ctl *ctl, int argc, char **argv);

/* Of this program, of pptpmuxd and of the module, each on a line */
void ctl_version(const struct ctl *ctl);

/**
 * ctl_open() - Reach the module, once the arguments are known to be good
 *
 * Return: CTL_OK, or the exit code after telling why not.
 */
int ctl_open(struct ctl *ctl);

/**
 * ctl_fail() - Tell that the kernel refused and what to do about it
 * @doing: what was tried, printf-like
 * @err: negative errno
 *
 * Return: the exit code for it.
 */
__attribute__((format(printf, 3, 4)))
int ctl_fail(const struct ctl *ctl, int err, const char *doing, ...);

/* Tell about a wrong argument; returns CTL_USAGE */
__attribute__((format(printf, 1, 2)))
int ctl_usage(const char *what, ...);

/* CTL_OK if there are no arguments left, for subcommands that have none */
int ctl_no_arguments(int argc, char **argv);

/* Reads a decimal number up to @max; false if @text is none */
bool ctl_number(const char *text, uint32_t max, uint32_t *number);

#endif /* CTL_H */
