// SPDX-License-Identifier: GPL-2.0
/* Writes JSON (RFC 8259), member by member */
#include "json.h"

#include <inttypes.h>
#include <string.h>

#include "utf8.h"

static void write_text(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', out);
	while (*s) {
		unsigned int len = utf8_length(s);

		if (!len)
			fputs("\\ufffd", out);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else
			fwrite(s, 1, len, out);
		s += len ? len : 1;
	}
	putc('"', out);
}

/* What stands in front of a value */
static void begin(struct json *json, const char *key)
{
	if (json->more)
		putc(',', json->out);
	json->more = true;
	if (!key)
		return;
	write_text(json->out, key);
	putc(':', json->out);
}

static void open_level(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	putc(bracket, json->out);
	json->more = false;
}

static void close_level(struct json *json, char bracket)
{
	putc(bracket, json->out);
	json->more = true;
}

void json_object(struct json *json, const char *key)
{
	open_level(json, key, '{');
}

void json_object_end(struct json *json)
{
	close_level(json, '}');
}

void json_array(struct json *json, const char *key)
{
	open_level(json, key, '[');
}

void json_array_end(struct json *json)
{
	close_level(json, ']');
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_string(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	write_text(json->out, value);
}
