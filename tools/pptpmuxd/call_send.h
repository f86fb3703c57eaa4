/* SPDX-License-Identifier: GPL-2.0 */
/* What a call tells its peer: the messages of RFC 2637, sections 2.8 to 2.14 */
#ifndef CALL_SEND_H
#define CALL_SEND_H

#include "call.h"

void call_send_accept(struct call *call);
void call_send_refuse(struct control *control, enum pptp_type request, uint16_t peer_call_id,
		      const struct call_verdict *verdict);
void call_send_clear(struct call *call);
void call_send_notify(struct call *call);
void call_send_errors(struct call *call);

#endif /* CALL_SEND_H */
