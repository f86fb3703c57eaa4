/* SPDX-License-Identifier: GPL-2.0 */
/* A file, line by line */
#ifndef LINES_H
#define LINES_H

char *lines_read(const char *path);
char *lines_next(char **text);
char *lines_word(char **line);

#endif /* LINES_H */
