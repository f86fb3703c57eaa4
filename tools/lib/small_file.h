/* SPDX-License-Identifier: GPL-2.0 */
/* A file that is read at once */
#ifndef SMALL_FILE_H
#define SMALL_FILE_H

#include <stddef.h>
#include <sys/types.h>

ssize_t small_file_read(const char *path, char *text, size_t size);

#endif /* SMALL_FILE_H */
