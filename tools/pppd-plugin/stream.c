// SPDX-License-Identifier: GPL-2.0
/* A control connection as the dialler sees it: messages over a TCP socket */
#include "stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

void stream_init(struct stream *stream, int fd)
{
	stream->fd = fd;
	stream->next = stream->data;
	stream->left = 0;
	pptp_framer_init(&stream->framer);
}

void stream_close(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}

/**
 * stream_send - send a message whole
 * @stream:	the connection
 * @msg:	the message
 *
 * Never waits: what a dialler sends in its whole life fits into the socket's
 * buffer many times over, so a full buffer means that the peer is gone.
 *
 * Return: whether it went out.
 */
bool stream_send(struct stream *stream, const struct pptp_msg *msg)
{
	uint8_t data[PPTP_MSG_MAX];
	size_t len = pptp_msg_encode(msg, data, sizeof(data));

	return len && send(stream->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static enum stream_result stream_fill(struct stream *stream)
{
	ssize_t got = recv(stream->fd, stream->data, sizeof(stream->data), 0);

	if (got > 0) {
		stream->next = stream->data;
		stream->left = got;
		return STREAM_MESSAGE;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return STREAM_NOTHING;
	return STREAM_CLOSED;
}

/**
 * stream_next - the next message that has come, without waiting for one
 * @stream:	the connection
 * @msg:	filled in on STREAM_MESSAGE
 * @reason:	set on STREAM_BAD
 */
enum stream_result stream_next(struct stream *stream, struct pptp_msg *msg, const char **reason)
{
	enum stream_result result;

	for (;;) {
		switch (pptp_framer_next(&stream->framer, &stream->next, &stream->left,
					 msg, reason)) {
		case PPTP_OK:
			return STREAM_MESSAGE;
		case PPTP_BAD:
			return STREAM_BAD;
		case PPTP_MORE:
			break;
		}
		result = stream_fill(stream);
		if (result != STREAM_MESSAGE)
			return result;
	}
}
