/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A control connection that we have opened, and the one call on it (RFC 2637,
 * sections 3.1.3.1 and 3.2.4.2: originator, and PNS of an outgoing call).
 */
#ifndef LINE_H
#define LINE_H

#include "pptp_state.h"
#include "stream.h"

struct line {
	struct stream stream;
	enum pptp_state control;	/* of pptp_originator */
	enum pptp_state call;		/* of pptp_out_pns */
	uint16_t call_id;		/* ours, once there is a call */
	uint16_t peer_call_id;
	uint16_t window;		/* the peer's, in packets */
	const char *phone;		/* may be NULL */
	uint32_t echo_id;
	struct pptp_msg last;		/* that has come */
	struct pptp_wan_error errors;	/* that the peer has counted */
	char statistics[PPTP_STATISTICS_MAX + 1];	/* that it ended the call with */
};

void line_init(struct line *line, int fd, const char *phone);
void line_control(struct line *line, enum pptp_event event);
void line_call(struct line *line, enum pptp_event event);
enum stream_result line_read(struct line *line, const char **reason);
void line_link_info(struct line *line, uint32_t send_accm, uint32_t receive_accm);

#endif /* LINE_H */
