// SPDX-License-Identifier: GPL-2.0
/* A file that is read at once */
#include "small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/**
 * small_file_read - read a file, whatever it is: a FIFO is not waited for
 * @path:	its path
 * @text:	filled in, with a NUL behind the last octet
 * @size:	octets there
 *
 * Return: the octets of the file; -1 with errno set if it cannot be read, EFBIG if there
 * is no room for it.
 */
ssize_t small_file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error;
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, text, size);
	error = (size_t)len == size ? EFBIG : errno;
	close(fd);
	if (len < 0 || (size_t)len == size) {
		errno = error;
		return -1;
	}
	text[len] = '\0';
	return len;
}
