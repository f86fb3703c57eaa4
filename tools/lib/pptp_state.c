// SPDX-License-Identifier: GPL-2.0
/*
 * The state machines of PPTP (RFC 2637, section 3) as tables.
 *
 * A cell is what section 3 draws, or says in its text. Where it is silent and
 * peers are known to do it, or two messages can cross on their way, the cell is
 * marked with a star. What has no cell is out of place, and is answered by what
 * the RFC has for a peer that does not keep to the protocol:
 *
 *	no control connection yet	the TCP connection is closed (section 2.1)
 *	control connection or call	Stop-Control-Connection-Request, reason 2
 *	control connection stopping	ignored, as it has been told
 */
#include "pptp_state.h"

#include <stddef.h>

struct cell {
	uint8_t listed;
	uint8_t action;
	uint8_t next;
};

struct pptp_machine {
	const char *name;
	bool control;
	struct cell cell[PPTP_STATES][PPTP_EVENTS];
};

#define TO(n, a)	{ .listed = 1, .action = PPTP_DO_##a, .next = PPTP_##n }

/* ---- control connections, section 3.1 ---- */

/* What both ends do once it stands, and while they stop it */
#define CONTROL_STANDS							\
	[PPTP_ESTABLISHED] = {						\
		[PPTP_ON_START]		= TO(ESTABLISHED, EXISTS),	\
		[PPTP_ON_START_OLD]	= TO(ESTABLISHED, EXISTS),	\
		[PPTP_ON_START_DENIED]	= TO(ESTABLISHED, EXISTS),	\
		[PPTP_ON_STOP]		= TO(IDLE, STOP_REPLY),		\
		[PPTP_ON_ECHO]		= TO(ESTABLISHED, ECHO_REPLY),	\
		[PPTP_ON_ECHOED]	= TO(ESTABLISHED, NOTHING),	\
		[PPTP_ON_CALL]		= TO(ESTABLISHED, CALL),	\
		[PPTP_ON_QUIET]		= TO(ESTABLISHED, ECHO),	\
		[PPTP_ON_LEAVE]		= TO(WAIT_STOP_REPLY, STOP),	\
		[PPTP_ON_TIMEOUT]	= TO(IDLE, CLOSE),		\
		[PPTP_ON_LOST]		= TO(IDLE, CLOSE),		\
	},								\
	[PPTP_WAIT_STOP_REPLY] = {					\
		[PPTP_ON_STOPPED]	= TO(IDLE, CLOSE),		\
		/* * both stop at once */				\
		[PPTP_ON_STOP]		= TO(IDLE, STOP_REPLY),		\
		/* * sent before the peer had our request */		\
		[PPTP_ON_ECHO]		= TO(WAIT_STOP_REPLY, ECHO_REPLY), \
		[PPTP_ON_CALL]		= TO(WAIT_STOP_REPLY, CALL),	\
		[PPTP_ON_TIMEOUT]	= TO(IDLE, CLOSE),		\
		[PPTP_ON_LOST]		= TO(IDLE, CLOSE),		\
	}

const struct pptp_machine pptp_originator = {
	.name = "control connection's originator",
	.control = true,
	.cell = {
		[PPTP_IDLE] = {
			[PPTP_ON_OPEN]		= TO(WAIT_CTL_REPLY, START),
			[PPTP_ON_LOST]		= TO(IDLE, CLOSE),
		},
		[PPTP_WAIT_CTL_REPLY] = {
			[PPTP_ON_STARTED]	= TO(ESTABLISHED, UP),
			[PPTP_ON_STARTED_OLD]	= TO(WAIT_STOP_REPLY, STOP_PROTOCOL),
			[PPTP_ON_NOT_STARTED]	= TO(IDLE, CLOSE),
			[PPTP_ON_COLLISION_WON]	= TO(WAIT_CTL_REPLY, NOTHING),
			[PPTP_ON_COLLISION_LOST] = TO(IDLE, CLOSE),
			/* * instead of a reply */
			[PPTP_ON_STOP]		= TO(IDLE, STOP_REPLY),
			[PPTP_ON_LEAVE]		= TO(IDLE, CLOSE),
			[PPTP_ON_TIMEOUT]	= TO(IDLE, CLOSE),
			[PPTP_ON_LOST]		= TO(IDLE, CLOSE),
		},
		CONTROL_STANDS,
	},
};

const struct pptp_machine pptp_receiver = {
	.name = "control connection's receiver",
	.control = true,
	.cell = {
		[PPTP_IDLE] = {
			[PPTP_ON_OPEN]		= TO(IDLE, NOTHING),
			[PPTP_ON_START]		= TO(ESTABLISHED, ACCEPT_START),
			[PPTP_ON_START_OLD]	= TO(IDLE, VERSION),
			[PPTP_ON_START_DENIED]	= TO(IDLE, DENY),
			/* the winner sends nothing here, and waits for the end */
			[PPTP_ON_COLLISION_WON]	= TO(IDLE, NOTHING),
			[PPTP_ON_COLLISION_LOST] = TO(ESTABLISHED, ACCEPT_START),
			[PPTP_ON_LEAVE]		= TO(IDLE, CLOSE),
			[PPTP_ON_TIMEOUT]	= TO(IDLE, CLOSE),
			[PPTP_ON_LOST]		= TO(IDLE, CLOSE),
		},
		CONTROL_STANDS,
	},
};

/* ---- calls, section 3.2 ---- */

/* The end of a call crosses with what its peer had still to say of it */
#define CROSSED(state)						\
		[PPTP_ON_WAN_ERROR]	= TO(state, NOTHING),	\
		[PPTP_ON_LINK_INFO]	= TO(state, NOTHING)

#define CALL_OVER						\
		[PPTP_ON_CLEAR]		= TO(IDLE, NOTHING),	\
		[PPTP_ON_DISCONNECT]	= TO(IDLE, NOTHING),	\
		[PPTP_ON_HANG_UP]	= TO(IDLE, NOTHING),	\
		[PPTP_ON_TIMEOUT]	= TO(IDLE, NOTHING),	\
		[PPTP_ON_LOST]		= TO(IDLE, NOTHING),	\
		CROSSED(IDLE)

/*
 * Set-Link-Info is the PNS's to send and WAN-Error-Notify the PAC's; either is
 * taken from both (*), as servers and clients are known that send both.
 */
#define CALL_NOTES							\
		[PPTP_ON_WAN_ERROR]	= TO(ESTABLISHED, ERRORS),	\
		[PPTP_ON_LINK_INFO]	= TO(ESTABLISHED, LINK)

/* A PAC ends a call in one step; some clients hang up by Call-Disconnect-Notify (*) */
#define PAC_STANDS						\
	[PPTP_ESTABLISHED] = {					\
		[PPTP_ON_CLEAR]		= TO(IDLE, NOTIFY),	\
		[PPTP_ON_DISCONNECT]	= TO(IDLE, NOTIFY),	\
		[PPTP_ON_HANG_UP]	= TO(IDLE, NOTIFY),	\
		[PPTP_ON_LOST]		= TO(IDLE, END),	\
		CALL_NOTES,					\
	}

/* A PNS asks, and is notified when it is done */
#define PNS_STANDS							\
	[PPTP_ESTABLISHED] = {						\
		[PPTP_ON_DISCONNECT]	= TO(IDLE, END),		\
		[PPTP_ON_HANG_UP]	= TO(WAIT_DISCONNECT, CLEAR),	\
		[PPTP_ON_LOST]		= TO(IDLE, END),		\
		CALL_NOTES,						\
	}

#define PNS_ENDS							\
		[PPTP_ON_DISCONNECT]	= TO(IDLE, END),		\
		[PPTP_ON_HANG_UP]	= TO(WAIT_DISCONNECT, NOTHING),	\
		[PPTP_ON_TIMEOUT]	= TO(IDLE, END),		\
		[PPTP_ON_LOST]		= TO(IDLE, END),		\
		CROSSED(WAIT_DISCONNECT)

const struct pptp_machine pptp_in_pac = {
	.name = "incoming call's PAC",
	.cell = {
		[PPTP_IDLE] = {
			[PPTP_ON_PLACE]		= TO(WAIT_REPLY, REQUEST),
			CALL_OVER,
		},
		[PPTP_WAIT_REPLY] = {
			[PPTP_ON_REPLY]		= TO(ESTABLISHED, CONNECT),
			[PPTP_ON_BAD_REPLY]	= TO(IDLE, END),
			/* the RFC draws idle; but the reply is yet to come (*) */
			[PPTP_ON_HANG_UP]	= TO(WAIT_DISCONNECT, NOTIFY),
			[PPTP_ON_TIMEOUT]	= TO(WAIT_DISCONNECT, NOTIFY),
			[PPTP_ON_LOST]		= TO(IDLE, END),
		},
		PAC_STANDS,
		[PPTP_WAIT_DISCONNECT] = {
			[PPTP_ON_REPLY]		= TO(IDLE, END),
			[PPTP_ON_BAD_REPLY]	= TO(IDLE, END),
			[PPTP_ON_HANG_UP]	= TO(WAIT_DISCONNECT, NOTHING),
			[PPTP_ON_TIMEOUT]	= TO(IDLE, END),
			[PPTP_ON_LOST]		= TO(IDLE, END),
		},
	},
};

const struct pptp_machine pptp_in_pns = {
	.name = "incoming call's PNS",
	.cell = {
		[PPTP_IDLE] = {
			/* the RFC has it decide at once; but a slot may be about to be free (*) */
			[PPTP_ON_REQUEST]	= TO(WAIT_CS_ANSWER, DIAL),
			[PPTP_ON_BAD_REQUEST]	= TO(IDLE, REFUSE),
			CALL_OVER,
		},
		[PPTP_WAIT_CS_ANSWER] = {
			[PPTP_ON_ANSWER]	= TO(WAIT_CONNECT, ACCEPT),
			[PPTP_ON_FAILURE]	= TO(IDLE, REFUSE),
			[PPTP_ON_TIMEOUT]	= TO(IDLE, REFUSE),
			[PPTP_ON_HANG_UP]	= TO(IDLE, REFUSE),
			/* a PAC that has given up waits for the reply all the same */
			[PPTP_ON_DISCONNECT]	= TO(IDLE, REFUSE),
			[PPTP_ON_LOST]		= TO(IDLE, END),
		},
		[PPTP_WAIT_CONNECT] = {
			[PPTP_ON_CONNECTED]	= TO(ESTABLISHED, UP),
			[PPTP_ON_DISCONNECT]	= TO(IDLE, END),
			[PPTP_ON_HANG_UP]	= TO(WAIT_DISCONNECT, CLEAR),
			[PPTP_ON_TIMEOUT]	= TO(WAIT_DISCONNECT, CLEAR),
			[PPTP_ON_LOST]		= TO(IDLE, END),
		},
		PNS_STANDS,
		[PPTP_WAIT_DISCONNECT] = {
			/* * on its way when we asked */
			[PPTP_ON_CONNECTED]	= TO(WAIT_DISCONNECT, NOTHING),
			PNS_ENDS,
		},
	},
};

const struct pptp_machine pptp_out_pac = {
	.name = "outgoing call's PAC",
	.cell = {
		[PPTP_IDLE] = {
			[PPTP_ON_REQUEST]	= TO(WAIT_CS_ANSWER, DIAL),
			[PPTP_ON_BAD_REQUEST]	= TO(IDLE, REFUSE),
			CALL_OVER,
		},
		[PPTP_WAIT_CS_ANSWER] = {
			[PPTP_ON_ANSWER]	= TO(ESTABLISHED, ACCEPT),
			[PPTP_ON_FAILURE]	= TO(IDLE, REFUSE),
			[PPTP_ON_TIMEOUT]	= TO(IDLE, REFUSE),
			[PPTP_ON_HANG_UP]	= TO(IDLE, REFUSE),
			[PPTP_ON_CLEAR]		= TO(IDLE, NOTIFY),
			[PPTP_ON_DISCONNECT]	= TO(IDLE, NOTIFY),
			[PPTP_ON_LOST]		= TO(IDLE, END),
		},
		PAC_STANDS,
	},
};

const struct pptp_machine pptp_out_pns = {
	.name = "outgoing call's PNS",
	.cell = {
		[PPTP_IDLE] = {
			[PPTP_ON_PLACE]		= TO(WAIT_REPLY, REQUEST),
			CALL_OVER,
		},
		[PPTP_WAIT_REPLY] = {
			[PPTP_ON_REPLY]		= TO(ESTABLISHED, UP),
			[PPTP_ON_BAD_REPLY]	= TO(IDLE, END),
			[PPTP_ON_HANG_UP]	= TO(WAIT_DISCONNECT, CLEAR),
			[PPTP_ON_TIMEOUT]	= TO(WAIT_DISCONNECT, CLEAR),
			[PPTP_ON_LOST]		= TO(IDLE, END),
		},
		PNS_STANDS,
		[PPTP_WAIT_DISCONNECT] = {
			/* * on its way when we asked; its notification follows */
			[PPTP_ON_REPLY]		= TO(WAIT_DISCONNECT, NOTHING),
			[PPTP_ON_BAD_REPLY]	= TO(IDLE, END),
			PNS_ENDS,
		},
	},
};

/* What has no cell; the comment on top says why */
static struct pptp_step out_of_place(const struct pptp_machine *machine, enum pptp_state state)
{
	if (!machine->control)
		return (struct pptp_step){ PPTP_DO_FORBID, state };
	if (state == PPTP_ESTABLISHED)
		return (struct pptp_step){ PPTP_DO_STOP_PROTOCOL, PPTP_WAIT_STOP_REPLY };
	if (state == PPTP_WAIT_STOP_REPLY)
		return (struct pptp_step){ PPTP_DO_NOTHING, state };
	return (struct pptp_step){ PPTP_DO_CLOSE, PPTP_IDLE };
}

/**
 * pptp_step - what an event leads to
 * @machine:	one of the six
 * @state:	where it is
 * @event:	what has happened
 *
 * Return: what to do, and the state from then on.
 */
struct pptp_step pptp_step(const struct pptp_machine *machine, enum pptp_state state,
			   enum pptp_event event)
{
	const struct cell *cell = &machine->cell[state][event];

	if (!cell->listed)
		return out_of_place(machine, state);
	return (struct pptp_step){ cell->action, cell->next };
}

/* Has the table a cell for it? */
bool pptp_listed(const struct pptp_machine *machine, enum pptp_state state,
		 enum pptp_event event)
{
	return machine->cell[state][event].listed;
}

/* A later version speaks ours too, and says so (section 3.1.3.2); no earlier one is known */
static bool too_old(const struct pptp_msg *msg)
{
	return msg->start.version < PPTP_VERSION;
}

/**
 * pptp_control_event - what a message is to its control connection
 * @msg:	the message
 *
 * Whether a start collides, or is denied, only the receiver knows.
 */
enum pptp_event pptp_control_event(const struct pptp_msg *msg)
{
	switch (msg->type) {
	case PPTP_SCCRQ:
		return too_old(msg) ? PPTP_ON_START_OLD : PPTP_ON_START;
	case PPTP_SCCRP:
		if (msg->start.result != PPTP_START_OK)
			return PPTP_ON_NOT_STARTED;
		return msg->start.version == PPTP_VERSION ? PPTP_ON_STARTED :
		       PPTP_ON_STARTED_OLD;
	case PPTP_STOP_RQ:
		return PPTP_ON_STOP;
	case PPTP_STOP_RP:
		return PPTP_ON_STOPPED;
	case PPTP_ECHO_RQ:
		return PPTP_ON_ECHO;
	case PPTP_ECHO_RP:
		return PPTP_ON_ECHOED;
	default:
		return PPTP_ON_CALL;
	}
}

/**
 * pptp_call_event - what a message is to its call
 * @msg:	a message for which pptp_control_event() says PPTP_ON_CALL
 *
 * Whether a request can be served is for its receiver to find out; one that
 * is wrong in itself is bad already.
 */
enum pptp_event pptp_call_event(const struct pptp_msg *msg)
{
	switch (msg->type) {
	case PPTP_OCRQ:
	case PPTP_ICRQ:
		return pptp_msg_fault(msg) ? PPTP_ON_BAD_REQUEST : PPTP_ON_REQUEST;
	case PPTP_OCRP:
		return msg->out_reply.result == PPTP_OUT_CONNECTED ? PPTP_ON_REPLY :
		       PPTP_ON_BAD_REPLY;
	case PPTP_ICRP:
		return msg->in_reply.result == PPTP_IN_CONNECT ? PPTP_ON_REPLY :
		       PPTP_ON_BAD_REPLY;
	case PPTP_ICCN:
		return PPTP_ON_CONNECTED;
	case PPTP_CCRQ:
		return PPTP_ON_CLEAR;
	case PPTP_WEN:
		return PPTP_ON_WAN_ERROR;
	case PPTP_SLI:
		return PPTP_ON_LINK_INFO;
	default:
		return PPTP_ON_DISCONNECT;
	}
}

/**
 * pptp_call_machine - whose a message is that names no call of ours
 * @type:	a type for which pptp_control_event() says PPTP_ON_CALL
 *
 * For a request, the machine that its call gets.
 */
const struct pptp_machine *pptp_call_machine(enum pptp_type type)
{
	switch (type) {
	case PPTP_OCRP:
		return &pptp_out_pns;
	case PPTP_ICRQ:
	case PPTP_ICCN:
		return &pptp_in_pns;
	case PPTP_ICRP:
		return &pptp_in_pac;
	default:
		return &pptp_out_pac;
	}
}

/**
 * pptp_collision_won - both ends have opened a control connection at once
 * @ours:	our address, in host byte order
 * @theirs:	the peer's
 *
 * Return: whether the one that we have opened is kept (section 3.1.3).
 */
bool pptp_collision_won(uint32_t ours, uint32_t theirs)
{
	return ours > theirs;
}

const char *pptp_machine_name(const struct pptp_machine *machine)
{
	return machine->name;
}

const char *pptp_state_name(enum pptp_state state)
{
	static const char * const names[PPTP_STATES] = {
		[PPTP_IDLE] = "idle",
		[PPTP_ESTABLISHED] = "established",
		[PPTP_WAIT_CTL_REPLY] = "wait_ctl_reply",
		[PPTP_WAIT_STOP_REPLY] = "wait_stop_reply",
		[PPTP_WAIT_REPLY] = "wait_reply",
		[PPTP_WAIT_CONNECT] = "wait_connect",
		[PPTP_WAIT_CS_ANSWER] = "wait_cs_answer",
		[PPTP_WAIT_DISCONNECT] = "wait_disconnect",
	};

	return names[state];
}
