// SPDX-License-Identifier: GPL-2.0
/*
 * The pppd process of a call or of an interface: started with the call's socket, if
 * there is one, as its descriptor 3 and a socket to us as 4, its output in our log,
 * ended politely and then not.
 */
#include "pppd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/pptp_mux.h>

#include "arguments.h"
#include "clock.h"
#include "log.h"
#include "login.h"
#include "pppd_output.h"
#include "pppd_saying.h"
#include "process.h"

#define CALL_FD		"3"	/* in pppd */
#define CALL_FD_NUMBER	3
#define LEASE_FD	PPPD_SOCKET_FD
#define LEASE_FD_NUMBER	4
#define NOTES_MAX	64	/* that its socket may hold when it has ended */
#define LCP_PATIENCE	10000	/* milliseconds: three of its requests are lost by no chance */

_Static_assert(sizeof(struct lease_request) != sizeof(struct link_note) &&
	       sizeof(struct ppp_seen) != sizeof(struct lease_request) &&
	       sizeof(struct ppp_seen) != sizeof(struct link_note),
	       "datagrams are told by their size");

struct pppd {
	LIST_ENTRY(pppd) entry;
	pid_t pid;
	unsigned long long started;
	const char *name;
	char *program;		/* that was started, as its lines have it */
	int output_fd;
	int lease_fd;
	struct event *questions;
	struct pppd_output *lines;
	struct event *output;
	struct event *grace;
	bool told_to_end;	/* by a signal; @grace is for SIGKILL then, before for that */
	const char *expected;	/* why it is to end by itself, when @grace is for that */
	uint32_t asked;		/* number of the question that it waits with */
	bool multilink;		/* it may be the first of a bundle */
	bool down;		/* its own link has ended */
	char user[LEASE_USER_OCTETS];
	uint8_t bundle[LEASE_BUNDLE_OCTETS];	/* of this user's; 0: it is in none */
	long long began;	/* milliseconds of clock_ms() */
	struct pppd_evidence evidence;	/* of why it ends */
	struct login login;	/* what its output has shown of that */
	bool silent_login;	/* of some kinds it shows nothing */
	const struct pppd_hooks *hooks;
	void *context;
};

/*
 * How long pppd may take: from SIGTERM to SIGKILL, as ip-down and LCP need some, and
 * until it ends by itself, before SIGTERM. Tests have less patience.
 */
unsigned int pppd_grace_seconds = 10;

static LIST_HEAD(, pppd) running = LIST_HEAD_INITIALIZER(running);

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
		arguments_add_all(arguments, mschap_v2);
		break;
	case AUTH_EAP:
		arguments_add_all(arguments, eap);
		break;
	case AUTH_NONE:
		arguments_add(arguments, "noauth");
		break;
	case AUTH_OPTIONS:
		break;
	}
}

static void add_encryption(struct arguments *arguments, enum config_encryption encryption)
{
	switch (encryption) {
	case ENCRYPTION_MPPE_128:
		arguments_add(arguments, "require-mppe-128");
		arguments_add(arguments, "nomppe-stateful");
		break;
	case ENCRYPTION_NONE:
		arguments_add(arguments, "nomppe");
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

	arguments_add(arguments, config->pppd);
	arguments_add_two(arguments, "plugin", config->plugin);
	arguments_add_two(arguments, "pptp_mux_fd", CALL_FD);
	arguments_add_two(arguments, "pptp_mux_lease_fd", LEASE_FD);
	arguments_add_all(arguments, defaults);
	add_auth(arguments, config->auth);
	add_encryption(arguments, config->encryption);
	if (config->options_file)
		arguments_add_two(arguments, "file", config->options_file);
	arguments_add_all(arguments, (const char * const *)config->words.word);
	arguments_add(arguments, addresses);
	arguments_add_two(arguments, "ipparam", peer);
	arguments_add_two(arguments, "remotenumber", peer);
	arguments_add(arguments, config->multilink ? "multilink" : "nomultilink");
	arguments_add(arguments, "nopersist");
	arguments_add(arguments, "nodetach");
}

/* A process that is wanted */
struct order {
	const char *name;		/* as struct pppd_call has it, and so on */
	struct log_limit *noise;	/* NULL: none but its own */
	int call;			/* -1: none */
	const char **words;
	const struct pppd_hooks *hooks;
	void *context;
};

/* What the new process gets */
struct descriptors {
	int call;	/* -1: none */
	int output;
	int lease;	/* above those that it gets, so that none of them hides it */
};

static void actions_fill(posix_spawn_file_actions_t *actions, const struct descriptors *fds)
{
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(actions, fds->output, 1);
	posix_spawn_file_actions_adddup2(actions, fds->output, 2);
	/* then these: the pipe may be number 3 itself, the call number 4 */
	if (fds->call >= 0)
		posix_spawn_file_actions_adddup2(actions, fds->call, CALL_FD_NUMBER);
	posix_spawn_file_actions_adddup2(actions, fds->lease, LEASE_FD_NUMBER);
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
static int spawn(pid_t *pid, const char **words, const struct descriptors *fds)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	actions_fill(&actions, fds);
	attributes_fill(&attributes);
	rc = posix_spawn(pid, words[0], &actions, &attributes, (char **)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

/**
 * pppd_command - what pppd is started with
 * @config:	where pppd is and what it is told
 * @client:	the client, where it calls from
 * @text:	room for what is made up here, as long-lived as the command
 *
 * The client's address in the call comes later, when it is known who it is (lease.c).
 *
 * Return: the words, to be freed; NULL without memory.
 */
const char **pppd_command(const struct config *config, struct in_addr client,
			  struct pppd_command_text *text)
{
	struct arguments arguments = { 0 };
	char local[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &config->localip, local, sizeof(local));
	inet_ntop(AF_INET, &client, text->peer, sizeof(text->peer));
	snprintf(text->addresses, sizeof(text->addresses), "%s:", local);
	fill(&arguments, config, text->addresses, text->peer);
	return arguments_take(&arguments);
}

/*
 * Each line. At once in the log is what is of interest whatever becomes of the call: what
 * the plugin says of its own, that the call is encrypted, that it joins others.
 */
static bool on_line(void *context, const char *line)
{
	struct pppd *pppd = context;
	enum pppd_saying saying = pppd_saying_of(line, pppd->program);

	pppd->evidence.said |= PPPD_SAID(saying);
	login_read(&pppd->login, line);
	if (pppd->hooks->said)
		pppd->hooks->said(pppd->context, line);
	return saying == PPPD_SAYS_PLUGIN || saying == PPPD_SAYS_ENCRYPTED ||
	       saying == PPPD_SAYS_JOINED;
}

static void on_output(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;

	(void)what;
	if (!pppd_output_read(pppd->lines, fd))
		event_del(pppd->output);
}

/* What it says, and what it has said before that in its output */
static void on_note(struct pppd *pppd, struct link_note *note)
{
	note->server[sizeof(note->server) - 1] = '\0';
	pppd_output_drain(pppd->lines, pppd->output_fd);
	pppd->hooks->noted(pppd->context, note);
}

/* ---- bundles ---- */

static bool same_bundle(const struct pppd *one, const struct pppd *other)
{
	return one->bundle[0] && !memcmp(one->bundle, other->bundle, sizeof(one->bundle)) &&
	       !strcmp(one->user, other->user);
}

static bool has_link(const struct pppd *pppd)
{
	const struct pppd *other;

	LIST_FOREACH(other, &running, entry) {
		if (same_bundle(pppd, other) && !other->down)
			return true;
	}
	return false;
}

/* Its end is near; what does not come by itself is brought about */
static void expect_end(struct pppd *pppd, const char *why)
{
	const struct timeval patience = { .tv_sec = pppd_grace_seconds };

	pppd->expected = why;
	if (!pppd->told_to_end)
		evtimer_add(pppd->grace, &patience);
}

/* Whoever has stayed for a bundle stays as long as it has a link, and no longer */
static void look_after_bundle(const struct pppd *of)
{
	bool stands = has_link(of);
	struct pppd *pppd;

	LIST_FOREACH(pppd, &running, entry) {
		if (!pppd->down || pppd->told_to_end || !same_bundle(of, pppd))
			continue;
		if (stands)
			evtimer_del(pppd->grace);
		else
			expect_end(pppd, "the last link of its bundle has ended");
	}
}

static void join_bundle(struct pppd *pppd, const struct lease_request *request)
{
	memcpy(pppd->bundle, request->bundle, sizeof(pppd->bundle));
	memcpy(pppd->user, request->user, sizeof(pppd->user));
	look_after_bundle(pppd);
}

/* A call that is in no bundle has nothing to stay for: it ends on its own */
static void on_down(struct pppd *pppd)
{
	pppd->down = true;
	look_after_bundle(pppd);
}

/* ---- what the plugin says ---- */

static void on_request(struct pppd *pppd, struct lease_request *request)
{
	request->user[sizeof(request->user) - 1] = '\0';
	if (request->question == LEASE_DOWN) {
		on_down(pppd);
		return;
	}
	pppd->asked = request->number;
	if (request->question == LEASE_USER)
		join_bundle(pppd, request);
	/* what was said before is no reason for an end that comes now */
	if (request->question == LEASE_UP)
		pppd->evidence = (struct pppd_evidence){ .was_up = true };
	pppd->hooks->asked(pppd->context, request);
}

static void on_question(evutil_socket_t fd, short what, void *context)
{
	union {
		struct lease_request request;
		struct link_note note;
		struct ppp_seen seen;
	} message;
	struct pppd *pppd = context;
	ssize_t got = recv(fd, &message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got == sizeof(message.request) && pppd->hooks->asked) {
		on_request(pppd, &message.request);
		return;
	}
	if (got == sizeof(message.note) && pppd->hooks->noted) {
		on_note(pppd, &message.note);
		return;
	}
	if (got == sizeof(message.seen)) {
		pppd->evidence.seen = message.seen;
		return;
	}
	if (got > 0)
		log_error("%s: the plugin is of another version than pptpmuxd: install both anew, or correct plugin in pptpmuxd.conf",
			  pppd->name);
	event_del(pppd->questions);
}

static void on_grace(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;

	(void)fd;
	(void)what;
	if (!pppd->told_to_end) {
		log_warning("%s: %s, but pppd has not ended within %u s and is told to",
			    pppd->name, pppd->expected, pppd_grace_seconds);
		pppd_stop(pppd);
		return;
	}
	log_warning("%s: pppd did not end within %u s of SIGTERM and is killed; its ip-down script does not run",
		    pppd->name, pppd_grace_seconds);
	kill(pppd->pid, SIGKILL);
}

static void pppd_free(struct pppd *pppd)
{
	if (pppd->output)
		event_free(pppd->output);
	if (pppd->questions)
		event_free(pppd->questions);
	if (pppd->grace)
		event_free(pppd->grace);
	pppd_output_free(pppd->lines);
	close(pppd->output_fd);
	close(pppd->lease_fd);
	free(pppd->program);
	free(pppd);
}

/* Both descriptors are the process's from now on, if there is one */
static struct pppd *pppd_new(struct event_base *base, const struct order *order, int output_fd,
			     int lease_fd)
{
	struct pppd *pppd = calloc(1, sizeof(*pppd));

	if (!pppd) {
		close(output_fd);
		close(lease_fd);
		return NULL;
	}
	pppd->output_fd = output_fd;
	pppd->lease_fd = lease_fd;
	pppd->name = order->name;
	pppd->hooks = order->hooks;
	pppd->context = order->context;
	pppd->program = strdup(order->words[0]);
	pppd->lines = pppd_output_new(order->name, order->noise, on_line, pppd);
	pppd->output = event_new(base, output_fd, EV_READ | EV_PERSIST, on_output, pppd);
	pppd->questions = event_new(base, lease_fd, EV_READ | EV_PERSIST, on_question, pppd);
	pppd->grace = evtimer_new(base, on_grace, pppd);
	if (pppd->program && pppd->lines && pppd->output && pppd->questions && pppd->grace &&
	    event_add(pppd->output, NULL) == 0 && event_add(pppd->questions, NULL) == 0)
		return pppd;
	pppd_free(pppd);
	return NULL;
}

/*
 * The ends of a pipe for its output and of a socket pair for its questions: ours
 * do not block, its own do, or it would lose lines.
 */
static bool open_ends(int *output, int *lease, struct descriptors *fds)
{
	int pipe_ends[2], pair[2];

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	fcntl(pipe_ends[1], F_SETFL, 0);
	*output = pipe_ends[0];
	fds->output = pipe_ends[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
		*lease = pair[0];
		fds->lease = fcntl(pair[1], F_DUPFD_CLOEXEC, LEASE_FD_NUMBER + 1);
		close(pair[1]);
		if (fds->lease >= 0)
			return true;
		close(pair[0]);
	}
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return false;
}

/* Returns NULL with errno set */
static struct pppd *start(struct event_base *base, const struct order *order)
{
	struct descriptors fds = { .call = order->call };
	int rc, output, lease;
	struct pppd *pppd;

	if (!open_ends(&output, &lease, &fds))
		return NULL;
	pppd = pppd_new(base, order, output, lease);
	rc = pppd ? spawn(&pppd->pid, order->words, &fds) : ENOMEM;
	close(fds.output);
	close(fds.lease);
	if (rc) {
		if (pppd)
			pppd_free(pppd);
		errno = rc;
		return NULL;
	}
	pppd->started = process_started(pppd->pid);
	pppd->began = clock_ms();
	LIST_INSERT_HEAD(&running, pppd, entry);
	return pppd;
}

/**
 * pppd_start - start pppd on a call
 * @base:	the event loop
 * @config:	where pppd is and what it is told
 * @call:	the call
 * @hooks:	@ended is called once, when the process is gone; @asked for each
 *		question, to be answered by pppd_answer(), now or later
 * @context:	for @hooks
 *
 * Return: the process, which frees itself after @ended; NULL with errno set.
 */
struct pppd *pppd_start(struct event_base *base, const struct config *config,
			const struct pppd_call *call, const struct pppd_hooks *hooks,
			void *context)
{
	struct pppd_command_text text;
	const struct order order = {
		.name = call->name,
		.noise = call->noise,
		.call = call->fd,
		.words = pppd_command(config, call->peer, &text),
		.hooks = hooks,
		.context = context,
	};
	struct pppd *pppd = NULL;

	if (order.words)
		pppd = start(base, &order);
	if (pppd) {
		pppd->multilink = config->multilink;
		pppd->silent_login = config->auth == AUTH_EAP;
		pppd->evidence.must_encrypt = config->encryption == ENCRYPTION_MPPE_128;
	}
	free(order.words);
	return pppd;
}

/**
 * pppd_dial - start a pppd that dials by itself
 * @base:	the event loop
 * @name:	for the log; must live as long as the process
 * @words:	its command line, ends with NULL
 * @hooks:	@ended is called once, when the process is gone; @noted for what the
 *		plugin tells on descriptor PPPD_SOCKET_FD; @said for its lines
 * @context:	for @hooks
 *
 * Return: the process, which frees itself after @ended; NULL with errno set.
 */
struct pppd *pppd_dial(struct event_base *base, const char *name, const char **words,
		       const struct pppd_hooks *hooks, void *context)
{
	const struct order order = {
		.name = name, .call = -1, .words = words, .hooks = hooks, .context = context,
	};

	return start(base, &order);
}

/* Its last lines are of interest now: something of it has failed */
void pppd_show(struct pppd *pppd)
{
	pppd_output_drain(pppd->lines, pppd->output_fd);
	pppd_output_show(pppd->lines);
}

/* A process that does not take its answer is about to end, which we shall see */
void pppd_answer(struct pppd *pppd, const struct lease_reply *reply)
{
	struct lease_reply numbered = *reply;

	numbered.number = pppd->asked;
	(void)send(pppd->lease_fd, &numbered, sizeof(numbered), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/**
 * pppd_refuse - answer that the call may not go on
 * @pppd:	the process
 * @reason:	what its client is told
 *
 * The plugin ends the call in order. If it does not, as it may not have waited for
 * this answer, we do.
 */
void pppd_refuse(struct pppd *pppd, const char *reason)
{
	struct lease_reply reply = { .granted = 0 };

	snprintf(reply.reason, sizeof(reply.reason), "%s", reason);
	pppd_answer(pppd, &reply);
	expect_end(pppd, "its call was refused");
}

pid_t pppd_pid(const struct pppd *pppd)
{
	return pppd->pid;
}

unsigned long long pppd_started(const struct pppd *pppd)
{
	return pppd->started;
}

static void stop_by(struct pppd *pppd, int number)
{
	const struct timeval grace = { .tv_sec = pppd_grace_seconds };

	if (pppd->told_to_end)
		return;
	pppd->told_to_end = true;
	kill(pppd->pid, number);
	evtimer_add(pppd->grace, &grace);
}

/**
 * pppd_stop - end pppd
 * @pppd:	the process
 *
 * Returns at once; the process gets pppd_grace_seconds to close its link and to run
 * its scripts. More than one call does no harm.
 */
void pppd_stop(struct pppd *pppd)
{
	stop_by(pppd, SIGTERM);
}

/**
 * pppd_drop - end pppd whose peer is gone, or is worth no wait
 * @pppd:	the process
 *
 * The same, but it does not wait for its peer to agree: by SIGHUP the plugin knows.
 */
void pppd_drop(struct pppd *pppd)
{
	stop_by(pppd, SIGHUP);
}

/**
 * pppd_hang_up - end the call of a pppd
 * @pppd:	the process
 *
 * It ends with its call, unless others go on with a bundle that it was the first
 * link of: then it stays, as the bundle's IPCP is in it, until the last has gone. It
 * says when its own link has ended; one that does not even do that hangs.
 *
 * Return: whether it may stay.
 */
bool pppd_hang_up(struct pppd *pppd)
{
	if (!pppd->multilink) {
		pppd_drop(pppd);
		return false;
	}
	kill(pppd->pid, SIGHUP);
	if (!pppd->down)
		expect_end(pppd, "its link was hung up");
	return true;
}

/*
 * A client that guesses passwords may hang up as soon as one was wrong; but pppd's lines
 * are there. Of EAP-MD5 there are none.
 */
static bool is_guess(const struct pppd *pppd)
{
	struct login login = pppd->login;

	login.failed |= pppd->silent_login;
	return login_is_guess(&login);
}

/* What it told us before it ended, which comes before its end */
static void read_notes(struct pppd *pppd)
{
	union {
		struct link_note note;
		struct ppp_seen seen;
	} message;
	ssize_t got;
	int i;

	for (i = 0; i < NOTES_MAX; i++) {
		got = recv(pppd->lease_fd, &message, sizeof(message), MSG_DONTWAIT);
		if (got <= 0)
			return;
		if (got == sizeof(message.seen))
			pppd->evidence.seen = message.seen;
		else if (got == sizeof(message.note) && pppd->hooks->noted)
			on_note(pppd, &message.note);
	}
}

static void finish(struct pppd *pppd, int status)
{
	struct pppd_end end;

	LIST_REMOVE(pppd, entry);
	look_after_bundle(pppd);
	/* its last words may not have been read yet */
	read_notes(pppd);
	pppd_output_drain(pppd->lines, pppd->output_fd);
	pppd->evidence.waited = clock_ms() - pppd->began >= LCP_PATIENCE;
	pppd_end_judge(&end, &pppd->evidence, status);
	end.login_failed &= is_guess(pppd);
	end.login_user = pppd->login.user;
	if (end.event)
		pppd_output_show(pppd->lines);
	pppd->hooks->ended(pppd->context, &end);
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
