// SPDX-License-Identifier: GPL-2.0
/*
 * The pppd process of a call or of an interface: started, or for a call copied from one
 * that was started ahead (warm.c), with a socket to us, its output in our log, ended
 * politely and then not.
 */
#include "pppd.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/pptp_mux.h>

#include "clock.h"
#include "log.h"
#include "login.h"
#include "pppd_command.h"
#include "pppd_output.h"
#include "pppd_saying.h"
#include "process.h"
#include "takeover/record.h"
#include "tasks.h"
#include "warm.h"
#include "warm_msg.h"

#define PLACES		1024
#define NOTES_MAX	64	/* that its socket may hold when it has ended */
#define LCP_PATIENCE	10000	/* milliseconds: three of its requests are lost by no chance */
#define GRACES_MAX	6	/* until SIGKILL, where others come to their end meanwhile */
#define BIRTH_PATIENCE	5	/* seconds, until a copy that was ordered is there */

_Static_assert(sizeof(struct lease_request) != sizeof(struct link_note) &&
	       sizeof(struct ppp_seen) != sizeof(struct lease_request) &&
	       sizeof(struct ppp_seen) != sizeof(struct link_note),
	       "datagrams are told by their size, but for the first of a copy");

/* What comes over its socket */
union message {
	struct lease_request request;
	struct link_note note;
	struct ppp_seen seen;
	struct warm_birth birth;
};

/* A process that is wanted */
struct order {
	const char *name;		/* as struct pppd_call has it, and so on */
	struct log_limit *noise;	/* NULL: none but its own */
	int call;			/* -1: none */
	struct in_addr peer;
	struct warm *warm;		/* NULL: it is to be started */
	const struct pppd_hooks *hooks;
	void *context;
};

struct pppd {
	LIST_ENTRY(pppd) entry;
	LIST_ENTRY(pppd) same_place;	/* in @places, or in @unborn */
	struct event_base *base;
	struct order order;
	pid_t pid;		/* 0: a copy was ordered, which has not said yet that it is there */
	unsigned long long started;	/* of process_started(), 0: not asked yet */
	int pidfd;		/* of one that is no child of ours, else -1 */
	struct event *gone;	/* it has ended, the same */
	unsigned int generation;	/* of what it is a copy of, 0: of nothing */
	bool given_up;		/* a copy was not there in time */
	int owed;		/* the signal that it gets then, 0: none */
	char *program;		/* that was started, as its lines have it */
	struct pppd_ends ends;
	struct event *questions;
	struct pppd_output *lines;
	struct event *output;
	struct event *grace;
	bool told_to_end;	/* by a signal; @grace is for SIGKILL then, before for that */
	unsigned int graces;	/* that it has been given by then */
	const char *expected;	/* why it is to end by itself, when @grace is for that */
	uint32_t asked;		/* number of the question that it waits with */
	bool multilink;		/* it may be the first of a bundle */
	bool down;		/* its own link has ended */
	char user[LEASE_USER_OCTETS];
	uint8_t bundle[LEASE_BUNDLE_OCTETS];	/* of this user's; 0: it is in none */
	long long began;	/* milliseconds of clock_ms() */
	struct pppd_evidence evidence;	/* of why it ends */
	struct login login;	/* what its output has shown of that */
	bool silent_login;	/* of some kinds it shows nothing: of EAP-MD5 */
};

/*
 * How long pppd may take: from SIGTERM to SIGKILL, as ip-down and LCP need some, and
 * until it ends by itself, before SIGTERM. Tests have less patience.
 */
unsigned int pppd_grace_seconds = 10;

static LIST_HEAD(pppds, pppd) running = LIST_HEAD_INITIALIZER(running);

/* The same, by their numbers, as one of thousands ends; and those without one yet */
static struct pppds places[PLACES];
static struct pppds unborn = LIST_HEAD_INITIALIZER(unborn);

static pid_t reaped;	/* the process that was last, whose number may be another one's by now */
static long long last_end;	/* milliseconds of clock_ms(), when one of them had ended */

static struct pppds *place_of(pid_t pid)
{
	return pid ? &places[(unsigned int)pid % PLACES] : &unborn;
}

/* Its number is known, or known to be unknown */
static void enlist(struct pppd *pppd)
{
	LIST_INSERT_HEAD(place_of(pppd->pid), pppd, same_place);
}

/* One that is not there yet gets the last of them, and nothing follows SIGKILL */
static void send_signal(struct pppd *pppd, int number)
{
	if (pppd->pidfd >= 0)
		pidfd_send_signal(pppd->pidfd, number, NULL, 0);
	else if (pppd->pid && !pppd->gone)
		kill(pppd->pid, number);
	else if (!pppd->pid && pppd->owed != SIGKILL)
		pppd->owed = number;
}

static void changed(const struct pppd *pppd)
{
	if (pppd->order.hooks->changed)
		pppd->order.hooks->changed(pppd->order.context);
}

/* Until on_grace() */
static void allow(struct pppd *pppd, unsigned int seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	evtimer_add(pppd->grace, &time);
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
	if (pppd->order.hooks->said)
		pppd->order.hooks->said(pppd->order.context, line);
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
	pppd_output_drain(pppd->lines, pppd->ends.output);
	pppd->order.hooks->noted(pppd->order.context, note);
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
	pppd->expected = why;
	if (!pppd->told_to_end)
		allow(pppd, pppd_grace_seconds);
}

/* Whoever has stayed for a bundle stays as long as it has a link, and no longer */
static void look_after_bundle(const struct pppd *of)
{
	struct pppd *pppd;
	bool stands;

	/* most are in none, and ask nothing of all the others */
	if (!of->bundle[0])
		return;
	stands = has_link(of);
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
	changed(pppd);
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
	pppd->order.hooks->asked(pppd->order.context, request);
}

/* ---- its end ---- */

static void close_down(struct pppd *pppd)
{
	if (pppd->output)
		event_free(pppd->output);
	if (pppd->questions)
		event_free(pppd->questions);
	pppd->output = NULL;
	pppd->questions = NULL;
	if (pppd->ends.output >= 0)
		pppd_ends_close(&pppd->ends);
	pppd->ends = (struct pppd_ends){ -1, -1 };
}

static void pppd_free(struct pppd *pppd)
{
	close_down(pppd);
	if (pppd->gone)
		event_free(pppd->gone);
	if (pppd->pidfd >= 0)
		close(pppd->pidfd);
	if (pppd->grace)
		event_free(pppd->grace);
	pppd_output_free(pppd->lines);
	free(pppd->program);
	free(pppd);
}

/* What it told us before it ended, which comes before its end */
static void read_notes(struct pppd *pppd)
{
	union message message;
	ssize_t got;
	int i;

	for (i = 0; i < NOTES_MAX; i++) {
		got = recv(pppd->ends.socket, &message, sizeof(message), MSG_DONTWAIT);
		if (got <= 0)
			return;
		if (got == sizeof(message.seen))
			pppd->evidence.seen = message.seen;
		else if (got == sizeof(message.note) && pppd->order.hooks->noted)
			on_note(pppd, &message.note);
	}
}

static void finish(struct pppd *pppd, int status)
{
	struct pppd_end end;

	LIST_REMOVE(pppd, entry);
	LIST_REMOVE(pppd, same_place);
	last_end = clock_ms();
	look_after_bundle(pppd);
	/* its last words may not have been read yet */
	read_notes(pppd);
	pppd_output_drain(pppd->lines, pppd->ends.output);
	pppd->evidence.waited = clock_ms() - pppd->began >= LCP_PATIENCE;
	pppd_end_judge(&end, &pppd->evidence, status);
	end.login_failed &= login_is_guess(&pppd->login, pppd->silent_login);
	end.login_user = pppd->login.user;
	if (end.event)
		pppd_output_show(pppd->lines);
	pppd->order.hooks->ended(pppd->order.context, &end);
	pppd_free(pppd);
}

/* How it has ended only its parent can learn */
static void on_gone(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;

	(void)fd;
	(void)what;
	finish(pppd, W_EXITCODE(pppd->told_to_end ? PPPD_STATUS_TOLD_TO_END : 0, 0));
}

static bool is_child(pid_t pid)
{
	siginfo_t info;

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/*
 * That it has ended is told by SIGCHLD if it is a child of ours. Of another one's it may
 * have ended meanwhile, which the loop finds.
 */
static bool watch_process(struct pppd *pppd)
{
	if (is_child(pppd->pid))
		return true;
	pppd->pidfd = process_open(pppd->pid, pppd_started(pppd));
	pppd->gone = event_new(pppd->base, pppd->pidfd, EV_READ, on_gone, pppd);
	if (!pppd->gone)
		return false;
	if (pppd->pidfd >= 0)
		return event_add(pppd->gone, NULL) == 0;
	event_active(pppd->gone, EV_TIMEOUT, 0);
	return true;
}

/* ---- its beginning ---- */

static void on_question(evutil_socket_t fd, short what, void *context);
static void on_grace(evutil_socket_t fd, short what, void *context);

/* Both ends are open */
static bool listen_to(struct pppd *pppd)
{
	pppd->output = event_new(pppd->base, pppd->ends.output, EV_READ | EV_PERSIST, on_output,
				 pppd);
	pppd->questions = event_new(pppd->base, pppd->ends.socket, EV_READ | EV_PERSIST,
				    on_question, pppd);
	return pppd->output && pppd->questions && event_add(pppd->output, NULL) == 0 &&
	       event_add(pppd->questions, NULL) == 0;
}

/* Opens both ends. Returns false with errno set, and nothing is open then. */
static bool open_up(struct pppd *pppd, struct pppd_descriptors *its)
{
	its->call = pppd->order.call;
	if (!pppd_ends_open(&pppd->ends, its))
		return false;
	if (listen_to(pppd))
		return true;
	pppd_ends_given(its);
	close_down(pppd);
	errno = ENOMEM;
	return false;
}

static bool spawn(struct pppd *pppd, const char **words)
{
	struct pppd_descriptors its;

	if (!open_up(pppd, &its))
		return false;
	errno = pppd_spawn(&pppd->pid, words, &its);
	pppd_ends_given(&its);
	if (!errno)
		return true;
	pppd->pid = 0;
	close_down(pppd);
	return false;
}

/*
 * Who sends is the kernel's word then: the copy is to be told by it. Where there may be no
 * more processes one is started instead, as that fails while the call can be refused.
 */
static bool order_copy(struct pppd *pppd)
{
	struct pppd_descriptors its;
	int yes = 1;
	bool ordered;

	if (!pppd->order.warm || !tasks_room(&tasks_paths) || !open_up(pppd, &its))
		return false;
	ordered = setsockopt(pppd->ends.socket, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) == 0 &&
		  warm_copy(pppd->order.warm, &pppd->generation, pppd->order.peer, &its);
	pppd_ends_given(&its);
	if (ordered) {
		allow(pppd, BIRTH_PATIENCE);
		return true;
	}
	pppd->generation = 0;
	close_down(pppd);
	return false;
}

static struct pppd *pppd_new(struct event_base *base, const struct order *order,
			     const char *program)
{
	struct pppd *pppd = calloc(1, sizeof(*pppd));

	if (!pppd)
		return NULL;
	pppd->base = base;
	pppd->order = *order;
	pppd->ends = (struct pppd_ends){ -1, -1 };
	pppd->pidfd = -1;
	pppd->program = strdup(program);
	pppd->lines = pppd_output_new(order->name, order->noise, on_line, pppd);
	pppd->grace = evtimer_new(base, on_grace, pppd);
	if (pppd->program && pppd->lines && pppd->grace)
		return pppd;
	pppd_free(pppd);
	errno = ENOMEM;
	return NULL;
}

/* What the configuration that it is started with says about it */
static void begin(struct pppd *pppd, const struct config *config)
{
	pppd->multilink = config->multilink;
	pppd->silent_login = config->auth == AUTH_EAP;
	pppd->evidence.must_encrypt = config->encryption == ENCRYPTION_MPPE_128;
	pppd->began = clock_ms();
}

static bool start_for_call(struct pppd *pppd, const struct config *config)
{
	struct pppd_command_text text;
	const char **words = pppd_command(config, pppd->order.peer, &text);
	bool good = words && spawn(pppd, words);
	int error = errno;

	begin(pppd, config);
	free(words);
	errno = error;
	return good;
}

static struct order order_for(const struct pppd_call *call, const struct pppd_hooks *hooks,
			      void *context)
{
	return (struct order){
		.name = call->name, .noise = call->noise, .call = call->fd, .peer = call->peer,
		.warm = call->warm, .hooks = hooks, .context = context,
	};
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
	const struct order order = order_for(call, hooks, context);
	struct pppd *pppd = pppd_new(base, &order, config->pppd);

	if (!pppd)
		return NULL;
	begin(pppd, config);
	if (!order_copy(pppd) && !start_for_call(pppd, config)) {
		pppd_free(pppd);
		return NULL;
	}
	LIST_INSERT_HEAD(&running, pppd, entry);
	enlist(pppd);
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
		.name = name, .call = -1, .hooks = hooks, .context = context,
	};
	struct pppd *pppd = pppd_new(base, &order, words[0]);

	if (!pppd)
		return NULL;
	pppd->began = clock_ms();
	if (!spawn(pppd, words)) {
		pppd_free(pppd);
		return NULL;
	}
	LIST_INSERT_HEAD(&running, pppd, entry);
	enlist(pppd);
	return pppd;
}

/*
 * A copy was ordered, and there is none. The call gets a process of its own; one that has
 * been hung up meanwhile is over, and its socket no longer what it was.
 */
static void never_born(struct pppd *pppd, const char *why)
{
	evtimer_del(pppd->grace);
	if (pppd->owed) {
		finish(pppd, W_EXITCODE(PPPD_STATUS_TOLD_TO_END, 0));
		return;
	}
	log_warning("%s: there is no copy of a pppd for it, it gets one that is started: %s",
		    pppd->order.name, why);
	close_down(pppd);
	changed(pppd);
	LIST_REMOVE(pppd, same_place);
	pppd->generation = 0;
	if (!start_for_call(pppd, warm_config(pppd->order.warm)))
		log_error("%s: cannot start %s: %s", pppd->order.name, pppd->program,
			  strerror(errno));
	enlist(pppd);
	if (pppd->pid)
		changed(pppd);
	else
		finish(pppd, W_EXITCODE(PPPD_STATUS_FATAL, 0));
}

/* ---- what its socket says ---- */

static void on_birth(struct pppd *pppd, const struct warm_birth *birth, pid_t sender)
{
	const char *why = birth->error == ENODATA ? "nobody could log in" :
			  strerror(birth->error ? (int)birth->error : EPROTO);

	if (birth->error || !sender) {
		/* where that is forbidden, it is so for all */
		if (birth->error != EAGAIN && birth->error != ENOMEM && birth->error != ENODATA)
			warm_abandon(pppd->order.warm, pppd->generation, why);
		never_born(pppd, why);
		return;
	}
	warm_born(pppd->order.warm, pppd->generation);
	if (pppd->given_up) {
		/* it holds nothing yet, and our end is shut */
		kill(sender, SIGKILL);
		never_born(pppd, "it came too late");
		return;
	}
	LIST_REMOVE(pppd, same_place);
	pppd->pid = sender;
	enlist(pppd);
	if (!pppd->told_to_end && !pppd->expected)
		evtimer_del(pppd->grace);
	/* ordered by another pptpmuxd, whose child it may be */
	if (!pppd->generation && !watch_process(pppd))
		log_error("%s: out of memory, it is not seen when its pppd ends", pppd->order.name);
	if (pppd->owed && pppd->pid != reaped)
		send_signal(pppd, pppd->owed);
	changed(pppd);
}

/* Returns the octets of a message and, of who was copied, the sender; as recv() does */
static ssize_t receive(struct pppd *pppd, union message *message, pid_t *sender)
{
	union {
		struct cmsghdr align;
		char octets[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec part = { message, sizeof(*message) };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				 .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(pppd->ends.socket, &header, MSG_DONTWAIT | MSG_TRUNC);
	const struct cmsghdr *found;
	struct ucred credentials;

	*sender = 0;
	found = got > 0 ? CMSG_FIRSTHDR(&header) : NULL;
	if (found && found->cmsg_level == SOL_SOCKET && found->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&credentials, CMSG_DATA(found), sizeof(credentials));
		*sender = credentials.pid;
	}
	return got;
}

static void not_made(struct pppd *pppd)
{
	warm_abandon(pppd->order.warm, pppd->generation, "it makes no copies");
	never_born(pppd, "nobody has made it");
}

/* Its time is over. One that comes now finds nobody to tell, and ends. */
static void give_up_birth(struct pppd *pppd)
{
	pppd->given_up = true;
	shutdown(pppd->ends.socket, SHUT_RD);
	on_question(pppd->ends.socket, EV_READ, pppd);
}

static void on_question(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;
	union message message;
	pid_t sender;
	ssize_t got = receive(pppd, &message, &sender);

	(void)fd;
	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (!pppd->pid) {
		if (got == sizeof(message.birth))
			on_birth(pppd, &message.birth, sender);
		else
			not_made(pppd);
		return;
	}
	if (got == sizeof(message.request) && pppd->order.hooks->asked) {
		on_request(pppd, &message.request);
		return;
	}
	if (got == sizeof(message.note) && pppd->order.hooks->noted) {
		on_note(pppd, &message.note);
		return;
	}
	if (got == sizeof(message.seen)) {
		pppd->evidence.seen = message.seen;
		changed(pppd);
		return;
	}
	if (got > 0)
		log_error("%s: the plugin is of another version than pptpmuxd: install both anew, or correct plugin in pptpmuxd.conf",
			  pppd->order.name);
	event_del(pppd->questions);
}

/*
 * Where many are told to end at once, each waits for the processor, or for others' scripts.
 * As long as one after the other ends, the rest may come to it too.
 */
static bool others_end(void)
{
	return clock_ms() - last_end < pppd_grace_seconds * 500LL;
}

static void wait_for_end(struct pppd *pppd)
{
	pppd->graces++;
	allow(pppd, pppd_grace_seconds);
}

static void on_grace(evutil_socket_t fd, short what, void *context)
{
	struct pppd *pppd = context;

	(void)fd;
	(void)what;
	if (!pppd->pid) {
		give_up_birth(pppd);
		return;
	}
	if (!pppd->told_to_end) {
		log_warning("%s: %s, but pppd has not ended within %u s and is told to",
			    pppd->order.name, pppd->expected, pppd_grace_seconds);
		pppd_stop(pppd);
		return;
	}
	if (others_end() && pppd->graces < GRACES_MAX) {
		wait_for_end(pppd);
		return;
	}
	log_warning("%s: pppd did not end within %u s of SIGTERM and is killed; its ip-down script does not run",
		    pppd->order.name, pppd->graces * pppd_grace_seconds);
	send_signal(pppd, SIGKILL);
}

/* ---- what others want of it ---- */

/* Its last lines are of interest now: something of it has failed */
void pppd_show(struct pppd *pppd)
{
	pppd_output_drain(pppd->lines, pppd->ends.output);
	pppd_output_show(pppd->lines);
}

/* A process that does not take its answer is about to end, which we shall see */
void pppd_answer(struct pppd *pppd, const struct lease_reply *reply)
{
	struct lease_reply numbered = *reply;

	numbered.number = pppd->asked;
	(void)send(pppd->ends.socket, &numbered, sizeof(numbered), MSG_DONTWAIT | MSG_NOSIGNAL);
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

/* When it began, as process_started() says; 0: it is not there yet */
unsigned long long pppd_started(struct pppd *pppd)
{
	if (pppd->pid && !pppd->started)
		pppd->started = process_started(pppd->pid);
	return pppd->started;
}

static void stop_by(struct pppd *pppd, int number)
{
	if (pppd->told_to_end)
		return;
	pppd->told_to_end = true;
	send_signal(pppd, number);
	wait_for_end(pppd);
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
	if (!pppd->multilink || !pppd->pid) {
		pppd_drop(pppd);
		return false;
	}
	send_signal(pppd, SIGHUP);
	if (!pppd->down)
		expect_end(pppd, "its link was hung up");
	return true;
}

static struct pppd *find(pid_t pid)
{
	struct pppd *pppd;

	LIST_FOREACH(pppd, place_of(pid), same_place) {
		if (pppd->pid == pid)
			return pppd;
	}
	return NULL;
}

/* A copy may have ended before we have heard that it is there */
static void hear_births(void)
{
	struct pppd *pppd, *next;

	for (pppd = LIST_FIRST(&unborn); pppd; pppd = next) {
		next = LIST_NEXT(pppd, same_place);
		on_question(pppd->ends.socket, EV_READ, pppd);
	}
}

static bool has_crashed(int status)
{
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE ||
	       number == SIGABRT || number == SIGSYS;
}

/**
 * pppd_reap - collect the processes that have ended; upon SIGCHLD
 * @warm:	the one whose copies serve calls may be among them; NULL: there is none
 */
void pppd_reap(struct warm *warm)
{
	struct pppd *pppd;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		reaped = pid;
		warm_reaped(warm, pid);
		pppd = find(pid);
		if (!pppd) {
			hear_births();
			pppd = find(pid);
		}
		if (!pppd)
			continue;
		if (has_crashed(status))
			warm_abandon(pppd->order.warm, pppd->generation,
				     "a copy has crashed, and the next ones are to be laid out in memory in another way");
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
		send_signal(pppd, SIGKILL);
}

/* ---- one that another pptpmuxd has begun ---- */

/**
 * pppd_keep - write down what another pptpmuxd has to know to take a process over
 * @pppd:	the process
 * @kept:	filled in
 * @ends:	the same, with the descriptors that it needs
 */
void pppd_keep(struct pppd *pppd, struct kept_pppd *kept, struct pppd_ends *ends)
{
	*ends = pppd->ends;
	kept->pid = pppd->pid;
	kept->started = pppd_started(pppd);
	kept->multilink = pppd->multilink;
	kept->began = pppd->began;
	kept->asked = pppd->asked;
	kept->said = pppd->evidence.said;
	kept->seen = pppd->evidence.seen.marks;
	kept->was_up = pppd->evidence.was_up;
	kept->must_encrypt = pppd->evidence.must_encrypt;
	kept->silent_login = pppd->silent_login;
	kept->down = pppd->down;
	kept->told_to_end = pppd->told_to_end;
	memcpy(kept->bundle, pppd->bundle, sizeof(kept->bundle));
	memcpy(kept->user, pppd->user, sizeof(kept->user));
}

static void recall(struct pppd *pppd, const struct kept_pppd *kept)
{
	pppd->pid = kept->pid;
	pppd->started = kept->started;
	pppd->multilink = kept->multilink;
	pppd->began = kept->began;
	pppd->asked = kept->asked;
	pppd->evidence.said = kept->said;
	pppd->evidence.seen.marks = kept->seen;
	pppd->evidence.was_up = kept->was_up;
	pppd->evidence.must_encrypt = kept->must_encrypt;
	pppd->silent_login = kept->silent_login;
	pppd->down = kept->down;
	memcpy(pppd->bundle, kept->bundle, sizeof(pppd->bundle));
	memcpy(pppd->user, kept->user, sizeof(pppd->user));
}

/* What was waited for is waited for anew */
static void go_on(struct pppd *pppd, const struct kept_pppd *kept)
{
	if (!pppd->pid)
		allow(pppd, BIRTH_PATIENCE);
	else if (kept->told_to_end)
		stop_by(pppd, SIGTERM);
}

/**
 * pppd_restore - take a process over that another pptpmuxd has begun
 * @base:	the event loop
 * @config:	what one is started with if a copy that was ordered does not come
 * @call:	as for pppd_start(); without a call's socket it is an interface's
 * @kept:	as pppd_keep() has filled it in
 * @ends:	our ends, its own from then on
 * @hooks:	as for pppd_start() or pppd_dial()
 * @context:	for @hooks
 *
 * Return: the process, which may have ended meanwhile: then @ended is called, by the loop.
 * NULL with errno set; then its descriptors are as they were.
 */
struct pppd *pppd_restore(struct event_base *base, const struct config *config,
			  const struct pppd_call *call, const struct kept_pppd *kept,
			  const struct pppd_ends *ends, const struct pppd_hooks *hooks,
			  void *context)
{
	const struct order order = order_for(call, hooks, context);
	struct pppd *pppd = pppd_new(base, &order, config->pppd);

	if (!pppd)
		return NULL;
	pppd->ends = *ends;
	recall(pppd, kept);
	if (!listen_to(pppd) || (pppd->pid && !watch_process(pppd))) {
		pppd->ends = (struct pppd_ends){ -1, -1 };
		pppd_free(pppd);
		errno = ENOMEM;
		return NULL;
	}
	LIST_INSERT_HEAD(&running, pppd, entry);
	enlist(pppd);
	go_on(pppd, kept);
	return pppd;
}

/* Is it one of those that we look after? */
bool pppd_is_ours(pid_t pid, unsigned long long started)
{
	return find(pid) && process_started(pid) == started;
}
