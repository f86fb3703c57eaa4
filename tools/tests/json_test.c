// SPDX-License-Identifier: GPL-2.0
/* JSON as it is written: levels, commas, escapes, bytes that are no text */
#include <stdlib.h>
#include <string.h>

#include "json.h"
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

int main(void)
{
	escapes();
	levels();
	return tap_done();
}
