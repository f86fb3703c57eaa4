// SPDX-License-Identifier: GPL-2.0
/*
 * The state machines, cell by cell: RFC 2637's section 3 once more, as rows of
 * (state, event, action, next state). What has no row must be refused.
 */
#include <string.h>

#include "pptp_state.h"
#include "tap.h"

struct row {
	enum pptp_state state;
	enum pptp_event event;
	enum pptp_action action;
	enum pptp_state next;
};

#define ROW(s, e, a, n)	{ PPTP_##s, PPTP_ON_##e, PPTP_DO_##a, PPTP_##n }

static const struct row originator[] = {
	ROW(IDLE, OPEN, START, WAIT_CTL_REPLY),
	ROW(IDLE, LOST, CLOSE, IDLE),
	ROW(WAIT_CTL_REPLY, STARTED, UP, ESTABLISHED),
	ROW(WAIT_CTL_REPLY, STARTED_OLD, STOP_PROTOCOL, WAIT_STOP_REPLY),
	ROW(WAIT_CTL_REPLY, NOT_STARTED, CLOSE, IDLE),
	ROW(WAIT_CTL_REPLY, COLLISION_WON, NOTHING, WAIT_CTL_REPLY),
	ROW(WAIT_CTL_REPLY, COLLISION_LOST, CLOSE, IDLE),
	ROW(WAIT_CTL_REPLY, STOP, STOP_REPLY, IDLE),
	ROW(WAIT_CTL_REPLY, LEAVE, CLOSE, IDLE),
	ROW(WAIT_CTL_REPLY, TIMEOUT, CLOSE, IDLE),
	ROW(WAIT_CTL_REPLY, LOST, CLOSE, IDLE),
	ROW(ESTABLISHED, START, EXISTS, ESTABLISHED),
	ROW(ESTABLISHED, START_OLD, EXISTS, ESTABLISHED),
	ROW(ESTABLISHED, START_DENIED, EXISTS, ESTABLISHED),
	ROW(ESTABLISHED, STOP, STOP_REPLY, IDLE),
	ROW(ESTABLISHED, ECHO, ECHO_REPLY, ESTABLISHED),
	ROW(ESTABLISHED, ECHOED, NOTHING, ESTABLISHED),
	ROW(ESTABLISHED, CALL, CALL, ESTABLISHED),
	ROW(ESTABLISHED, QUIET, ECHO, ESTABLISHED),
	ROW(ESTABLISHED, LEAVE, STOP, WAIT_STOP_REPLY),
	ROW(ESTABLISHED, TIMEOUT, CLOSE, IDLE),
	ROW(ESTABLISHED, LOST, CLOSE, IDLE),
	ROW(WAIT_STOP_REPLY, STOPPED, CLOSE, IDLE),
	ROW(WAIT_STOP_REPLY, STOP, STOP_REPLY, IDLE),
	ROW(WAIT_STOP_REPLY, ECHO, ECHO_REPLY, WAIT_STOP_REPLY),
	ROW(WAIT_STOP_REPLY, CALL, CALL, WAIT_STOP_REPLY),
	ROW(WAIT_STOP_REPLY, TIMEOUT, CLOSE, IDLE),
	ROW(WAIT_STOP_REPLY, LOST, CLOSE, IDLE),
};

static const struct row receiver[] = {
	ROW(IDLE, OPEN, NOTHING, IDLE),
	ROW(IDLE, START, ACCEPT_START, ESTABLISHED),
	ROW(IDLE, START_OLD, VERSION, IDLE),
	ROW(IDLE, START_DENIED, DENY, IDLE),
	ROW(IDLE, COLLISION_WON, NOTHING, IDLE),
	ROW(IDLE, COLLISION_LOST, ACCEPT_START, ESTABLISHED),
	ROW(IDLE, LEAVE, CLOSE, IDLE),
	ROW(IDLE, TIMEOUT, CLOSE, IDLE),
	ROW(IDLE, LOST, CLOSE, IDLE),
	ROW(ESTABLISHED, START, EXISTS, ESTABLISHED),
	ROW(ESTABLISHED, START_OLD, EXISTS, ESTABLISHED),
	ROW(ESTABLISHED, START_DENIED, EXISTS, ESTABLISHED),
	ROW(ESTABLISHED, STOP, STOP_REPLY, IDLE),
	ROW(ESTABLISHED, ECHO, ECHO_REPLY, ESTABLISHED),
	ROW(ESTABLISHED, ECHOED, NOTHING, ESTABLISHED),
	ROW(ESTABLISHED, CALL, CALL, ESTABLISHED),
	ROW(ESTABLISHED, QUIET, ECHO, ESTABLISHED),
	ROW(ESTABLISHED, LEAVE, STOP, WAIT_STOP_REPLY),
	ROW(ESTABLISHED, TIMEOUT, CLOSE, IDLE),
	ROW(ESTABLISHED, LOST, CLOSE, IDLE),
	ROW(WAIT_STOP_REPLY, STOPPED, CLOSE, IDLE),
	ROW(WAIT_STOP_REPLY, STOP, STOP_REPLY, IDLE),
	ROW(WAIT_STOP_REPLY, ECHO, ECHO_REPLY, WAIT_STOP_REPLY),
	ROW(WAIT_STOP_REPLY, CALL, CALL, WAIT_STOP_REPLY),
	ROW(WAIT_STOP_REPLY, TIMEOUT, CLOSE, IDLE),
	ROW(WAIT_STOP_REPLY, LOST, CLOSE, IDLE),
};

static const struct row in_pac[] = {
	ROW(IDLE, PLACE, REQUEST, WAIT_REPLY),
	ROW(IDLE, CLEAR, NOTHING, IDLE),
	ROW(IDLE, DISCONNECT, NOTHING, IDLE),
	ROW(IDLE, HANG_UP, NOTHING, IDLE),
	ROW(IDLE, TIMEOUT, NOTHING, IDLE),
	ROW(IDLE, LOST, NOTHING, IDLE),
	ROW(IDLE, WAN_ERROR, NOTHING, IDLE),
	ROW(IDLE, LINK_INFO, NOTHING, IDLE),
	ROW(WAIT_REPLY, REPLY, CONNECT, ESTABLISHED),
	ROW(WAIT_REPLY, BAD_REPLY, END, IDLE),
	ROW(WAIT_REPLY, HANG_UP, NOTIFY, WAIT_DISCONNECT),
	ROW(WAIT_REPLY, TIMEOUT, NOTIFY, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, REPLY, END, IDLE),
	ROW(WAIT_DISCONNECT, BAD_REPLY, END, IDLE),
	ROW(WAIT_DISCONNECT, HANG_UP, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, TIMEOUT, END, IDLE),
	ROW(WAIT_DISCONNECT, LOST, END, IDLE),
	ROW(WAIT_REPLY, LOST, END, IDLE),
	ROW(ESTABLISHED, CLEAR, NOTIFY, IDLE),
	ROW(ESTABLISHED, DISCONNECT, NOTIFY, IDLE),
	ROW(ESTABLISHED, HANG_UP, NOTIFY, IDLE),
	ROW(ESTABLISHED, LOST, END, IDLE),
	ROW(ESTABLISHED, WAN_ERROR, ERRORS, ESTABLISHED),
	ROW(ESTABLISHED, LINK_INFO, LINK, ESTABLISHED),
};

static const struct row in_pns[] = {
	ROW(IDLE, REQUEST, DIAL, WAIT_CS_ANSWER),
	ROW(IDLE, BAD_REQUEST, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, ANSWER, ACCEPT, WAIT_CONNECT),
	ROW(WAIT_CS_ANSWER, FAILURE, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, TIMEOUT, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, HANG_UP, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, DISCONNECT, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, LOST, END, IDLE),
	ROW(IDLE, CLEAR, NOTHING, IDLE),
	ROW(IDLE, DISCONNECT, NOTHING, IDLE),
	ROW(IDLE, HANG_UP, NOTHING, IDLE),
	ROW(IDLE, TIMEOUT, NOTHING, IDLE),
	ROW(IDLE, LOST, NOTHING, IDLE),
	ROW(IDLE, WAN_ERROR, NOTHING, IDLE),
	ROW(IDLE, LINK_INFO, NOTHING, IDLE),
	ROW(WAIT_CONNECT, CONNECTED, UP, ESTABLISHED),
	ROW(WAIT_CONNECT, DISCONNECT, END, IDLE),
	ROW(WAIT_CONNECT, HANG_UP, CLEAR, WAIT_DISCONNECT),
	ROW(WAIT_CONNECT, TIMEOUT, CLEAR, WAIT_DISCONNECT),
	ROW(WAIT_CONNECT, LOST, END, IDLE),
	ROW(ESTABLISHED, DISCONNECT, END, IDLE),
	ROW(ESTABLISHED, HANG_UP, CLEAR, WAIT_DISCONNECT),
	ROW(ESTABLISHED, LOST, END, IDLE),
	ROW(ESTABLISHED, WAN_ERROR, ERRORS, ESTABLISHED),
	ROW(ESTABLISHED, LINK_INFO, LINK, ESTABLISHED),
	ROW(WAIT_DISCONNECT, DISCONNECT, END, IDLE),
	ROW(WAIT_DISCONNECT, TIMEOUT, END, IDLE),
	ROW(WAIT_DISCONNECT, LOST, END, IDLE),
	ROW(WAIT_DISCONNECT, HANG_UP, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, WAN_ERROR, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, LINK_INFO, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, CONNECTED, NOTHING, WAIT_DISCONNECT),
};

static const struct row out_pac[] = {
	ROW(IDLE, REQUEST, DIAL, WAIT_CS_ANSWER),
	ROW(IDLE, BAD_REQUEST, REFUSE, IDLE),
	ROW(IDLE, CLEAR, NOTHING, IDLE),
	ROW(IDLE, DISCONNECT, NOTHING, IDLE),
	ROW(IDLE, HANG_UP, NOTHING, IDLE),
	ROW(IDLE, TIMEOUT, NOTHING, IDLE),
	ROW(IDLE, LOST, NOTHING, IDLE),
	ROW(IDLE, WAN_ERROR, NOTHING, IDLE),
	ROW(IDLE, LINK_INFO, NOTHING, IDLE),
	ROW(WAIT_CS_ANSWER, ANSWER, ACCEPT, ESTABLISHED),
	ROW(WAIT_CS_ANSWER, FAILURE, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, TIMEOUT, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, HANG_UP, REFUSE, IDLE),
	ROW(WAIT_CS_ANSWER, CLEAR, NOTIFY, IDLE),
	ROW(WAIT_CS_ANSWER, DISCONNECT, NOTIFY, IDLE),
	ROW(WAIT_CS_ANSWER, LOST, END, IDLE),
	ROW(ESTABLISHED, CLEAR, NOTIFY, IDLE),
	ROW(ESTABLISHED, DISCONNECT, NOTIFY, IDLE),
	ROW(ESTABLISHED, HANG_UP, NOTIFY, IDLE),
	ROW(ESTABLISHED, LOST, END, IDLE),
	ROW(ESTABLISHED, WAN_ERROR, ERRORS, ESTABLISHED),
	ROW(ESTABLISHED, LINK_INFO, LINK, ESTABLISHED),
};

static const struct row out_pns[] = {
	ROW(IDLE, PLACE, REQUEST, WAIT_REPLY),
	ROW(IDLE, CLEAR, NOTHING, IDLE),
	ROW(IDLE, DISCONNECT, NOTHING, IDLE),
	ROW(IDLE, HANG_UP, NOTHING, IDLE),
	ROW(IDLE, TIMEOUT, NOTHING, IDLE),
	ROW(IDLE, LOST, NOTHING, IDLE),
	ROW(IDLE, WAN_ERROR, NOTHING, IDLE),
	ROW(IDLE, LINK_INFO, NOTHING, IDLE),
	ROW(WAIT_REPLY, REPLY, UP, ESTABLISHED),
	ROW(WAIT_REPLY, BAD_REPLY, END, IDLE),
	ROW(WAIT_REPLY, HANG_UP, CLEAR, WAIT_DISCONNECT),
	ROW(WAIT_REPLY, TIMEOUT, CLEAR, WAIT_DISCONNECT),
	ROW(WAIT_REPLY, LOST, END, IDLE),
	ROW(ESTABLISHED, DISCONNECT, END, IDLE),
	ROW(ESTABLISHED, HANG_UP, CLEAR, WAIT_DISCONNECT),
	ROW(ESTABLISHED, LOST, END, IDLE),
	ROW(ESTABLISHED, WAN_ERROR, ERRORS, ESTABLISHED),
	ROW(ESTABLISHED, LINK_INFO, LINK, ESTABLISHED),
	ROW(WAIT_DISCONNECT, DISCONNECT, END, IDLE),
	ROW(WAIT_DISCONNECT, TIMEOUT, END, IDLE),
	ROW(WAIT_DISCONNECT, LOST, END, IDLE),
	ROW(WAIT_DISCONNECT, HANG_UP, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, WAN_ERROR, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, LINK_INFO, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, REPLY, NOTHING, WAIT_DISCONNECT),
	ROW(WAIT_DISCONNECT, BAD_REPLY, END, IDLE),
};

struct machine {
	const struct pptp_machine *machine;
	bool control;
	const struct row *rows;
	size_t count;
};

#define MACHINE(m, c)	{ &pptp_##m, c, m, sizeof(m) / sizeof(m[0]) }

static const struct machine machines[] = {
	MACHINE(originator, true),
	MACHINE(receiver, true),
	MACHINE(in_pac, false),
	MACHINE(in_pns, false),
	MACHINE(out_pac, false),
	MACHINE(out_pns, false),
};

#define MACHINES	(sizeof(machines) / sizeof(machines[0]))

static const struct row *row_of(const struct machine *machine, enum pptp_state state,
				enum pptp_event event)
{
	size_t i;

	for (i = 0; i < machine->count; i++) {
		if (machine->rows[i].state == state && machine->rows[i].event == event)
			return &machine->rows[i];
	}
	return NULL;
}

static bool is(struct pptp_step step, enum pptp_action action, enum pptp_state next)
{
	return step.action == action && step.next == next;
}

/* A cell without a row */
static bool refused(const struct machine *machine, enum pptp_state state, struct pptp_step step)
{
	if (!machine->control)
		return is(step, PPTP_DO_FORBID, state);
	switch (state) {
	case PPTP_ESTABLISHED:
		return is(step, PPTP_DO_STOP_PROTOCOL, PPTP_WAIT_STOP_REPLY);
	case PPTP_WAIT_STOP_REPLY:
		return is(step, PPTP_DO_NOTHING, state);
	default:
		return is(step, PPTP_DO_CLOSE, PPTP_IDLE);
	}
}

static bool cell_right(const struct machine *machine, enum pptp_state state,
		       enum pptp_event event)
{
	struct pptp_step step = pptp_step(machine->machine, state, event);
	const struct row *row = row_of(machine, state, event);
	bool good = row ? is(step, row->action, row->next) : refused(machine, state, step);

	good &= pptp_listed(machine->machine, state, event) == !!row;
	if (!good)
		printf("# %s: state %s, event %d: action %d, then %s\n",
		       pptp_machine_name(machine->machine), pptp_state_name(state), event,
		       step.action, pptp_state_name(step.next));
	return good;
}

static void test_cells(const struct machine *machine)
{
	unsigned int state, event, cells = 0;
	bool good = true;
	char what[120];

	for (state = 0; state < PPTP_STATES; state++) {
		for (event = 0; event < PPTP_EVENTS; event++) {
			good &= cell_right(machine, state, event);
			cells++;
		}
	}
	snprintf(what, sizeof(what), "%s: %u cells, %zu of them listed",
		 pptp_machine_name(machine->machine), cells, machine->count);
	ok(good, what);
}

/* From every state that can be reached, an end of the connection beneath ends it */
static void test_ends(const struct machine *machine)
{
	bool reached[PPTP_STATES] = { [PPTP_IDLE] = true };
	unsigned int round, state, event;
	bool good = true;
	char what[120];

	for (round = 0; round < PPTP_STATES; round++) {
		for (state = 0; state < PPTP_STATES; state++) {
			for (event = 0; event < PPTP_EVENTS && reached[state]; event++)
				reached[pptp_step(machine->machine, state, event).next] = true;
		}
	}
	for (state = 0; state < PPTP_STATES; state++)
		good &= !reached[state] ||
			pptp_step(machine->machine, state, PPTP_ON_LOST).next == PPTP_IDLE;
	snprintf(what, sizeof(what), "%s: the end of its connection ends it in any state",
		 pptp_machine_name(machine->machine));
	ok(good, what);
}

/* What a PAC and a PNS say to each other fits: one's message is the other's event */
static enum pptp_event heard(enum pptp_action action)
{
	switch (action) {
	case PPTP_DO_REQUEST:
		return PPTP_ON_REQUEST;
	case PPTP_DO_ACCEPT:
		return PPTP_ON_REPLY;
	case PPTP_DO_REFUSE:
		return PPTP_ON_BAD_REPLY;
	case PPTP_DO_CONNECT:
		return PPTP_ON_CONNECTED;
	case PPTP_DO_CLEAR:
		return PPTP_ON_CLEAR;
	case PPTP_DO_NOTIFY:
		return PPTP_ON_DISCONNECT;
	default:
		return PPTP_EVENTS;
	}
}

#define ON_WAY	8

/* The two ends of a call, and what is on its way to either: TCP keeps the order */
struct pair {
	const struct pptp_machine *machine[2];
	enum pptp_state state[2];
	enum pptp_event way[2][ON_WAY];
	unsigned int count[2];
};

static bool happens(struct pair *pair, unsigned int end, enum pptp_event event)
{
	struct pptp_step step = pptp_step(pair->machine[end], pair->state[end], event);

	if (step.action == PPTP_DO_FORBID)
		return false;
	pair->state[end] = step.next;
	if (heard(step.action) != PPTP_EVENTS)
		pair->way[!end][pair->count[!end]++] = heard(step.action);
	return true;
}

static bool arrives(struct pair *pair, unsigned int end)
{
	enum pptp_event event = pair->way[end][0];

	memmove(pair->way[end], pair->way[end] + 1, sizeof(pair->way[end]) - sizeof(event));
	pair->count[end]--;
	return happens(pair, end, event);
}

/* Timers are longer than any way */
static bool may(const struct pair *pair, unsigned int end, enum pptp_event event)
{
	return pptp_listed(pair->machine[end], pair->state[end], event) &&
	       (event != PPTP_ON_TIMEOUT || !(pair->count[0] + pair->count[1]));
}

/*
 * All orders in which messages arrive, a line answers or does not, and either end hangs
 * up or gives up, @depth steps deep: two ends that keep to their tables never forbid each
 * other anything.
 */
static bool agree(const struct pair *pair, unsigned int depth)
{
	static const enum pptp_event local[] = {
		PPTP_ON_HANG_UP, PPTP_ON_TIMEOUT, PPTP_ON_ANSWER, PPTP_ON_FAILURE,
	};
	struct pair next;
	unsigned int end;
	size_t i;

	if (!depth)
		return true;
	for (end = 0; end < 2; end++) {
		next = *pair;
		if (pair->count[end] && !(arrives(&next, end) && agree(&next, depth - 1)))
			return false;
		for (i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
			if (!may(pair, end, local[i]))
				continue;
			next = *pair;
			if (!happens(&next, end, local[i]) || !agree(&next, depth - 1))
				return false;
		}
	}
	return true;
}

static bool pair_agrees(const struct pptp_machine *caller, const struct pptp_machine *called)
{
	struct pair pair = { .machine = { caller, called } };

	return happens(&pair, 0, PPTP_ON_PLACE) && agree(&pair, ON_WAY - 1);
}

static void test_messages(void)
{
	struct pptp_msg msg = { .type = PPTP_SCCRQ, .start.version = PPTP_VERSION };

	ok(pptp_control_event(&msg) == PPTP_ON_START, "our version");
	msg.start.version = PPTP_VERSION + 1;
	ok(pptp_control_event(&msg) == PPTP_ON_START, "a later one");
	msg.start.version = PPTP_VERSION - 1;
	ok(pptp_control_event(&msg) == PPTP_ON_START_OLD, "an earlier one");
	msg.type = PPTP_SCCRP;
	msg.start.result = PPTP_START_OK;
	ok(pptp_control_event(&msg) == PPTP_ON_STARTED_OLD, "a reply of an earlier one");
	msg.start.result = 0;
	ok(pptp_control_event(&msg) == PPTP_ON_NOT_STARTED, "a reply with a result that there is not");
	msg = (struct pptp_msg){ .type = PPTP_OCRQ };
	ok(pptp_call_event(&msg) == PPTP_ON_BAD_REQUEST, "a request without bearer");
	msg = (struct pptp_msg){ .type = PPTP_OCRP, .out_reply.result = 8 };
	ok(pptp_call_event(&msg) == PPTP_ON_BAD_REPLY, "a reply with a result that there is not");
}

int main(void)
{
	size_t i;

	for (i = 0; i < MACHINES; i++) {
		test_cells(&machines[i]);
		test_ends(&machines[i]);
	}
	ok(pair_agrees(&pptp_out_pns, &pptp_out_pac), "outgoing call: PNS and PAC agree, whatever crosses");
	ok(pair_agrees(&pptp_in_pac, &pptp_in_pns), "incoming call: PAC and PNS agree, whatever crosses");
	ok(pptp_collision_won(0xc0212d59, 0xc0212d11) && !pptp_collision_won(0xc0212d11, 0xc0212d59),
	   "collision: the higher address wins");
	test_messages();
	return tap_done();
}
