// SPDX-License-Identifier: GPL-2.0
/*
 * Questions of pptpmuxctl, over a UNIX socket: one line with what is asked, then
 * one JSON document and the end of the stream. Only root reaches the socket, as
 * it lies in a directory that is root's.
 */
#include "query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "log.h"
#include "rundir.h"
#include "server.h"

#define LINE_OCTETS	256
#define TIMEOUT_SECONDS	10	/* to ask, and to take the answer */

struct query {
	struct server *server;
	struct evconnlistener *listener;
	struct sockaddr_un address;
	LIST_HEAD(, asker) askers;
};

/* One connection */
struct asker {
	LIST_ENTRY(asker) entry;
	struct query *query;
	struct bufferevent *stream;
};

/* ---- answers ---- */

static const char *state_name(enum pool_state state)
{
	static const char * const names[] = {
		[POOL_FREE] = "free", [POOL_HELD] = "held", [POOL_ASIDE] = "aside",
	};

	return names[state];
}

static void answer_address(struct json *json, const struct pool *pool,
			   const struct pool_address *entry)
{
	struct in_addr address = { htonl(entry->address) };
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	json_object(json, NULL);
	json_string(json, "address", text);
	json_string(json, "pool", pool_name(pool, entry->part));
	json_string(json, "state", state_name(entry->state));
	if (entry->fixed)
		json_string(json, "static", entry->fixed);
	if (entry->owner) {
		json_string(json, "user", entry->owner->user);
		json_string(json, "call", entry->owner->call);
		json_number(json, "pid", entry->owner->pid);
	}
	if (entry->note)
		json_string(json, "note", entry->note);
	if (entry->since)
		json_number(json, "since", entry->since);
	if (entry->released)
		json_number(json, "released", entry->released);
	json_object_end(json);
}

static void answer_pool(struct json *json, const struct server *server)
{
	const struct pool_address *entry;
	struct pool_counts counts;
	size_t i;

	json_object(json, NULL);
	json_array(json, "pools");
	for (i = 0; i < pool_parts(server->pool); i++) {
		counts = pool_count(server->pool, i);
		json_object(json, NULL);
		json_string(json, "name", pool_name(server->pool, i));
		json_number(json, "size", counts.size);
		json_number(json, "held", counts.held);
		json_number(json, "aside", counts.aside);
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "addresses");
	for (i = 0; (entry = pool_at(server->pool, i)); i++)
		answer_address(json, server->pool, entry);
	json_array_end(json);
	json_object_end(json);
}

static void answer_unknown(struct json *json, const struct server *server)
{
	(void)server;
	json_object(json, NULL);
	json_string(json, "error", "pptpmuxd does not know this question: it and pptpmuxctl are of different versions");
	json_object_end(json);
}

typedef void (*answer_fn)(struct json *json, const struct server *server);

static answer_fn answer_to(const char *question)
{
	static const struct {
		const char *question;
		answer_fn answer;
	} answers[] = {
		{ "pool", answer_pool },
	};
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (!strcmp(answers[i].question, question))
			return answers[i].answer;
	}
	return answer_unknown;
}

/* Return: whether there is an answer, which is on its way */
static bool answer(struct asker *asker, const char *question)
{
	struct json json = { 0 };
	char *text = NULL;
	size_t len;
	bool good;

	json.out = open_memstream(&text, &len);
	if (!json.out)
		return false;
	answer_to(question)(&json, asker->query->server);
	fputc('\n', json.out);
	good = !ferror(json.out);
	good = fclose(json.out) == 0 && good &&
	       bufferevent_write(asker->stream, text, len) == 0;
	free(text);
	return good;
}

/* ---- connections ---- */

static void asker_free(struct asker *asker)
{
	LIST_REMOVE(asker, entry);
	bufferevent_free(asker->stream);
	free(asker);
}

static void on_line(struct bufferevent *stream, void *context)
{
	struct evbuffer *input = bufferevent_get_input(stream);
	char *line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF);
	struct asker *asker = context;
	bool good;

	if (!line && evbuffer_get_length(input) < LINE_OCTETS)
		return;
	bufferevent_disable(stream, EV_READ);
	good = line && answer(asker, line);
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

static void on_asker(struct evconnlistener *listener, evutil_socket_t fd,
		     struct sockaddr *address, int len, void *context)
{
	static const struct timeval timeout = { .tv_sec = TIMEOUT_SECONDS };
	struct asker *asker = calloc(1, sizeof(*asker));
	struct query *query = context;

	(void)address;
	(void)len;
	if (asker)
		asker->stream = bufferevent_socket_new(evconnlistener_get_base(listener), fd,
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
	query->listener = evconnlistener_new_bind(query->server->base, on_asker, query,
						  LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
						  -1, (struct sockaddr *)&query->address,
						  sizeof(query->address));
	umask(old);
	if (!query->listener)
		log_error("cannot listen at %s: %s; see run-directory in pptpmuxd.conf",
			  query->address.sun_path, strerror(errno));
	return query->listener;
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
	query->address.sun_family = AF_UNIX;
	if (!rundir_path(server->config->run_directory, "socket", query->address.sun_path,
			 sizeof(query->address.sun_path)))
		log_error("run-directory = \"%s\": %s; write a shorter path",
			  server->config->run_directory, strerror(errno));
	else if (listen_on(query))
		return query;
	free(query);
	return NULL;
}

void query_close(struct query *query)
{
	struct asker *asker;

	if (!query)
		return;
	while ((asker = LIST_FIRST(&query->askers)))
		asker_free(asker);
	evconnlistener_free(query->listener);
	unlink(query->address.sun_path);
	free(query);
}
