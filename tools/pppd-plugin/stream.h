/* SPDX-License-Identifier: GPL-2.0 */
/* A control connection as the dialler sees it: messages over a TCP socket */
#ifndef STREAM_H
#define STREAM_H

#include <signal.h>
#include <stdbool.h>

#include "pptp_msg.h"

struct stream {
	int fd;				/* non-blocking; -1: none */
	struct pptp_framer framer;
	uint8_t data[512];		/* received, not yet framed */
	const uint8_t *next;
	size_t left;
};

enum stream_result {
	STREAM_MESSAGE,
	STREAM_NOTHING,		/* no whole message yet */
	STREAM_CLOSED,		/* ended by the peer, or broken */
	STREAM_BAD,		/* the peer does not keep to the protocol */
};

void stream_init(struct stream *stream, int fd);
void stream_close(struct stream *stream);
bool stream_send(struct stream *stream, const struct pptp_msg *msg);
enum stream_result stream_next(struct stream *stream, struct pptp_msg *msg, const char **reason);

#endif /* STREAM_H */
