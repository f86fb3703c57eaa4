/* SPDX-License-Identifier: GPL-2.0 */
/* The log: standard error or syslog */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <syslog.h>
#include <time.h>

enum log_target {
	LOG_TO_STDERR,
	LOG_TO_SYSLOG,
};

void log_open(enum log_target target, int level);
bool log_wants(int level);
void log_write(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)		log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...)	log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)		log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)		log_write(LOG_DEBUG, __VA_ARGS__)

/* Keeps messages that the network can provoke at will to a few a second */
struct log_limit {
	time_t second;
	unsigned int written;		/* in that second */
	unsigned long suppressed;
};

bool log_allowed(struct log_limit *limit, unsigned int rate);

#endif /* LOG_H */
