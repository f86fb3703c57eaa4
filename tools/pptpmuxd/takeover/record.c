// SPDX-License-Identifier: GPL-2.0
/*
 * Records, as they are read: by a pptpmuxd that has not written them, perhaps after it has
 * crashed. So nothing in them is believed that would do harm if it were wrong. Pure.
 */
#include "record.h"

#include <string.h>

#include "interface.h"
#include "pptp_state.h"

/**
 * kept_init - a record of nothing but its kind
 * @kept:	the record
 * @kind:	of what
 */
void kept_init(struct kept *kept, enum kept_kind kind)
{
	unsigned int i;

	memset(kept, 0, sizeof(*kept));
	kept->kind = kind;
	for (i = 0; i < KEPT_FDS; i++)
		kept->fds[i] = -1;
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static const char *pppd_fault(const struct kept_pppd *pppd)
{
	if (pppd->pid < 0 || pppd->pid == 1)
		return "the number of its process";
	if (!ends(pppd->user, sizeof(pppd->user)))
		return "the name of its user";
	return NULL;
}

static const char *control_fault(const struct kept_control *control)
{
	if (control->state != PPTP_IDLE && control->state != PPTP_ESTABLISHED &&
	    control->state != PPTP_WAIT_STOP_REPLY)
		return "its state";
	/* whole, it would have been read */
	if (control->partial_len >= sizeof(control->partial))
		return "the length of what has come";
	if (control->unsent_len > sizeof(control->unsent))
		return "the length of what is to be sent";
	return NULL;
}

/* What there is in a state: a pppd must be, may be, or cannot be there */
static bool has_what_it_needs(const struct kept_call *call)
{
	switch (call->state) {
	case PPTP_IDLE:
	case PPTP_ESTABLISHED:
		return call->has_pppd && !call->queued;
	case PPTP_WAIT_DISCONNECT:
		return !call->queued;
	case PPTP_WAIT_CS_ANSWER:
		return !call->has_pppd && call->queued;
	case PPTP_WAIT_CONNECT:
		return !call->has_pppd && !call->queued && call->incoming;
	default:
		return false;
	}
}

static const char *call_fault(const struct kept_call *call)
{
	if (!has_what_it_needs(call))
		return "its state";
	/* whose pppd has asked for it */
	if ((call->has_address || call->waiting) && (!call->has_pppd || call->pppd.pid <= 0))
		return "its address";
	if (!ends(call->user, sizeof(call->user)) || !ends(call->name, sizeof(call->name)) ||
	    !ends(call->refusal, sizeof(call->refusal)))
		return "a name in it";
	return call->has_pppd ? pppd_fault(&call->pppd) : NULL;
}

static const char *interface_fault(const struct kept_interface *interface)
{
	if (!ends(interface->name, sizeof(interface->name)) ||
	    !ends(interface->peer, sizeof(interface->peer)))
		return "a name in it";
	if (interface->state > INTERFACE_WAITING)
		return "its state";
	/* it has been started, and is no copy */
	if (!interface->pppd.pid)
		return "the number of its process";
	return pppd_fault(&interface->pppd);
}

/**
 * kept_fault - what is wrong in a record
 * @kept:	the record
 *
 * Return: a text for the log, NULL if nothing is.
 */
const char *kept_fault(const struct kept *kept)
{
	switch (kept->kind) {
	case KEPT_NOTHING:
	case KEPT_SOURCE:
		return NULL;
	case KEPT_CONTROL:
		return control_fault(&kept->control);
	case KEPT_CALL:
		return call_fault(&kept->call);
	case KEPT_INTERFACE:
		return interface_fault(&kept->interface);
	default:
		return "its kind";
	}
}
