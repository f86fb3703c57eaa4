/* SPDX-License-Identifier: GPL-2.0 */
/* Writes JSON, member by member */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE	*out;
	bool	more;	/* something stands before, on this level */
};

/* A @key of NULL is for the outermost value and for elements of an array */
void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

/*
 * Control characters are escaped, and bytes that are no UTF-8 are replaced,
 * since an interface may be called anything.
 */
void json_string(struct json *json, const char *key, const char *value);

#endif /* JSON_H */
