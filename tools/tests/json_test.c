// SPDX-License-Identifier: GPL-2.0
/* JSON as it is written and read: levels, commas, escapes, bytes that are no text */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_read.h"
#include "json_tree.h"
#include "tap.h"

static void escapes(void)
{
	static const struct {
		const char	*what, *value, *written;
	} table[] = {
		{ "plain", "ppp0", "\"ppp0\"" },
		{ "empty", "", "\"\"" },
		{ "quote and backslash", "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "control characters", "\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\"" },
		{ "two bytes", "\xc3\xa9", "\"\xc3\xa9\"" },
		{ "three bytes", "\xe2\x82\xac", "\"\xe2\x82\xac\"" },
		{ "four bytes", "\xf0\x9f\x93\x9e", "\"\xf0\x9f\x93\x9e\"" },
		{ "a continuation alone", "\x80x", "\"\\ufffdx\"" },
		{ "a sequence cut off", "\xe2\x82", "\"\\ufffd\\ufffd\"" },
		{ "an overlong slash", "\xc0\xaf", "\"\\ufffd\\ufffd\"" },
		{ "an overlong of three", "\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "a surrogate", "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "above the last plane", "\xf4\x90\x80\x80",
		  "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
		{ "no lead byte", "\xff\xfe", "\"\\ufffd\\ufffd\"" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct json json = { 0 };
		char *text = NULL;
		size_t size;

		json.out = open_memstream(&text, &size);
		json_string(&json, NULL, table[i].value);
		fclose(json.out);
		ok(!strcmp(text, table[i].written), table[i].what);
		free(text);
	}
}

static void levels(void)
{
	struct json json = { 0 };
	char *text = NULL;
	size_t size;

	json.out = open_memstream(&text, &size);
	json_object(&json, NULL);
	json_number(&json, "max", UINT64_MAX);
	json_array(&json, "list");
	json_array_end(&json);
	json_array(&json, "more");
	json_object(&json, NULL);
	json_object_end(&json);
	json_bool(&json, NULL, true);
	json_bool(&json, NULL, false);
	json_array_end(&json);
	json_string(&json, "k\"ey", "v");
	json_object_end(&json);
	fclose(json.out);
	ok(!strcmp(text, "{\"max\":18446744073709551615,\"list\":[],\"more\":[{},true,false],"
		   "\"k\\\"ey\":\"v\"}"), "levels and commas");
	free(text);
}

/* ---- reading ---- */

static void tell_open(void *data, const char *key)
{
	fprintf(data, "%s{", key ? key : "");
}

static void tell_close(void *data)
{
	fputc('}', data);
}

static void tell_value(void *data, const char *key, const char *value)
{
	fprintf(data, "%s=%s;", key ? key : "", value);
}

/* Is @document read, and told as @told? */
static bool is_read(const char *document, bool good, const char *told)
{
	static const struct json_reader reader = { tell_open, tell_close, tell_value };
	char *text = NULL, *copy = strdup(document);
	bool same;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	same = json_read(copy, &reader, out) == good;
	fclose(out);
	same = same && (!good || !strcmp(text, told));
	free(text);
	free(copy);
	return same;
}

static void reading(void)
{
	static const struct {
		const char *document, *told;
	} table[] = {
		{ "{}", "{}" },
		{ " [ ] \n", "{}" },
		{ "{\"a\":1,\"b\":[true,\"x\",{\"c\":-2.5e3}]}", "{a=1;b{=true;=x;{c=-2.5e3;}}}" },
		{ "{ \"a\" : \"q\\\"b\\\\n\\n\\u0041\\u00e9\\u20ac\" }",
		  "{a=q\"b\\n\nA\xc3\xa9\xe2\x82\xac;}" },
		{ "\"\\ud83d\\ude00\"", "=??;" },
		{ "12", "=12;" },
	};
	static const char * const faults[] = {
		"", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1 2]", "\"x", "\"\\", "\"\\q\"",
		"\"\\u12\"", "\"\\u0000\"", "\"\\u0x12\"", "\"a\nb\"", "{1:2}", "[]]", "{} x", "?",
		"[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "111111111111111111111111111111111111111",
	};
	char what[80];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(what, sizeof(what), "read: %zu", i);
		ok(is_read(table[i].document, true, table[i].told), what);
	}
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		snprintf(what, sizeof(what), "not read: %zu", i);
		ok(is_read(faults[i], false, ""), what);
	}
}

static void tree(void)
{
	char text[] = "{\"a\": [1, {\"b\": \"x\"}], \"n\": 47, \"e\": null}", half[] = "{\"a\": [1, {";
	struct json_tree *root = json_tree_read(text);
	const struct json_tree *list = json_tree_get(root, "a");

	ok(list && !list->text && list->first && !strcmp(list->first->text, "1") &&
	   list->first->next == list->last &&
	   !strcmp(json_tree_text(list->last, "b", ""), "x"), "tree: arrays and objects");
	ok(json_tree_number(root, "n") == 47 && !strcmp(json_tree_text(root, "e", ""), "null") &&
	   !json_tree_get(root, "b") && !strcmp(json_tree_text(root, "a", "none"), "none") &&
	   !json_tree_get(NULL, "a"), "tree: members, and none");
	json_tree_free(root);
	ok(!json_tree_read(half), "tree: half a document is none");
}

int main(void)
{
	tree();
	escapes();
	levels();
	reading();
	return tap_done();
}
