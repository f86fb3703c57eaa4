// SPDX-License-Identifier: GPL-2.0
/*
 * The pppd process of a call: started with the call's socket as its descriptor
 * 3, its output in our log, ended politely and then not.
 */
#include "pppd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/pptp_mux.h>

#include "pptp_msg.h"

#define CALL_FD		"3"	/* in pppd */
#define CALL_FD_NUMBER	3
#define FIXED_WORDS	64	/* more than arguments_fill() adds */
#define GRACE_SECONDS	10	/* from SIGTERM to SIGKILL: ip-down and LCP need some */
#define LINE_OCTETS	512

struct pppd {
	LIST_ENTRY(pppd) entry;
	pid_t pid;
	const char *name;
	int output_fd;
	struct evbuffer *lines;
	struct event *output;
	struct event *grace;
	unsigned int event;	/* RRAS event id that its output has shown, 0: none */
	pppd_ended ended;
	void *context;
};

static LIST_HEAD(, pppd) running = LIST_HEAD_INITIALIZER(running);

/* pppd(8), EXIT STATUS */
static const struct {
	const char *text;
	uint8_t cdn_result;
	uint32_t cause;
	unsigned int event;
} ends[] = {
	[0] = { "pppd has ended", PPTP_CDN_REQUEST, PPTP_MUX_CAUSE_PPP, 0 },
	[1] = { "pppd met a fatal error, see the lines before", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[2] = { "pppd found a mistake in its options, see the lines before: correct options or options-file",
		PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[3] = { "pppd was not started as root: run pptpmuxd as root", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[4] = { "the kernel has no PPP: run \"modprobe ppp_generic\"", PPTP_CDN_GENERAL,
		PPTP_MUX_CAUSE_PPP, 20073 },
	[5] = { "pppd was told to end", PPTP_CDN_ADMINISTRATIVE, PPTP_MUX_CAUSE_ADMIN, 0 },
	[7] = { "the call could not be opened", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[8] = { "the call could not be connected", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[10] = { "the negotiation of PPP failed, see the lines before", PPTP_CDN_GENERAL,
		 PPTP_MUX_CAUSE_PPP, 20073 },
	[11] = { "the client did not authenticate: check its password against chap-secrets",
		 PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[12] = { "idle for as long as idle allows", PPTP_CDN_ADMINISTRATIVE, PPTP_MUX_CAUSE_PPP, 0 },
	[13] = { "connected for as long as maxconnect allows", PPTP_CDN_ADMINISTRATIVE,
		 PPTP_MUX_CAUSE_PPP, 0 },
	[15] = { "the client no longer answers echo requests", PPTP_CDN_LOST_CARRIER,
		 PPTP_MUX_CAUSE_LOST, 0 },
	[16] = { "the client hung up", PPTP_CDN_LOST_CARRIER, PPTP_MUX_CAUSE_PEER, 0 },
	[17] = { "the call is looped back to this host", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[19] = { "the client refused our authentication: check name and password in chap-secrets",
		 PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
};

/* Lines of pppd that say more than its exit status can */
static const struct {
	const char *part;
	const char *advice;
	unsigned int event;
} hints[] = {
	{ "timeout sending Config-Requests",
	  "nothing came from the client: GRE (IP protocol 47) may be filtered on the way", 20095 },
	{ "failed to respond to CHAP challenge",
	  "authentication timed out", 20049 },
	{ "MPPE required, but kernel has no support",
	  "run \"modprobe ppp_mppe\"", 20073 },
	{ "MPPE required but peer",
	  "the client refuses encryption: switch it on there, or see encryption in pptpmuxd.conf(5)",
	  20073 },
	{ "Couldn't load plugin",
	  "install pptp_mux.so, or set plugin in pptpmuxd.conf", 20073 },
	{ "is for pppd version",
	  "the plugin was built for another pppd: build it anew, or set plugin in pptpmuxd.conf", 20073 },
};

/* Argument vector under construction; the strings belong to others */
struct arguments {
	const char **word;
	size_t count;
};

static void add(struct arguments *arguments, const char *word)
{
	arguments->word[arguments->count++] = word;
}

static void add_all(struct arguments *arguments, const char * const *words)
{
	while (*words)
		add(arguments, *words++);
}

static void add_auth(struct arguments *arguments, enum config_auth auth)
{
	static const char * const mschap_v2[] = {
		"auth", "require-mschap-v2", "refuse-pap", "refuse-chap", "refuse-mschap",
		"refuse-eap", NULL
	};
	static const char * const eap[] = {
		"auth", "require-eap", "refuse-pap", "refuse-chap", "refuse-mschap", NULL
	};

	switch (auth) {
	case AUTH_MSCHAP_V2:
		add_all(arguments, mschap_v2);
		break;
	case AUTH_EAP:
		add_all(arguments, eap);
		break;
	case AUTH_NONE:
		add(arguments, "noauth");
		break;
	case AUTH_OPTIONS:
		break;
	}
}

static void add_encryption(struct arguments *arguments, enum config_encryption encryption)
{
	switch (encryption) {
	case ENCRYPTION_MPPE_128:
		add(arguments, "require-mppe-128");
		add(arguments, "nomppe-stateful");
		break;
	case ENCRYPTION_NONE:
		add(arguments, "nomppe");
		break;
	case ENCRYPTION_OPTIONS:
		break;
	}
}

/*
 * Our defaults, then the administrator's file and words, so that those win;
 * last what the call stands and falls with.
 */
static void fill(struct arguments *arguments, const struct config *config,
		 const char *addresses, const char *peer)
{
	static const char * const defaults[] = {
		"mtu", "1400", "mru", "1400",
		"lcp-echo-interval", "30", "lcp-echo-failure", "4",
		/* the peer is often gone by then: ask it once, 3 seconds */
		"lcp-max-terminate", "1",
		"novj", "novjccomp", "nobsdcomp", "nodeflate", "nopcomp", "noaccomp",
		"nodefaultroute", "noproxyarp", "noipdefault", NULL
	};

	add(arguments, config->pppd);
	add(arguments, "plugin");
	add(arguments, config->plugin);
	add(arguments, "pptp_mux_fd");
	add(arguments, CALL_FD);
	add_all(arguments, defaults);
	add_auth(arguments, config->auth);
	add_encryption(arguments, config->encryption);
	if (config->options_file) {
		add(arguments, "file");
		add(arguments, config->options_file);
	}
	add_all(arguments, (const char * const *)config->words);
	add(arguments, addresses);
	add(arguments, "ipparam");
	add(arguments, peer);
	add(arguments, "remotenumber");
	add(arguments, peer);
	add(arguments, "nopersist");
	add(arguments, "nodetach");
	add(arguments, NULL);
}

static void actions_fill(posix_spawn_file_actions_t *actions, int call_fd, int output_fd)
{
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(actions, output_fd, 1);
	posix_spawn_file_actions_adddup2(actions, output_fd, 2);
	/* last: the pipe may be number 3 itself */
	posix_spawn_file_actions_adddup2(actions, call_fd, CALL_FD_NUMBER);
}

/* Own process group: a terminal's Ctrl-C is for pptpmuxd, which hangs up first. */
static void attributes_fill(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETPGROUP);
}

/* Returns 0 or an errno */
static int spawn(pid_t *pid, const char **words, int call_fd, int output_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	actions_fill(&actions, call_fd, output_fd);
	attributes_fill(&attributes);
	rc = posix_spawn(pid, words[0], &actions, &attributes, (char **)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

static int spawn_for(pid_t *pid, const struct config *config, const struct pppd_call *call,
		     int output_fd)
{
	char addresses[2 * INET_ADDRSTRLEN], peer[INET_ADDRSTRLEN], remote[INET_ADDRSTRLEN];
	char local[INET_ADDRSTRLEN];
	struct arguments arguments = { 0 };
	int rc;

	arguments.word = calloc(FIXED_WORDS + config->word_count, sizeof(arguments.word[0]));
	if (!arguments.word)
		return ENOMEM;
	inet_ntop(AF_INET, &config->localip, local, sizeof(local));
	inet_ntop(AF_INET, &call->remote, remote, sizeof(remote));
	inet_ntop(AF_INET, &call->peer, peer, sizeof(peer));
	snprintf(addresses, sizeof(addresses), "%s:%s", local, remote);
	fill(&arguments, config, addresses, peer);
	rc = spawn(pid, arguments.word, call->fd, output_fd);
	free(arguments.word);
	return rc;
}

static void look_for_hints(struct pppd *pppd, const char *line)
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (!strstr(line, hints[i].part))
			continue;
		log_warning("%s: event %u: %s", pppd->name, hints[i].event, hints[i].advice);
		pppd->event = hints[i].event;
	}
}

static void log_line(struct pppd *pppd, const char *line)
{
	/* packet dumps, which option "debug" makes */
	bool packet = !strncmp(line, "rcvd [", 6) || !strncmp(line, "sent [", 6);

	log_write(packet ? LOG_DEBUG : LOG_INFO, "%s: pppd: %s", pppd->name, line);
	look_for_hints(pppd, line);
}

static void log_lines(struct pppd *pppd)
{
	char cut[LINE_OCTETS + 1];
	char *line;
	int len;

	while ((line = evbuffer_readln(pppd->lines, NULL, EVBUFFER_EOL_ANY))) {
		if (*line)
			log_line(pppd, line);
		free(line);
	}
	/* a line without an end must not pile up */
	if (evbuffer_get_length(pppd->lines) < LINE_OCTETS)
		return;
	len = evbuffer_remove(pppd->lines, cut, LINE_OCTETS);
	cut[len > 0 ? len : 0] = '\0';
	log_line(pppd, cut);
}

static void on_output(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;
	int got = evbuffer_read(pppd->lines, fd, LINE_OCTETS);

	(void)what;
	if (got > 0)
		log_lines(pppd);
	else if (got == 0 || errno != EAGAIN)
		event_del(pppd->output);
}

static void on_grace(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;

	(void)fd;
	(void)what;
	log_warning("%s: pppd did not end within %d s of SIGTERM and is killed; its ip-down script does not run",
		    pppd->name, GRACE_SECONDS);
	kill(pppd->pid, SIGKILL);
}

static void pppd_free(struct pppd *pppd)
{
	if (pppd->output)
		event_free(pppd->output);
	if (pppd->grace)
		event_free(pppd->grace);
	if (pppd->lines)
		evbuffer_free(pppd->lines);
	if (pppd->output_fd >= 0)
		close(pppd->output_fd);
	free(pppd);
}

static struct pppd *pppd_new(struct event_base *base, int output_fd)
{
	struct pppd *pppd = calloc(1, sizeof(*pppd));

	if (!pppd) {
		close(output_fd);
		return NULL;
	}
	pppd->output_fd = output_fd;
	pppd->lines = evbuffer_new();
	pppd->output = event_new(base, output_fd, EV_READ | EV_PERSIST, on_output, pppd);
	pppd->grace = evtimer_new(base, on_grace, pppd);
	if (pppd->lines && pppd->output && pppd->grace && event_add(pppd->output, NULL) == 0)
		return pppd;
	pppd_free(pppd);
	return NULL;
}

/**
 * pppd_start - start pppd on a call
 * @base:	the event loop
 * @config:	where pppd is and what it is told
 * @call:	the call
 * @ended:	called once, when the process is gone
 * @context:	for @ended
 *
 * Return: the process, which frees itself after @ended; NULL with errno set.
 */
struct pppd *pppd_start(struct event_base *base, const struct config *config,
			const struct pppd_call *call, pppd_ended ended, void *context)
{
	struct pppd *pppd;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return NULL;
	/* pppd's own end blocks, or it would lose lines */
	fcntl(fds[1], F_SETFL, 0);
	pppd = pppd_new(base, fds[0]);
	rc = pppd ? spawn_for(&pppd->pid, config, call, fds[1]) : ENOMEM;
	close(fds[1]);
	if (rc) {
		if (pppd)
			pppd_free(pppd);
		errno = rc;
		return NULL;
	}
	pppd->name = call->name;
	pppd->ended = ended;
	pppd->context = context;
	LIST_INSERT_HEAD(&running, pppd, entry);
	return pppd;
}

/**
 * pppd_stop - end pppd
 * @pppd:	the process
 *
 * Returns at once; the process gets GRACE_SECONDS to close its link and to run
 * its scripts. More than one call does no harm.
 */
void pppd_stop(struct pppd *pppd)
{
	static const struct timeval grace = { .tv_sec = GRACE_SECONDS };

	if (evtimer_pending(pppd->grace, NULL))
		return;
	kill(pppd->pid, SIGTERM);
	evtimer_add(pppd->grace, &grace);
}

static struct pppd_end judge(const struct pppd *pppd, int status)
{
	struct pppd_end end = {
		.text = "pppd ended with an unknown status",
		.cdn_result = PPTP_CDN_GENERAL,
		.cause = PPTP_MUX_CAUSE_PPP,
		.event = 20073,
	};

	if (WIFSIGNALED(status)) {
		end.status = 128 + WTERMSIG(status);
		end.text = "pppd was killed by a signal";
		return end;
	}
	end.status = WEXITSTATUS(status);
	if ((size_t)end.status < sizeof(ends) / sizeof(ends[0]) && ends[end.status].text) {
		end.text = ends[end.status].text;
		end.cdn_result = ends[end.status].cdn_result;
		end.cause = ends[end.status].cause;
		end.event = ends[end.status].event;
	}
	if (end.event && pppd->event)
		end.event = pppd->event;
	return end;
}

static void finish(struct pppd *pppd, int status)
{
	struct pppd_end end;

	LIST_REMOVE(pppd, entry);
	/* its last words may not have been read yet */
	while (evbuffer_read(pppd->lines, pppd->output_fd, LINE_OCTETS) > 0)
		log_lines(pppd);
	end = judge(pppd, status);
	pppd->ended(pppd->context, &end);
	pppd_free(pppd);
}

/**
 * pppd_reap - collect the processes that have ended; upon SIGCHLD
 */
void pppd_reap(void)
{
	struct pppd *pppd;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		LIST_FOREACH(pppd, &running, entry) {
			if (pppd->pid == pid)
				break;
		}
		if (pppd)
			finish(pppd, status);
	}
}

/**
 * pppd_kill_all - end all processes now, without their scripts
 */
void pppd_kill_all(void)
{
	struct pppd *pppd;

	LIST_FOREACH(pppd, &running, entry)
		kill(pppd->pid, SIGKILL);
}
