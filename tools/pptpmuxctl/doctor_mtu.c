// SPDX-License-Identifier: GPL-2.0
/*
 * Do full packets of a call fit the path to its client?
 *
 * What is known here is what the kernel knows: the route's MTU, or what a router on
 * the way has told. Beneath a call nothing forbids to fragment, so that what is too
 * long is sent in pieces; where pieces are filtered, as in front of many access
 * networks, small packets pass and large ones vanish.
 */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor.h"
#include "show.h"

/* IP 20, GRE with both numbers 16, address, control and protocol of PPP 4, MPPE 4 */
#define OVERHEAD	44
#define MTU_MIN		576

struct narrow {
	unsigned int	count;
	struct in_addr	peer;	/* the first */
	char		ifname[IFNAMSIZ];
	int		mtu;	/* of the call's interface */
	int		path;
};

static int path_mtu(struct in_addr peer)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = peer,
				       .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), mtu = 0;
	socklen_t len = sizeof(mtu);

	/* nothing is sent: to connect is to look up the route */
	if (fd >= 0 && (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
			getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len) < 0))
		mtu = 0;
	if (fd >= 0)
		close(fd);
	return mtu;
}

static int interface_mtu(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), mtu = 0;
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd >= 0 && ioctl(fd, SIOCGIFMTU, &request) == 0)
		mtu = request.ifr_mtu;
	if (fd >= 0)
		close(fd);
	return mtu;
}

static int look(const struct pmux_slot *slot, void *data)
{
	const struct pmux_call *call = &slot->call;
	struct narrow *narrow = data;
	int mtu, path;

	if (!PMUX_HAS(slot, PPTP_MUX_A_SLOT_CALL) || !PMUX_HAS(call, PPTP_MUX_A_CALL_PEER) ||
	    !PMUX_HAS(call, PPTP_MUX_A_CALL_IFNAME))
		return 0;
	mtu = interface_mtu(call->ifname);
	path = path_mtu(call->peer);
	if (!path || mtu + OVERHEAD <= path || mtu <= MTU_MIN || narrow->count++)
		return 0;
	narrow->peer = call->peer;
	narrow->mtu = mtu;
	narrow->path = path;
	memcpy(narrow->ifname, call->ifname, sizeof(narrow->ifname));
	return 0;
}

void doctor_mtu(struct doctor *doctor)
{
	char mend[96], peer[INET_ADDRSTRLEN], ifname[IFNAMSIZ];
	struct narrow narrow = { .count = 0 };
	int fits;

	if (!doctor->ctl->client || pmux_slot_dump(doctor->ctl->client, look, &narrow) ||
	    !narrow.count)
		return;
	fits = narrow.path - OVERHEAD < MTU_MIN ? MTU_MIN : narrow.path - OVERHEAD;
	snprintf(mend, sizeof(mend), "ip link set %s mtu %d",
		 show_name(narrow.ifname, ifname), fits);
	finding_add(&doctor->findings, FINDING_MTU, mend,
		    "full packets of the call to %s become %d octets (MTU %d of %s, and %d around them), and the path takes %d: they are sent in pieces, and where these are filtered large transfers hang; for calls to come write options = { \"mtu %d mru %d\" } into pptpmuxd.conf (%u such)",
		    show_address(true, narrow.peer, peer), narrow.mtu + OVERHEAD, narrow.mtu,
		    ifname, OVERHEAD, narrow.path, fits + 4, fits + 4, narrow.count);
}
