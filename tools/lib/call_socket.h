/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call as the kernel knows it: an AF_PPPOX socket of pptp-mux.ko, which holds
 * a slot from the claim until its last descriptor is closed.
 */
#ifndef CALL_SOCKET_H
#define CALL_SOCKET_H

#include <netinet/in.h>
#include <stdint.h>
#include <linux/pptp_mux.h>

struct call_socket {
	int fd;			/* -1: none */
	uint16_t call_id;	/* ours: the key of the packets that come to us */
	uint32_t slot;		/* 7 is VPN7 */
};

/* Why there is no call */
struct call_refusal {
	int error;		/* errno */
	const char *step;	/* the system call that said so */
	struct pptp_mux_refusal slots;	/* when the claim was refused */
};

int call_socket_claim(struct call_socket *call, struct in_addr local, uint32_t usage,
		      struct call_refusal *refusal);
int call_socket_connect(const struct call_socket *call, struct in_addr peer,
			uint16_t peer_call_id, struct call_refusal *refusal);
int call_socket_adopt(struct call_socket *call, int fd);
void call_socket_peer_window(const struct call_socket *call, uint16_t packets);
int call_socket_encrypted(const struct call_socket *call, uint32_t numbers);
void call_socket_cause(const struct call_socket *call, uint32_t cause);
void call_socket_close(struct call_socket *call);

const char *call_usage_name(uint32_t usage);
void call_refusal_text(const struct call_refusal *refusal, uint32_t usage,
		       char *text, size_t size);

#endif /* CALL_SOCKET_H */
