// SPDX-License-Identifier: GPL-2.0
/* Which files a pppd reads as it starts, and whether they are still the same */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stamp.h"
#include "tap.h"

#define FILES	96	/* that one stamp has room for, pppd and the system's options among them */

static char directory[] = "/tmp/stamp_test.XXXXXX";

/* Each content is of another length: the clock of files may not tell two apart */
static const char *put(const char *name, const char *content)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];
	FILE *file;

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file || fputs(content, file) < 0 || fclose(file) != 0)
		exit(1);
	return path;
}

static struct stamp *stamp_of(const char *path)
{
	const char *const words[] = { "/bin/true", "file", path, "nodetach", NULL };

	return stamp_new(words);
}

static void test_one_file(void)
{
	const char *path = put("options", "lcp-echo-interval 3\n");
	struct stamp *stamp = stamp_of(path);

	ok(stamp && stamp_holds(stamp), "files that nobody touches are the same");
	put("options", "lcp-echo-interval 30\n");
	ok(!stamp_holds(stamp), "one that was written is not");
	stamp_free(stamp);
	stamp = stamp_of(path);
	unlink(path);
	ok(!stamp_holds(stamp), "nor one that is gone");
	stamp_free(stamp);
	stamp = stamp_of(path);
	ok(stamp_holds(stamp), "one that is not there is the same");
	put("options", "");
	ok(!stamp_holds(stamp), "until it is");
	stamp_free(stamp);
}

/* What @options says names @inner */
static bool follows(const char *options)
{
	const char *path = put("options", options);
	struct stamp *stamp;
	bool followed;

	put("inner", "one\n");
	stamp = stamp_of(path);
	followed = stamp && stamp_holds(stamp);
	put("inner", "three\n");
	followed &= stamp && !stamp_holds(stamp);
	stamp_free(stamp);
	return followed;
}

static void test_names(void)
{
	char text[512];

	snprintf(text, sizeof(text), "file %s/inner", directory);
	ok(follows(text), "a file that a file names, at its end");
	snprintf(text, sizeof(text), "# file of \"mine\nfile\t\"%s/inner\"\nnodetach\n", directory);
	ok(follows(text), "in quotes, behind a comment");
	snprintf(text, sizeof(text), "##\n#\n\n file '%s'/inner# there\n", directory);
	ok(follows(text), "in parts, with a comment behind it");
	snprintf(text, sizeof(text), "nodetach\r\nfile %s/inner\r\n", directory);
	ok(follows(text), "by somebody else's ends of lines");
	snprintf(text, sizeof(text), "plugin %s/inner\n", directory);
	ok(follows(text), "a plugin");
	ok(!follows("nodetach # file inner\n"), "none that a comment names");
}

/* Another file in its place counts, and what is written to it does not */
static void test_log(void)
{
	char text[512];
	struct stamp *stamp;

	snprintf(text, sizeof(text), "logfile %s/inner", directory);
	put("inner", "");
	stamp = stamp_of(put("options", text));
	put("inner", "a line\n");
	ok(stamp_holds(stamp), "a log that is written to is the same");
	rename(put("inner", ""), put("rotated", ""));
	put("inner", "");
	ok(!stamp_holds(stamp), "and one that is rotated is not");
	unlink(put("rotated", ""));
	stamp_free(stamp);
}

static void test_mapped(void)
{
	struct stamp *stamp = stamp_new_mapped(getpid());

	ok(stamp && stamp_holds(stamp), "what a process has mapped is the same");
	stamp_free(stamp);
	ok(!stamp_new_mapped(0), "of a process that is not there nothing is known");
}

static void test_bad(void)
{
	char text[FILES * 64], *at = text;
	const char *path;
	struct stamp *stamp;
	int i;

	snprintf(text, sizeof(text), "file %s/options file %s/options", directory, directory);
	stamp = stamp_of(put("options", text));
	ok(stamp && stamp_holds(stamp), "a file that names itself");
	stamp_free(stamp);
	stamp = stamp_of(directory);
	ok(stamp && stamp_holds(stamp), "a directory");
	stamp_free(stamp);
	for (i = 0; i < FILES; i++)
		at += sprintf(at, "file /nowhere/%d\n", i);
	path = put("options", text);
	ok(!stamp_of(path), "more files than there is room for: nothing is known");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ok(!stamp_of(put("options", text)), "a word without end: the same");
	ok(!stamp_of(put("options", "file \"never closed")), "a quote without end: nothing is known");
	ok(!stamp_of(put("options", "fi\\154e x")), "nor with a backslash");
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	test_one_file();
	test_names();
	test_log();
	test_mapped();
	test_bad();
	unlink(put("inner", ""));
	unlink(put("options", ""));
	rmdir(directory);
	return tap_done();
}
