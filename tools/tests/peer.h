/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests of the whole daemon in one process: its loop, a client on loopback
 * TCP, and call sockets without a kernel, so that each way in which a claim can
 * fail is at hand. Included by one file a program.
 */
#ifndef PEER_H
#define PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "acceptor.h"
#include "call_socket.h"
#include "call_stats.h"
#include "clock.h"
#include "pppd.h"
#include "pptp_msg.h"
#include "server.h"
#include "slot_count.h"
#include "stray_count.h"

#define DEADLINE_MS	10000	/* far more than anything here takes */
#define CLIENT_CALL_ID	77
#define CLIENT_WINDOW	17

/* ---- the kernel ---- */

static struct call_refusal fake_refusal;	/* error 0: the claim succeeds */
static uint32_t fake_slot;
static unsigned int fake_held;			/* slots that have a call */
static struct slot_count fake_slots = { .slots = 128, .receiving = 128 };
static uint32_t fake_cause;			/* the last one that was set */
static uint16_t fake_window;			/* the same */

int call_socket_claim(struct call_socket *call, struct in_addr local, uint32_t usage,
		      struct call_refusal *refusal)
{
	*refusal = fake_refusal;
	call->fd = -1;
	if (fake_held >= fake_slots.receiving) {
		refusal->error = EBUSY;
		refusal->slots.reason = PPTP_MUX_REFUSAL_ALL_BUSY;
	}
	if (refusal->error || usage != PPTP_MUX_USAGE_RECEIVE || !local.s_addr)
		return -1;
	fake_held++;
	call->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	call->slot = ++fake_slot;
	call->call_id = 1000 + fake_slot;
	return 0;
}

/* What a claim has given is no socket: any file will do */
static uint32_t fake_adopted = 1;		/* the slot of the next one */

int call_socket_adopt(struct call_socket *call, int fd)
{
	if (fcntl(fd, F_GETFD) < 0)
		return -1;
	call->fd = fd;
	call->slot = fake_adopted++;
	call->call_id = 1000 + call->slot;
	fake_held++;
	return 0;
}

int call_socket_connect(const struct call_socket *call, struct in_addr peer,
			uint16_t peer_call_id, struct call_refusal *refusal)
{
	(void)call;
	(void)peer;
	(void)peer_call_id;
	memset(refusal, 0, sizeof(*refusal));
	return 0;
}

void call_socket_peer_window(const struct call_socket *call, uint16_t packets)
{
	(void)call;
	fake_window = packets;
}

void call_socket_cause(const struct call_socket *call, uint32_t cause)
{
	(void)call;
	fake_cause = cause;
}

void call_socket_close(struct call_socket *call)
{
	if (call->fd >= 0) {
		close(call->fd);
		fake_held--;
	}
	call->fd = -1;
}

int slot_count_get(struct slot_count *count)
{
	*count = fake_slots;
	return 0;
}

static uint64_t fake_strays;		/* each time that is asked, as many more ... */
static unsigned int fake_stray_pace;	/* ... as this */

int stray_count_get(uint64_t *packets)
{
	*packets = fake_strays += fake_stray_pace;
	return 0;
}

void call_refusal_text(const struct call_refusal *refusal, uint32_t usage, char *text, size_t size)
{
	(void)refusal;
	(void)usage;
	snprintf(text, size, "refused by the test");
}

static struct call_stats fake_stats;		/* of every call */

int call_stats_get(const struct call_socket *call, struct call_stats *stats)
{
	*stats = fake_stats;
	return call->fd >= 0 ? 0 : -ESTALE;
}

void call_stats_text(const struct call_stats *stats, char *text, size_t size)
{
	snprintf(text, size, "lost %u", stats->errors.time_out);
}

/* ---- the loop ---- */

static struct event_base *base;
static struct server *server;

static void on_child(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	(void)context;
	pppd_reap(NULL);
}

/*
 * For a server whose pppd is this program: @lines come last, and win where something
 * stands twice. Files are in @directory, none of which stays.
 */
static inline struct config *peer_config(const char *directory, const char *lines)
{
	char path[64], self[128];
	struct config *config;
	ssize_t len;
	FILE *file;

	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[len] = '\0';
	snprintf(path, sizeof(path), "%s/conf", directory);
	file = fopen(path, "w");
	fprintf(file, "warm-pppd = false\nmax-connection-rate = 0\nlisten = \"127.0.0.1\"\nhostname = \"testhost\"\n"
		"pppd = \"%s\"\nrun-directory = \"%s/run\"\n%s\n", self, directory, lines);
	fclose(file);
	config = config_load(path);
	if (!config)
		abort();
	unlink(path);
	config->port = 0;
	return config;
}

/* Runs the loop for one event; its signals and timers end the short wait too */
static void pump(void)
{
	struct timeval short_while = { .tv_usec = 1000 };

	event_base_loopexit(base, &short_while);
	event_base_loop(base, EVLOOP_ONCE);
}

/* Runs the loop until @done says so; false when it never does */
static bool pump_until(bool (*done)(void))
{
	long long deadline = clock_ms() + DEADLINE_MS;

	while (!done() && clock_ms() < deadline)
		pump();
	return done();
}

static inline bool no_calls(void)
{
	return LIST_EMPTY(&server->calls);
}

/* ---- the client ---- */

struct client {
	int fd;
	struct pptp_framer framer;
	uint8_t data[4096];
	const uint8_t *next;
	size_t left;
};

static const char *client_source = "127.0.0.1";
static const char *client_target;		/* NULL: where the server listens */

static void client_connect(struct client *client)
{
	struct sockaddr_in address, source = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	getsockname(acceptor_fd(server->acceptor), (struct sockaddr *)&address, &len);
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client_target)
		inet_pton(AF_INET, client_target, &address.sin_addr);
	inet_pton(AF_INET, client_source, &source.sin_addr);
	if (bind(client->fd, (struct sockaddr *)&source, sizeof(source)) < 0 ||
	    connect(client->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		abort();
	fcntl(client->fd, F_SETFL, O_NONBLOCK);
	client->left = 0;
	pptp_framer_init(&client->framer);
}

static void client_close(struct client *client)
{
	close(client->fd);
}

static void client_write(struct client *client, const void *data, size_t len)
{
	size_t done = 0;
	ssize_t sent;

	while (done < len) {
		sent = send(client->fd, (const char *)data + done, len - done, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return;
		done += sent > 0 ? sent : 0;
		pump();
	}
}

static void client_send(struct client *client, const struct pptp_msg *msg)
{
	uint8_t data[PPTP_MSG_MAX];

	client_write(client, data, pptp_msg_encode(msg, data, sizeof(data)));
}

/* The next message, 0 when the server has closed, -1 when neither comes */
static int client_receive(struct client *client, struct pptp_msg *msg)
{
	long long deadline = clock_ms() + DEADLINE_MS;
	const char *reason;
	ssize_t got;

	while (clock_ms() < deadline) {
		if (pptp_framer_next(&client->framer, &client->next, &client->left, msg,
				     &reason) == PPTP_OK)
			return msg->type;
		got = recv(client->fd, client->data, sizeof(client->data), 0);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			return 0;
		client->next = client->data;
		client->left = got > 0 ? got : 0;
		pump();
	}
	return -1;
}

static int client_ask(struct client *client, const struct pptp_msg *msg, struct pptp_msg *reply)
{
	client_send(client, msg);
	return client_receive(client, reply);
}

static const struct pptp_msg sccrq = {
	.type = PPTP_SCCRQ,
	.start = { .version = PPTP_VERSION, .framing = 3, .bearer = 3, .host = "test" },
};

static const struct pptp_msg ocrq = {
	.type = PPTP_OCRQ,
	.out_request = {
		.call_id = CLIENT_CALL_ID, .min_bps = 300, .max_bps = 100000000,
		.bearer = 3, .framing = 3, .window = CLIENT_WINDOW,
	},
};

static const struct pptp_msg ccrq = { .type = PPTP_CCRQ, .clear.call_id = CLIENT_CALL_ID };

static inline bool client_start(struct client *client)
{
	struct pptp_msg reply;

	client_connect(client);
	return client_ask(client, &sccrq, &reply) == PPTP_SCCRP &&
	       reply.start.result == PPTP_START_OK && reply.start.version == PPTP_VERSION &&
	       !strcmp(reply.start.host, "testhost");
}

static inline bool client_call(struct client *client, struct pptp_msg *reply)
{
	fake_window = 0;
	return client_ask(client, &ocrq, reply) == PPTP_OCRP &&
	       reply->out_reply.result == PPTP_OUT_CONNECTED &&
	       fake_window == CLIENT_WINDOW &&
	       reply->out_reply.peer_call_id == CLIENT_CALL_ID;
}

#endif /* PEER_H */
