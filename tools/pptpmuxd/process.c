// SPDX-License-Identifier: GPL-2.0
/* Processes, told apart from later ones of the same number */
#include "process.h"

#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "small_file.h"

#define STAT_OCTETS	1024

/**
 * process_started - when a process began
 * @pid:	its number
 *
 * Return: clock ticks since the boot (proc(5), field 22 of stat); 0 if there is
 * no such process.
 */
unsigned long long process_started(pid_t pid)
{
	unsigned long long started;
	char path[32], text[STAT_OCTETS];
	const char *rest;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (small_file_read(path, text, sizeof(text)) < 0)
		return 0;
	/* the program's name may hold blanks and braces, what follows does not */
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
			    &started) != 1)
		return 0;
	return started;
}

/**
 * process_open - a process that began at a certain time
 * @pid:	its number
 * @started:	as process_started() has said
 *
 * Opened first and looked at then: so it is the process that it was, or none.
 *
 * Return: its pidfd, -1 if it has ended.
 */
int process_open(pid_t pid, unsigned long long started)
{
	int pidfd = pidfd_open(pid, 0);

	if (pidfd >= 0 && process_started(pid) != started) {
		close(pidfd);
		return -1;
	}
	return pidfd;
}
