/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state machines of PPTP (RFC 2637, section 3) as tables. Pure: what has
 * happened goes in as an event, what to do and the next state come out.
 */
#ifndef PPTP_STATE_H
#define PPTP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "pptp_msg.h"

/* Of all machines; each has some of them, and begins and ends with PPTP_IDLE */
enum pptp_state {
	PPTP_IDLE,
	PPTP_ESTABLISHED,
	/* control connections */
	PPTP_WAIT_CTL_REPLY,
	PPTP_WAIT_STOP_REPLY,
	/* calls */
	PPTP_WAIT_REPLY,
	PPTP_WAIT_CONNECT,
	PPTP_WAIT_CS_ANSWER,
	PPTP_WAIT_DISCONNECT,

	PPTP_STATES
};

enum pptp_event {
	/* of control connections */
	PPTP_ON_OPEN,		/* the TCP connection stands */
	PPTP_ON_START,		/* Start-Control-Connection-Request */
	PPTP_ON_START_OLD,	/* ... of a version that we do not speak */
	PPTP_ON_START_DENIED,	/* ... of a peer that may not have one */
	PPTP_ON_COLLISION_WON,	/* ... while ours is on its way, and we win */
	PPTP_ON_COLLISION_LOST,
	PPTP_ON_STARTED,	/* Start-Control-Connection-Reply */
	PPTP_ON_STARTED_OLD,	/* ... of a version that we do not speak */
	PPTP_ON_NOT_STARTED,	/* ... that refuses */
	PPTP_ON_STOP,		/* Stop-Control-Connection-Request */
	PPTP_ON_STOPPED,	/* Stop-Control-Connection-Reply */
	PPTP_ON_ECHO,		/* Echo-Request */
	PPTP_ON_ECHOED,		/* Echo-Reply */
	PPTP_ON_CALL,		/* any message of a call */
	PPTP_ON_LEAVE,		/* we want no more of it */
	PPTP_ON_QUIET,		/* nothing has come for the echo interval */
	PPTP_ON_FORBIDDEN,	/* a message that its call's machine forbids */
	/* of calls */
	PPTP_ON_PLACE,		/* we want one; for an incoming call, our line rings */
	PPTP_ON_REQUEST,	/* Outgoing- or Incoming-Call-Request */
	PPTP_ON_BAD_REQUEST,	/* ... that cannot be served */
	PPTP_ON_ANSWER,		/* the line that we dialled for a PNS has answered */
	PPTP_ON_FAILURE,	/* ... or has not */
	PPTP_ON_REPLY,		/* Outgoing- or Incoming-Call-Reply */
	PPTP_ON_BAD_REPLY,	/* ... that refuses */
	PPTP_ON_CONNECTED,	/* Incoming-Call-Connected */
	PPTP_ON_CLEAR,		/* Call-Clear-Request */
	PPTP_ON_DISCONNECT,	/* Call-Disconnect-Notify */
	PPTP_ON_WAN_ERROR,	/* WAN-Error-Notify */
	PPTP_ON_LINK_INFO,	/* Set-Link-Info */
	PPTP_ON_HANG_UP,	/* we want no more of it */
	/* of both */
	PPTP_ON_TIMEOUT,	/* what was waited for has not come */
	PPTP_ON_LOST,		/* the connection beneath is gone */

	PPTP_EVENTS
};

enum pptp_action {
	PPTP_DO_NOTHING,
	/* of control connections */
	PPTP_DO_START,		/* send Start-Control-Connection-Request */
	PPTP_DO_ACCEPT_START,	/* send Start-Control-Connection-Reply, result 1 */
	PPTP_DO_EXISTS,		/* ... result 3 */
	PPTP_DO_DENY,		/* ... result 4, and close */
	PPTP_DO_VERSION,	/* ... result 5, and close */
	PPTP_DO_UP,		/* control connection or call stands */
	PPTP_DO_STOP,		/* send Stop-Control-Connection-Request */
	PPTP_DO_STOP_PROTOCOL,	/* ... reason 2 */
	PPTP_DO_STOP_REPLY,	/* clear all calls, send its reply, and close */
	PPTP_DO_CLOSE,
	PPTP_DO_ECHO,		/* send Echo-Request */
	PPTP_DO_ECHO_REPLY,
	PPTP_DO_CALL,		/* hand the message to the call's machine */
	/* of calls */
	PPTP_DO_REQUEST,	/* send Outgoing- or Incoming-Call-Request */
	PPTP_DO_DIAL,		/* what a PNS has asked for */
	PPTP_DO_ACCEPT,		/* send the reply that accepts */
	PPTP_DO_REFUSE,		/* send the reply that refuses */
	PPTP_DO_CONNECT,	/* send Incoming-Call-Connected */
	PPTP_DO_CLEAR,		/* send Call-Clear-Request */
	PPTP_DO_NOTIFY,		/* send Call-Disconnect-Notify */
	PPTP_DO_END,		/* it is over, and there is nobody to tell */
	PPTP_DO_ERRORS,		/* remember what the peer has counted */
	PPTP_DO_LINK,		/* remember the ACCMs */
	PPTP_DO_FORBID,		/* tell the control connection: PPTP_ON_FORBIDDEN */

	PPTP_ACTIONS
};

struct pptp_step {
	enum pptp_action action;
	enum pptp_state next;
};

struct pptp_machine;

extern const struct pptp_machine pptp_originator;	/* section 3.1.3.1 */
extern const struct pptp_machine pptp_receiver;		/* section 3.1.3.2 */
extern const struct pptp_machine pptp_in_pac;		/* section 3.2.3.1 */
extern const struct pptp_machine pptp_in_pns;		/* section 3.2.3.2 */
extern const struct pptp_machine pptp_out_pac;		/* section 3.2.4.1 */
extern const struct pptp_machine pptp_out_pns;		/* section 3.2.4.2 */

struct pptp_step pptp_step(const struct pptp_machine *machine, enum pptp_state state,
			   enum pptp_event event);
bool pptp_listed(const struct pptp_machine *machine, enum pptp_state state,
		 enum pptp_event event);

enum pptp_event pptp_control_event(const struct pptp_msg *msg);
enum pptp_event pptp_call_event(const struct pptp_msg *msg);
const struct pptp_machine *pptp_call_machine(enum pptp_type type);
bool pptp_collision_won(uint32_t ours, uint32_t theirs);

/* Text for logs; never NULL */
const char *pptp_machine_name(const struct pptp_machine *machine);
const char *pptp_state_name(enum pptp_state state);

#endif /* PPTP_STATE_H */
