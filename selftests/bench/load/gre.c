// SPDX-License-Identifier: GPL-2.0
/* Enhanced GRE (RFC 2637, section 4) of all clients, by one raw socket */
#include "gre.h"

#include <errno.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "octets.h"
#include "pptp_header.h"

/* All calls share it, and thousands may be spoken to before we get the processor */
#define BUFFER		(32 << 20)
#define IDS		65536
/* Packets before others get a turn */
#define BATCH		256

static struct gre_call *calls[IDS];
static struct event *readable;
static gre_receive received;
static uint16_t last_id;
static int sock = -1;

static size_t put_header(struct gre_call *call, uint8_t *data, size_t len)
{
	uint16_t flags = PPTP_HEADER_K | PPTP_HEADER_VERSION_1;
	size_t at = PPTP_HEADER_MIN;
	uint32_t ack;

	if (len) {
		flags |= PPTP_HEADER_S;
		put_u32(data + at, call->next++);
		at += 4;
	}
	if (pptp_seq_take_ack(&call->rx, &ack)) {
		flags |= PPTP_HEADER_A;
		put_u32(data + at, ack);
		at += 4;
	}
	put_u16(data, flags);
	put_u16(data + 2, PPTP_HEADER_PPP);
	put_u16(data + 4, len);
	put_u16(data + 6, call->peer_id);
	return at;
}

/* The kernel fills in lengths, sums and the identification. */
static void transmit(struct gre_call *call, const uint8_t *frame, size_t len)
{
	struct iphdr ip = {
		.version	= 4,
		.ihl		= sizeof(ip) / 4,
		.ttl		= IPDEFTTL,
		.protocol	= IPPROTO_GRE,
		.saddr		= call->source.s_addr,
		.daddr		= call->server.s_addr,
	};
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = call->server };
	uint8_t header[PPTP_HEADER_MAX];
	struct iovec parts[] = {
		{ .iov_base = &ip, .iov_len = sizeof(ip) },
		{ .iov_base = header, .iov_len = put_header(call, header, len) },
		{ .iov_base = (void *)frame, .iov_len = len },
	};
	struct msghdr msg = {
		.msg_name	= &to,
		.msg_namelen	= sizeof(to),
		.msg_iov	= parts,
		.msg_iovlen	= 3,
	};

	/* What does not go is lost, as on the way; PPP says it again. */
	sendmsg(sock, &msg, 0);
}

/**
 * gre_send - send a PPP frame, and what is owed of acknowledgments
 * @call:	the call; it has a number of the peer's
 * @frame:	the frame
 * @len:	its length, up to GRE_PAYLOAD_MAX
 */
void gre_send(struct gre_call *call, const uint8_t *frame, size_t len)
{
	if (call->id && len && len <= GRE_PAYLOAD_MAX)
		transmit(call, frame, len);
}

/* Nothing is kept for order's sake: what a packet has overtaken is lost. */
static bool in_sequence(struct pptp_seq_rx *rx, uint32_t seq)
{
	switch (pptp_seq_receive(rx, seq).verdict) {
	case PPTP_SEQ_DELIVER:
		return true;
	case PPTP_SEQ_HOLD:
		pptp_seq_give_up(rx, seq);
		return pptp_seq_release(rx, seq);
	default:
		return false;
	}
}

/* Whose is it? A call's number is worth nothing without its addresses. */
static struct gre_call *find(const struct iphdr *ip, uint16_t id)
{
	struct gre_call *call = calls[id];

	if (!call || ip->saddr != call->server.s_addr || ip->daddr != call->source.s_addr)
		return NULL;
	return call;
}

static void take(const uint8_t *data, size_t len)
{
	const struct iphdr *ip = (const void *)data;
	struct pptp_header header = { 0 };
	struct gre_call *call;
	size_t at;

	if (len < sizeof(*ip) || ip->ihl < 5 || len < ip->ihl * 4u)
		return;
	at = ip->ihl * 4u;
	if (pptp_header_read(data + at, len - at, &header) != PPTP_HEADER_GOOD)
		return;
	call = find(ip, header.call_id);
	if (!call || !header.has_seq || !in_sequence(&call->rx, header.seq))
		return;
	received(call, data + at + header.header_len, header.payload_len);
	/* Alone, if no answer took it along; the call may have ended meanwhile */
	if (call->id && pptp_seq_unacked(&call->rx))
		transmit(call, NULL, 0);
}

static void read_some(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t data[65536] __aligned(8);
	unsigned int left = BATCH;
	ssize_t len;

	(void)what;
	(void)arg;
	while (left--) {
		len = recv(fd, data, sizeof(data), 0);
		if (len < 0)
			return;
		take(data, len);
	}
}

static int open_socket(void)
{
	int on = 1, size = BUFFER;

	sock = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_GRE);
	if (sock < 0)
		return -1;
	if (setsockopt(sock, IPPROTO_IP, IP_HDRINCL, &on, sizeof(on)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		return -1;
	return 0;
}

/**
 * gre_start - be ready for calls
 * @base:	the loop
 * @receive:	called with each frame
 *
 * Return: 0, or -1 with errno.
 */
int gre_start(struct event_base *base, gre_receive receive)
{
	received = receive;
	if (open_socket())
		return -1;
	readable = event_new(base, sock, EV_READ | EV_PERSIST, read_some, NULL);
	if (!readable || event_add(readable, NULL)) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

void gre_stop(void)
{
	if (readable)
		event_free(readable);
	if (sock >= 0)
		close(sock);
}

/**
 * gre_open - give a call a number here
 * @call:	the call
 * @source:	its address
 * @server:	whom it calls
 *
 * Numbers go round, so that what is still on its way to one that has ended is
 * not another one's.
 *
 * Return: 0, or -1 if all are taken.
 */
int gre_open(struct gre_call *call, struct in_addr source, struct in_addr server)
{
	unsigned int tries;

	for (tries = 0; tries < IDS; tries++) {
		last_id++;
		if (last_id && !calls[last_id])
			break;
	}
	if (tries == IDS)
		return -1;
	memset(call, 0, sizeof(*call));
	call->source = source;
	call->server = server;
	call->id = last_id;
	calls[call->id] = call;
	return 0;
}

void gre_close(struct gre_call *call)
{
	if (call->id)
		calls[call->id] = NULL;
	call->id = 0;
}
