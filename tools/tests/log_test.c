// SPDX-License-Identifier: GPL-2.0
/* The log: what peers say can neither command a terminal nor fill it */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "logged.h"
#include "tap.h"

static void test_printable(void)
{
	static const struct {
		const char *said;
		const char *line;
		const char *what;
	} lines[] = {
		{ "plain", "pptpmuxd: |plain|\n", "plain text" },
		{ "M\303\274ller \342\202\254", "|M\303\274ller \342\202\254|", "UTF-8" },
		{ "a\033[2Jb\r\n\177", "|a?[2Jb???|", "control characters" },
		{ "a\2332Jb", "|a?2Jb|", "one of eight bits" },
		{ "a\302\2332Jb", "|a??2Jb|", "the same in UTF-8" },
		{ "a\300\212b\355\240\200", "|a??b???|", "overlong forms and surrogates" },
		{ "cut \303", "|cut ?|", "a character that is cut off" },
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		log_anew();
		log_info("|%s|", lines[i].said);
		ok(logged(lines[i].line), lines[i].what);
	}
}

/* Two a second, in as many seconds as the test may happen to touch */
static void test_limit(void)
{
	struct log_limit limit = { 0 };
	unsigned int allowed = 0, i;

	for (i = 0; i < 1000; i++)
		allowed += log_allowed(&limit, 2);
	ok(allowed >= 2 && allowed <= 4 && limit.suppressed == 1000 - allowed,
	   "two lines a second, and how many were not written");
}

int main(void)
{
	char directory[] = "/tmp/pptpmuxd-log-XXXXXX";

	if (!mkdtemp(directory))
		return 1;
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	log_open(LOG_TO_STDERR, LOG_INFO);
	test_printable();
	test_limit();
	unlink(log_path);
	rmdir(directory);
	return tap_done();
}
