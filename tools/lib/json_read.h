/* SPDX-License-Identifier: GPL-2.0 */
/* Reads JSON, member by member, as it comes from pptpmuxd */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stdbool.h>

#define JSON_DEPTH_MAX	16

/*
 * What is told of a document, in its order. @key is NULL for elements of an array
 * and for the document itself; @value is the text of a string, or a number or
 * word as it stands. Both last until the next call.
 */
struct json_reader {
	void (*open)(void *data, const char *key);	/* an object or an array begins */
	void (*close)(void *data);
	void (*value)(void *data, const char *key, const char *value);
};

/**
 * json_read() - Read a document
 * @text: the document; strings in it are unescaped in place
 * @reader: told of each member
 * @data: for @reader
 *
 * Return: false if it is no JSON, after what was told before the mistake.
 */
bool json_read(char *text, const struct json_reader *reader, void *data);

#endif /* JSON_READ_H */
