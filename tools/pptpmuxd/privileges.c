// SPDX-License-Identifier: GPL-2.0
/*
 * Of all that root may do, calls need one thing: to change the network.
 *
 * CAP_NET_ADMIN opens /dev/ppp and PPTP sockets, sets interfaces, routes and proxy
 * ARP, and sets slots. Modules that a call needs (ppp_mppe) the kernel fetches by a
 * process of its own, which has the kernel's privileges and not pppd's. Files are
 * root's own, so that nothing is to be overridden; processes are ended as their
 * owner. The port is bound before.
 */
#include "privileges.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>

#include "log.h"

#define NEEDED	(UINT64_C(1) << CAP_NET_ADMIN)

static bool failed(const char *what)
{
	log_error("cannot give up what pptpmuxd does not need (%s: %s): start it as root, or write privileges = \"all\" into pptpmuxd.conf",
		  what, strerror(errno));
	return false;
}

/* What no child can get either. The first number that the kernel does not know ends it. */
static bool bound(void)
{
	int capability, held;

	for (capability = 0; (held = prctl(PR_CAPBSET_READ, capability)) >= 0; capability++)
		if (held && !(NEEDED >> capability & 1) &&
		    prctl(PR_CAPBSET_DROP, capability) < 0)
			return failed("bounding set");
	return true;
}

/* glibc leaves this system call to libcap, which is not worth a dependency here */
static bool limit(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	data[0].effective = data[0].permitted = (uint32_t)NEEDED;
	data[1].effective = data[1].permitted = (uint32_t)(NEEDED >> 32);
	return syscall(SYS_capset, &header, data) == 0 || failed("capset");
}

/**
 * privileges_drop - keep what calls need, for good
 *
 * For this process and for all that it starts from now on. The bounding set
 * comes first, as to change it needs CAP_SETPCAP.
 *
 * Return: false after a log line.
 */
bool privileges_drop(void)
{
	if (!bound() || !limit())
		return false;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return failed("ambient set");
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 || failed("no_new_privs");
}
