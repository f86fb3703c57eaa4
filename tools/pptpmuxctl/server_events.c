// SPDX-License-Identifier: GPL-2.0
/* The events of pptpmuxd */
#include "server_events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json_read.h"
#include "query.h"
#include "show.h"

/* Longer than any event: pptpmuxd's texts end at 900 octets, escaped they grow */
#define LINE_OCTETS	8192

struct server_events {
	const struct ctl *ctl;
	int fd;
	int error;	/* why there is no fd */
	bool greeted;	/* it has told that from now on it tells all */
	size_t len;
	char line[LINE_OCTETS];
};

/* One event, while its members come */
struct shown {
	char type[32], id[12], time[24], count[24];
	char subject[128];
	char text[1024];
};

struct server_events *server_events_open(const struct ctl *ctl)
{
	struct server_events *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->ctl = ctl;
	events->fd = -1;
	events->error = ENOENT;
	return events;
}

static void leave(struct server_events *events)
{
	if (events->fd >= 0)
		close(events->fd);
	events->fd = -1;
	events->error = ECONNREFUSED;
	events->greeted = false;
}

void server_events_close(struct server_events *events)
{
	leave(events);
	free(events);
}

int server_events_fd(const struct server_events *events)
{
	return events->fd;
}

int server_events_error(const struct server_events *events)
{
	return events->fd < 0 ? events->error : 0;
}

bool server_events_greeted(const struct server_events *events)
{
	return events->greeted;
}

void server_events_join(struct server_events *events)
{
	events->fd = query_follow(events->ctl->run_directory, "events");
	events->error = errno;
	events->len = 0;
}

static void take_member(void *data, const char *key, const char *value)
{
	struct shown *shown = data;
	const struct {
		const char *key;
		char *cell;
		size_t size;
	} members[] = {
		{ "type", shown->type, sizeof(shown->type) },
		{ "event", shown->id, sizeof(shown->id) },
		{ "time_ns", shown->time, sizeof(shown->time) },
		{ "subject", shown->subject, sizeof(shown->subject) },
		{ "text", shown->text, sizeof(shown->text) },
		{ "count", shown->count, sizeof(shown->count) },
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (key && !strcmp(members[i].key, key))
			show_text(value, members[i].cell, members[i].size);
	}
}

static void nothing_opens(void *data, const char *key)
{
	(void)data;
	(void)key;
}

static void nothing_closes(void *data)
{
	(void)data;
}

static void print_shown(const struct shown *shown)
{
	if (!*shown->time) {
		printf("%s: %s events of pptpmuxd came faster than they were read\n",
		       shown->type, shown->count);
		return;
	}
	show_time(strtoull(shown->time, NULL, 10));
	printf(" %s", shown->type);
	if (*shown->id)
		printf(" event=%s", shown->id);
	printf(" %s: %s\n", shown->subject, shown->text);
}

static void show_line(const struct ctl *ctl, char *line)
{
	static const struct json_reader reader = { nothing_opens, nothing_closes, take_member };
	struct shown shown = { 0 };

	if (ctl->as_json)
		puts(line);
	else if (json_read(line, &reader, &shown))
		print_shown(&shown);
	else
		puts("lost: pptpmuxd is of another version, its event cannot be read");
}

static int show_lines(struct server_events *events, int (*seen)(void *data), void *data)
{
	char *line = events->line, *end;
	int rc = 0;

	while (!rc && (end = memchr(line, '\n', events->line + events->len - line))) {
		*end = '\0';
		/* its first line says that it has begun, and is no event */
		if (events->greeted) {
			show_line(events->ctl, line);
			rc = seen(data);
		}
		events->greeted = true;
		line = end + 1;
	}
	events->len -= line - events->line;
	memmove(events->line, line, events->len);
	return rc;
}

int server_events_read(struct server_events *events, int (*seen)(void *data), void *data)
{
	ssize_t got = recv(events->fd, events->line + events->len,
			   sizeof(events->line) - events->len, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* its end, or a line without one: whoever comes next is followed */
	if (got <= 0) {
		leave(events);
		return 0;
	}
	events->len += got;
	return show_lines(events, seen, data);
}
