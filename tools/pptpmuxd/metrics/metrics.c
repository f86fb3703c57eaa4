// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics for Prometheus, over HTTP: at a UNIX socket beside the one of pptpmuxctl, and
 * where it is configured at a port of loopback. libevent speaks HTTP; who asks is bounded
 * in what he may send and in how long he may take, and gets the same answer whatever his
 * path is.
 */
#include "metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "genl.h"
#include "log.h"
#include "own_socket.h"
#include "server.h"
#include "text.h"

#define ASKED_OCTETS	4096	/* of a question: its headers, and nothing behind them */
#define PATIENCE	10	/* seconds */
#define BACKLOG		16
#define CONTENT_TYPE	"application/openmetrics-text; version=1.0.0; charset=utf-8"

struct metrics {
	struct server *server;
	struct evhttp *http;
	struct sockaddr_un address;
};

/* Return: the text, to be freed; NULL without memory */
static char *make_text(struct server *server, size_t *len)
{
	struct pmux_table table;
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	bool good;

	if (!out)
		return NULL;
	metrics_write(out, server, pmux_table_look(&table) ? NULL : &table);
	good = !ferror(out);
	if (fclose(out) == 0 && good)
		return text;
	free(text);
	return NULL;
}

static void on_request(struct evhttp_request *request, void *context)
{
	struct metrics *metrics = context;
	size_t len;
	char *text = make_text(metrics->server, &len);
	struct evbuffer *body = text ? evbuffer_new() : NULL;

	if (body && evbuffer_add(body, text, len) == 0 &&
	    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
			      CONTENT_TYPE) == 0)
		evhttp_send_reply(request, HTTP_OK, NULL, body);
	else
		evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
	if (body)
		evbuffer_free(body);
	free(text);
}

static bool bind_to(struct metrics *metrics, const struct sockaddr *address, int len)
{
	struct evconnlistener *listener;

	listener = evconnlistener_new_bind(metrics->server->base, NULL, NULL,
					   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
					   LEV_OPT_REUSEABLE, BACKLOG, address, len);
	if (!listener)
		return false;
	if (evhttp_bind_listener(metrics->http, listener))
		return true;
	evconnlistener_free(listener);
	return false;
}

/* Nobody else answers there: query.c has seen to that */
static bool bind_socket(struct metrics *metrics)
{
	struct sockaddr_un *address = &metrics->address;
	bool bound;
	mode_t old;

	if (!own_socket_address(address, metrics->server->config->run_directory, "metrics"))
		return false;
	unlink(address->sun_path);
	old = umask(0177);
	bound = bind_to(metrics, (const struct sockaddr *)address, sizeof(*address));
	umask(old);
	if (!bound)
		log_error("cannot listen at %s: %s; see run-directory in pptpmuxd.conf",
			  address->sun_path, strerror(errno));
	return bound;
}

static bool bind_port(struct metrics *metrics)
{
	const struct sockaddr_in *address = &metrics->server->config->metrics;

	if (!address->sin_port ||
	    bind_to(metrics, (const struct sockaddr *)address, sizeof(*address)))
		return true;
	log_error("metrics: cannot listen on TCP port %u: %s; see \"ss -ltnp\" for who does, and metrics in pptpmuxd.conf",
		  ntohs(address->sin_port), strerror(errno));
	return false;
}

/**
 * metrics_open - begin to answer
 * @server:	whose numbers they are
 *
 * Return: NULL after a log line.
 */
struct metrics *metrics_open(struct server *server)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	metrics->server = server;
	metrics->http = evhttp_new(server->base);
	if (metrics->http) {
		evhttp_set_max_headers_size(metrics->http, ASKED_OCTETS);
		evhttp_set_max_body_size(metrics->http, 0);
		evhttp_set_timeout(metrics->http, PATIENCE);
		evhttp_set_allowed_methods(metrics->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
		evhttp_set_gencb(metrics->http, on_request, metrics);
		if (bind_socket(metrics) && bind_port(metrics))
			return metrics;
	}
	metrics_close(metrics);
	return NULL;
}

void metrics_close(struct metrics *metrics)
{
	if (!metrics)
		return;
	if (metrics->http)
		evhttp_free(metrics->http);
	if (*metrics->address.sun_path)
		unlink(metrics->address.sun_path);
	free(metrics);
}
