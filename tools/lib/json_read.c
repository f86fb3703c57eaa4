// SPDX-License-Identifier: GPL-2.0
/*
 * Reads JSON (RFC 8259), member by member. Strings are unescaped where they
 * stand, since that never makes them longer.
 */
#include "json_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	" \t\r\n"

struct cursor {
	char *at;
	unsigned int depth;
	const struct json_reader *reader;
	void *data;
};

static bool read_value(struct cursor *cursor, const char *key);

static void skip_blanks(struct cursor *cursor)
{
	cursor->at += strspn(cursor->at, BLANKS);
}

/* Is the next thing this character? If so, it is passed over. */
static bool take(struct cursor *cursor, char c)
{
	skip_blanks(cursor);
	if (*cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static char *put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = code;
	} else if (code < 0x800) {
		*to++ = 0xc0 | code >> 6;
		*to++ = 0x80 | (code & 0x3f);
	} else {
		*to++ = 0xe0 | code >> 12;
		*to++ = 0x80 | (code >> 6 & 0x3f);
		*to++ = 0x80 | (code & 0x3f);
	}
	return to;
}

/* \u0041; of the surrogate pairs for rare characters each half becomes "?" */
static bool read_code(struct cursor *cursor, char **to)
{
	char digits[5] = "";
	uint32_t code;

	memcpy(digits, cursor->at, strnlen(cursor->at, 4));
	code = strtoul(digits, NULL, 16);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4 || !code)
		return false;
	cursor->at += 4;
	*to = put_utf8(*to, code >= 0xd800 && code < 0xe000 ? '?' : code);
	return true;
}

static bool read_escape(struct cursor *cursor, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	char c = *cursor->at;
	const char *found = c ? strchr(from, c) : NULL;

	if (!c)
		return false;
	cursor->at++;
	if (c == 'u')
		return read_code(cursor, to);
	if (found)
		*(*to)++ = into[found - from];
	return found;
}

/* Return: the string, NULL if it is none */
static char *read_string(struct cursor *cursor)
{
	char *text, *to;

	if (!take(cursor, '"'))
		return NULL;
	text = cursor->at;
	to = text;
	while (*cursor->at && *cursor->at != '"') {
		if ((unsigned char)*cursor->at < ' ')
			return NULL;
		if (*cursor->at != '\\')
			*to++ = *cursor->at++;
		else if (cursor->at++, !read_escape(cursor, &to))
			return NULL;
	}
	if (!*cursor->at)
		return NULL;
	cursor->at++;
	*to = '\0';
	return text;
}

static bool read_members(struct cursor *cursor, char end, bool named)
{
	const char *key = NULL;

	if (take(cursor, end))
		return true;
	do {
		if (named) {
			key = read_string(cursor);
			if (!key || !take(cursor, ':'))
				return false;
		}
		if (!read_value(cursor, key))
			return false;
	} while (take(cursor, ','));
	return take(cursor, end);
}

static bool read_group(struct cursor *cursor, const char *key, char end)
{
	bool good;

	if (cursor->depth == JSON_DEPTH_MAX)
		return false;
	cursor->depth++;
	cursor->reader->open(cursor->data, key);
	good = read_members(cursor, end, end == '}');
	if (good)
		cursor->reader->close(cursor->data);
	cursor->depth--;
	return good;
}

/* A number, true, false, null: told as it stands */
static bool read_word(struct cursor *cursor, const char *key)
{
	size_t len = strspn(cursor->at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
	char word[32];

	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, cursor->at, len);
	word[len] = '\0';
	cursor->at += len;
	cursor->reader->value(cursor->data, key, word);
	return true;
}

static bool read_value(struct cursor *cursor, const char *key)
{
	const char *text;

	if (take(cursor, '{'))
		return read_group(cursor, key, '}');
	if (take(cursor, '['))
		return read_group(cursor, key, ']');
	if (*cursor->at != '"')
		return read_word(cursor, key);
	text = read_string(cursor);
	if (text)
		cursor->reader->value(cursor->data, key, text);
	return text;
}

bool json_read(char *text, const struct json_reader *reader, void *data)
{
	struct cursor cursor = { .at = text, .reader = reader, .data = data };

	if (!read_value(&cursor, NULL))
		return false;
	skip_blanks(&cursor);
	return !*cursor.at;
}
