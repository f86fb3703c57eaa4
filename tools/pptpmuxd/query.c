// SPDX-License-Identifier: GPL-2.0
/*
 * Questions of pptpmuxctl, over a UNIX socket: one line with what is asked, then
 * one JSON document and the end of the stream. Who asks for "events" gets a document
 * a line instead, until he goes. Only root reaches the socket, as it lies in a
 * directory that is root's.
 */
#include "query.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "acceptor.h"
#include "answer.h"
#include "events.h"
#include "json.h"
#include "log.h"
#include "own_socket.h"
#include "server.h"

#define LINE_OCTETS	512	/* of a question, which may have a name in it */
#define TIMEOUT_SECONDS	10	/* to ask, and to take the answer */
#define UNREAD_OCTETS	65536	/* of events, for one who follows them */

struct query {
	struct server *server;
	struct acceptor *acceptor;
	struct sockaddr_un address;
	LIST_HEAD(, asker) askers;
};

/* One connection */
struct asker {
	LIST_ENTRY(asker) entry;
	struct query *query;
	struct bufferevent *stream;
	struct event_follower follower;
	bool follows;
	unsigned long lost;	/* events, while he did not read */
};

/* ---- documents ---- */

/* One document, a line, in the making */
struct line {
	struct json json;
	char *text;
	size_t len;
};

static bool line_begin(struct line *line)
{
	memset(line, 0, sizeof(*line));
	line->json.out = open_memstream(&line->text, &line->len);
	return line->json.out;
}

/* Return: whether it is on its way */
static bool line_send(struct line *line, struct asker *asker)
{
	bool good;

	fputc('\n', line->json.out);
	good = !ferror(line->json.out);
	good = fclose(line->json.out) == 0 && good &&
	       bufferevent_write(asker->stream, line->text, line->len) == 0;
	free(line->text);
	return good;
}

/* Return: whether there is an answer, which is on its way */
static bool answer(struct asker *asker, const char *question)
{
	struct line line;

	if (!line_begin(&line))
		return false;
	answer_write(&line.json, question, asker->query->server);
	return line_send(&line, asker);
}

/* ---- events ---- */

static bool send_note(struct asker *asker, const char *type, unsigned long count)
{
	struct line line;

	if (!line_begin(&line))
		return false;
	json_object(&line.json, NULL);
	json_string(&line.json, "type", type);
	if (count)
		json_number(&line.json, "count", count);
	json_object_end(&line.json);
	return line_send(&line, asker);
}

static bool send_event(struct asker *asker, const struct event_report *report)
{
	struct line line;

	if (!line_begin(&line))
		return false;
	json_object(&line.json, NULL);
	json_string(&line.json, "type", report->name);
	if (report->id)
		json_number(&line.json, "event", report->id);
	json_number(&line.json, "time_ns",
		    (uint64_t)report->time.tv_sec * 1000000000 + report->time.tv_nsec);
	json_string(&line.json, "subject", report->subject);
	json_string(&line.json, "text", report->text);
	json_object_end(&line.json);
	return line_send(&line, asker);
}

static bool reads(const struct asker *asker)
{
	return evbuffer_get_length(bufferevent_get_output(asker->stream)) < UNREAD_OCTETS;
}

static void on_report(struct event_follower *follower, const struct event_report *report)
{
	struct asker *asker = (struct asker *)((char *)follower - offsetof(struct asker, follower));

	if (!reads(asker) || (asker->lost && !send_note(asker, "lost", asker->lost))) {
		asker->lost++;
		return;
	}
	asker->lost = !send_event(asker, report);
}

/* He learns first that from now on he misses nothing */
static bool follow(struct asker *asker)
{
	if (!send_note(asker, "following", 0))
		return false;
	asker->follower.told = on_report;
	asker->follows = true;
	event_follow(&asker->follower);
	return true;
}

/* ---- connections ---- */

static void asker_free(struct asker *asker)
{
	if (asker->follows)
		event_unfollow(&asker->follower);
	LIST_REMOVE(asker, entry);
	bufferevent_free(asker->stream);
	free(asker);
}

static bool is_for_good(const char *question)
{
	return !strcmp(question, "events");
}

/* Who follows is read from too, to see him go; without a time-out */
static bool serve(struct asker *asker, const char *question)
{
	static const struct timeval timeout = { .tv_sec = TIMEOUT_SECONDS };

	if (is_for_good(question)) {
		bufferevent_set_timeouts(asker->stream, NULL, &timeout);
		return follow(asker);
	}
	bufferevent_disable(asker->stream, EV_READ);
	return answer(asker, question);
}

static void on_line(struct bufferevent *stream, void *context)
{
	struct evbuffer *input = bufferevent_get_input(stream);
	char *line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF);
	struct asker *asker = context;
	bool good;

	if (!line && evbuffer_get_length(input) < LINE_OCTETS)
		return;
	good = line && !asker->follows && serve(asker, line);
	free(line);
	if (!good)
		asker_free(asker);
}

/* All is sent */
static void on_sent(struct bufferevent *stream, void *context)
{
	if (!(bufferevent_get_enabled(stream) & EV_READ))
		asker_free(context);
}

static void on_end(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	asker_free(context);
}

static void on_asker(void *context, int fd, const struct sockaddr *peer)
{
	static const struct timeval timeout = { .tv_sec = TIMEOUT_SECONDS };
	struct asker *asker = calloc(1, sizeof(*asker));
	struct query *query = context;

	(void)peer;
	if (asker)
		asker->stream = bufferevent_socket_new(query->server->base, fd,
						       BEV_OPT_CLOSE_ON_FREE);
	if (!asker || !asker->stream) {
		free(asker);
		close(fd);
		return;
	}
	asker->query = query;
	LIST_INSERT_HEAD(&query->askers, asker, entry);
	bufferevent_setwatermark(asker->stream, EV_READ, 0, LINE_OCTETS);
	bufferevent_set_timeouts(asker->stream, &timeout, &timeout);
	bufferevent_setcb(asker->stream, on_line, on_sent, on_end, asker);
	bufferevent_enable(asker->stream, EV_READ | EV_WRITE);
}

/* A socket that nobody answers on is left of a pptpmuxd that was killed */
static bool is_alone(const struct query *query)
{
	int rc, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	rc = connect(fd, (const struct sockaddr *)&query->address, sizeof(query->address));
	close(fd);
	if (rc == 0)
		log_error("another pptpmuxd serves this network namespace, it answers at %s: stop it first",
			  query->address.sun_path);
	return rc < 0;
}

static bool listen_on(struct query *query)
{
	mode_t old;

	if (!is_alone(query))
		return false;
	unlink(query->address.sun_path);
	old = umask(0177);
	query->acceptor = acceptor_new(query->server->base, (struct sockaddr *)&query->address,
				       sizeof(query->address), on_asker, query);
	umask(old);
	if (!query->acceptor)
		log_error("cannot listen at %s: %s; see run-directory in pptpmuxd.conf",
			  query->address.sun_path, strerror(errno));
	return query->acceptor;
}

/**
 * query_open - begin to answer
 * @server:	who answers
 *
 * Return: NULL after a log line.
 */
struct query *query_open(struct server *server)
{
	struct query *query = calloc(1, sizeof(*query));

	if (!query)
		return NULL;
	LIST_INIT(&query->askers);
	query->server = server;
	if (own_socket_address(&query->address, server->config->run_directory, "socket") &&
	    listen_on(query))
		return query;
	free(query);
	return NULL;
}

/* The last events, which the loop has no turn left for */
static void flush(struct asker *asker)
{
	struct evbuffer *output = bufferevent_get_output(asker->stream);

	evbuffer_unfreeze(output, 1);
	evbuffer_write(output, bufferevent_getfd(asker->stream));
}

void query_close(struct query *query)
{
	struct asker *asker;

	if (!query)
		return;
	while ((asker = LIST_FIRST(&query->askers))) {
		flush(asker);
		asker_free(asker);
	}
	acceptor_free(query->acceptor);
	unlink(query->address.sun_path);
	free(query);
}
