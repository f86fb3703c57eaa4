// SPDX-License-Identifier: GPL-2.0
/* What pppd's peer has sent and offered, for whoever has to say why a call failed */
#include "seen.h"

#include <sys/socket.h>

#include "pppd_compat.h"
#include "ppp_look.h"

static int server_fd = -1;
static uint32_t marks;
static void (*snoop_before)(unsigned char *packet, int len);

/* Each packet that is pppd's: those of data are the kernel's */
static void snoop(unsigned char *packet, int len)
{
	uint32_t before = marks;
	struct ppp_seen seen;

	if (snoop_before)
		snoop_before(packet, len);
	marks |= len > 0 ? ppp_look(packet, len) : 0;
	seen.marks = marks;
	if (marks != before && server_fd >= 0)
		(void)send(server_fd, &seen, sizeof(seen), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* @fd: where pptpmuxd is told of what is new, -1: nowhere */
void seen_start(int fd)
{
	server_fd = fd;
	snoop_before = snoop_recv_hook;
	snoop_recv_hook = snoop;
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
