// SPDX-License-Identifier: GPL-2.0
/*
 * A call as the kernel knows it: an AF_PPPOX socket of pptp-mux.ko.
 */
#include "call_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_pppox.h>

static int refuse(struct call_refusal *refusal, const char *step)
{
	refusal->error = errno;
	refusal->step = step;
	return -1;
}

static struct sockaddr_pppox pptp_address(struct in_addr address, uint16_t call_id)
{
	return (struct sockaddr_pppox){
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_PPTP,
		.sa_addr.pptp = { .call_id = call_id, .sin_addr = address },
	};
}

/* Claims a slot; asks for the reason if none will have the call */
static int claim(struct call_socket *call, struct in_addr local, uint32_t usage,
		 struct call_refusal *refusal)
{
	struct sockaddr_pppox address = pptp_address(local, 0);
	socklen_t len = sizeof(refusal->slots);

	if (setsockopt(call->fd, SOL_PPTP_MUX, PPTP_MUX_SO_USAGE, &usage, sizeof(usage)) < 0)
		return refuse(refusal, "setsockopt");
	if (bind(call->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	refuse(refusal, "bind");
	if (getsockopt(call->fd, SOL_PPTP_MUX, PPTP_MUX_SO_REFUSAL, &refusal->slots, &len) < 0)
		memset(&refusal->slots, 0, sizeof(refusal->slots));
	return -1;
}

/* Learns the call id and the slot that the claim has given */
static int identify(struct call_socket *call, struct call_refusal *refusal)
{
	struct sockaddr_pppox address;
	socklen_t len = sizeof(address);

	if (getsockname(call->fd, (struct sockaddr *)&address, &len) < 0)
		return refuse(refusal, "getsockname");
	call->call_id = address.sa_addr.pptp.call_id;
	len = sizeof(call->slot);
	if (getsockopt(call->fd, SOL_PPTP_MUX, PPTP_MUX_SO_SLOT, &call->slot, &len) < 0)
		return refuse(refusal, "getsockopt");
	return 0;
}

/**
 * call_socket_claim - take a slot for a call
 * @call:	filled in on success
 * @local:	our address, which the peer sends its packets to
 * @usage:	one of PPTP_MUX_USAGE_*
 * @refusal:	filled in on failure
 *
 * Return: 0, or -1 with nothing held.
 */
int call_socket_claim(struct call_socket *call, struct in_addr local, uint32_t usage,
		      struct call_refusal *refusal)
{
	memset(refusal, 0, sizeof(*refusal));
	call->fd = socket(AF_PPPOX, SOCK_STREAM | SOCK_CLOEXEC, PX_PROTO_PPTP);
	if (call->fd < 0)
		return refuse(refusal, "socket");
	if (claim(call, local, usage, refusal) == 0 && identify(call, refusal) == 0)
		return 0;
	call_socket_close(call);
	return -1;
}

/**
 * call_socket_adopt - the socket of a call that another process has claimed
 * @call:	filled in on success
 * @fd:		the socket, the call's own then
 *
 * Return: 0, or -1 with errno set if it is the socket of no call.
 */
int call_socket_adopt(struct call_socket *call, int fd)
{
	struct call_refusal refusal;
	int domain = -1;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0)
		return -1;
	if (domain != AF_PPPOX) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	call->fd = fd;
	if (identify(call, &refusal) == 0)
		return 0;
	call->fd = -1;
	return -1;
}

/**
 * call_socket_connect - tell a claimed call who its peer is
 * @call:		the call
 * @peer:		the peer's address
 * @peer_call_id:	the key that the peer wants to see in our packets
 * @refusal:		filled in on failure
 *
 * Return: 0, or -1; the slot stays claimed.
 */
int call_socket_connect(const struct call_socket *call, struct in_addr peer,
			uint16_t peer_call_id, struct call_refusal *refusal)
{
	struct sockaddr_pppox address = pptp_address(peer, peer_call_id);

	memset(refusal, 0, sizeof(*refusal));
	if (connect(call->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return refuse(refusal, "connect");
	return 0;
}

/**
 * call_socket_peer_window - say how much the peer takes before it acknowledges
 * @call:	the call
 * @packets:	its receive window, as its message says; 0 is none
 *
 * Without, the module does not limit what is sent: so a failure is none of the call's.
 */
void call_socket_peer_window(const struct call_socket *call, uint16_t packets)
{
	uint32_t value = packets;

	(void)setsockopt(call->fd, SOL_PPTP_MUX, PPTP_MUX_SO_PEER_WINDOW, &value, sizeof(value));
}

/**
 * call_socket_encrypted - let nothing of the network pass that is not encrypted
 * @call:	the call
 * @numbers:	in a bundle, PPTP_MUX_CLEAR_TEXT_RX_SHORT and TX_SHORT as it was agreed
 *
 * Return: 0 or -1 with errno set.
 */
int call_socket_encrypted(const struct call_socket *call, uint32_t numbers)
{
	uint32_t value = PPTP_MUX_CLEAR_TEXT_DROP | numbers;

	return setsockopt(call->fd, SOL_PPTP_MUX, PPTP_MUX_SO_CLEAR_TEXT, &value, sizeof(value));
}

/**
 * call_socket_cause - say why the call is going to end
 * @call:	the call
 * @cause:	one of PPTP_MUX_CAUSE_*
 *
 * For the module's hang-up event. That the event cannot name the cause is no
 * reason to hold up the end of a call, so a failure is not reported.
 */
void call_socket_cause(const struct call_socket *call, uint32_t cause)
{
	if (call->fd >= 0)
		(void)setsockopt(call->fd, SOL_PPTP_MUX, PPTP_MUX_SO_CAUSE, &cause, sizeof(cause));
}

void call_socket_close(struct call_socket *call)
{
	if (call->fd >= 0)
		close(call->fd);
	call->fd = -1;
}

const char *call_usage_name(uint32_t usage)
{
	switch (usage) {
	case PPTP_MUX_USAGE_RECEIVE:
		return "receive";
	case PPTP_MUX_USAGE_DIAL_OUT:
		return "dial-out";
	case PPTP_MUX_USAGE_DEMAND_DIAL:
		return "demand-dial";
	}
	return "any";
}

static void no_usage_text(const struct pptp_mux_refusal *slots, const char *usage,
			  char *text, size_t size)
{
	if (!slots->not_usage)
		snprintf(text, size,
			 "all %u VPN slots are disabled: enable one, as with \"pptpmuxctl set VPN1 enabled yes\"",
			 slots->slots);
	else
		snprintf(text, size,
			 "none of the %u VPN slots may be used to %s (%u of another usage, %u disabled): set one, as with \"pptpmuxctl set VPN1 usage +%s\", or with a line such as usage = { \"VPN1-%u %s\" } in pptpmuxd.conf",
			 slots->slots, usage, slots->not_usage, slots->disabled,
			 usage, slots->slots, usage);
}

static void busy_text(const struct pptp_mux_refusal *slots, const char *usage,
		      char *text, size_t size)
{
	snprintf(text, size,
		 "all VPN slots that may be used to %s are busy (%u of %u; %u of another usage, %u disabled): see \"pptpmuxctl calls\", or add slots with \"pptpmuxctl resize\"",
		 usage, slots->busy, slots->slots, slots->not_usage, slots->disabled);
}

static void no_resource_text(const struct pptp_mux_refusal *slots, const char *usage,
			     char *text, size_t size)
{
	snprintf(text, size,
		 "the kernel has no memory or no PPP channel for a call to %s (%u VPN slots tried): see the kernel's log and \"free -m\"",
		 usage, slots->no_resource);
}

static const char *socket_advice(const struct call_refusal *refusal)
{
	switch (refusal->error) {
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case ESOCKTNOSUPPORT:
		return ": the module is not loaded, run \"modprobe pptp-mux\"";
	case ENOPROTOOPT:
	case EOPNOTSUPP:
		return ": the kernel's own pptp.ko is loaded, run \"modprobe -r pptp && modprobe pptp-mux\"";
	case EPERM:
		return ": taking a call needs CAP_NET_ADMIN, run it as root";
	case EADDRNOTAVAIL:
		return ": the local address is not one of this host's, see \"ip address\"";
	case ENETUNREACH:
	case EHOSTUNREACH:
		return ": there is no route to the peer, see \"ip route get\"";
	}
	return "";
}

/**
 * call_refusal_text - why there is no call, and what to do about it
 * @refusal:	the reason
 * @usage:	what the call was for, one of PPTP_MUX_USAGE_*
 * @text:	where to
 * @size:	octets there; longer texts are cut
 */
void call_refusal_text(const struct call_refusal *refusal, uint32_t usage,
		       char *text, size_t size)
{
	const char *name = call_usage_name(usage);

	switch (refusal->slots.reason) {
	case PPTP_MUX_REFUSAL_NO_USAGE:
		no_usage_text(&refusal->slots, name, text, size);
		return;
	case PPTP_MUX_REFUSAL_ALL_BUSY:
		busy_text(&refusal->slots, name, text, size);
		return;
	case PPTP_MUX_REFUSAL_NO_RESOURCE:
		no_resource_text(&refusal->slots, name, text, size);
		return;
	}
	snprintf(text, size, "call socket: %s: %s%s", refusal->step, strerror(refusal->error),
		 socket_advice(refusal));
}
