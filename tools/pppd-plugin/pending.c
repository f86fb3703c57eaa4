// SPDX-License-Identifier: GPL-2.0
/*
 * The packets that have brought up a call on demand, as they were.
 *
 * pppd keeps them until IPCP is up, and then writes the call's address into all of
 * them as their source, without making their checksums right. The router's own
 * packets are lost by that if its address has changed, and those of the hosts
 * behind it always. So we copy them before, and put each right at the moment when pppd
 * sends it.
 */
#include "pending.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <unistd.h>
#include <linux/ppp-ioctl.h>

#include "pppd_compat.h"

#define PPP_HEADER	4

/* Where the fields of an IPv4 header are, and its least length */
#define AT_FRAGMENT	6
#define AT_PROTOCOL	9
#define AT_CHECKSUM	10
#define AT_SOURCE	12
#define IP_OCTETS	20

/*
 * pppd's own queue, with frames from their address and control fields on. Its symbol
 * is there for plugins to link with, in 2.4.9 and in 2.5, though no header has it; and
 * a plugin is only ever loaded by the version that it was built for.
 */
struct waiting {
	int len;
	struct waiting *next;
	unsigned char frame[];
};

extern struct waiting *pend_q __attribute__((weak));

/* A packet as it was */
struct kept {
	SLIST_ENTRY(kept) entry;
	const unsigned char *frame;	/* where pppd has it */
	int len;			/* of that */
	uint8_t ip[];
};

static SLIST_HEAD(, kept) packets = SLIST_HEAD_INITIALIZER(packets);
static uint32_t address;	/* the interface's, while the call is down */

static uint16_t read16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* RFC 1624: a checksum after 16 of the bits that it covers have changed */
static void adjust(uint8_t *checksum, uint16_t from, uint16_t to)
{
	uint32_t sum = (uint16_t)~read16(checksum) + (uint16_t)~from + to;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	checksum[0] = sum >> 8;
	checksum[1] = sum;
}

/* The transport's checksum, which covers the source too; 0 if there is none */
static size_t transport_checksum(const uint8_t *ip, size_t len)
{
	size_t at = (ip[0] & 15) * 4;

	if (read16(ip + AT_FRAGMENT) & 0x1fff)
		return 0;
	if (ip[AT_PROTOCOL] == IPPROTO_TCP)
		at += 16;
	else if (ip[AT_PROTOCOL] == IPPROTO_UDP)
		at += 6;
	else
		return 0;
	return at + 2 <= len ? at : 0;
}

/* Ours gets the address that pppd has written; what it covers covers it */
static void move(uint8_t *seen, size_t len, const uint8_t *to)
{
	size_t i, transport = transport_checksum(seen, len);
	bool covered = transport && (seen[AT_PROTOCOL] == IPPROTO_TCP ||
				     read16(seen + transport));

	for (i = 0; i < 4; i += 2) {
		adjust(seen + AT_CHECKSUM, read16(seen + AT_SOURCE + i), read16(to + i));
		if (covered)
			adjust(seen + transport, read16(seen + AT_SOURCE + i), read16(to + i));
	}
	memcpy(seen + AT_SOURCE, to, 4);
}

static void put_right(uint8_t *sent, uint8_t *seen, size_t len)
{
	if (!memcmp(seen + AT_SOURCE, &address, sizeof(address)))
		move(seen, len, sent + AT_SOURCE);
	memcpy(sent, seen, len);
}

/*
 * pppd lets packets in only after it has sent its own, and over a short path an answer
 * is here before that.
 */
static void let_in(void)
{
	struct npioctl mode = { .protocol = PPP_IP, .mode = NPMODE_PASS };
	int unit = compat_unit(), ppp = open("/dev/ppp", O_RDWR | O_CLOEXEC);

	if (ppp < 0)
		return;
	if (ioctl(ppp, PPPIOCATTACH, &unit) < 0 || ioctl(ppp, PPPIOCSNPMODE, &mode) < 0)
		warn("pptp: the first answer may get lost: %m");
	close(ppp);
}

/* pppd is about to write a packet: if it is one of these, it has been changed */
static void on_send(unsigned char *frame, int len)
{
	struct kept *kept;

	SLIST_FOREACH(kept, &packets, entry) {
		if (kept->frame != frame || kept->len != len)
			continue;
		put_right(frame + PPP_HEADER, kept->ip, len - PPP_HEADER);
		let_in();
	}
}

static bool is_ip(const struct waiting *packet)
{
	static const uint8_t header[PPP_HEADER] = { 0xff, 0x03, 0x00, 0x21 };

	return packet->len >= PPP_HEADER + IP_OCTETS &&
	       !memcmp(packet->frame, header, sizeof(header));
}

static void keep(const struct waiting *packet)
{
	struct kept *kept = malloc(sizeof(*kept) + packet->len - PPP_HEADER);

	if (!kept)
		return;
	kept->frame = packet->frame;
	kept->len = packet->len;
	memcpy(kept->ip, packet->frame + PPP_HEADER, packet->len - PPP_HEADER);
	SLIST_INSERT_HEAD(&packets, kept, entry);
}

/**
 * pending_keep - remember what waits to be sent, before a call is placed
 *
 * Without it the call comes up as well, with what pppd makes of its packets.
 */
void pending_keep(void)
{
	const struct waiting *packet;

	pending_forget();
	if (!&pend_q) {
		warn("pptp: this pppd does not show what waits to be sent: the first packets may get lost");
		return;
	}
	address = ipcp_wantoptions[0].ouraddr;
	for (packet = pend_q; packet; packet = packet->next) {
		if (is_ip(packet))
			keep(packet);
	}
	snoop_send_hook = on_send;
}

/* They are sent, or pppd has given them up */
void pending_forget(void)
{
	struct kept *kept;

	while ((kept = SLIST_FIRST(&packets))) {
		SLIST_REMOVE_HEAD(&packets, entry);
		free(kept);
	}
	snoop_send_hook = NULL;
}
