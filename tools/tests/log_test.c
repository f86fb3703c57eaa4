// SPDX-License-Identifier: GPL-2.0
/*
 * The log: what peers say can neither command a terminal nor fill it, and who does not
 * read it holds nobody up.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
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

/* ---- who does not read ---- */

#define LINES		20000
#define PATIENCE_MS	20000	/* of a test that would not end at all if it failed */

/* Standard error is @fd; returns what it was, to be given to unplug() */
static int plug(int fd)
{
	int before = dup(STDERR_FILENO);

	dup2(fd, STDERR_FILENO);
	log_open(LOG_TO_STDERR, LOG_INFO);
	return before;
}

static void unplug(int before)
{
	dup2(before, STDERR_FILENO);
	close(before);
	log_open(LOG_TO_STDERR, LOG_INFO);
}

static void read_all(int fd)
{
	char text[4096];

	while (read(fd, text, sizeof(text)) > 0)
		;
}

/* What is read after nobody has read for so many lines, and then somebody does */
static void overflow(int reader, int writer, char *text, size_t size)
{
	int before = plug(writer), i;
	ssize_t got;

	for (i = 0; i < LINES; i++)
		log_info("%0100d", i);
	read_all(reader);
	log_info("read again");
	got = read(reader, text, size - 1);
	text[got > 0 ? got : 0] = '\0';
	unplug(before);
}

static void overflows(int reader, int writer, const char *what)
{
	long long begun = clock_ms();
	char text[4096], *number;

	fcntl(reader, F_SETFL, O_NONBLOCK);
	overflow(reader, writer, text, sizeof(text));
	number = strstr(text, "pptpmuxd: warning: ");
	ok(clock_ms() - begun < PATIENCE_MS && number && atoi(number + 19) > LINES / 2 &&
	   strstr(text, " lines of this log are lost") && strstr(text, "pptpmuxd: read again\n"), what);
	close(reader);
	close(writer);
}

static void test_unread(void)
{
	int fds[2];

	if (pipe(fds) < 0)
		abort();
	overflows(fds[0], fds[1], "a pipe that nobody reads holds nobody up, and what is lost is told");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		abort();
	overflows(fds[0], fds[1], "nor does a socket, as the journal has");
}

static void test_full(void)
{
	int full = open("/dev/full", O_WRONLY), before = plug(full), i;

	for (i = 0; i < 3; i++)
		log_info("nowhere to go");
	unplug(before);
	close(full);
	log_anew();
	log_info("room again");
	ok(logged("warning: 3 lines of this log are lost") && logged("pptpmuxd: room again"),
	   "nor a full disk");
}

/* As systemd has it: the device and inode of the stream */
static void test_journal(void)
{
	char stream[64], text[256];
	struct stat status;
	int fds[2], before;
	ssize_t got;

	if (pipe(fds) < 0)
		abort();
	fstat(fds[1], &status);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
		 (unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	before = plug(fds[1]);
	log_warning("careful");
	log_info("so so");
	unplug(before);
	log_anew();
	log_info("elsewhere");
	unsetenv("JOURNAL_STREAM");
	got = read(fds[0], text, sizeof(text) - 1);
	text[got > 0 ? got : 0] = '\0';
	ok(!strcmp(text, "<4>pptpmuxd: warning: careful\n<6>pptpmuxd: so so\n") &&
	   logged("pptpmuxd: elsewhere") && !logged("<6>"),
	   "the journal is told the level, and nobody else");
	close(fds[0]);
	close(fds[1]);
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
	signal(SIGPIPE, SIG_IGN);
	test_unread();
	test_full();
	test_journal();
	unlink(log_path);
	rmdir(directory);
	return tap_done();
}
