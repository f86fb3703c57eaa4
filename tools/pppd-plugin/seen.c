// SPDX-License-Identifier: GPL-2.0
/* What pppd's peer has sent and offered, for whoever has to say why a call failed */
#include "seen.h"

#include <string.h>
#include <sys/socket.h>

#include "pppd_compat.h"
#include "ppp_look.h"

static int server_fd = -1;
static uint32_t marks;
static void (*snoop_before)(unsigned char *packet, int len);
static void (*snoop_sent_before)(unsigned char *packet, int len);

/* PPP_SEEN_*; pptpmuxd is told of what is new */
void seen_mark(uint32_t new_marks)
{
	struct ppp_seen seen = { .marks = marks | new_marks };

	if (seen.marks == marks)
		return;
	marks = seen.marks;
	if (server_fd >= 0)
		(void)send(server_fd, &seen, sizeof(seen), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Each packet that is pppd's: those of data are the kernel's */
static void snoop(unsigned char *packet, int len)
{
	if (snoop_before)
		snoop_before(packet, len);
	seen_mark(len > 0 ? ppp_look(packet, len) : 0);
}

/* Of some kinds of EAP pppd has no word for a log-in that fails, and its status tells another end */
static void snoop_sent(unsigned char *packet, int len)
{
	static const unsigned char failure[] = { 0xff, 0x03, 0xc2, 0x27, 4 };

	if (snoop_sent_before)
		snoop_sent_before(packet, len);
	if (len >= (int)sizeof(failure) && !memcmp(packet, failure, sizeof(failure)))
		seen_mark(PPP_SEEN_EAP_FAILURE);
}

/* @fd: where pptpmuxd is told of what is new, -1: nowhere */
void seen_start(int fd)
{
	server_fd = fd;
	snoop_before = snoop_recv_hook;
	snoop_recv_hook = snoop;
	snoop_sent_before = snoop_send_hook;
	snoop_send_hook = snoop_sent;
}

/* Another call begins */
void seen_anew(void)
{
	marks = 0;
}

uint32_t seen_marks(void)
{
	return marks;
}
