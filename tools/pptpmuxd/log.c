// SPDX-License-Identifier: GPL-2.0
/*
 * The log: standard error or syslog.
 *
 * Who serves calls does not wait for who reads the log. A line that cannot be taken at
 * once, as nobody reads the pipe or the disk is full, is lost, and how many were is the
 * first that is told when there is room again. syslog(3) would wait, so the daemon's
 * socket is written to here.
 */
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "utf8.h"

#define LINE_MAX_OCTETS	1024
#define HEAD_MAX_OCTETS	128	/* what stands before it */
#define SYSLOG_PATH	"/dev/log"
#define SYSLOG_WAIT_MS	10	/* its queue may be ten lines short, and is read at once */

static enum log_target log_target = LOG_TO_STDERR;
static int log_level = LOG_INFO;
static int syslog_fd = -1;
static bool prefixed;		/* what reads standard error takes "<4>" for the level */
static unsigned long lost;	/* lines, since the last one that was taken */
static bool torn;		/* of the last one, some octets were taken */

/* systemd.exec(5): is standard error the journal's stream, and not one of our own? */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

static int connect_syslog(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SYSLOG_PATH };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void close_syslog(void)
{
	if (syslog_fd >= 0)
		close(syslog_fd);
	syslog_fd = -1;
}

/**
 * log_open - where to and how much
 * @target:	standard error (for a supervisor to keep) or syslog
 * @level:	least urgent level that is written, LOG_ERR to LOG_DEBUG
 */
void log_open(enum log_target target, int level)
{
	log_target = target;
	log_level = level;
	prefixed = is_journal();
	close_syslog();
	if (target == LOG_TO_SYSLOG)
		syslog_fd = connect_syslog();
}

/* Would a line of this level be written? */
bool log_wants(int level)
{
	return level <= log_level;
}

static const char *level_name(int level)
{
	switch (level) {
	case LOG_ERR:
		return "error: ";
	case LOG_WARNING:
		return "warning: ";
	case LOG_DEBUG:
		return "debug: ";
	}
	return "";
}

/* Octets below 160 that end or begin a terminal's commands, alone or as characters */
static bool is_control(const unsigned char *s)
{
	return *s < ' ' || *s == 127 || (s[0] == 0xc2 && s[1] < 0xa0);
}

/* What peers send ends up here: nothing of it may move a terminal's cursor. */
static void make_printable(char *line)
{
	unsigned char *s = (unsigned char *)line;
	unsigned int len;

	for (; *s; s += len) {
		len = utf8_length(s);
		if (len && !is_control(s))
			continue;
		len = 1;
		*s = '?';
	}
}

/* ---- standard error ---- */

/* A line fits into what poll() calls room, be it a pipe's or a socket's */
static bool put_stderr(int level, const char *line)
{
	char text[HEAD_MAX_OCTETS + LINE_MAX_OCTETS], prefix[8] = "";
	struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t put;
	int len;

	if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT))
		return false;
	if (prefixed)
		snprintf(prefix, sizeof(prefix), "<%d>", level);
	len = snprintf(text, sizeof(text), "%s%spptpmuxd: %s%s\n", torn ? "\n" : "", prefix,
		       level_name(level), line);
	put = write(STDERR_FILENO, text, len);
	torn = put > 0 ? put < len : torn && put < 0;
	return put == len;
}

/* ---- syslog ---- */

static bool send_syslog(const char *text, int len)
{
	struct pollfd room = { .fd = syslog_fd, .events = POLLOUT };

	if (syslog_fd < 0)
		return false;
	if (!lost)
		poll(&room, 1, SYSLOG_WAIT_MS);
	return send(syslog_fd, text, len, MSG_NOSIGNAL) == len;
}

/* A syslog daemon that was started anew has another socket */
static bool put_syslog(int level, const char *line)
{
	char text[HEAD_MAX_OCTETS + LINE_MAX_OCTETS], date[32];
	time_t now = time(NULL);
	int len;

	strftime(date, sizeof(date), "%h %e %T", localtime(&now));
	len = snprintf(text, sizeof(text), "<%d>%s pptpmuxd[%d]: %s", LOG_DAEMON | level, date,
		       (int)getpid(), line);
	if (send_syslog(text, len))
		return true;
	if (syslog_fd >= 0 && errno == EAGAIN)
		return false;
	close_syslog();
	syslog_fd = connect_syslog();
	return send_syslog(text, len);
}

/* ---- lines ---- */

static bool put(int level, const char *line)
{
	return log_target == LOG_TO_SYSLOG ? put_syslog(level, line) : put_stderr(level, line);
}

static bool tell_lost(void)
{
	char line[128];

	snprintf(line, sizeof(line), "%lu lines of this log are lost: nobody read them, or the disk was full",
		 lost);
	if (!put(LOG_WARNING, line))
		return false;
	lost = 0;
	return true;
}

/**
 * log_write - one line
 * @level:	LOG_ERR, LOG_WARNING, LOG_INFO or LOG_DEBUG
 * @format:	as printf's, without the end of the line
 */
void log_write(int level, const char *format, ...)
{
	char line[LINE_MAX_OCTETS];
	va_list args;

	if (!log_wants(level))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	make_printable(line);
	if ((lost && !tell_lost()) || !put(level, line))
		lost++;
}

/**
 * log_allowed - may a message be written now?
 * @limit:	of such messages, all zero at first
 * @rate:	how many of them a second
 *
 * Return: whether it may; then @limit->suppressed is how often it might not since,
 * to be reset by the caller.
 */
bool log_allowed(struct log_limit *limit, unsigned int rate)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (limit->second != now.tv_sec) {
		limit->second = now.tv_sec;
		limit->written = 0;
	}
	if (limit->written >= rate) {
		limit->suppressed++;
		return false;
	}
	limit->written++;
	return true;
}
