// SPDX-License-Identifier: GPL-2.0
/* Who listens on a TCP port: /proc/net/tcp, and then every process's descriptors */
#include "listener.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE_LISTEN	0x0a

static bool find_in(const char *path, unsigned int port, unsigned long *inode)
{
	FILE *file = fopen(path, "re");
	unsigned int local, state;
	bool found = false;
	char line[512];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
			       &local, &state, inode) == 3 &&
			local == port && state == STATE_LISTEN;
	fclose(file);
	return found;
}

/* Does this process have the socket? */
static bool has_socket(const char *pid, const char *wanted)
{
	char path[300], target[64];
	struct dirent *entry;
	bool found = false;
	ssize_t len;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	fds = opendir(path);
	while (fds && !found && (entry = readdir(fds))) {
		len = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = '\0';
		found = !strcmp(target, wanted);
	}
	if (fds)
		closedir(fds);
	return found;
}

static void read_name(struct listener *listener)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)listener->pid);
	file = fopen(path, "re");
	if (file && fgets(listener->name, sizeof(listener->name), file))
		listener->name[strcspn(listener->name, "\n")] = '\0';
	if (file)
		fclose(file);
}

static void find_process(struct listener *listener)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "socket:[%lu]", listener->inode);
	while (proc && !listener->pid && (entry = readdir(proc)))
		if (isdigit((unsigned char)*entry->d_name) && has_socket(entry->d_name, wanted))
			listener->pid = atoi(entry->d_name);
	if (proc)
		closedir(proc);
	if (listener->pid)
		read_name(listener);
}

bool listener_find(unsigned int port, struct listener *listener)
{
	memset(listener, 0, sizeof(*listener));
	if (!find_in("/proc/net/tcp", port, &listener->inode) &&
	    !find_in("/proc/net/tcp6", port, &listener->inode))
		return false;
	find_process(listener);
	return true;
}
