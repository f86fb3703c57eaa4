// SPDX-License-Identifier: GPL-2.0
/* The log: standard error or syslog */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

#define LINE_MAX_OCTETS	1024

static enum log_target log_target = LOG_TO_STDERR;
static int log_level = LOG_INFO;

/**
 * log_open - where to and how much
 * @target:	standard error (for a supervisor to keep) or syslog
 * @level:	least urgent level that is written, LOG_ERR to LOG_DEBUG
 */
void log_open(enum log_target target, int level)
{
	log_target = target;
	log_level = level;
	if (target == LOG_TO_SYSLOG)
		openlog("pptpmuxd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
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

/**
 * log_write - one line
 * @level:	LOG_ERR, LOG_WARNING, LOG_INFO or LOG_DEBUG
 * @format:	as printf's, without the end of the line
 */
void log_write(int level, const char *format, ...)
{
	char line[LINE_MAX_OCTETS];
	va_list args;

	if (level > log_level)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	make_printable(line);
	if (log_target == LOG_TO_SYSLOG)
		syslog(level, "%s", line);
	else
		fprintf(stderr, "pptpmuxd: %s%s\n", level_name(level), line);
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
