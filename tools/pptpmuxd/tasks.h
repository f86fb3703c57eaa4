/* SPDX-License-Identifier: GPL-2.0 */
/* Why there is no room for one more process */
#ifndef TASKS_H
#define TASKS_H

#include <stdbool.h>
#include <stddef.h>

/* Where the kernel tells it; of a test, elsewhere */
struct tasks_paths {
	const char *own;	/* "/proc/self/cgroup" */
	const char *groups;	/* "/sys/fs/cgroup" */
};

extern const struct tasks_paths tasks_paths;

bool tasks_room(const struct tasks_paths *paths);
const char *tasks_advice(const struct tasks_paths *paths, int error, char *text, size_t size);

#endif /* TASKS_H */
