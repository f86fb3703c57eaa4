// SPDX-License-Identifier: GPL-2.0
/*
 * A dialled link over its calls: which server is next, when, and who is told.
 *
 * With "persist" or "demand" one pppd makes many calls. Between two of them it asks
 * holdoff_hook how long to wait; by then it knows how the last one ended.
 */
#include "link.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/pptp_mux.h>

#include "clock.h"
#include "pppd_compat.h"
#include "link_msg.h"
#include "pending.h"
#include "redial.h"
#include "seen.h"

#define SERVERS_MAX	16

static const char *servers[SERVERS_MAX];
static struct redial redial;
static int note_fd = -1;

static struct in_addr outer;	/* of the server that was dialled last */

/* The call, or the attempt at one, that pppd is at */
static struct {
	bool begun;
	uint32_t slot;		/* 0: no server has accepted it */
	uint32_t cause;
	long long up_since;	/* 0: never */
	bool ending;		/* PPP's end has begun */
	int status;		/* pppd's by then */
} attempt;

/* Whoever does not take it is about to end, and we shall be ended with it */
static void tell(struct link_note *note)
{
	note->slot = attempt.slot;
	note->outer = outer;
	note->seen.marks = seen_marks();
	snprintf(note->server, sizeof(note->server), "%s", servers[redial.server]);
	if (note_fd >= 0)
		(void)send(note_fd, note, sizeof(*note), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/*
 * Why PPP has ended. When its end has begun for a reason, that the server hangs up too,
 * or does not answer the Terminate-Request, says no more; pppd's status does by then.
 */
static int final_status(void)
{
	int last = compat_status();

	if (attempt.ending && (last == EXIT_USER_REQUEST || last == EXIT_HANGUP))
		return attempt.status;
	return last;
}

/* Did the last call last, or end by somebody's wish? Then its server is good. */
static bool held(void)
{
	return attempt.up_since && (final_status() == EXIT_IDLE_TIMEOUT ||
		clock_ms() - attempt.up_since >= REDIAL_HELD_SECONDS * 1000);
}

/* Returns the seconds until the next attempt */
static unsigned int settle(void)
{
	struct link_note note = {
		.event = attempt.up_since ? LINK_ENDED : LINK_FAILED,
		.status = final_status(),
		.cause = attempt.cause,
	};
	unsigned int wait;

	if (!attempt.begun)
		return 0;
	tell(&note);
	wait = redial_ended(&redial, held());
	memset(&attempt, 0, sizeof(attempt));
	note = (struct link_note){ .event = LINK_WAITING, .seconds = wait };
	if (wait)
		tell(&note);
	return wait;
}

static int on_hold_off(void)
{
	return settle();
}

static void on_terminate(void)
{
	if (!attempt.ending)
		attempt.status = compat_status();
	attempt.ending = true;
}

static void on_dormant(void)
{
	struct link_note note = {
		.event = LINK_DORMANT,
		.ifindex = if_nametoindex(compat_ifname()),
	};

	/* pppd ends a wait by this phase too, when there may be no interface */
	if (note.ifindex)
		tell(&note);
}

static void on_phase(void *context, int new_phase)
{
	(void)context;
	if (new_phase == PHASE_TERMINATE)
		on_terminate();
	else if (new_phase == PHASE_DORMANT)
		on_dormant();
}

static void on_up(void *context, int argument)
{
	struct link_note note = {
		.event = LINK_UP,
		.ifindex = if_nametoindex(compat_ifname()),
		.local.s_addr = ipcp_gotoptions[0].ouraddr,
		.remote.s_addr = ipcp_hisoptions[0].hisaddr,
	};

	(void)context;
	(void)argument;
	attempt.up_since = clock_ms();
	pending_forget();
	tell(&note);
}

static void split(char *list)
{
	char *rest = NULL, *name = strtok_r(list, ",", &rest);
	unsigned int count = 0;

	for (; name && count < SERVERS_MAX; name = strtok_r(NULL, ",", &rest))
		servers[count++] = name;
	if (!count || name)
		fatal("pptp_server: write one to %d names or addresses, with commas and no blanks between",
		      SERVERS_MAX);
	redial.servers = count;
}

/*
 * Without pptpmuxd nobody would know of this pppd, and the next pptpmuxd would start
 * another one for the interface. It may have ended before we asked for the signal.
 */
static void end_with_parent(int fd)
{
	char octet;

	note_fd = fd;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		fatal("pptp_link_fd: cannot follow pptpmuxd: %m");
	if (recv(fd, &octet, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
		fatal("pptp_link_fd: pptpmuxd is gone; this option is for it alone");
}

/**
 * link_check_options - take what the options say
 * @list:	the servers, with commas between; is written to, and kept
 * @bounds:	of the waits, NULL: pppd's own "holdoff" says how long
 * @fd:		where pptpmuxd is told, -1: nowhere
 */
void link_check_options(char *list, const char *bounds, int fd)
{
	struct redial_bounds parsed = { 1, 1 };
	const char *fault = bounds ? redial_bounds_parse(bounds, &parsed) : NULL;

	if (fault)
		fatal("pptp_redial %s: %s", bounds, fault);
	split(list);
	redial_init(&redial, redial.servers, parsed);
	if (bounds)
		holdoff_hook = on_hold_off;
	if (fd >= 0)
		end_with_parent(fd);
	seen_start(-1);
	compat_on_phase(on_phase);
	compat_on_ip_up(on_up);
}

/**
 * link_begin - a new attempt
 *
 * Without bounds nobody has asked how the last one went.
 */
void link_begin(void)
{
	settle();
	attempt.begun = true;
	seen_anew();
	pending_keep();
}

/**
 * link_dial - ask the server whose turn it is
 *
 * Return: its name or address.
 */
const char *link_dial(void)
{
	struct link_note note = { .event = LINK_DIALLING };

	tell(&note);
	return servers[redial.server];
}

/* The address that its name stands for */
void link_outer(struct in_addr address)
{
	outer = address;
}

/* It has no call for us. Return: whether to ask another one at once. */
bool link_refused(void)
{
	return redial_refused(&redial);
}

/* It has given us a call; PPP begins */
void link_accepted(uint32_t slot)
{
	struct link_note note = { .event = LINK_ACCEPTED };

	attempt.slot = slot;
	tell(&note);
}

/* Why the call ends, where the control connection knows: PPTP_MUX_CAUSE_* */
void link_cause(uint32_t cause)
{
	attempt.cause = cause;
}
