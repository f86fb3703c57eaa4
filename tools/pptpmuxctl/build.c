// SPDX-License-Identifier: GPL-2.0
/* Builds of the module */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

/* The first line, without its end. Return: whether there is something in it. */
static bool keep_line(const char *text, char *line)
{
	snprintf(line, BUILD_TEXT_SIZE, "%.*s", (int)strcspn(text, "\n"), text);
	return *line;
}

static bool read_line(const char *path, char *line)
{
	FILE *file = fopen(path, "re");
	char text[BUILD_TEXT_SIZE];
	bool good;

	if (!file)
		return false;
	good = fgets(text, sizeof(text), file) && keep_line(text, line);
	fclose(file);
	return good;
}

bool build_loaded(struct build *build)
{
	return read_line("/sys/module/pptp_mux/version", build->version) &&
	       read_line("/sys/module/pptp_mux/srcversion", build->source);
}

static bool ask_modinfo(const char *kernel, const char *field, char *line)
{
	const char *argv[] = { "modinfo", "-k", kernel, "-F", field, "pptp-mux", NULL };
	char *text;
	bool good = capture(argv, CAPTURE_OUTPUT, &text) == 0 && keep_line(text, line);

	free(text);
	return good;
}

bool build_on_disk(const char *kernel, struct build *build)
{
	return ask_modinfo(kernel, "version", build->version) &&
	       ask_modinfo(kernel, "srcversion", build->source);
}
