// SPDX-License-Identifier: GPL-2.0
/*
 * Dialling a PPTP server (RFC 2637, sections 3.1.2 and 3.2.4.1): TCP, control
 * connection, call. Runs inside pppd's connect step, which waits for it; a
 * signal to pppd ends the wait at once.
 */
#include "dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pppd_compat.h"

/*
 * Waits for @events. Signals that end a dial are blocked outside of ppoll(), so
 * that none can slip in between the look for it and the wait.
 */
static bool wait_for(int fd, short events, long long deadline, const sigset_t *waiting)
{
	struct pollfd poll = { .fd = fd, .events = events };
	long long left = deadline - clock_ms();
	struct timespec timeout = { left / 1000, left % 1000 * 1000000 };

	return left > 0 && !compat_signaled() && ppoll(&poll, 1, &timeout, waiting) >= 0 &&
	       !compat_signaled();
}

static int resolve(const struct dial_plan *plan, struct sockaddr_in *server)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	int rc = getaddrinfo(plan->server, "1723", &hints, &list);

	if (rc) {
		error("pptp: %s: %s; check the name in option pptp_server, and the resolver",
		      plan->server, gai_strerror(rc));
		return -1;
	}
	memcpy(server, list->ai_addr, sizeof(*server));
	freeaddrinfo(list);
	return 0;
}

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

static int connect_failed(const struct dial_plan *plan, int fd, int code)
{
	error("pptp: cannot connect to %s, TCP port 1723: %s; %s", plan->server,
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
		    const sigset_t *waiting)
{
	socklen_t len = sizeof(int);
	int code = 0, fd = open_socket(plan);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)server, sizeof(*server)) < 0 &&
	    errno != EINPROGRESS)
		return connect_failed(plan, fd, errno);
	if (!wait_for(fd, POLLOUT, clock_ms() + DIAL_CONNECT_MS, waiting))
		return connect_failed(plan, fd, EINTR);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len);
	if (!code && getpeername(fd, &(struct sockaddr){ 0 }, &(socklen_t){ sizeof(struct sockaddr) }))
		code = ETIMEDOUT;
	return code ? connect_failed(plan, fd, code) : fd;
}

/*
 * The next message of type @want. Echo requests are answered meanwhile; a peer
 * that gives up says so by stopping the connection or by closing it.
 */
static bool await(struct dialled *dialled, enum pptp_type want, struct pptp_msg *msg,
		  const sigset_t *waiting)
{
	long long deadline = clock_ms() + DIAL_REPLY_MS;
	const char *reason = NULL;
	struct pptp_msg reply;

	for (;;) {
		switch (stream_next(&dialled->control, msg, &reason)) {
		case STREAM_MESSAGE:
			if (msg->type == want)
				return true;
			if (msg->type == PPTP_STOP_RQ) {
				error("pptp: the server stopped the control connection (reason %d) instead of sending %s; see its log",
				      msg->stop.result, pptp_type_name(want));
				return false;
			}
			if (msg->type != PPTP_ECHO_RQ)
				continue;
			reply = (struct pptp_msg){ .type = PPTP_ECHO_RP, .echo = {
				.identifier = msg->echo.identifier, .result = PPTP_RESULT_OK } };
			stream_send(&dialled->control, &reply);
			continue;
		case STREAM_NOTHING:
			if (wait_for(dialled->control.fd, POLLIN, deadline, waiting))
				continue;
			if (!compat_signaled())
				error("pptp: no %s within %d s; see the server's log",
				      pptp_type_name(want), DIAL_REPLY_MS / 1000);
			return false;
		case STREAM_CLOSED:
			error("pptp: the server closed the control connection instead of sending %s; it may be out of connections, or not allow this client: see its log",
			      pptp_type_name(want));
			return false;
		case STREAM_BAD:
			error("pptp: what listens on TCP port 1723 does not speak PPTP: %s", reason);
			return false;
		}
	}
}

static bool start(struct dialled *dialled, const sigset_t *waiting)
{
	struct pptp_msg msg = {
		.type = PPTP_SCCRQ,
		.start = {
			.version = PPTP_VERSION,
			.framing = PPTP_FRAMING_EITHER,
			.bearer = PPTP_BEARER_EITHER,
			.vendor = "pptp-mux",
		},
	};

	/* A name that is too long for the field is cut, which is no fault. */
	if (gethostname(msg.start.host, sizeof(msg.start.host) - 1) < 0)
		msg.start.host[0] = '\0';
	if (!stream_send(&dialled->control, &msg) ||
	    !await(dialled, PPTP_SCCRP, &msg, waiting))
		return false;
	dialled->started = msg.start.result == PPTP_START_OK;
	if (dialled->started)
		return true;
	error("pptp: the server refused the control connection: %s (result %d), %s (error %d)",
	      pptp_start_result_text(msg.start.result), msg.start.result,
	      pptp_error_text(msg.start.error), msg.start.error);
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
			 const sigset_t *waiting)
{
	struct pptp_msg msg = {
		.type = PPTP_OCRQ,
		.out_request = {
			.call_id = dialled->call.call_id,
			.serial = dialled->call.call_id,
			.min_bps = 300,
			.max_bps = 100000000,
			.bearer = PPTP_BEARER_EITHER,
			.framing = PPTP_FRAMING_EITHER,
			.window = PPTP_RECEIVE_WINDOW,
		},
	};

	if (plan->phone) {
		snprintf(msg.out_request.phone, sizeof(msg.out_request.phone), "%s", plan->phone);
		msg.out_request.phone_len = strlen(msg.out_request.phone);
	}
	if (!stream_send(&dialled->control, &msg))
		return false;
	do {
		if (!await(dialled, PPTP_OCRP, &msg, waiting))
			return false;
	} while (msg.out_reply.peer_call_id != dialled->call.call_id);
	dialled->peer_call_id = msg.out_reply.call_id;
	if (msg.out_reply.result == PPTP_OUT_CONNECTED) {
		call_socket_peer_window(&dialled->call, msg.out_reply.window);
		return true;
	}
	error("pptp: the server refused the call: %s (result %d), %s (error %d); %s",
	      pptp_out_result_text(msg.out_reply.result), msg.out_reply.result,
	      pptp_error_text(msg.out_reply.error), msg.out_reply.error,
	      refusal_advice(&msg.out_reply));
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
		       const sigset_t *waiting)
{
	struct call_refusal refusal;
	struct sockaddr_in local;
	socklen_t len = sizeof(local);

	if (getsockname(dialled->control.fd, (struct sockaddr *)&local, &len) < 0) {
		error("pptp: the control connection was lost: %m");
		return false;
	}
	if (call_socket_claim(&dialled->call, local.sin_addr, plan->usage, &refusal) < 0) {
		report(&refusal, plan->usage);
		return false;
	}
	if (!start(dialled, waiting) || !request_call(plan, dialled, waiting))
		return false;
	if (call_socket_connect(&dialled->call, dialled->peer, dialled->peer_call_id,
				&refusal) == 0)
		return true;
	report(&refusal, plan->usage);
	return false;
}

/* Without a call there is nothing to wait for: the reply may come or not */
static void stop(struct dialled *dialled)
{
	const struct pptp_msg msg = { .type = PPTP_STOP_RQ, .stop.result = PPTP_STOP_NONE };

	if (dialled->started)
		stream_send(&dialled->control, &msg);
}

static int dial_blocked(const struct dial_plan *plan, struct dialled *dialled,
			const sigset_t *waiting)
{
	struct sockaddr_in server;
	int fd;

	memset(dialled, 0, sizeof(*dialled));
	dialled->call.fd = -1;
	if (resolve(plan, &server) < 0)
		return -1;
	fd = open_tcp(plan, &server, waiting);
	if (fd < 0)
		return -1;
	stream_init(&dialled->control, fd);
	dialled->peer = server.sin_addr;
	if (place_call(plan, dialled, waiting))
		return 0;
	stop(dialled);
	call_socket_close(&dialled->call);
	stream_close(&dialled->control);
	return -1;
}

/**
 * dial - connect a call to a PPTP server
 * @plan:	what to dial
 * @dialled:	filled in on success; the caller owns both descriptors in it
 *
 * Errors are reported through pppd's log, with what to do about them.
 *
 * Return: 0, or -1 with nothing held.
 */
int dial(const struct dial_plan *plan, struct dialled *dialled)
{
	sigset_t ending, waiting;
	int rc;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &waiting);
	rc = dial_blocked(plan, dialled, &waiting);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	return rc;
}
