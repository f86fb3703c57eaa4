// SPDX-License-Identifier: GPL-2.0
/*
 * A call: its slot, its pppd; its address is lease.c's.
 *
 * Its control connection sees a state machine (lib/pptp_state.c), each of whose
 * actions is a function here: that of a PAC for a call that the peer asks for by
 * Outgoing-Call-Request, which is what clients do, and that of a PNS for one that
 * a PAC hands on to us by Incoming-Call-Request.
 *
 * It lives until its pppd has ended, which is longer than its control connection
 * may, and longer than its peer knows of it: only then are its address and its
 * slot free to be used again.
 */
#include "call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_send.h"
#include "call_stats.h"
#include "clock.h"
#include "control.h"
#include "events.h"
#include "lease.h"
#include "log.h"
#include "probe.h"
#include "queue.h"
#include "single.h"
#include "sources.h"
#include "stranger.h"
#include "stray.h"
#include "takeover/book.h"
#include "takeover/keep.h"
#include "takeover/record.h"
#include "tasks.h"

/* Of RRAS */
#define LOGIN_FAILED	20014	/* connected, and failed to authenticate */
#define LOGIN_TIMED_OUT	20049
#define NOTHING_CAME	20095

#define QUEUE_SECONDS	20	/* to wait, as long as there is hope: then its peer is told */
#define QUEUE_TICK	500	/* milliseconds: nobody says that a log-in takes too long */

static void step(struct call *call, enum pptp_event event, const struct pptp_msg *msg);

static void set_timer(struct call *call, unsigned int seconds)
{
	struct timeval timeout = { .tv_sec = seconds };

	evtimer_add(call->timer, &timeout);
}

/* ---- its slot ---- */

static void refuse(struct call *call, uint8_t result, uint8_t error)
{
	call->verdict.result = result;
	call->verdict.error = error;
}

/* RFC 2637, section 2.8: the reply that says why the kernel refused */
static void refuse_for(struct call *call, const struct call_refusal *refusal)
{
	switch (refusal->slots.reason) {
	case PPTP_MUX_REFUSAL_NO_USAGE:
		refuse(call, PPTP_OUT_NOT_ACCEPTED, PPTP_ERROR_NONE);
		return;
	case PPTP_MUX_REFUSAL_ALL_BUSY:
		refuse(call, PPTP_OUT_BUSY, PPTP_ERROR_NONE);
		return;
	case PPTP_MUX_REFUSAL_NO_RESOURCE:
		refuse(call, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
		return;
	}
	if (refusal->error == ENOMEM || refusal->error == ENOBUFS || refusal->error == EMFILE ||
	    refusal->error == ENFILE)
		refuse(call, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
	else
		refuse(call, PPTP_OUT_GENERAL, PPTP_ERROR_PAC);
}

static void log_refusal(struct control *control, const struct call_refusal *refusal)
{
	char text[512];

	call_refusal_text(refusal, PPTP_MUX_USAGE_RECEIVE, text, sizeof(text));
	control_log(control, LOG_WARNING, "call refused: %s", text);
}

static bool claim_slot(struct call *call, struct call_refusal *refusal)
{
	struct control *control = call->control;

	if (call_socket_claim(&call->socket, control->local.sin_addr,
			      PPTP_MUX_USAGE_RECEIVE, refusal) < 0)
		return false;
	snprintf(call->name, sizeof(call->name), "VPN%u (%s)", call->socket.slot,
		 control->name);
	/* whose packets are taken: those of the control connection's peer alone */
	return call_socket_connect(&call->socket, call->peer, call->peer_call_id, refusal) == 0;
}

static void refuse_slot(struct call *call, const struct call_refusal *refusal)
{
	refuse_for(call, refusal);
	log_refusal(call->control, refusal);
}

static bool is_busy(const struct call_refusal *refusal)
{
	return refusal->slots.reason == PPTP_MUX_REFUSAL_ALL_BUSY;
}

/* What it has taken from others; the peer may still have to confirm its end */
static void call_release(struct call *call)
{
	stranger_remove(call);
	if (call_has_slot(call) && call->logged_in)
		queue_inherit(call->server, call->source);
	call->lent = false;
	call_socket_close(&call->socket);
	lease_end(call);
	queue_wake(call->server);
}

static void call_free(struct call *call)
{
	struct server *server = call->server;
	struct control *control = call->control;
	bool known;

	queue_leave(call);
	call_release(call);
	keep_end(server->book, call->place);
	LIST_REMOVE(call, entry);
	if (control)
		LIST_REMOVE(call, sibling);
	call->source->calls--;
	source_drop(server->sources, call->source, sources_clock());
	event_free(call->timer);
	event_free(call->login);
	known = call->logged_in;
	free(call);
	lease_retry(server);
	if (control)
		control_call_gone(control, known);
	server_check_end(server);
}

/* ---- its pppd ---- */

/* Who hung up; pppd's own word where nobody did */
static const char *end_text(const struct call *call, const struct pppd_end *end)
{
	switch (call->cause) {
	case PPTP_MUX_CAUSE_PEER:
		return "the client hung up";
	case PPTP_MUX_CAUSE_ADMIN:
		return "pptpmuxd hung up";
	case PPTP_MUX_CAUSE_LOST:
		return "its control connection was lost";
	}
	return end->text;
}

/* What else there is to be said of that, whoever has found it out */
static const char *more_of(const struct call *call, unsigned int event)
{
	return event == NOTHING_CAME ? stray_advice(call->stray) : "";
}

/*
 * A client that was not let in hangs up before pppd has ended, so that pppd's
 * word counts more than the hang-up; but not when we have killed it.
 */
static void report_end(const struct call *call, const struct pppd_end *end)
{
	if (call->event)
		event_report("failed", call->event, call->name, "call ended: %s%s",
			     call->refusal, more_of(call, call->event));
	else if (end->event && !(call->cause && end->status > 128))
		event_report("failed", end->event, call->name,
			     "call ended: %s%s (pppd's status %d)", end->text,
			     more_of(call, end->event), end->status);
	else
		event_report("ended", 0, call->name, "call ended: %s (pppd's status %d)",
			     end_text(call, end), end->status);
}

static void report_pause(const struct call *call, const struct guess *guess,
			 unsigned int pause)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &call->peer, address, sizeof(address));
	if (guess->failures > call->source->failures)
		event_report("backed-off", LOGIN_FAILED, address,
			     "a log-in has failed whose user's name has failed %u times in a row, from several addresses: no more calls from there for %u s, see login-failures and login-backoff in pptpmuxd.conf",
			     guess->failures, pause);
	else
		event_report("backed-off", LOGIN_FAILED, address,
			     "%u log-ins have failed in a row: no more calls from there for %u s, see login-failures and login-backoff in pptpmuxd.conf",
			     call->source->failures, pause);
}

/* Whoever guesses passwords has to wait longer each time */
static void judge_guess(struct call *call, const struct pppd_end *end)
{
	struct server *server = call->server;
	long long now = sources_clock();
	struct guess guess = guesses_failed(server->guesses, end->login_user, now);
	unsigned int pause = source_login_failed(call->source, server->config, &guess, now);

	if (pause)
		report_pause(call, &guess, pause);
}

/* Who ends without a log-in, but not at our wish or by our fault, is worth less then */
static void judge_login(struct call *call, const struct pppd_end *end)
{
	if (call->logged_in)
		return;
	if (end->login_failed) {
		call->server->tally.login_failures++;
		judge_guess(call, end);
	}
	if (call->cause != PPTP_MUX_CAUSE_ADMIN && !end->own_fault)
		source_stayed_unknown(call->source, sources_clock());
}

/* RFC 2637, section 2.13: what the peer is told */
static uint8_t disconnect_result(const struct call *call, const struct pppd_end *end)
{
	if (call->event)
		return PPTP_CDN_GENERAL;
	return call->cause ? PPTP_CDN_ADMINISTRATIVE : end->cdn_result;
}

static void on_pppd_end(void *context, const struct pppd_end *end)
{
	struct call *call = context;

	report_end(call, end);
	judge_login(call, end);
	evtimer_del(call->login);
	call->pppd = NULL;
	call->disconnect = disconnect_result(call, end);
	if (call->event)
		call->cause = PPTP_MUX_CAUSE_PPP;
	else if (!call->cause)
		call->cause = end->cause;
	call_socket_cause(&call->socket, call->cause);
	step(call, PPTP_ON_HANG_UP, NULL);
	if (call->state == PPTP_IDLE) {
		call_free(call);
		return;
	}
	call_release(call);
	keep_call(call);
	lease_retry(call->server);
}

static void log_in(struct call *call, const char *user)
{
	call->logged_in = true;
	source_login_good(call->source, guesses_good(call->server->guesses, user));
	stranger_known(call);
	if (call->control)
		control_known(call->control);
	evtimer_del(call->login);
	queue_wake(call->server);
}

static void on_pppd_question(void *context, const struct lease_request *request)
{
	struct call *call = context;

	/* no question comes before its client has proved who it is */
	if (!call->logged_in)
		log_in(call, request->user);
	if (request->question == LEASE_UP)
		tally_dialled(&call->server->tally, clock_ms() - call->asked);
	lease_asked(call, request);
	keep_call(call);
}

static void on_pppd_change(void *context)
{
	keep_call(context);
}

static const struct pppd_hooks hooks = {
	.ended = on_pppd_end,
	.asked = on_pppd_question,
	.changed = on_pppd_change,
};

/*
 * It ends at once: a stranger, for whom no peer's word is waited. Without a pppd it is a
 * caller whom a PAC has announced, and not connected.
 */
static void drop(struct call *call)
{
	if (call->pppd) {
		pppd_drop(call->pppd);
		keep_call(call);
		return;
	}
	event_report("failed", call->event, call->name, "call ended: %s", call->refusal);
	source_stayed_unknown(call->source, sources_clock());
	step(call, PPTP_ON_HANG_UP, NULL);
}

/* What has come of it tells who is to blame */
static void on_login_timeout(evutil_socket_t fd, short what, void *context)
{
	struct call *call = context;
	unsigned int limit = call->server->config->login_timeout;
	struct call_stats stats;

	(void)fd;
	(void)what;
	if (!call->pppd || call_is_ending(call))
		return;
	if (call_stats_get(&call->socket, &stats) == 0 && !stats.rx_signs) {
		call->event = NOTHING_CAME;
		snprintf(call->refusal, sizeof(call->refusal),
			 "nothing has come from the client in %u s: GRE (IP protocol 47) is filtered on the way to here",
			 limit);
	} else {
		call->event = LOGIN_TIMED_OUT;
		snprintf(call->refusal, sizeof(call->refusal),
			 "the client has not logged in within %u s, see login-timeout in pptpmuxd.conf",
			 limit);
	}
	drop(call);
}

static struct pppd_call pppd_call_of(const struct call *call)
{
	return (struct pppd_call){
		.name = call->name,
		.noise = &call->source->noise,
		.fd = call->socket.fd,
		.peer = call->peer,
		.warm = call->server->warm,
	};
}

static bool start_pppd(struct call *call)
{
	const struct timeval limit = { .tv_sec = call->server->config->login_timeout };
	const struct pppd_call what = pppd_call_of(call);
	char advice[192];
	int error;

	call->stray = stray_before(&call->server->stray);
	call->pppd = pppd_start(call->server->base, call->server->config, &what,
				&hooks, call);
	if (call->pppd) {
		evtimer_add(call->login, &limit);
		return true;
	}
	error = errno;
	log_error("%s: call refused: cannot start %s: %s; %s", call->name,
		  call->server->config->pppd, strerror(error),
		  tasks_advice(&tasks_paths, error, advice, sizeof(advice)));
	refuse(call, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
	return false;
}

/* ---- its turn ---- */

enum turn {
	ANSWERED,	/* or refused: it is decided */
	NO_SLOT,	/* all are busy */
	NO_ROOM,	/* for one more that has not logged in */
};

static void refuse_stranger(struct call *call)
{
	control_log(call->control, LOG_WARNING, "call refused: %u calls have not logged in yet, %u of them from its address, see max-unauthenticated and max-unauthenticated-per-source in pptpmuxd.conf",
		    call->server->stranger_count, call->source->strangers);
	refuse(call, PPTP_OUT_BUSY, PPTP_ERROR_NONE);
}

/* The caller of a PAC is nobody whom pppd could talk to before the PAC has connected him */
static bool begin(struct call *call)
{
	if (call->machine == &pptp_out_pac && !start_pppd(call))
		return false;
	stranger_add(call);
	call->source->served = ++call->server->served;
	return true;
}

/* @last: what is not possible now is not waited for */
static enum turn answer(struct call *call, bool last)
{
	bool room = stranger_room(call), good = false;
	struct call_refusal refusal;

	if (!room && !last)
		return NO_ROOM;
	if (!room) {
		refuse_stranger(call);
	} else if (claim_slot(call, &refusal)) {
		good = begin(call);
	} else {
		if (is_busy(&refusal) && !last)
			return NO_SLOT;
		refuse_slot(call, &refusal);
	}
	step(call, good ? PPTP_ON_ANSWER : PPTP_ON_FAILURE, NULL);
	return ANSWERED;
}

/* Are others asked for it whether they are there? */
static bool has_credit(const struct call *call)
{
	return !source_is_doubtful(call->source, sources_clock());
}

/* Somebody may have to go, or be gone already. Return: whether somebody has to. */
static bool make_way(struct call *call, enum turn turn)
{
	struct call *victim = stranger_victim(call);

	if (victim) {
		victim->event = LOGIN_TIMED_OUT;
		snprintf(victim->refusal, sizeof(victim->refusal),
			 "the client has not logged in for %lld s, and gives way to another one, see max-unauthenticated and max-unauthenticated-per-source in pptpmuxd.conf",
			 (sources_clock() - victim->began) / 1000000);
		drop(victim);
	} else if (turn == NO_SLOT && has_credit(call)) {
		probe_all(call->server);
	}
	return victim;
}

/* Is there a slot to be expected, whoever waits? */
static bool slots_come(const struct server *server)
{
	const struct call *call;

	if (!TAILQ_EMPTY(&server->strangers) || server->ranked[RANK_CLOSING])
		return true;
	LIST_FOREACH(call, &server->calls, entry) {
		if (call_has_slot(call) && call_is_ending(call))
			return true;
	}
	return false;
}

/* Is it to be seen still, for this one, who has a slot and is gone? */
static bool is_looked_for(const struct server *server, const struct call *waiter)
{
	return has_credit(waiter) && (server->probed < waiter->queued || probe_running(server));
}

static void refuse_rest(struct server *server)
{
	struct call *call, *next;

	if (slots_come(server))
		return;
	for (call = TAILQ_FIRST(&server->queue); call; call = next) {
		next = TAILQ_NEXT(call, turn);
		if (!is_looked_for(server, call))
			answer(call, true);
	}
}

/*
 * Serves who waits, as far as there is room. When there is none for one more that has not
 * logged in, and nobody has to go for the first, those behind it have no better right: a
 * thousand that wait cost one look when one of those before them has logged in.
 */
static void serve(struct server *server)
{
	enum turn turn = ANSWERED;
	bool goes = true;
	struct call *call;

	while (turn != NO_SLOT && (goes || !stranger_full(server)) &&
	       (call = queue_next(server, server->round))) {
		turn = answer(call, false);
		if (turn == ANSWERED)
			continue;
		call->source->round = server->round;
		goes = make_way(call, turn);
	}
	if (turn == NO_SLOT)
		refuse_rest(server);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	static const struct timeval tick = { .tv_usec = QUEUE_TICK * 1000 };
	struct server *server = context;

	(void)fd;
	(void)what;
	server->round += server->round == UINT_MAX ? 2 : 1;
	serve(server);
	if (!TAILQ_EMPTY(&server->queue))
		evtimer_add(server->turn, &tick);
}

/**
 * calls_open - make a server ready for calls
 * @server:	the server
 *
 * Return: false without memory.
 */
bool calls_open(struct server *server)
{
	LIST_INIT(&server->calls);
	stranger_open(server);
	TAILQ_INIT(&server->queue);
	server->turn = evtimer_new(server->base, on_turn, server);
	return server->turn && probe_open(server);
}

/* How many there are, whatever they are at */
unsigned int calls_count(const struct server *server)
{
	const struct call *call;
	unsigned int count = 0;

	LIST_FOREACH(call, &server->calls, entry)
		count++;
	return count;
}

/* All calls have ended */
void calls_close(struct server *server)
{
	probe_close(server);
	if (server->turn)
		event_free(server->turn);
}

/* ---- actions ---- */

/* A WAN-Error-Notify is a PAC's to send */
static void watch_errors(struct call *call)
{
	unsigned int interval = call->server->config->wan_error_interval;

	evtimer_del(call->timer);
	if (call->machine == &pptp_out_pac && interval)
		set_timer(call, interval);
}

static void call_up(struct call *call)
{
	call_socket_peer_window(&call->socket, call->window);
	watch_errors(call);
	log_info("%s: %s call connected, call id %u, peer's %u", call->name,
		 call->machine == &pptp_out_pac ? "outgoing" : "incoming",
		 call->socket.call_id, call->peer_call_id);
}

/* The other side is gone. The slot is free when pppd has ended, or its link at least. */
static void end_link(struct call *call)
{
	if (!pppd_hang_up(call->pppd))
		return;
	call_socket_cause(&call->socket, call->cause);
	call_socket_close(&call->socket);
}

/*
 * It is over for the peer. Without a pppd to wait for it goes at once, but not
 * from under its caller, who may walk the list that it is in.
 */
static void end(struct call *call)
{
	queue_leave(call);
	if (!call->cause)
		call->cause = PPTP_MUX_CAUSE_PEER;
	if (call->pppd)
		end_link(call);
	else
		set_timer(call, 0);
}

static void do_accept(struct call *call, const struct pptp_msg *msg)
{
	(void)msg;
	queue_leave(call);
	if (call->state == PPTP_WAIT_CONNECT)
		set_timer(call, call->server->config->reply_timeout);
	else
		call_up(call);
	call_send_accept(call);
}

/* A line is a slot, and a pppd: it answers at once, or when its turn has come */
static void do_dial(struct call *call, const struct pptp_msg *msg)
{
	struct call *excess;

	(void)msg;
	if (TAILQ_EMPTY(&call->server->queue) && answer(call, false) == ANSWERED)
		return;
	excess = queue_excess(call);
	if (excess)
		answer(excess, true);
	if (excess == call)
		return;
	queue_join(call);
	set_timer(call, QUEUE_SECONDS);
	queue_wake(call->server);
}

static void do_refuse(struct call *call, const struct pptp_msg *msg)
{
	enum pptp_type type = call->machine == &pptp_in_pns ? PPTP_ICRQ : PPTP_OCRQ;

	(void)msg;
	queue_leave(call);
	call_send_refuse(call->control, type, call->peer_call_id, &call->verdict);
	tally_refusal(&call->server->tally, call->verdict.result);
	set_timer(call, 0);
}

/* The PAC has connected its caller: now there is somebody for pppd to talk to */
static void do_up(struct call *call, const struct pptp_msg *msg)
{
	call->window = msg->in_connected.window;
	if (start_pppd(call))
		call_up(call);
	else
		step(call, PPTP_ON_HANG_UP, NULL);
}

/* The peer is answered at once; that pppd takes its time is not its concern */
static void do_notify(struct call *call, const struct pptp_msg *msg)
{
	(void)msg;
	call_send_notify(call);
	end(call);
}

static void do_clear(struct call *call, const struct pptp_msg *msg)
{
	const struct config *config = call->server->config;

	(void)msg;
	set_timer(call, call->control->leaving ? config->stop_timeout : config->reply_timeout);
	call_send_clear(call);
	if (!call->pppd)
		call_release(call);
}

static void do_end(struct call *call, const struct pptp_msg *msg)
{
	if (msg && msg->type == PPTP_CDN && *msg->disconnect.statistics)
		control_log(call->control, LOG_INFO, "%s: the peer's statistics: %s",
			    call->name, msg->disconnect.statistics);
	end(call);
}

static void do_errors(struct call *call, const struct pptp_msg *msg)
{
	const struct pptp_wan_error *errors = &msg->wan_error;

	call->counted = *errors;
	control_log(call->control, LOG_INFO, "%s: the peer has counted %u CRC, %u framing, %u overrun, %u buffer, %u time-out, %u alignment errors",
		 call->name, errors->crc, errors->framing, errors->hardware, errors->buffer,
		 errors->time_out, errors->alignment);
}

/*
 * Which characters to escape matters to the serial line behind a PAC. Behind us
 * there is none: packets in GRE are not escaped, so pppd has nothing to be told,
 * and it is kept to be shown.
 */
static void do_link(struct call *call, const struct pptp_msg *msg)
{
	call->link = msg->link_info;
	control_log(call->control, LOG_DEBUG, "%s: ACCM %08x out, %08x in: noted, nothing is escaped in GRE", call->name,
		 call->link.send_accm, call->link.receive_accm);
}

static void do_forbid(struct call *call, const struct pptp_msg *msg)
{
	control_log(call->control, LOG_WARNING, "%s: unexpected %s (state %s of an %s)",
		    call->name, pptp_type_name(msg->type), pptp_state_name(call->state),
		    pptp_machine_name(call->machine));
	control_forbid(call->control);
}

static void (*const actions[PPTP_ACTIONS])(struct call *call, const struct pptp_msg *msg) = {
	[PPTP_DO_DIAL]		= do_dial,
	[PPTP_DO_ACCEPT]	= do_accept,
	[PPTP_DO_REFUSE]	= do_refuse,
	[PPTP_DO_UP]		= do_up,
	[PPTP_DO_NOTIFY]	= do_notify,
	[PPTP_DO_CLEAR]		= do_clear,
	[PPTP_DO_END]		= do_end,
	[PPTP_DO_ERRORS]	= do_errors,
	[PPTP_DO_LINK]		= do_link,
	[PPTP_DO_FORBID]	= do_forbid,
};

/* @msg is NULL for what is no message */
static void step(struct call *call, enum pptp_event event, const struct pptp_msg *msg)
{
	struct pptp_step step = pptp_step(call->machine, call->state, event);

	call->state = step.next;
	if (actions[step.action])
		actions[step.action](call, msg);
	keep_call(call);
}

/* ---- requests ---- */

/* The call that we know by @call_id, unless it is over for the peer */
static struct call *call_find(struct control *control, uint16_t call_id)
{
	struct call *call;

	LIST_FOREACH(call, &control->calls, sibling) {
		if (call->socket.call_id == call_id && call->state != PPTP_IDLE)
			return call;
	}
	return NULL;
}

/* The same for the one that the peer knows by @peer_call_id */
static struct call *call_find_peer(struct control *control, uint16_t peer_call_id)
{
	struct call *call;

	LIST_FOREACH(call, &control->calls, sibling) {
		if (call->peer_call_id == peer_call_id && call->state != PPTP_IDLE)
			return call;
	}
	return NULL;
}

static bool fault_free(struct call *call, const struct pptp_msg *msg)
{
	struct control *control = call->control;
	uint8_t fault = pptp_msg_fault(msg);

	if (!fault && call_find_peer(control, call->peer_call_id))
		fault = PPTP_ERROR_BAD_CALL_ID;
	if (!fault)
		return true;
	control_log(control, LOG_WARNING, "call refused: %s in its %s (call id %u)",
		    pptp_error_text(fault), pptp_type_name(msg->type), call->peer_call_id);
	refuse(call, PPTP_OUT_GENERAL, fault);
	return false;
}

/* What its connection may take */
static bool has_room(struct call *call)
{
	struct control *control = call->control;
	const struct config *config = call->server->config;

	if (control->leaving || control->state != PPTP_ESTABLISHED) {
		refuse(call, PPTP_OUT_NOT_ACCEPTED, PPTP_ERROR_NONE);
		return false;
	}
	if (control->call_count <= config->max_calls)
		return true;
	control_log(control, LOG_WARNING, "call refused: it has %u calls already, see max-calls-per-connection in pptpmuxd.conf",
		    control->call_count - 1);
	refuse(call, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
	return false;
}

/* What its source address may: each call is a process, however short it is */
static bool in_measure(struct call *call)
{
	const struct config *config = call->server->config;
	struct source *source = call->source;

	refuse(call, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE);
	if (source->calls > config->max_source_calls * (1 + !!source->asked))
		control_log(call->control, LOG_WARNING, "call refused: its address has %u calls already, see max-calls-per-source in pptpmuxd.conf",
			    source->calls - 1);
	else if (!source_pace(source, config, sources_clock()))
		control_log(call->control, LOG_WARNING, "call refused: more than %u connections and calls a second, see max-connection-rate in pptpmuxd.conf",
			    config->max_rate);
	else
		return true;
	return false;
}

/* It may not guess passwords as fast as it can */
static bool trusted(struct call *call)
{
	unsigned int pause = source_blocked(call->source, sources_clock());

	if (!pause)
		return true;
	control_log(call->control, LOG_WARNING, "call refused: the last %u log-ins from its address have failed, and it may not call for %u s, see login-failures in pptpmuxd.conf",
		    call->source->failures, pause);
	refuse(call, PPTP_OUT_NOT_ACCEPTED, PPTP_ERROR_NONE);
	return false;
}

/* By its client's address; by its user's name it is judged when that is known */
static bool sole(struct call *call)
{
	const char *other = single_conflict(call, SINGLE_BY_PEER);

	if (!other)
		return true;
	control_log(call->control, LOG_WARNING, "call refused: its client has a call already, %s, and single-session in pptpmuxd.conf denies a second one",
		    other);
	refuse(call, PPTP_OUT_NOT_ACCEPTED, PPTP_ERROR_NONE);
	return false;
}

/* An administrator empties this server: the client may try another one, or later */
static bool wanted(struct call *call)
{
	if (!call->server->drains)
		return true;
	control_log(call->control, LOG_WARNING, "call refused: no new calls are taken, see \"pptpmuxctl drain\" and undrain");
	refuse(call, PPTP_OUT_BUSY, PPTP_ERROR_NONE);
	return false;
}

static bool acceptable(struct call *call, const struct pptp_msg *msg)
{
	return fault_free(call, msg) && wanted(call) && has_room(call) && trusted(call) &&
	       in_measure(call) && sole(call);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct call *call = context;

	(void)fd;
	(void)what;
	if (call->state == PPTP_ESTABLISHED) {
		watch_errors(call);
		call_send_errors(call);
		return;
	}
	if (call->queued) {
		answer(call, true);
	} else if (call->state != PPTP_IDLE) {
		log_warning("%s: no answer from the peer within %u s", call->name,
			    call->server->config->reply_timeout);
		if (call->is_stranger)
			source_stayed_unknown(call->source, sources_clock());
		step(call, PPTP_ON_TIMEOUT, NULL);
	}
	if (call->state == PPTP_IDLE && !call->pppd)
		call_free(call);
}

/* Return: NULL without memory */
static struct call *alloc(struct server *server, struct source *source)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->timer = evtimer_new(server->base, on_timer, call);
	call->login = evtimer_new(server->base, on_login_timeout, call);
	if (!call->timer || !call->login) {
		if (call->timer)
			event_free(call->timer);
		free(call);
		return NULL;
	}
	call->server = server;
	call->source = source;
	source->users++;
	source->calls++;
	call->place = BOOK_NO_PLACE;
	call->stored = -1;
	call->socket.fd = -1;
	call->disconnect = PPTP_CDN_REQUEST;
	LIST_INSERT_HEAD(&server->calls, call, entry);
	return call;
}

static void join(struct call *call, struct control *control)
{
	call->control = control;
	LIST_INSERT_HEAD(&control->calls, call, sibling);
	control->call_count++;
}

static struct call *call_new(struct control *control, enum pptp_type type, uint16_t peer_call_id)
{
	struct call *call = alloc(control->server, control->source);

	if (!call)
		return NULL;
	call->machine = pptp_call_machine(type);
	call->peer_call_id = peer_call_id;
	call->peer = control->peer.sin_addr;
	call->asked = clock_ms();
	call->place = book_take(control->server->book);
	snprintf(call->name, sizeof(call->name), "%s", control->name);
	join(call, control);
	return call;
}

static void request(struct control *control, const struct pptp_msg *msg, uint16_t peer_call_id)
{
	static const struct call_verdict no_memory = { PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE };
	struct call *call = call_new(control, msg->type, peer_call_id);
	bool good;

	if (!call) {
		call_send_refuse(control, msg->type, peer_call_id, &no_memory);
		return;
	}
	if (msg->type == PPTP_OCRQ)
		call->window = msg->out_request.window;
	good = acceptable(call, msg);
	if (good)
		control_called(control);
	step(call, good ? PPTP_ON_REQUEST : PPTP_ON_BAD_REQUEST, msg);
	if (call->state == PPTP_IDLE && !call->pppd)
		call_free(call);
}

/* ---- other messages ---- */

/* By whose id a message names its call is a matter of its type (section 2) */
static struct call *named_by(struct control *control, const struct pptp_msg *msg, uint16_t *id)
{
	switch (msg->type) {
	case PPTP_CCRQ:
		*id = msg->clear.call_id;
		return call_find_peer(control, *id);
	case PPTP_CDN:
		*id = msg->disconnect.call_id;
		return call_find_peer(control, *id);
	case PPTP_OCRP:
		*id = msg->out_reply.peer_call_id;
		break;
	case PPTP_ICRP:
		*id = msg->in_reply.peer_call_id;
		break;
	case PPTP_ICCN:
		*id = msg->in_connected.peer_call_id;
		break;
	case PPTP_WEN:
		*id = msg->wan_error.peer_call_id;
		break;
	default:
		*id = msg->link_info.peer_call_id;
	}
	return call_find(control, *id);
}

/* For a call that there is not, or no more */
static void stray(struct control *control, const struct pptp_msg *msg, uint16_t id)
{
	const struct pptp_machine *machine = pptp_call_machine(msg->type);

	if (pptp_listed(machine, PPTP_IDLE, pptp_call_event(msg))) {
		log_debug("%s: %s for call id %u, which has no call", control->name,
			  pptp_type_name(msg->type), id);
		return;
	}
	control_log(control, LOG_WARNING, "unexpected %s for call id %u, which has no call",
		    pptp_type_name(msg->type), id);
	control_forbid(control);
}

/**
 * call_message - a message of a call has come
 * @control:	the connection that it came on
 * @msg:	the message, for which pptp_control_event() says PPTP_ON_CALL
 *
 * pppd is started before a reply is sent, but takes longer to its first packet
 * than the reply takes to leave.
 */
void call_message(struct control *control, const struct pptp_msg *msg)
{
	struct call *call;
	uint16_t id;

	if (msg->type == PPTP_OCRQ) {
		request(control, msg, msg->out_request.call_id);
	} else if (msg->type == PPTP_ICRQ) {
		request(control, msg, msg->in_request.call_id);
	} else {
		call = named_by(control, msg, &id);
		if (call)
			step(call, pptp_call_event(msg), msg);
		else
			stray(control, msg, id);
	}
}

/* ---- ends ---- */

/**
 * call_clear - the peer stops the control connection
 * @call:	the call
 *
 * RFC 2637, section 2.3: that clears all calls of it.
 */
void call_clear(struct call *call)
{
	step(call, call->machine == &pptp_out_pac ? PPTP_ON_CLEAR : PPTP_ON_LOST, NULL);
}

/**
 * call_hang_up - we hang up
 * @call:	the call
 * @cause:	one of PPTP_MUX_CAUSE_*
 *
 * pppd goes first, so that it can close PPP over the tunnel; the peer is
 * notified when it has ended.
 */
void call_hang_up(struct call *call, uint32_t cause)
{
	if (!call->cause)
		call->cause = cause;
	if (call->pppd)
		pppd_stop(call->pppd);
	else
		step(call, PPTP_ON_HANG_UP, NULL);
	keep_call(call);
}

/**
 * call_lose - the control connection is gone
 * @call:	the call
 */
void call_lose(struct call *call)
{
	if (!call->cause)
		call->cause = PPTP_MUX_CAUSE_LOST;
	step(call, PPTP_ON_LOST, NULL);
	LIST_REMOVE(call, sibling);
	call->control = NULL;
	keep_call(call);
}

/* ---- taken over ---- */

static void recall_lease(struct call *call, const struct kept_call *kept)
{
	call->has_address = kept->has_address;
	call->address = kept->address;
	call->wish = kept->wish;
	call->lan = kept->lan;
	call->waiting = kept->waiting && !kept->has_address;
	call->server->waiting += call->waiting;
	memcpy(call->bundle, kept->bundle, sizeof(call->bundle));
	memcpy(call->user, kept->user, sizeof(call->user));
}

static void recall(struct call *call, const struct kept_call *kept)
{
	call->machine = kept->incoming ? &pptp_in_pns : &pptp_out_pac;
	call->state = kept->state;
	call->peer_call_id = kept->peer_call_id;
	call->window = kept->window;
	call->peer = kept->peer;
	call->cause = kept->cause;
	call->event = kept->event;
	call->disconnect = kept->disconnect;
	call->asked = kept->asked;
	call->counted = kept->counted;
	call->told = kept->told;
	call->stray = -1;
	snprintf(call->name, sizeof(call->name), "%s", kept->name);
	snprintf(call->refusal, sizeof(call->refusal), "%s", kept->refusal);
	recall_lease(call, kept);
}

/*
 * So long its client may still take. Who has to go for others is another matter: nobody
 * could log in while there was no server, so that begins anew.
 */
static void recall_stranger(struct call *call, long long began)
{
	long long left, now = sources_clock();
	struct timeval limit = { .tv_sec = 1 };

	if (!call_has_slot(call))
		return;
	stranger_add(call);
	left = call->server->config->login_timeout;
	if (began > 0 && began < now)
		left -= (now - began) / 1000000;
	if (left > 1)
		limit.tv_sec = left;
	if (call->pppd)
		evtimer_add(call->login, &limit);
}

static bool recall_pppd(struct call *call, const struct kept *kept)
{
	const struct pppd_ends ends = { kept->fds[KEPT_FD_OUTPUT], kept->fds[KEPT_FD_SOCKET] };
	const struct pppd_call what = pppd_call_of(call);

	call->pppd = pppd_restore(call->server->base, call->server->config, &what,
				  &kept->call.pppd, &ends, &hooks, call);
	return call->pppd;
}

/* What was waited for is waited for anew */
static void go_on(struct call *call, bool queued)
{
	if (queued) {
		queue_join(call);
		set_timer(call, QUEUE_SECONDS);
		queue_wake(call->server);
	} else if (call->state == PPTP_ESTABLISHED) {
		watch_errors(call);
	} else if (call->state != PPTP_IDLE) {
		set_timer(call, call->server->config->reply_timeout);
	}
}

/*
 * Of its socket the kernel knows which slot it has. Without it, as after a crash, its pppd
 * holds the slot, if there is one; an end may have given it back already.
 */
static bool recall_socket(struct call *call, const struct kept *kept)
{
	int fd = kept->fds[KEPT_FD_CALL];

	if (fd >= 0)
		return call_socket_adopt(&call->socket, fd) == 0;
	call->socket.slot = kept->call.slot;
	call->socket.call_id = kept->call.call_id;
	call->lent = kept->call.slot && kept->call.has_pppd;
	return call->lent || kept->call.queued || kept->call.cause || kept->call.event;
}

static void restored(struct call *call, struct control *control, const struct kept_call *kept)
{
	if (control)
		join(call, control);
	if (kept->logged_in) {
		call->logged_in = true;
		if (control)
			control->known_count++;
	} else {
		recall_stranger(call, kept->began);
	}
	if (control)
		control_called(control);
	go_on(call, kept->queued);
	if (!control && call->state != PPTP_IDLE) {
		call->cause = call->cause ? call->cause : PPTP_MUX_CAUSE_LOST;
		step(call, PPTP_ON_LOST, NULL);
	}
}

/**
 * call_restore - take a call over that another pptpmuxd has begun
 * @server:	the server
 * @control:	its control connection, NULL: it is gone
 * @place:	of its record
 * @kept:	the record, whose descriptors are the call's from then on
 *
 * Return: false if its socket is none, or there is no connection that it could wait on, or
 * no memory; then its descriptors are as they were.
 */
bool call_restore(struct server *server, struct control *control, int place,
		  const struct kept *kept)
{
	long long now = sources_clock();
	struct source *source = source_hold(server->sources, kept->call.peer, now);
	struct call *call = source ? alloc(server, source) : NULL;

	if (source)
		source_drop(server->sources, source, now);
	if (!call)
		return false;
	recall(call, &kept->call);
	/* who waits without a connection to be answered on waits for nothing */
	if ((kept->call.queued && !control) || !recall_socket(call, kept) ||
	    (kept->call.has_pppd && !recall_pppd(call, kept))) {
		call->socket.fd = -1;
		call->lent = false;
		call->has_address = false;
		call_free(call);
		return false;
	}
	call->place = place;
	call->stored = kept->fds[KEPT_FD_OUTPUT];
	restored(call, control, &kept->call);
	return true;
}
