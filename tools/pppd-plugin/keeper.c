// SPDX-License-Identifier: GPL-2.0
/*
 * The process that keeps a dialled call's control connection alive.
 *
 * pppd waits in its own loop, which a plugin cannot add to in all versions, so
 * a process of its own answers and sends echoes. The two share a socket pair:
 *
 *   pppd -> keeper	orders: pppd goes on in another process, or LCP has agreed on
 *			what to escape; the end of the stream, when pppd hangs up or
 *			is dead, killed too
 *   keeper -> pppd	words: the cause, before the signal that makes pppd hang up;
 *			at the end, what the server has counted
 *
 * The keeper ends when pppd's side ends and only then, so that a signal to a
 * terminal's whole group cannot keep it from clearing the call.
 */
#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "pppd_compat.h"

#define DRAIN_MESSAGES	64	/* of the server, until pppd and the clock are looked at */

/* From pppd */
struct order {
	pid_t pppd;		/* 0: as before */
	bool link;		/* what follows is to be told to the server */
	uint32_t send_accm;
	uint32_t receive_accm;
};

/* To pppd */
struct word {
	uint8_t cause;		/* PPTP_MUX_CAUSE_*; 0: this is the last one */
	struct pptp_wan_error errors;
	char statistics[PPTP_STATISTICS_MAX + 1];
};

/* The keeper's own state, in the child */
struct watch {
	struct line *line;
	const struct dial_plan *plan;
	int pppd_fd;
	pid_t pppd;
	bool asked;		/* an echo is due */
	bool hung_up;		/* pppd has been told to */
	long long deadline;
};

static void say(const struct watch *watch, const struct word *word)
{
	(void)send(watch->pppd_fd, word, sizeof(*word), MSG_NOSIGNAL);
}

/* Makes pppd hang up; with "persist" it dials anew */
static void hang_up(struct watch *watch, uint8_t cause)
{
	const struct word word = { .cause = cause };

	if (watch->hung_up)
		return;
	watch->hung_up = true;
	say(watch, &word);
	kill(watch->pppd, SIGHUP);
}

static void wait_seconds(struct watch *watch, int seconds)
{
	watch->deadline = clock_ms() + seconds * 1000LL;
}

/* Whatever the server has done: the call stands, or pppd must know */
static void look(struct watch *watch, uint8_t cause)
{
	if (watch->line->call != PPTP_ESTABLISHED || watch->line->control != PPTP_ESTABLISHED)
		hang_up(watch, cause);
}

/*
 * A server may send without end, and pppd and the clock must be heard all the same.
 * Returns whether there may be more, which poll() does not know of all.
 */
static bool drain(struct watch *watch)
{
	const char *reason;
	int i;

	for (i = 0; i < DRAIN_MESSAGES && watch->line->control != PPTP_IDLE; i++) {
		switch (line_read(watch->line, &reason)) {
		case STREAM_MESSAGE:
			watch->asked = false;
			wait_seconds(watch, watch->plan->echo_interval);
			look(watch, PPTP_MUX_CAUSE_PEER);
			break;
		case STREAM_NOTHING:
			return false;
		case STREAM_CLOSED:
		case STREAM_BAD:
			look(watch, PPTP_MUX_CAUSE_LOST);
		}
	}
	return watch->line->control != PPTP_IDLE;
}

/* The server has been silent: ask it for an echo, or give it up */
static void tick(struct watch *watch)
{
	if (clock_ms() < watch->deadline)
		return;
	line_control(watch->line, watch->asked ? PPTP_ON_TIMEOUT : PPTP_ON_QUIET);
	watch->asked = true;
	wait_seconds(watch, watch->plan->echo_timeout);
	look(watch, PPTP_MUX_CAUSE_LOST);
}

/* Does what pppd says. Returns false when pppd has ended the call. */
static bool listen_to_pppd(struct watch *watch)
{
	struct order order;
	ssize_t got = recv(watch->pppd_fd, &order, sizeof(order), MSG_DONTWAIT);

	if (got == sizeof(order) && order.pppd)
		watch->pppd = order.pppd;
	if (got == sizeof(order) && order.link)
		line_link_info(watch->line, order.send_accm, order.receive_accm);
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void watch_call(struct watch *watch)
{
	struct pollfd polls[2];
	long long left;
	bool open, more = true;	/* what came together with the reply to the call */

	do {
		open = watch->line->control != PPTP_IDLE;
		polls[0] = (struct pollfd){ .fd = watch->pppd_fd, .events = POLLIN };
		polls[1] = (struct pollfd){ .fd = open ? watch->line->stream.fd : -1,
					    .events = POLLIN };
		left = watch->deadline - clock_ms();
		if (more || left < 0)
			left = 0;
		poll(polls, 2, open ? left : -1);
		more = drain(watch);
		if (watch->line->control != PPTP_IDLE)
			tick(watch);
	} while (listen_to_pppd(watch));
}

/* Reads until *@state is idle, or for KEEPER_CLEAR_MS */
static void await_end(struct watch *watch, const enum pptp_state *state)
{
	struct pollfd control = { .fd = watch->line->stream.fd, .events = POLLIN };
	long long left, deadline = clock_ms() + KEEPER_CLEAR_MS;
	bool more = true;

	while (*state != PPTP_IDLE) {
		left = deadline - clock_ms();
		if (left <= 0 || (!more && poll(&control, 1, left) <= 0))
			return;
		more = drain(watch);
	}
}

/* RFC 2637, sections 3.2.4.2 and 3.1.3.1: clear the call, stop the connection */
static void clear(struct watch *watch)
{
	struct word last = { 0 };

	watch->hung_up = true;	/* pppd knows, it has told us */
	line_call(watch->line, PPTP_ON_HANG_UP);
	await_end(watch, &watch->line->call);
	if (watch->line->control == PPTP_ESTABLISHED)
		line_control(watch->line, PPTP_ON_LEAVE);
	await_end(watch, &watch->line->control);
	last.errors = watch->line->errors;
	memcpy(last.statistics, watch->line->statistics, sizeof(last.statistics));
	say(watch, &last);
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

static void __attribute__((noreturn)) run(struct watch *watch)
{
	ignore_signals();
	close_all_but(watch->pppd_fd, watch->line->stream.fd);
	wait_seconds(watch, watch->plan->echo_interval);
	watch_call(watch);
	clear(watch);
	_exit(0);
}

/*
 * Runs the keeper as nobody's child: pppd takes any child of its own that ends
 * for a script. The process between the two ends at once.
 */
static bool detached_fork(struct watch *watch)
{
	pid_t between = fork();
	int end;

	if (between == 0) {
		switch (fork()) {
		case -1:
			_exit(1);
		case 0:
			run(watch);
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
 * @plan:	what was dialled
 * @dialled:	the call; its control connection is the keeper's from now on
 *
 * Return: 0, or -1.
 */
int keeper_start(struct keeper *keeper, const struct dial_plan *plan, struct dialled *dialled)
{
	struct watch watch = { .line = &dialled->line, .plan = plan, .pppd = getpid() };
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		error("pptp: cannot make a socket pair: %m");
		return -1;
	}
	watch.pppd_fd = fds[1];
	if (!detached_fork(&watch)) {
		error("pptp: cannot start the process for the control connection: %m");
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	close(fds[1]);
	*keeper = (struct keeper){ .fd = fds[0], .send_accm = ~0U, .receive_accm = ~0U };
	stream_close(&dialled->line.stream);
	return 0;
}

static void command(const struct keeper *keeper, const struct order *order)
{
	if (keeper->fd >= 0 && send(keeper->fd, order, sizeof(*order), MSG_NOSIGNAL) < 0)
		warn("pptp: cannot reach the control connection's process: %m");
}

/* pppd goes on in another process (it detaches): signals must go there */
void keeper_follow(struct keeper *keeper, pid_t pppd)
{
	const struct order order = { .pppd = pppd };

	command(keeper, &order);
}

/* LCP has agreed on what to escape, for which a PAC may have a use */
void keeper_link_info(struct keeper *keeper, uint32_t send_accm, uint32_t receive_accm)
{
	const struct order order = {
		.link = true, .send_accm = send_accm, .receive_accm = receive_accm,
	};

	if (keeper->send_accm == send_accm && keeper->receive_accm == receive_accm)
		return;
	keeper->send_accm = send_accm;
	keeper->receive_accm = receive_accm;
	command(keeper, &order);
}

/* Why the keeper made pppd hang up; PPTP_MUX_CAUSE_PPP if it did not */
uint32_t keeper_cause(struct keeper *keeper)
{
	struct word word;

	if (recv(keeper->fd, &word, sizeof(word), MSG_DONTWAIT) == sizeof(word))
		return word.cause;
	return PPTP_MUX_CAUSE_PPP;
}

static void report(const struct word *word)
{
	const struct pptp_wan_error *errors = &word->errors;

	if (errors->crc || errors->framing || errors->hardware || errors->buffer ||
	    errors->time_out || errors->alignment)
		notice("pptp: the server has counted %u CRC, %u framing, %u overrun, %u buffer, %u time-out, %u alignment errors",
		       errors->crc, errors->framing, errors->hardware, errors->buffer,
		       errors->time_out, errors->alignment);
	if (*word->statistics)
		info("pptp: the server's statistics: %v", word->statistics);
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
	struct word word;
	ssize_t got;

	if (keeper->fd < 0)
		return;
	shutdown(keeper->fd, SHUT_WR);
	for (;;) {
		left = deadline - clock_ms();
		if (left <= 0 || (poll(&poll_keeper, 1, left) < 0 && errno != EINTR))
			break;
		got = recv(keeper->fd, &word, sizeof(word), MSG_DONTWAIT);
		if (got == sizeof(word))
			report(&word);
		else if (got >= 0)
			break;
	}
	close(keeper->fd);
	keeper->fd = -1;
}
