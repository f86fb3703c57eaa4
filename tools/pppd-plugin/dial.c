// SPDX-License-Identifier: GPL-2.0
/*
 * Dialling a PPTP server (RFC 2637, sections 3.1.2 and 3.2.4.1): TCP, control
 * connection, call. Runs inside pppd's connect step, which waits for it; a
 * signal to pppd ends the wait at once.
 */
#include "dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "collision.h"
#include "pppd_compat.h"
#include "resolve.h"
#include "wait.h"

#define PPTP_PORT	1723

static const char *connect_advice(int code)
{
	switch (code) {
	case ECONNREFUSED:
		return "no PPTP server listens there, or a firewall refuses TCP port 1723";
	case ETIMEDOUT:
		return "the host does not answer; check the address and firewalls (TCP port 1723)";
	case ENETUNREACH:
	case EHOSTUNREACH:
		return "there is no route to it, see \"ip route get\"";
	}
	return "check the network between here and there";
}

/* That pppd is told to end is no fault, and it says so itself */
static int connect_failed(const struct dial_plan *plan, const struct sockaddr_in *server,
			  int fd, int code)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &server->sin_addr, address, sizeof(address));
	if (compat_signaled())
		;
	else if (strcmp(address, plan->server))
		error("pptp: cannot connect to %s (%s), TCP port 1723: %s; %s", plan->server,
		      address, strerror(code), connect_advice(code));
	else
		error("pptp: cannot connect to %s, TCP port 1723: %s; %s", address,
		      strerror(code), connect_advice(code));
	close(fd);
	return -1;
}

/* A control connection's socket, bound to pptp_client where that is given */
static int open_socket(const struct dial_plan *plan)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_addr = plan->client };
	char address[INET_ADDRSTRLEN];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		error("pptp: cannot make a TCP socket: %m");
		return -1;
	}
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) == 0)
		return fd;
	inet_ntop(AF_INET, &plan->client, address, sizeof(address));
	error("pptp: pptp_client %s is not an address of this host: %m", address);
	close(fd);
	return -1;
}

static int open_tcp(const struct dial_plan *plan, const struct sockaddr_in *server,
		    const sigset_t *outside)
{
	socklen_t len = sizeof(int);
	int code = 0, fd = open_socket(plan);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)server, sizeof(*server)) < 0 &&
	    errno != EINPROGRESS)
		return connect_failed(plan, server, fd, errno);
	if (!wait_for(fd, POLLOUT, -1, clock_ms() + DIAL_CONNECT_MS, outside))
		return connect_failed(plan, server, fd, ETIMEDOUT);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len);
	return code ? connect_failed(plan, server, fd, code) : fd;
}

/* What has come instead of what we waited for */
static void report_end(const struct line *line, const char *wanted)
{
	if (line->last.type == PPTP_STOP_RQ)
		error("pptp: the server stopped the control connection instead of sending %s: %s (reason %d); see its log",
		      wanted, pptp_stop_reason_text(line->last.stop.result),
		      line->last.stop.result);
	else
		error("pptp: the server sent %s instead of %s; it does not keep to the protocol, see its log",
		      pptp_type_name(line->last.type), wanted);
}

/* The peer dials us, too: the higher address goes on. Returns whether that is it. */
static bool collision_lost(struct line *line)
{
	struct sockaddr_in ours = { 0 }, theirs = { 0 };
	socklen_t len = sizeof(ours);

	getsockname(line->stream.fd, (struct sockaddr *)&ours, &len);
	len = sizeof(theirs);
	getpeername(line->stream.fd, (struct sockaddr *)&theirs, &len);
	if (pptp_collision_won(ntohl(ours.sin_addr.s_addr), ntohl(theirs.sin_addr.s_addr))) {
		line_control(line, PPTP_ON_COLLISION_WON);
		return false;
	}
	error("pptp: the server dials this host at the same time, and its connection is kept; ours can be dialled again");
	line_control(line, PPTP_ON_COLLISION_LOST);
	return true;
}

/* That pppd is to end is no fault of the server's */
static bool give_up(const struct dial_plan *plan, const char *wanted)
{
	if (!compat_signaled())
		error("pptp: no %s within %d s; see the server's log", wanted,
		      plan->reply_timeout);
	return false;
}

/*
 * Reads until *@state is no longer what it was. @collision is the descriptor of an
 * announcement, or -1. Returns whether a message has ended the wait; if not, why has
 * been reported.
 */
static bool await(const struct dial_plan *plan, struct line *line, const enum pptp_state *state,
		  const char *wanted, int collision, const sigset_t *outside)
{
	long long deadline = clock_ms() + plan->reply_timeout * 1000LL;
	enum pptp_state from = *state;
	const char *reason = NULL;

	while (*state == from && line->control != PPTP_WAIT_STOP_REPLY) {
		switch (line_read(line, &reason)) {
		case STREAM_MESSAGE:
			/* whoever sends without end has no longer than who sends nothing */
			if (*state == from && wait_over(deadline, outside))
				return give_up(plan, wanted);
			break;
		case STREAM_NOTHING:
			if (collision >= 0 && collision_told(collision) && collision_lost(line))
				return false;
			if (wait_for(line->stream.fd, POLLIN, collision, deadline, outside))
				break;
			return give_up(plan, wanted);
		case STREAM_CLOSED:
			error("pptp: the server closed the control connection instead of sending %s; it may be out of connections, or not allow this client: see its log",
			      wanted);
			return false;
		case STREAM_BAD:
			error("pptp: what listens on TCP port 1723 does not speak PPTP: %s", reason);
			return false;
		}
	}
	return true;
}

static bool start(const struct dial_plan *plan, struct line *line, struct in_addr server,
		  const sigset_t *outside)
{
	const char *wanted = pptp_type_name(PPTP_SCCRP);
	int collision = collision_announce(server);
	bool good;

	line_control(line, PPTP_ON_OPEN);
	good = await(plan, line, &line->control, wanted, collision, outside);
	if (collision >= 0)
		close(collision);
	if (!good)
		return false;
	if (line->control == PPTP_ESTABLISHED)
		return true;
	if (line->last.type != PPTP_SCCRP)
		report_end(line, wanted);
	else if (line->last.start.result == PPTP_START_OK)
		error("pptp: the server speaks version %#x of the protocol only", line->last.start.version);
	else
		error("pptp: the server refused the control connection: %s (result %d), %s (error %d)",
		      pptp_start_result_text(line->last.start.result), line->last.start.result,
		      pptp_error_text(line->last.start.error), line->last.start.error);
	return false;
}

static const char *refusal_advice(const struct pptp_out_reply *reply)
{
	switch (reply->result) {
	case PPTP_OUT_BUSY:
		return "try again later; on the server, see \"pptpmuxctl calls\"";
	case PPTP_OUT_NOT_ACCEPTED:
		return "on the server, see its log and \"pptpmuxctl slots\"";
	}
	return "see the server's log";
}

static bool request_call(const struct dial_plan *plan, struct dialled *dialled,
			 const sigset_t *outside)
{
	const char *wanted = pptp_type_name(PPTP_OCRP);
	struct line *line = &dialled->line;
	const struct pptp_out_reply *reply = &line->last.out_reply;

	line->call_id = dialled->call.call_id;
	line_call(line, PPTP_ON_PLACE);
	if (!await(plan, line, &line->call, wanted, -1, outside))
		return false;
	if (line->call == PPTP_ESTABLISHED) {
		call_socket_peer_window(&dialled->call, line->window);
		return true;
	}
	if (line->last.type != PPTP_OCRP || reply->peer_call_id != line->call_id)
		report_end(line, wanted);
	else
		error("pptp: the server refused the call: %s (result %d), %s (error %d); %s",
		      pptp_out_result_text(reply->result), reply->result,
		      pptp_error_text(reply->error), reply->error, refusal_advice(reply));
	return false;
}

static void report(const struct call_refusal *refusal, uint32_t usage)
{
	char text[512];

	call_refusal_text(refusal, usage, text, sizeof(text));
	error("pptp: %s", text);
}

/* Takes the slot first: what can fail here must not trouble the server. */
static bool place_call(const struct dial_plan *plan, struct dialled *dialled,
		       const sigset_t *outside)
{
	struct call_refusal refusal;
	struct sockaddr_in local;
	socklen_t len = sizeof(local);

	if (getsockname(dialled->line.stream.fd, (struct sockaddr *)&local, &len) < 0) {
		error("pptp: the control connection was lost: %m");
		return false;
	}
	if (call_socket_claim(&dialled->call, local.sin_addr, plan->usage, &refusal) < 0) {
		report(&refusal, plan->usage);
		return false;
	}
	if (!start(plan, &dialled->line, dialled->peer, outside) ||
	    !request_call(plan, dialled, outside))
		return false;
	if (call_socket_connect(&dialled->call, dialled->peer, dialled->line.peer_call_id,
				&refusal) == 0)
		return true;
	report(&refusal, plan->usage);
	return false;
}

/* Without a call there is nothing to wait for: the reply may come or not */
static void stop(struct line *line)
{
	line_call(line, PPTP_ON_HANG_UP);
	line_control(line, PPTP_ON_LEAVE);
}

/* One of the server's addresses */
static bool dial_address(const struct dial_plan *plan, struct dialled *dialled,
			 struct in_addr address, const sigset_t *outside)
{
	const struct sockaddr_in server = {
		.sin_family = AF_INET, .sin_addr = address, .sin_port = htons(PPTP_PORT),
	};
	int fd;

	memset(dialled, 0, sizeof(*dialled));
	dialled->call.fd = -1;
	dialled->peer = address;
	fd = open_tcp(plan, &server, outside);
	if (fd < 0)
		return false;
	line_init(&dialled->line, fd, plan->phone);
	if (place_call(plan, dialled, outside))
		return true;
	stop(&dialled->line);
	call_socket_close(&dialled->call);
	stream_close(&dialled->line.stream);
	return false;
}

/* A name may have several addresses, one of which may be dead */
static int dial_blocked(const struct dial_plan *plan, struct dialled *dialled,
			const sigset_t *outside)
{
	struct in_addr addresses[RESOLVE_MAX];
	int i, count = resolve(plan->server, addresses, outside);

	memset(dialled, 0, sizeof(*dialled));
	dialled->call.fd = -1;
	for (i = 0; i < count && !compat_signaled(); i++) {
		if (dial_address(plan, dialled, addresses[i], outside))
			return 0;
	}
	return -1;
}

/**
 * dial - connect a call to a PPTP server
 * @plan:	what to dial
 * @dialled:	filled in on success; the caller owns both descriptors in it. Its @peer
 *		is the address that was dialled, whatever came of it; 0: none
 *
 * Errors are reported through pppd's log, with what to do about them.
 *
 * Return: 0, or -1 with nothing held.
 */
int dial(const struct dial_plan *plan, struct dialled *dialled)
{
	sigset_t outside;
	int rc;

	wait_begin(&outside);
	rc = dial_blocked(plan, dialled, &outside);
	wait_end(&outside);
	return rc;
}
