// SPDX-License-Identifier: GPL-2.0
/* A file, line by line */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "small_file.h"

#define FILE_OCTETS	65536	/* no configuration is as long */
#define BLANKS		" \t\r\v\f"

/**
 * lines_read - read a file whole
 * @path:	its path
 *
 * Return: its text, to be freed, up to the first NUL in it; NULL with errno set.
 */
char *lines_read(const char *path)
{
	char *text = malloc(FILE_OCTETS);
	ssize_t got;

	if (!text)
		return NULL;
	got = small_file_read(path, text, FILE_OCTETS - 1);
	if (got >= 0) {
		text[got] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

static void cut_end(char *line)
{
	size_t len = strcspn(line, "#");

	while (len && strchr(BLANKS, line[len - 1]))
		len--;
	line[len] = '\0';
}

/**
 * lines_next - the next line
 * @text:	what is left of the text, which is changed
 *
 * Return: it without blanks at its ends and without a comment, and so perhaps empty; NULL
 * behind the last.
 */
char *lines_next(char **text)
{
	char *line = *text ? strsep(text, "\n") : NULL;

	if (!line)
		return NULL;
	line += strspn(line, BLANKS);
	cut_end(line);
	return line;
}

/**
 * lines_word - the next word of a line
 * @line:	what is left of it, which is changed
 *
 * Return: it, or an empty text.
 */
char *lines_word(char **line)
{
	char *word = *line + strspn(*line, BLANKS);

	*line = word + strcspn(word, BLANKS);
	if (**line)
		*(*line)++ = '\0';
	*line += strspn(*line, BLANKS);
	return word;
}
