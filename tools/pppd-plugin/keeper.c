// SPDX-License-Identifier: GPL-2.0
/*
 * The process that keeps a dialled call's control connection alive.
 *
 * pppd waits in its own loop, which a plugin cannot add to in all versions, so
 * a process of its own answers and sends echoes. The two share a socket pair:
 *
 *   pppd -> keeper	a pid, when pppd goes on in another process; the end of
 *			the stream, when pppd hangs up or is dead, killed too
 *   keeper -> pppd	the cause, before the signal that makes pppd hang up
 *
 * The keeper ends when pppd's side ends and only then, so that a signal to a
 * terminal's whole group cannot keep it from clearing the call.
 */
#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pppd_compat.h"

/* The keeper's own state, in the child */
struct watch {
	struct stream *control;
	int pppd_fd;
	pid_t pppd;
	uint16_t call_id;	/* ours, which a CCRQ names */
	uint16_t peer_call_id;	/* which a CDN names */
	uint32_t echo_id;
	bool asked;		/* an echo is due */
	bool hung_up;		/* pppd has been told to */
	bool cleared;		/* the peer has confirmed the end of the call */
	bool stopped;		/* the control connection is at its end */
	long long deadline;
};

static void send_stop_reply(struct watch *watch)
{
	struct pptp_msg msg = { .type = PPTP_STOP_RP, .stop.result = PPTP_RESULT_OK };

	stream_send(watch->control, &msg);
}

static void send_echo_reply(struct watch *watch, uint32_t identifier)
{
	struct pptp_msg msg = {
		.type = PPTP_ECHO_RP,
		.echo = { .identifier = identifier, .result = PPTP_RESULT_OK },
	};

	stream_send(watch->control, &msg);
}

/* Makes pppd hang up; with "persist" it dials anew */
static void hang_up(struct watch *watch, uint8_t cause)
{
	if (watch->hung_up)
		return;
	watch->hung_up = true;
	if (send(watch->pppd_fd, &cause, sizeof(cause), MSG_NOSIGNAL) == sizeof(cause))
		kill(watch->pppd, SIGHUP);
}

static void lose(struct watch *watch)
{
	watch->stopped = true;
	hang_up(watch, PPTP_MUX_CAUSE_LOST);
}

static void handle(struct watch *watch, const struct pptp_msg *msg)
{
	switch (msg->type) {
	case PPTP_ECHO_RQ:
		send_echo_reply(watch, msg->echo.identifier);
		break;
	case PPTP_CDN:
		if (msg->disconnect.call_id != watch->peer_call_id)
			break;
		watch->cleared = true;
		hang_up(watch, PPTP_MUX_CAUSE_PEER);
		break;
	case PPTP_STOP_RQ:
		send_stop_reply(watch);
		watch->stopped = true;
		hang_up(watch, PPTP_MUX_CAUSE_PEER);
		break;
	case PPTP_STOP_RP:
		watch->stopped = true;
		break;
	default:
		/* Set-Link-Info says nothing to a packet link; the rest is for servers. */
		break;
	}
	watch->asked = false;
	watch->deadline = clock_ms() + KEEPER_IDLE_MS;
}

static void drain(struct watch *watch)
{
	struct pptp_msg msg;
	const char *reason;

	while (!watch->stopped) {
		switch (stream_next(watch->control, &msg, &reason)) {
		case STREAM_MESSAGE:
			handle(watch, &msg);
			break;
		case STREAM_NOTHING:
			return;
		case STREAM_CLOSED:
		case STREAM_BAD:
			lose(watch);
		}
	}
}

/* The peer has been silent: ask it for an echo, or give it up */
static void tick(struct watch *watch)
{
	struct pptp_msg msg = { .type = PPTP_ECHO_RQ, .echo.identifier = ++watch->echo_id };

	if (clock_ms() < watch->deadline)
		return;
	if (watch->asked || !stream_send(watch->control, &msg)) {
		lose(watch);
		return;
	}
	watch->asked = true;
	watch->deadline = clock_ms() + KEEPER_REPLY_MS;
}

/* Follows what pppd says. Returns false when pppd has ended the call. */
static bool listen_to_pppd(struct watch *watch)
{
	pid_t pid;
	ssize_t got = recv(watch->pppd_fd, &pid, sizeof(pid), MSG_DONTWAIT);

	if (got == sizeof(pid))
		watch->pppd = pid;
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void watch_call(struct watch *watch)
{
	struct pollfd polls[2];
	long long left;

	do {
		polls[0] = (struct pollfd){ .fd = watch->pppd_fd, .events = POLLIN };
		polls[1] = (struct pollfd){ .fd = watch->stopped ? -1 : watch->control->fd,
					    .events = POLLIN };
		left = watch->deadline - clock_ms();
		poll(polls, 2, watch->stopped ? -1 : left > 0 ? left : 0);
		if (watch->stopped)
			continue;
		drain(watch);
		if (!watch->stopped)
			tick(watch);
	} while (listen_to_pppd(watch));
}

/* Sends @msg and reads until @done, or for KEEPER_CLEAR_MS */
static void ask(struct watch *watch, const struct pptp_msg *msg, const bool *done)
{
	struct pollfd control = { .fd = watch->control->fd, .events = POLLIN };
	long long left, deadline = clock_ms() + KEEPER_CLEAR_MS;

	if (watch->stopped || *done || !stream_send(watch->control, msg))
		return;
	for (;;) {
		left = deadline - clock_ms();
		if (left <= 0 || poll(&control, 1, left) <= 0)
			return;
		drain(watch);
		if (watch->stopped || *done)
			return;
	}
}

/* RFC 2637, sections 3.2.4.1 and 3.1.2: clear the call, stop the connection */
static void clear(struct watch *watch)
{
	const struct pptp_msg ccrq = { .type = PPTP_CCRQ, .clear.call_id = watch->call_id };
	const struct pptp_msg stop = { .type = PPTP_STOP_RQ, .stop.result = PPTP_STOP_NONE };

	watch->hung_up = true;	/* pppd knows, it has told us */
	ask(watch, &ccrq, &watch->cleared);
	ask(watch, &stop, &watch->stopped);
}

/* The child must hold nothing of pppd's: neither the call nor a PPP unit. */
static void close_all_but(unsigned int one, unsigned int other)
{
	unsigned int low = one < other ? one : other;
	unsigned int high = one < other ? other : one;

	if (low > 0)
		close_range(0, low - 1, 0);
	if (high - low > 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static void ignore_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2 };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
}

static void __attribute__((noreturn)) run(struct dialled *dialled, int pppd_fd, pid_t pppd)
{
	struct watch watch = {
		.control = &dialled->control,
		.pppd_fd = pppd_fd,
		.pppd = pppd,
		.call_id = dialled->call.call_id,
		.peer_call_id = dialled->peer_call_id,
		.deadline = clock_ms() + KEEPER_IDLE_MS,
	};

	ignore_signals();
	close_all_but(pppd_fd, dialled->control.fd);
	drain(&watch);	/* what came together with the reply to the call */
	watch_call(&watch);
	clear(&watch);
	_exit(0);
}

/*
 * Runs the keeper as nobody's child: pppd takes any child of its own that ends
 * for a script. The process between the two ends at once.
 */
static bool detached_fork(struct dialled *dialled, int pppd_fd, pid_t pppd)
{
	pid_t between = fork();
	int end;

	if (between == 0) {
		switch (fork()) {
		case -1:
			_exit(1);
		case 0:
			run(dialled, pppd_fd, pppd);
		}
		_exit(0);
	}
	while (between > 0 && waitpid(between, &end, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return between > 0 && end == 0;
}

/**
 * keeper_start - hand the control connection to a process of its own
 * @keeper:	filled in
 * @dialled:	the call; its control connection is the keeper's from now on
 *
 * Return: 0, or -1.
 */
int keeper_start(struct keeper *keeper, struct dialled *dialled)
{
	pid_t pppd = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		error("pptp: cannot make a socket pair: %m");
		return -1;
	}
	if (!detached_fork(dialled, fds[1], pppd)) {
		error("pptp: cannot start the process for the control connection: %m");
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	close(fds[1]);
	keeper->fd = fds[0];
	stream_close(&dialled->control);
	return 0;
}

/* pppd goes on in another process (it detaches): signals must go there */
void keeper_follow(struct keeper *keeper, pid_t pppd)
{
	if (keeper->fd >= 0 && send(keeper->fd, &pppd, sizeof(pppd), MSG_NOSIGNAL) < 0)
		warn("pptp: cannot tell the control connection's process where pppd is: %m");
}

/* Why the keeper made pppd hang up; PPTP_MUX_CAUSE_PPP if it did not */
uint32_t keeper_cause(struct keeper *keeper)
{
	uint8_t cause;

	if (recv(keeper->fd, &cause, sizeof(cause), MSG_DONTWAIT) == sizeof(cause))
		return cause;
	return PPTP_MUX_CAUSE_PPP;
}

/**
 * keeper_stop - clear the call and wait until that is done
 * @keeper:	the keeper, which is no more afterwards
 *
 * The wait ends when the keeper does, and that within the time that it gives
 * to the peer for its two answers.
 */
void keeper_stop(struct keeper *keeper)
{
	struct pollfd poll_keeper = { .fd = keeper->fd, .events = POLLIN };
	long long left, deadline = clock_ms() + 3 * KEEPER_CLEAR_MS;

	if (keeper->fd < 0)
		return;
	shutdown(keeper->fd, SHUT_WR);
	do {
		left = deadline - clock_ms();
	} while (left > 0 && poll(&poll_keeper, 1, left) < 0 && errno == EINTR);
	close(keeper->fd);
	keeper->fd = -1;
}
