// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: what a peer may say on a control connection, in any order and
 * in any pieces, while calls, timers and pppd do what they may.
 *
 * The code is pptpmuxd's own (control.c, call.c, call_send.c, sources.c) and the
 * plugin's (line.c, stream.c), with a socket pair instead of TCP; the kernel's
 * calls, addresses and pppd are replaced by the least that behaves like them.
 *
 * An input is a row of records, each begun by a byte. Below PPTP_TYPES it is a
 * message: then follow how many octets of its body there are, and these. Others are
 * in enum. Whatever comes, what is answered must be PPTP, and of the types that this
 * end may send; ASan and its leak checker see the rest.
 */
#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "call_stats.h"
#include "collision.h"
#include "control.h"
#include "events.h"
#include "lease.h"
#include "sources.h"
#include "line.h"
#include "server.h"
#include "single.h"
#include "stray_count.h"
#include "takeover/book.h"
#include "takeover/record.h"

enum {
	RAW = PPTP_TYPES,	/* length, octets */
	TIMER,			/* the control connection's fires */
	CALL_TIMER,		/* number of the call */
	PPPD_END,		/* number of the call, exit status */
	PPPD_ASK,		/* number of the call: its client has logged in */
	HANG_UP,		/* number of the call */
	LEAVE,
	KERNEL,			/* bits 0 to 2: what claims are refused with; 3: we dial the
				   peer; 4: pppd has bundled its calls */
	ERRORS,			/* the module has counted more */
	RECONNECT,		/* the peer closes, and opens another one */
	SPLIT,			/* octets that are sent at a time from now on */
	RECORDS
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* ---- the kernel, addresses, pppd ---- */

struct pppd {
	const struct pppd_hooks *hooks;
	void *context;
	bool stopped;
};

static uint8_t kernel_refuses;
static bool dials;
static bool bundles;
static uint16_t next_call_id;
static uint32_t lost;
static unsigned int held;	/* call sockets */

int call_socket_claim(struct call_socket *call, struct in_addr local, uint32_t usage,
		      struct call_refusal *refusal)
{
	(void)local;
	(void)usage;
	memset(refusal, 0, sizeof(*refusal));
	refusal->slots.reason = kernel_refuses & 3;
	refusal->error = kernel_refuses;
	call->fd = kernel_refuses ? -1 : 0;
	if (kernel_refuses)
		return -1;
	held++;
	call->call_id = ++next_call_id;
	call->slot = next_call_id;
	return 0;
}

int call_socket_adopt(struct call_socket *call, int fd)
{
	(void)call;
	(void)fd;
	return -1;
}

int call_socket_connect(const struct call_socket *call, struct in_addr peer,
			uint16_t peer_call_id, struct call_refusal *refusal)
{
	(void)call;
	(void)peer;
	memset(refusal, 0, sizeof(*refusal));
	refusal->error = EADDRNOTAVAIL;
	return peer_call_id ? 0 : -1;
}

void call_socket_peer_window(const struct call_socket *call, uint16_t packets)
{
	assert(call->fd == 0);
	(void)packets;
}

void call_socket_cause(const struct call_socket *call, uint32_t cause)
{
	(void)call;
	assert(cause);
}

void call_socket_close(struct call_socket *call)
{
	held -= call->fd == 0;
	call->fd = -1;
}

void call_refusal_text(const struct call_refusal *refusal, uint32_t usage, char *text, size_t size)
{
	(void)refusal;
	(void)usage;
	snprintf(text, size, "refused");
}

int call_stats_get(const struct call_socket *call, struct call_stats *stats)
{
	*stats = (struct call_stats){ .errors.time_out = lost };
	return call->fd == 0 ? 0 : -ESTALE;
}

void call_stats_text(const struct call_stats *stats, char *text, size_t size)
{
	snprintf(text, size, "%u", stats->errors.time_out);
}

struct pppd *pppd_start(struct event_base *base, const struct config *config,
			const struct pppd_call *call, const struct pppd_hooks *hooks,
			void *context)
{
	struct pppd *pppd = calloc(1, sizeof(*pppd));

	(void)base;
	(void)config;
	assert(call->fd == 0);
	pppd->hooks = hooks;
	pppd->context = context;
	return pppd;
}

int stray_count_get(uint64_t *packets)
{
	*packets = lost;
	return 0;
}

void pppd_keep(struct pppd *pppd, struct kept_pppd *kept, struct pppd_ends *ends)
{
	(void)pppd;
	kept->pid = 0;
	*ends = (struct pppd_ends){ -1, -1 };
}

struct pppd *pppd_restore(struct event_base *base, const struct config *config,
			  const struct pppd_call *call, const struct kept_pppd *kept,
			  const struct pppd_ends *ends, const struct pppd_hooks *hooks,
			  void *context)
{
	(void)kept;
	(void)ends;
	return pppd_start(base, config, call, hooks, context);
}

int slot_count_get(struct slot_count *count)
{
	*count = (struct slot_count){ .slots = 4, .receiving = 4 };
	return 0;
}

void pppd_drop(struct pppd *pppd)
{
	pppd_stop(pppd);
}

void pppd_stop(struct pppd *pppd)
{
	pppd->stopped = true;
}

bool pppd_hang_up(struct pppd *pppd)
{
	pppd_stop(pppd);
	return bundles;
}

void lease_asked(struct call *call, const struct lease_request *request)
{
	(void)call;
	(void)request;
}

void lease_end(struct call *call)
{
	(void)call;
}

void lease_retry(struct server *server)
{
	(void)server;
}

bool collision_with(struct in_addr peer)
{
	(void)peer;
	return dials;
}

const char *single_conflict(const struct call *call, enum config_single_by by)
{
	(void)call;
	(void)by;
	return NULL;
}

void event_report(const char *name, unsigned int id, const char *subject,
		  const char *format, ...)
{
	(void)name;
	(void)id;
	(void)subject;
	(void)format;
}

void event_follow(struct event_follower *follower)
{
	(void)follower;
}

void event_unfollow(struct event_follower *follower)
{
	(void)follower;
}

void server_check_end(struct server *server)
{
	(void)server;
}

/* ---- the input ---- */

struct input {
	const uint8_t *data;
	size_t left;
};

static uint8_t next(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->data++;
}

/* Up to @max octets; how many there are */
static size_t next_octets(struct input *input, uint8_t *to, size_t max)
{
	size_t len = next(input);

	len = len < max ? len : max;
	len = len < input->left ? len : input->left;
	memcpy(to, input->data, len);
	input->data += len;
	input->left -= len;
	return len;
}

/* The octets that a record of a peer puts on the wire */
static size_t wire(struct input *input, uint8_t kind, uint8_t *data)
{
	struct pptp_msg msg = { .type = kind };
	size_t len;

	if (kind == RAW)
		return next_octets(input, data, 255);
	len = pptp_msg_encode(&msg, data, PPTP_MSG_MAX);
	if (kind == PPTP_SCCRQ || kind == PPTP_SCCRP)
		data[12] = 1;	/* our version, unless the body says otherwise */
	next_octets(input, data + 12, len - 12);
	return len;
}

/* ---- what is answered ---- */

struct listener {
	int fd;
	struct pptp_framer framer;
	unsigned int stops;
};

/* Reads all that has come; only types of the mask @may */
static void listen_for(struct listener *listener, unsigned int may)
{
	const char *reason = "";
	enum pptp_result result;
	const uint8_t *data;
	struct pptp_msg msg;
	uint8_t piece[4096];
	ssize_t got;
	size_t len;

	while ((got = recv(listener->fd, piece, sizeof(piece), MSG_DONTWAIT)) > 0) {
		data = piece;
		len = got;
		while ((result = pptp_framer_next(&listener->framer, &data, &len, &msg,
						  &reason)) == PPTP_OK) {
			assert(may & 1u << msg.type);
			listener->stops += msg.type == PPTP_STOP_RQ;
		}
		assert(result == PPTP_MORE);
	}
	assert(listener->stops <= 1);
}

static void listener_init(struct listener *listener, int fd)
{
	listener->fd = fd;
	listener->stops = 0;
	pptp_framer_init(&listener->framer);
}

static void open_pair(int *fds)
{
	int rc = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);

	assert(rc == 0);
}

/* ---- the server ---- */

#define SERVER_MAY	(1u << PPTP_SCCRP | 1u << PPTP_STOP_RQ | 1u << PPTP_STOP_RP | \
			 1u << PPTP_ECHO_RQ | 1u << PPTP_ECHO_RP | 1u << PPTP_OCRP | \
			 1u << PPTP_ICRP | 1u << PPTP_CCRQ | 1u << PPTP_CDN | 1u << PPTP_WEN)

static struct book *book;

static struct config config = {
	.max_connections = 8, .max_per_source = 8, .max_calls = 4, .max_source_calls = 6,
	.max_half_open = 8, .max_source_unauthenticated = 2, .login_timeout = 30,
	.login_failures = 3, .login_backoff = 1, .login_backoff_max = 4,
	.echo_interval = 60, .echo_timeout = 60, .start_timeout = 60, .reply_timeout = 60,
	.stop_timeout = 60, .wan_error_interval = 60,
	.hostname = (char *)"fuzz", .vendor = (char *)"fuzz", .pppd = (char *)"/bin/false",
};

static struct event_base *base;

static void pump(struct listener *peer)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	listen_for(peer, SERVER_MAY);
}

static void server_open(struct server *server)
{
	enum rank rank;

	*server = (struct server){ .base = base, .config = &config, .sources = sources_new(),
				   .guesses = guesses_new(), .book = book };
	LIST_INIT(&server->controls);
	for (rank = 0; rank < RANKS; rank++)
		TAILQ_INIT(&server->ranks[rank]);
	if (!calls_open(server))
		abort();
}

static void server_connect(struct server *server, struct listener *peer)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = 1 };
	struct source *source = source_hold(server->sources, address.sin_addr, sources_clock());
	int fds[2];

	open_pair(fds);
	listener_init(peer, fds[0]);
	if (!control_new(server, fds[1], &address, source))
		abort();
	source_drop(server->sources, source, sources_clock());
}

static struct call *call_number(struct server *server, uint8_t number)
{
	struct call *call;

	LIST_FOREACH(call, &server->calls, entry) {
		if (!number--)
			break;
	}
	return call;
}

static void pppd_ends(struct call *call, uint8_t status)
{
	static const uint32_t causes[] = { PPTP_MUX_CAUSE_PPP, PPTP_MUX_CAUSE_PEER };
	struct pppd_end end = {
		.status = status, .text = "", .cdn_result = 1 + status % 4,
		.cause = causes[status % 2], .login_failed = status == 11, .login_user = "",
	};
	struct pppd *pppd = call->pppd;

	pppd->hooks->ended(pppd->context, &end);
	free(pppd);
}

static void on_call(struct server *server, struct input *input, uint8_t kind)
{
	static const struct lease_request request = { .question = LEASE_USER };
	struct call *call = call_number(server, next(input));

	if (!call)
		return;
	if (kind == CALL_TIMER)
		event_active(call->timer, EV_TIMEOUT, 0);
	else if (kind == HANG_UP)
		call_hang_up(call, PPTP_MUX_CAUSE_ADMIN);
	else if (call->pppd && kind == PPPD_END)
		pppd_ends(call, next(input));
	else if (call->pppd && kind == PPPD_ASK)
		call->pppd->hooks->asked(call, &request);
}

/* In pieces: how a stream is cut must not matter */
static void say(struct listener *peer, const uint8_t *data, size_t len, size_t split)
{
	size_t piece;

	for (; len; len -= piece, data += piece) {
		piece = split && split < len ? split : len;
		(void)send(peer->fd, data, piece, MSG_NOSIGNAL);
		pump(peer);
	}
}

static void on_record(struct server *server, struct listener *peer, struct input *input,
		      size_t *split)
{
	struct control *control = LIST_FIRST(&server->controls);
	uint8_t kind = next(input) % RECORDS, data[256];

	switch (kind) {
	case TIMER:
		if (control)
			event_active(control->timer, EV_TIMEOUT, 0);
		break;
	case CALL_TIMER:
	case PPPD_END:
	case PPPD_ASK:
	case HANG_UP:
		on_call(server, input, kind);
		break;
	case LEAVE:
		if (control)
			control_leave(control);
		break;
	case KERNEL:
		kernel_refuses = next(input);
		dials = kernel_refuses & 8;
		bundles = kernel_refuses & 16;
		kernel_refuses &= 7;
		break;
	case ERRORS:
		lost++;
		break;
	case RECONNECT:
		close(peer->fd);
		for (kind = 0; kind < 4; kind++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		server_connect(server, peer);
		break;
	case SPLIT:
		*split = next(input);
		break;
	case 0:
		break;
	default:
		say(peer, data, wire(input, kind, data), *split);
	}
}

static void check(const struct server *server)
{
	unsigned int calls = 0, half_open = 0;
	const struct control *control;
	const struct call *call;

	LIST_FOREACH(control, &server->controls, entry) {
		calls += control->call_count;
		half_open += control->rank == RANK_HALF_OPEN;
		assert(control->call_count <= config.max_calls + 4 * config.max_source_calls);
		assert(control->rank != RANK_HALF_OPEN || control->state == PPTP_IDLE);
		assert(control->rank != RANK_UNCALLED || !control->call_count);
	}
	assert(half_open == server->ranked[RANK_HALF_OPEN]);
	LIST_FOREACH(call, &server->calls, entry) {
		calls -= !!call->control;
		assert(call->control || call->state == PPTP_IDLE);
		assert(call->state != PPTP_ESTABLISHED || call->pppd);
	}
	assert(!calls);
	assert(server->queued || TAILQ_EMPTY(&server->queue));
	assert(server->stranger_count || TAILQ_EMPTY(&server->strangers));
}

static void server_close(struct server *server, struct listener *peer)
{
	struct control *control;
	struct call *call;

	close(peer->fd);
	while ((control = LIST_FIRST(&server->controls)))
		control_free(control);
	while ((call = LIST_FIRST(&server->calls))) {
		assert(!call->pppd || call->pppd->stopped);
		if (call->pppd)
			pppd_ends(call, 5);
		else
			event_base_loop(base, EVLOOP_ONCE);
	}
	calls_close(server);
	sources_free(server->sources);
	guesses_free(server->guesses);
	assert(!held);
}

static void serve(struct input *input)
{
	struct listener peer;
	struct server server;
	size_t split = 0;

	server_open(&server);
	server_connect(&server, &peer);
	while (input->left) {
		on_record(&server, &peer, input, &split);
		pump(&peer);
		check(&server);
	}
	server_close(&server, &peer);
}

/* ---- the dialler ---- */

#define DIALLER_MAY	(1u << PPTP_SCCRQ | 1u << PPTP_SCCRP | 1u << PPTP_STOP_RQ | \
			 1u << PPTP_STOP_RP | 1u << PPTP_ECHO_RQ | 1u << PPTP_ECHO_RP | \
			 1u << PPTP_OCRQ | 1u << PPTP_OCRP | 1u << PPTP_ICRP | \
			 1u << PPTP_CCRQ | 1u << PPTP_SLI)

static void line_drain(struct line *line)
{
	const char *reason = NULL;
	enum stream_result result;

	do {
		result = line_read(line, &reason);
		assert(result != STREAM_BAD || reason);
	} while (result == STREAM_MESSAGE && line->control != PPTP_IDLE);
	assert(result < STREAM_CLOSED || line->call == PPTP_IDLE);
}

static void line_record(struct line *line, struct listener *server, struct input *input)
{
	uint8_t kind = next(input) % RECORDS, data[256];
	size_t len;

	switch (kind) {
	case TIMER:
		line_control(line, next(input) & 1 ? PPTP_ON_TIMEOUT : PPTP_ON_QUIET);
		break;
	case CALL_TIMER:
		line_call(line, PPTP_ON_TIMEOUT);
		break;
	case HANG_UP:
		line_call(line, PPTP_ON_HANG_UP);
		break;
	case LEAVE:
		line_control(line, PPTP_ON_LEAVE);
		break;
	case ERRORS:
		line_link_info(line, next(input), 0);
		break;
	default:
		if (!kind || kind > RAW)
			break;
		len = wire(input, kind, data);
		(void)send(server->fd, data, len, MSG_NOSIGNAL);
	}
	if (line->control != PPTP_IDLE)
		line_drain(line);
	if (line->control == PPTP_ESTABLISHED && line->call == PPTP_IDLE && !line->call_id) {
		line->call_id = 1;
		line_call(line, PPTP_ON_PLACE);
	}
}

static void dial(struct input *input)
{
	struct listener server;
	struct line line;
	int fds[2];

	open_pair(fds);
	listener_init(&server, fds[0]);
	line_init(&line, fds[1], "5551234");
	line_control(&line, PPTP_ON_OPEN);
	while (input->left && line.control != PPTP_IDLE) {
		line_record(&line, &server, input);
		listen_for(&server, DIALLER_MAY);
	}
	line_control(&line, PPTP_ON_LOST);
	assert(line.control == PPTP_IDLE && line.call == PPTP_IDLE);
	stream_close(&line.stream);
	close(server.fd);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_open(LOG_TO_STDERR, LOG_EMERG);
	base = event_base_new();
	book = book_new();
	return base && book ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { .data = data, .left = size };

	kernel_refuses = 0;
	dials = false;
	bundles = false;
	next_call_id = 0;
	lost = 0;
	if (next(&input) & 1)
		dial(&input);
	else
		serve(&input);
	return 0;
}
