/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What pptpmuxd and the plugin in a pppd that waits for calls tell each other, over a
 * socket pair that this pppd inherits: one datagram an order, which has the descriptors
 * of the call, of its output and of its own socket to pptpmuxd with it. Nobody else has
 * an end of it, and a datagram of another size is from another version.
 */
#ifndef WARM_MSG_H
#define WARM_MSG_H

#include <netinet/in.h>
#include <stdint.h>

/* The descriptors that come with an order, in their order */
enum warm_descriptor {
	WARM_CALL,
	WARM_OUTPUT,
	WARM_SOCKET,
	WARM_DESCRIPTORS
};

/* A copy is wanted */
struct warm_order {
	char peer[INET_ADDRSTRLEN];	/* where the call comes from */
};

/*
 * On the socket of orders, once: they are read from now on. On a call's own socket: there
 * is a copy, which has sent this, or there is none, for @error.
 */
struct warm_birth {
	uint32_t error;		/* an errno, or 0 */
};

#endif /* WARM_MSG_H */
