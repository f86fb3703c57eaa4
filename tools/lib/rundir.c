// SPDX-License-Identifier: GPL-2.0
/* The directory of the pptpmuxd of a network namespace */
#include "rundir.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

bool rundir_path(const char *top, const char *name, char *path, size_t size)
{
	struct stat namespace;
	int len;

	if (stat("/proc/self/ns/net", &namespace) < 0)
		return false;
	len = snprintf(path, size, "%s/%llu%s%s", top, (unsigned long long)namespace.st_ino,
		       name ? "/" : "", name ? name : "");
	if (len >= 0 && (size_t)len < size)
		return true;
	errno = ENAMETOOLONG;
	return false;
}
