// SPDX-License-Identifier: GPL-2.0
/*
 * Why there is no room for one more process.
 *
 * fork() has one error for all of it (EAGAIN). What systemd sets, TasksMax, is a limit
 * of the control group, or of one above it; else it is the machine's.
 */
#include "tasks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PATH_OCTETS	512

const struct tasks_paths tasks_paths = { "/proc/self/cgroup", "/sys/fs/cgroup" };

static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool good;

	if (!file)
		return false;
	good = fgets(line, size, file);
	fclose(file);
	if (good)
		line[strcspn(line, "\n")] = '\0';
	return good;
}

/* Return: false if it is not known, or there is none */
static bool read_number(const char *groups, const char *group, const char *name,
			unsigned long *number)
{
	char path[2 * PATH_OCTETS], line[32];

	snprintf(path, sizeof(path), "%s%s/%s", groups, group, name);
	return read_line(path, line, sizeof(line)) && sscanf(line, "%lu", number) == 1;
}

/* Of version 2, which has one hierarchy: "0::/system.slice/pptpmuxd.service" */
static bool own_group(const char *path, char *group, size_t size)
{
	char line[PATH_OCTETS];

	if (!read_line(path, line, sizeof(line)) || strncmp(line, "0::/", 4))
		return false;
	snprintf(group, size, "%s", line + 3);
	return true;
}

/* Return: the limit of the group, or of one above it, that is reached; 0: none is */
static unsigned long reached(const struct tasks_paths *paths)
{
	unsigned long most, now;
	char group[PATH_OCTETS];
	char *end;

	if (!own_group(paths->own, group, sizeof(group)))
		return 0;
	while ((end = strrchr(group, '/'))) {
		if (read_number(paths->groups, group, "pids.max", &most) &&
		    read_number(paths->groups, group, "pids.current", &now) && now >= most)
			return most;
		*end = '\0';
	}
	return 0;
}

/* May there be one more process, as far as control groups are concerned? */
bool tasks_room(const struct tasks_paths *paths)
{
	return !reached(paths);
}

/**
 * tasks_advice - what to do about a process that could not be started
 * @paths:	&tasks_paths
 * @error:	why, an errno
 * @text:	where to
 * @size:	octets there
 *
 * Return: @text.
 */
const char *tasks_advice(const struct tasks_paths *paths, int error, char *text, size_t size)
{
	unsigned long most = error == EAGAIN ? reached(paths) : 0;

	if (most)
		snprintf(text, size, "its control group may have %lu processes: raise TasksMax, with \"systemctl edit pptpmuxd\"",
			 most);
	else if (error == EAGAIN)
		snprintf(text, size, "the machine has too many processes: see kernel.pid_max and kernel.threads-max with \"sysctl\", and \"ulimit -u\"");
	else if (error == EMFILE || error == ENFILE)
		snprintf(text, size, "too many files are open: raise LimitNOFILE, with \"systemctl edit pptpmuxd\", or fs.file-max with \"sysctl\"");
	else if (error == ENOMEM)
		snprintf(text, size, "there is no memory: see \"free -m\"");
	else
		snprintf(text, size, "correct pppd in pptpmuxd.conf");
	return text;
}
