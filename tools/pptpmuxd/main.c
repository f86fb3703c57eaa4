// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxd - PPTP server on pptp-mux.ko
 *
 * Runs in the foreground, under a supervisor.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "capacity.h"
#include "config.h"
#include "config_weak.h"
#include "import/import.h"
#include "interface.h"
#include "log.h"
#include "pppd.h"
#include "privileges.h"
#include "reload.h"
#include "server.h"
#include "slots.h"
#include "supervisor.h"
#include "takeover/handover.h"
#include "takeover/request.h"
#include "warm.h"

/* After this, EX_CONFIG and EX_UNAVAILABLE to try again does not help: pptpmuxd.service */
#define EXIT_USAGE	2

struct options {
	const char *path;
	bool test;
	bool takes_over;
	bool debug;
};

/* What the signal handlers, which run in the loop, work on */
struct daemon {
	struct event_base *base;
	struct server *server;
	bool left;	/* to the next one, with all that there is */
};

static const char usage_text[] =
	"usage: pptpmuxd [-f FILE] [-t] [-d]\n"
	"       pptpmuxd --take-over [-f FILE]\n"
	"       pptpmuxd --import FILE\n"
	"  -f, --config FILE   configuration, " SYSCONFDIR "/pptpmuxd.conf by default\n"
	"  -t, --test          check the configuration and exit\n"
	"  -d, --debug         log more, to standard error, whatever the file says\n"
	"      --take-over     have this program and its configuration take the place of\n"
	"                      the pptpmuxd that runs, which keeps all calls\n"
	"      --import FILE   print what pptpd.conf or accel-ppp.conf says, as a\n"
	"                      configuration, and what could not be translated\n"
	"      --version       print the version and exit\n"
	"      --help          print this and exit\n";

static void on_end(evutil_socket_t signal_number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)what;
	if (daemon->server->stopping) {
		log_warning("signal %d again: all pppd are killed", (int)signal_number);
		server_kill(daemon->server);
		return;
	}
	log_info("signal %d: all calls are hung up", (int)signal_number);
	supervisor_stopping();
	server_stop(daemon->server);
}

/* systemd is about to start it anew */
static void on_leave(evutil_socket_t signal_number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)signal_number;
	(void)what;
	daemon->left = handover_leave(daemon->server);
	if (daemon->left)
		event_base_loopbreak(daemon->base);
}

static void on_reload(evutil_socket_t signal_number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)signal_number;
	(void)what;
	reload(daemon->server);
}

static void on_child(evutil_socket_t signal_number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)signal_number;
	(void)what;
	pppd_reap(daemon->server->warm);
}

static const struct {
	int signal;
	event_callback_fn handle;
} signals[] = {
	{ SIGTERM, on_end },
	{ SIGINT, on_end },
	{ SIGHUP, on_reload },
	{ SIGUSR2, on_leave },
	{ SIGCHLD, on_child },
};

#define SIGNALS	(sizeof(signals) / sizeof(signals[0]))

/*
 * Who has us read the configuration anew need not know whether we are up yet: until
 * then the wish is kept, instead of ending us, which is what the signal does by itself.
 */
static void keep_reload(void)
{
	sigset_t reload;

	sigemptyset(&reload);
	sigaddset(&reload, SIGHUP);
	sigprocmask(SIG_BLOCK, &reload, NULL);
}

/* One before us, whose process this was, may have left them held: they came for us */
static void hear_signals(const struct daemon *daemon)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* those that have ended since */
	pppd_reap(daemon->server->warm);
}

static bool watch_signals(struct daemon *daemon, struct event **events)
{
	size_t i;

	for (i = 0; i < SIGNALS; i++) {
		events[i] = evsignal_new(daemon->base, signals[i].signal, signals[i].handle,
					 daemon);
		if (!events[i] || event_add(events[i], NULL) < 0)
			return false;
	}
	hear_signals(daemon);
	return true;
}

/*
 * A connection takes a descriptor, a call three more (its socket and its pppd's
 * output and questions); the usual limit is 1024.
 */
#define FILES_OF_A_CALL	3
#define FILES_OF_OURS	64

static void raise_file_limit(const struct config *config)
{
	struct slot_count count;
	struct rlimit limit;
	rlim_t wanted;

	slot_count_get(&count);
	wanted = capacity_connections(config, count.slots) + FILES_OF_OURS +
		 FILES_OF_A_CALL * (rlim_t)count.slots;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warning("cannot raise the limit of open files: %s", strerror(errno));
	if (limit.rlim_cur < wanted)
		log_warning("at most %llu files may be open, but max-connections and all slots take %llu: lower max-connections, or raise LimitNOFILE",
			    (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
}

static int serve(struct daemon *daemon, struct config *config)
{
	struct event *events[SIGNALS] = { NULL };
	int rc = EXIT_FAILURE;
	size_t i;

	daemon->server = server_new(daemon->base, config);
	if (!daemon->server)
		return EXIT_FAILURE;
	daemon->server->reload = reload;
	if (watch_signals(daemon, events) &&
	    (config->privileges == PRIVILEGES_ALL || privileges_drop()) &&
	    supervisor_watch(daemon->base) && interfaces_start(daemon->server)) {
		log_info("pptpmuxd " PPTP_MUX_VERSION " listens on TCP port %u", config->port);
		supervisor_ready();
		/* with the capabilities that a pppd of any call would have */
		warm_prepare(daemon->server->warm);
		rc = event_base_dispatch(daemon->base) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
		/* nothing is freed then: what it is about goes on */
		if (daemon->left)
			return EXIT_SUCCESS;
		log_info("pptpmuxd ends");
	}
	for (i = 0; i < SIGNALS; i++) {
		if (events[i])
			event_free(events[i]);
	}
	supervisor_close();
	server_free(daemon->server);
	return rc;
}

static int run(const struct options *options)
{
	struct daemon daemon = { .left = false };
	struct config *config;
	int rc;

	keep_reload();
	config = reload_first(options->path, options->debug);
	if (!config)
		return EX_CONFIG;
	if (options->test) {
		config_weak_warn(config);
		printf("%s: ok\n", options->path);
		config_free(config);
		return EXIT_SUCCESS;
	}
	if (options->takes_over) {
		rc = request_takeover(config);
		config_free(config);
		return rc;
	}
	handover_receive();
	log_open(config->log_target, config->log_level);
	/* for the plugin: what pppd says is in our log, and need not be in another */
	setenv("PPTPMUXD_LOGS", "1", 1);
	config_weak_warn(config);
	signal(SIGPIPE, SIG_IGN);
	supervisor_open();
	rc = slots_apply(config);
	daemon.base = rc ? NULL : event_base_new();
	if (!daemon.base) {
		config_free(config);
		return rc ? rc : EXIT_FAILURE;
	}
	raise_file_limit(config);
	rc = serve(&daemon, config);
	event_base_free(daemon.base);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'f' },
		{ "test", no_argument, NULL, 't' },
		{ "debug", no_argument, NULL, 'd' },
		{ "take-over", no_argument, NULL, 'o' },
		{ "import", required_argument, NULL, 'i' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct options options = { .path = SYSCONFDIR "/pptpmuxd.conf" };
	int option;

	handover_init(argv);
	while ((option = getopt_long(argc, argv, "f:td", known, NULL)) != -1) {
		switch (option) {
		case 'f':
			options.path = optarg;
			break;
		case 't':
			options.test = true;
			break;
		case 'd':
			options.debug = true;
			break;
		case 'o':
			options.takes_over = true;
			break;
		case 'i':
			return import_configuration(optarg);
		case 'v':
			puts("pptpmuxd " PPTP_MUX_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage_text, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "pptpmuxd: unexpected argument \"%s\"\n%s", argv[optind],
			usage_text);
		return EXIT_USAGE;
	}
	return run(&options);
}
