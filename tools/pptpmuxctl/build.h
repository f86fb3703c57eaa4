/* SPDX-License-Identifier: GPL-2.0 */
/* Builds of the module: the one that is loaded, and the one that would be */
#ifndef BUILD_H
#define BUILD_H

#include <stdbool.h>

#define BUILD_TEXT_SIZE		64

struct build {
	char	version[BUILD_TEXT_SIZE];
	char	source[BUILD_TEXT_SIZE];	/* the kernel's "srcversion": a hash of the source */
};

/* Return: whether the module is loaded, and says of itself what it is. */
bool build_loaded(struct build *build);

/**
 * build_on_disk() - What modprobe would load
 * @kernel: for this kernel
 * @build: filled in
 *
 * Return: whether there is one.
 */
bool build_on_disk(const char *kernel, struct build *build);

#endif /* BUILD_H */
