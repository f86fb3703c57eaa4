// SPDX-License-Identifier: GPL-2.0
/* Connections that cannot be accepted, as there are no descriptors left */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "acceptor.h"
#include "logged.h"
#include "tap.h"

#define FILES	64

static struct event_base *base;
static unsigned int accepted;
static int last_file;

static void on_connection(void *context, int fd, const struct sockaddr *peer)
{
	(void)context;
	(void)peer;
	accepted++;
	close(fd);
	event_base_loopbreak(base);
}

/* libevent's own word on a listener that nobody cares for, a line a turn of the loop */
static unsigned long warnings;

static void on_warning(int severity, const char *message)
{
	(void)severity;
	(void)message;
	warnings++;
}

static void use_up_files(void)
{
	const struct rlimit limit = { FILES, FILES };
	int fd;

	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		last_file = fd;
}

static void on_free(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	close(last_file);
}

int main(void)
{
	const struct timeval later = { .tv_usec = 300000 }, limit = { .tv_sec = 30 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct acceptor *acceptor;
	struct event *give_back;
	int client;

	snprintf(log_path, sizeof(log_path), "/tmp/acceptor-%d.log", getpid());
	log_anew();
	event_set_log_callback(on_warning);
	/* abstract: nothing to remove */
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "acceptor-%d", getpid());
	base = event_base_new();
	acceptor = acceptor_new(base, (struct sockaddr *)&address, sizeof(address), on_connection,
				NULL);
	give_back = evtimer_new(base, on_free, NULL);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	use_up_files();
	connect(client, (struct sockaddr *)&address, sizeof(address));
	evtimer_add(give_back, &later);
	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
	ok(accepted == 1, "who connects while there are no descriptors is accepted later");
	ok(warnings == 0, "the loop does not spin until then");
	close(last_file - 1);
	ok(logged("cannot accept a connection: Too many open files"), "and the log says why");
	unlink(log_path);
	event_free(give_back);
	acceptor_free(acceptor);
	event_base_free(base);
	close(client);
	return tap_done();
}
