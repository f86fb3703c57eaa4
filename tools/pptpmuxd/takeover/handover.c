// SPDX-License-Identifier: GPL-2.0
/*
 * One pptpmuxd takes over from another one: a new version, or another configuration.
 *
 * The process stays and runs another program (execve(2)), with the descriptors of all
 * connections and calls, and the book that says what they are. So each pppd goes on as its
 * child, and a client sees nothing but that an answer comes a moment later. Who asks for it
 * is the program that is to run then (request.c): it has read the configuration before, and
 * names the version of the book that it reads, so that nobody is replaced by one that
 * cannot go on.
 *
 * When the process does end, by a restart or by a crash, systemd has copies of the
 * descriptors (store.c), and starts another one with them. The pppds are not that one's
 * children, so it sees their ends without their status.
 */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acceptor.h"
#include "book.h"
#include "claim_fd.h"
#include "json.h"
#include "keep.h"
#include "log.h"
#include "record.h"
#include "server.h"
#include "store.h"
#include "supervisor.h"

#define BOOK_VARIABLE		"PPTPMUXD_BOOK"
#define LISTENER_VARIABLE	"PPTPMUXD_LISTENER"

static char **arguments;	/* that this program was started with, and the next one is */

static struct {
	int book;
	int listener;
	bool stored;	/* by systemd, of one that has died */
} received = { -1, -1, false };

/**
 * handover_init - as the program begins
 * @argv:	of main()
 */
void handover_init(char **argv)
{
	arguments = argv;
}

static int take_variable(const char *name)
{
	const char *text = getenv(name);
	int fd = text ? claim_fd(atoi(text)) : -1;

	unsetenv(name);
	return fd;
}

/**
 * handover_receive - see whether another pptpmuxd has left something
 *
 * Before anything is opened.
 */
void handover_receive(void)
{
	received.book = take_variable(BOOK_VARIABLE);
	received.listener = take_variable(LISTENER_VARIABLE);
	if (received.book < 0)
		received.stored = store_receive(&received.book, &received.listener);
}

/**
 * handover_open - the book of a server: one that another pptpmuxd has left, or a new one
 * @server:	the server, which has none
 *
 * Without memory for one there is none, and nobody can take over.
 */
void handover_open(struct server *server)
{
	const char *fault;

	if (received.book >= 0) {
		server->book = book_open(received.book, &fault);
		if (server->book && received.stored)
			store_sort(server->book);
		if (server->book)
			book_turn(server->book);
		else
			log_error("nothing can be taken over from the pptpmuxd before this one, whose calls end: its book cannot be read: %s",
				  fault);
	}
	if (!server->book)
		server->book = book_new();
	if (!server->book)
		log_warning("no pptpmuxd can take over from this one, as there is no memory for its book: %s",
			    strerror(errno));
	server->drains = book_drains(server->book);
	received.book = -1;
	store_open(server->base, server->book);
}

/* The socket that listens, of a pptpmuxd before us, the caller's own then; -1: there is none */
int handover_listener(void)
{
	int listener = received.listener;

	received.listener = -1;
	return listener;
}

/**
 * handover_leave - leave to one that systemd starts
 * @server:	the server
 *
 * Return: false after a log line if there is nobody to keep what it needs; then nothing is
 * done.
 */
bool handover_leave(struct server *server)
{
	if (supervisor_store() < 0 || !server->book || server->stopping) {
		log_warning("does not leave, as no supervisor keeps its connections for the next one: see RestartKillSignal in the unit of systemd");
		return false;
	}
	log_info("leaves to the next one, with control connections: %u", server->control_count);
	keep_rest(server);
	if (!store_flush())
		log_warning("systemd has not heard of all within some seconds: calls may end with the restart");
	return true;
}

/* ---- leaving ---- */

/* What the next program needs stays open in it; all others close by themselves */
static void pass_fds(const struct server *server, int flags)
{
	struct kept kept;
	unsigned int i;
	int place = BOOK_NO_PLACE;

	while ((place = book_next(server->book, place, &kept)) != BOOK_NO_PLACE) {
		for (i = 0; i < KEPT_FDS; i++) {
			if (kept.fds[i] >= 0)
				fcntl(kept.fds[i], F_SETFD, flags);
		}
	}
	fcntl(book_fd(server->book), F_SETFD, flags);
	fcntl(acceptor_fd(server->acceptor), F_SETFD, flags);
}

static void set_variable(const char *name, int fd)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", fd);
	setenv(name, text, 1);
}

/* Signals that come meanwhile are the next program's, which has no handlers yet */
static void hold_signals(int how)
{
	static const int held[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR2, SIGCHLD };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		sigaddset(&set, held[i]);
	sigprocmask(how, &set, NULL);
}

/* Returns if it fails: then all is as it was, and errno says why */
static void run(const struct server *server, const char *program)
{
	int err;

	set_variable(BOOK_VARIABLE, book_fd(server->book));
	set_variable(LISTENER_VARIABLE, acceptor_fd(server->acceptor));
	supervisor_leave();
	hold_signals(SIG_BLOCK);
	pass_fds(server, 0);
	execv(program, arguments);
	err = errno;
	pass_fds(server, FD_CLOEXEC);
	hold_signals(SIG_UNBLOCK);
	supervisor_stay();
	unsetenv(BOOK_VARIABLE);
	unsetenv(LISTENER_VARIABLE);
	errno = err;
}

/* Why not, as far as that is known before; NULL: there is no reason */
static const char *obstacle(const struct server *server, unsigned long version)
{
	if (server->stopping)
		return "it is ending";
	if (!server->book)
		return "it has had no memory for its book when it started";
	if (version != KEPT_VERSION)
		return "the new one does not read what this one writes: only a restart helps, which ends its calls";
	return NULL;
}

/**
 * handover_answer - leave to another program, or answer why not
 * @json:	where to
 * @words:	the KEPT_VERSION of the program, a blank, its path
 * @server:	the server
 *
 * Who has asked sees the connection end without an answer.
 */
void handover_answer(struct json *json, const char *words, struct server *server)
{
	char *program, text[256];
	unsigned long version = strtoul(words, &program, 10);
	const char *why = obstacle(server, version);

	if (!why && (*program != ' ' || program[1] != '/'))
		why = "there is no path of a program in the question";
	if (!why) {
		log_info("leaves to %s, with control connections: %u", program + 1,
			 server->control_count);
		keep_rest(server);
		run(server, program + 1);
		snprintf(text, sizeof(text), "%s cannot be run: %s", program + 1, strerror(errno));
		why = text;
		log_error("goes on: %s", why);
	}
	json_object(json, NULL);
	json_string(json, "error", why);
	json_object_end(json);
}
