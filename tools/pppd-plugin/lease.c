// SPDX-License-Identifier: GPL-2.0
/*
 * The client's address, which pptpmuxd gives and takes.
 *
 * pppd waits for each answer: it comes from the same host, and before it there is
 * nothing that this call could do. If pptpmuxd is gone, a call that has its
 * address goes on without it; one that has none yet must not guess, and ends.
 * If pptpmuxd is only late, it ends a call that it refuses by itself.
 */
#include "lease.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "pppd_compat.h"
#include "question.h"

_Static_assert(LEASE_BUNDLE_OCTETS >= 3 + MAX_ENDP_LEN, "an endpoint fits");

static int server_fd = -1;
static void (*choose_before)(uint32_t *address);
static char reason[LEASE_REASON_OCTETS];

/*
 * Runs from the loop: not in the middle of IPCP's own doings. When LCP goes down
 * beneath an encrypted call, pppd's CCP closes it a second time, and what the
 * client is told is "MPPE disabled"; so CCP has to know of no encryption by then.
 */
static void end_call(void *context)
{
	(void)context;
	ccp_gotoptions[0].mppe = 0;
	lcp_close(0, reason);
}

static void refuse(const char *why)
{
	snprintf(reason, sizeof(reason), "%s", why);
	error("pptp: %s", reason);
	compat_timeout(end_call, 0);
}

static bool ask(struct lease_request *request, struct lease_reply *reply)
{
	compat_peer_name(request->user, sizeof(request->user));
	return question_ask(server_fd, request, reply);
}

/*
 * pppd calls it whenever it begins IPCP anew. What is there already was chosen by
 * chap-secrets, by the options, by another plugin (RADIUS), or by us the last time.
 */
static void choose(uint32_t *address)
{
	struct lease_request request = { .question = LEASE_ADDRESS };
	struct lease_reply reply = { .granted = 0 };

	if (choose_before)
		choose_before(address);
	request.remote.s_addr = *address;
	if (ask(&request, &reply) && reply.granted)
		*address = reply.remote.s_addr;
	else if (compat_signaled())
		return;	/* it hangs up */
	else if (!*reply.reason)
		refuse("pptpmuxd does not answer, so there is no address for this client: see whether it runs");
	else
		refuse(reply.reason);
}

/*
 * Links of one bundle are told by the endpoint that LCP has named, if it has; pppd
 * joins those of one user by the same.
 */
static void fill_bundle(uint8_t *bundle)
{
	const struct epdisc *endpoint = &lcp_hisoptions[0].endpoint;

	if (!lcp_gotoptions[0].neg_mrru || !lcp_hisoptions[0].neg_mrru)
		return;
	bundle[0] = 1;
	if (!lcp_hisoptions[0].neg_endpoint)
		return;
	bundle[1] = endpoint->class;
	bundle[2] = endpoint->length;
	memcpy(bundle + 3, endpoint->value, endpoint->length);
}

static void on_user(void *context, int argument)
{
	struct lease_request request = { .question = LEASE_USER };
	struct lease_reply reply;

	(void)context;
	(void)argument;
	fill_bundle(request.bundle);
	if (ask(&request, &reply) && !reply.granted)
		refuse(reply.reason);
}

static void on_up(void *context, int argument)
{
	struct lease_request request = {
		.question = LEASE_UP,
		.ifindex = if_nametoindex(compat_ifname()),
		.local.s_addr = ipcp_gotoptions[0].ouraddr,
		.remote.s_addr = ipcp_hisoptions[0].hisaddr,
	};
	struct lease_reply reply;

	(void)context;
	(void)argument;
	if (ask(&request, &reply) && !reply.granted)
		refuse(reply.reason);
}

/* The link has ended. With multilink pppd may stay, as others go on with its bundle. */
void lease_down(void)
{
	const struct lease_request note = { .question = LEASE_DOWN };

	if (server_fd >= 0)
		(void)send(server_fd, &note, sizeof(note), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/**
 * lease_start - have pptpmuxd give the client its address
 * @fd:	the inherited end of the socket pair
 *
 * Called when all plugins are loaded, so that none of them comes between us and
 * pppd: what they choose is what we ask pptpmuxd to reserve.
 */
void lease_start(int fd)
{
	server_fd = fd;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	choose_before = ip_choose_hook;
	ip_choose_hook = choose;
	compat_on_user(on_user);
	compat_on_ip_up(on_up);
}
