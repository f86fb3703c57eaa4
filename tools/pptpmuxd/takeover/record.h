/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is kept of connections, calls and interfaces for the pptpmuxd that takes over.
 *
 * One record each, of a layout that is the same for all pptpmuxd of a KEPT_VERSION: a
 * field that is new goes to the end of its struct, where older ones have zeros. What
 * descriptors and the kernel know is not in it.
 */
#ifndef TAKEOVER_RECORD_H
#define TAKEOVER_RECORD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "lease_msg.h"
#include "link_msg.h"
#include "pptp_msg.h"

#define KEPT_VERSION	1
#define KEPT_OCTETS	2048	/* of a record, of which the newest fields have their end */
#define KEPT_REFUSAL	256
#define KEPT_NAME	64

enum kept_kind {
	KEPT_NOTHING,
	KEPT_CONTROL,
	KEPT_CALL,
	KEPT_INTERFACE,
	KEPT_SOURCE,

	KEPT_KINDS
};

/* Descriptors by their number, -1: none. A store has given others to those that it kept. */
enum kept_fd {
	KEPT_FD_STREAM,		/* TCP, of a connection */
	KEPT_FD_CALL,		/* the call's socket */
	KEPT_FD_OUTPUT,		/* of its pppd, or of an interface's */
	KEPT_FD_SOCKET,		/* the same */

	KEPT_FDS
};

/* Times are milliseconds of clock_ms(), which goes on as long as the machine does */
struct kept_pppd {
	int32_t pid;		/* 0: a copy is ordered, and has not said that it is there */
	uint32_t multilink;
	uint64_t started;	/* as /proc/PID/stat says it */
	int64_t began;
	uint32_t asked;		/* the number of its question */
	uint32_t said;		/* evidence of why it may end */
	uint32_t seen;
	uint8_t was_up;
	uint8_t must_encrypt;
	uint8_t silent_login;
	uint8_t down;
	uint8_t told_to_end;
	uint8_t bundle[LEASE_BUNDLE_OCTETS];
	char user[LEASE_USER_OCTETS];
};

struct kept_control {
	uint8_t state;		/* enum pptp_state, of pptp_receiver */
	uint8_t echo_due;
	uint8_t leaving;
	uint32_t echo_id;
	uint32_t partial_len;	/* a message that has come in part */
	uint8_t partial[PPTP_MSG_MAX];
	uint32_t unsent_len;	/* to the peer */
	uint8_t unsent[2 * PPTP_MSG_MAX];
};

struct kept_call {
	int32_t control;	/* the place of its connection, -1: it is gone */
	uint8_t incoming;	/* we are its PNS, else its PAC */
	uint8_t state;		/* enum pptp_state, of that machine */
	uint8_t disconnect;
	uint8_t logged_in;
	uint8_t has_address;
	uint8_t waiting;	/* for an address */
	uint8_t queued;		/* for a slot */
	uint8_t has_pppd;
	uint16_t peer_call_id;
	uint16_t call_id;	/* ours */
	uint32_t slot;		/* that its pppd holds too, 0: none */
	uint16_t window;
	struct in_addr peer;
	struct in_addr address;
	struct in_addr wish;
	int32_t lan;
	uint32_t cause;
	uint32_t event;
	int64_t asked;
	int64_t began;		/* microseconds of sources_clock() */
	struct pptp_wan_error counted;
	struct pptp_wan_error told;
	uint8_t bundle[LEASE_BUNDLE_OCTETS];
	char user[LEASE_USER_OCTETS];
	char name[KEPT_NAME];
	char refusal[KEPT_REFUSAL];
	struct kept_pppd pppd;
};

struct kept_interface {
	char name[KEPT_NAME];
	uint64_t command;	/* a digest of what its pppd was started with */
	uint8_t state;		/* enum interface_state */
	uint32_t slot;
	int64_t since;		/* seconds of time(), and so on */
	int64_t next;
	int64_t failed;
	struct in_addr outer;
	char peer[LINK_SERVER_OCTETS];
	struct kept_pppd pppd;
};

struct kept_source {
	struct in_addr address;
	uint32_t failures;
	uint32_t unknown;
	int64_t blocked;	/* microseconds of sources_clock() */
	int64_t unknown_last;
};

struct kept {
	uint32_t kind;		/* enum kept_kind */
	int32_t fds[KEPT_FDS];
	union {
		struct kept_control control;
		struct kept_call call;
		struct kept_interface interface;
		struct kept_source source;
	};
};

_Static_assert(sizeof(struct kept) <= KEPT_OCTETS, "a record has room for all that is kept");

void kept_init(struct kept *kept, enum kept_kind kind);
const char *kept_fault(const struct kept *kept);

#endif /* TAKEOVER_RECORD_H */
