// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP clients, thousands of them, that load a server: "load --help" says how.
 *
 * All of them live in one process: each has a control connection, and they share a raw
 * socket for GRE. What costs the processor is as little as may be, as it is the server's
 * cost that is wanted; and nothing takes longer for one client because of the others.
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "command.h"
#include "crowd.h"
#include "mschap.h"
#include "options.h"

/* Of the process itself, beside each client's connection */
#define SPARE_FILES	32
#define LINE_MAX_LEN	256

static struct event_base *base;
static struct bufferevent *input;
static bool has_ended;

static bool take_line(void)
{
	struct evbuffer *lines = bufferevent_get_input(input);
	char *line = evbuffer_readln(lines, NULL, EVBUFFER_EOL_LF);
	struct command command;

	if (!line) {
		if (evbuffer_get_length(lines) > LINE_MAX_LEN)
			errx(2, "a line that does not end; see load --help");
		return false;
	}
	if (!command_parse(&command, line))
		errx(2, "no command; see load --help");
	free(line);
	crowd_do(&command);
	return true;
}

/* One that is done at once is so before crowd_do() returns. */
static void take_lines(void)
{
	while (!crowd_is_busy())
		if (!take_line())
			break;
	if (!crowd_is_busy() && has_ended)
		event_base_loopexit(base, NULL);
}

static void on_done(void)
{
	bufferevent_trigger(input, EV_READ, BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}

static void on_input(struct bufferevent *stream, void *arg)
{
	(void)stream;
	(void)arg;
	take_lines();
}

static void on_input_end(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	(void)what;
	(void)arg;
	has_ended = true;
	take_lines();
}

static void allow_files(unsigned int clients)
{
	struct rlimit limit = { .rlim_cur = clients + SPARE_FILES };

	limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(2, "files for %u clients", clients);
}

static void start(const struct options *options)
{
	signal(SIGPIPE, SIG_IGN);
	allow_files(options->clients);
	if (mschap_start())
		errx(2, "libgcrypt does not work");
	base = event_base_new();
	if (!base)
		errx(2, "no event loop");
	if (crowd_start(base, options, on_done))
		err(2, "no clients (they need a raw socket)");
	evutil_make_socket_nonblocking(STDIN_FILENO);
	input = bufferevent_socket_new(base, STDIN_FILENO, 0);
	if (!input)
		errx(2, "no input");
	bufferevent_setcb(input, on_input, NULL, on_input_end, NULL);
	bufferevent_enable(input, EV_READ);
}

int main(int argc, char **argv)
{
	struct options options;

	options_read(&options, argc, argv);
	start(&options);
	event_base_dispatch(base);
	crowd_stop();
	bufferevent_free(input);
	event_base_free(base);
	return 0;
}
