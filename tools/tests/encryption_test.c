// SPDX-License-Identifier: GPL-2.0
/*
 * How a call comes to be encrypted, or goes on without: what the plugin makes of a peer's
 * packets of CCP, and what it leaves to pppd, which is what stands below.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

/* Versions of pppd declare these in ways of their own */
#define notice		pppd_notice
#define timeout		pppd_timeout
#define ppp_timeout	pppd_ppp_timeout
#define untimeout	pppd_untimeout
#define ppp_untimeout	pppd_ppp_untimeout
#define in_phase	pppd_in_phase
#include "pppd_compat.h"
#undef notice
#undef timeout
#undef ppp_timeout
#undef untimeout
#undef ppp_untimeout
#undef in_phase

#include "encryption.h"

#define MPPE(h, bits)	18, 6, (h), 0, 0, (bits)

/* ---- pppd, of both versions ---- */

int phase, mppe_keys_set, auth_done[1];
bool refuse_mppe_stateful = true;
fsm ccp_fsm[1], lcp_fsm[1];
ccp_options ccp_wantoptions[1], ccp_gotoptions[1], ccp_allowoptions[1], ccp_hisoptions[1];
struct protent ccp_protent;

void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void timeout(void (*function)(void *), void *argument, int seconds, int microseconds);
void ppp_timeout(void (*function)(void *), void *argument, int seconds, int microseconds);
void untimeout(void (*function)(void *), void *argument);
void ppp_untimeout(void (*function)(void *), void *argument);
bool in_phase(int which);
bool mppe_keys_isset(void);

static char said[256];
static unsigned int said_times, networks, closed, agreed, allowed_then;
static const char *left_to_pppd;	/* the last of its callbacks that was called */
static void (*due)(void *);		/* when the loop has its turn */
static void (*due_later)(void *);

void notice(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	said_times++;
}

void timeout(void (*function)(void *), void *argument, int seconds, int microseconds)
{
	(void)argument;
	(void)microseconds;
	if (seconds)
		due_later = function;
	else
		due = function;
}

void untimeout(void (*function)(void *), void *argument)
{
	(void)argument;
	if (due_later == function)
		due_later = NULL;
}

void ppp_untimeout(void (*function)(void *), void *argument)
{
	untimeout(function, argument);
}

void ppp_timeout(void (*function)(void *), void *argument, int seconds, int microseconds)
{
	timeout(function, argument, seconds, microseconds);
}

bool in_phase(int which)
{
	return phase == which;
}

bool mppe_keys_isset(void)
{
	return mppe_keys_set;
}

void continue_networks(int unit)
{
	(void)unit;
	networks++;
}

static int pppd_nakci(fsm *f, unsigned char *options, int len, int as_reject)
{
	(void)f;
	(void)options;
	(void)len;
	(void)as_reject;
	left_to_pppd = "nakci";
	return 1;
}

static int pppd_rejci(fsm *f, unsigned char *options, int len)
{
	(void)f;
	(void)options;
	(void)len;
	left_to_pppd = "rejci";
	return 1;
}

static int pppd_reqci(fsm *f, unsigned char *options, int *len, int no_nak)
{
	(void)f;
	(void)options;
	(void)len;
	(void)no_nak;
	left_to_pppd = "reqci";
	allowed_then = ccp_allowoptions[0].mppe;
	return CONFACK;
}

static void pppd_up(fsm *f)
{
	(void)f;
	left_to_pppd = "up";
}

static void pppd_protrej(int unit)
{
	(void)unit;
	left_to_pppd = "protrej";
}

static void pppd_open(int unit)
{
	(void)unit;
	left_to_pppd = "open";
	ccp_gotoptions[0].mppe = ccp_wantoptions[0].mppe;
}

static void pppd_close(int unit, char *reason)
{
	(void)unit;
	(void)reason;
	closed++;
}

/* ---- a call ---- */

static void on_agreed(void)
{
	agreed++;
	left_to_pppd = "agreed";
}

/* Logged in by MS-CHAPv2, and CCP is not open yet */
static void call_begins(bool prefer)
{
	static fsm_callbacks callbacks = {
		.nakci = pppd_nakci, .rejci = pppd_rejci, .reqci = pppd_reqci, .up = pppd_up,
	};

	ccp_fsm[0].callbacks = &callbacks;
	ccp_protent.protrej = pppd_protrej;
	ccp_protent.open = pppd_open;
	ccp_protent.close = pppd_close;
	ccp_wantoptions[0].mppe = MPPE_OPT_128;
	ccp_allowoptions[0].mppe = MPPE_OPT_128;
	ccp_gotoptions[0].mppe = 0;
	ccp_hisoptions[0].mppe = 0;
	lcp_fsm[0].state = OPENED;
	auth_done[0] = 8 << CHAP_MS_SHIFT;
	mppe_keys_set = 1;
	said_times = 0;
	networks = 0;
	closed = 0;
	agreed = 0;
	due = NULL;
	encryption_start(prefer, "the client", on_agreed);
	encryption_begin();
	phase = PHASE_AUTHENTICATE;
}

static void open_ccp(void)
{
	phase = PHASE_NETWORK;
	ccp_protent.open(0);
	left_to_pppd = NULL;
}

static void call_opens(bool prefer)
{
	call_begins(prefer);
	open_ccp();
}

static void run_timers(void)
{
	void (*function)(void *) = due;

	due = NULL;
	if (function)
		function(NULL);
}

/* Is it so that IP begins once, and the reason is said once? */
static bool goes_on(const char *why)
{
	run_timers();
	run_timers();
	return networks == 1 && closed == 1 && said_times == 1 && strstr(said, why) &&
	       !ccp_wantoptions[0].mppe && !ccp_gotoptions[0].mppe && !ccp_allowoptions[0].mppe;
}

static bool left(const char *callback)
{
	bool same = left_to_pppd && !strcmp(left_to_pppd, callback);

	left_to_pppd = NULL;
	return same && !due && !networks;
}

static int request(uint8_t h, uint8_t bits)
{
	unsigned char options[] = { MPPE(h, bits) };
	int len = sizeof(options);

	return ccp_fsm[0].callbacks->reqci(ccp_fsm, options, &len, 0);
}

static int nak(uint8_t h, uint8_t bits)
{
	unsigned char options[] = { MPPE(h, bits) };

	return ccp_fsm[0].callbacks->nakci(ccp_fsm, options, sizeof(options), 0);
}

static int reject(void)
{
	unsigned char options[] = { MPPE(1, 0x40) };

	return ccp_fsm[0].callbacks->rejci(ccp_fsm, options, sizeof(options));
}

static void comes_up(unsigned char his)
{
	ccp_hisoptions[0].mppe = his;
	ccp_fsm[0].callbacks->up(ccp_fsm);
}

/* ---- points ---- */

static void test_refusals(void)
{
	call_opens(true);
	ok(reject() == 1 && !left_to_pppd && goes_on("has rejected MPPE"), "MPPE is rejected");
	ok(reject() == 1 && !due && said_times == 1, "and again: it is no news");

	call_opens(true);
	ccp_protent.protrej(0);
	ok(goes_on("has rejected CCP"), "CCP is rejected");

	call_opens(true);
	ccp_fsm[0].callbacks->finished(ccp_fsm);
	ok(goes_on("does not answer CCP"), "no answer");

	call_opens(true);
	request(1, 0x20);
	ok(!allowed_then && goes_on("40 or 56 bits only"), "40 bits: rejected, and no more");

	call_opens(true);
	ok(nak(1, 0x20) == 1 && !left_to_pppd && goes_on("40 or 56 bits only"), "a Nak with 40 bits");

	call_opens(true);
	comes_up(0);
	ok(!left_to_pppd && !agreed && goes_on("one direction only"), "one direction only");
}

static void test_required(void)
{
	call_opens(false);
	ok(reject() == 1 && left("rejci"), "required: a Reject is pppd's");
	ccp_protent.protrej(0);
	ok(left("protrej"), "a Protocol-Reject too");
	ccp_fsm[0].callbacks->finished(ccp_fsm);
	ok(!due, "and no answer");
	request(1, 0x20);
	ok(left("reqci") && allowed_then, "40 bits");
	comes_up(MPPE_OPT_128);
	ok(left("up") && !agreed, "clear text has been kept out since the call began");
}

static void test_agreement(void)
{
	call_opens(true);
	ok(request(1, 0x40) == CONFACK && left("reqci") && allowed_then && !said_times,
	   "what is wanted is pppd's");
	comes_up(MPPE_OPT_128);
	ok(agreed == 1 && left("up") && !said_times, "clear text is kept out before there is IP");
	reject();
	ok(left("rejci"), "there is no way back: a Reject is pppd's");
	ccp_protent.protrej(0);
	ok(left("protrej") && ccp_wantoptions[0].mppe, "a Protocol-Reject too");
	comes_up(MPPE_OPT_128);
	ok(agreed == 1 && left("up"), "a second agreement changes nothing");
}

static void test_no_keys(void)
{
	call_begins(true);
	mppe_keys_set = 0;
	open_ccp();
	ok(!ccp_gotoptions[0].mppe && said_times == 1 && strstr(said, "keys come from"), "no keys");
	run_timers();
	ok(!networks, "pppd itself begins IP, as it has nothing to wait for");

	call_begins(true);
	auth_done[0] = 0;
	open_ccp();
	ok(!ccp_gotoptions[0].mppe && said_times == 1, "keys of another call are none");

	call_begins(true);
	auth_done[0] = 0xc << CHAP_MS_SHIFT;
	open_ccp();
	ok(!ccp_gotoptions[0].mppe && strstr(said, "both ends"), "keys of both ends");

	call_begins(true);
	auth_done[0] = EAP_PEER;
	open_ccp();
	ok(ccp_gotoptions[0].mppe && !said_times, "keys of EAP-TLS");

	call_begins(false);
	mppe_keys_set = 0;
	open_ccp();
	ok(ccp_gotoptions[0].mppe && !said_times, "required: no keys are pppd's business");
}

/* Nobody gets IP who has not proved who he is */
static void test_too_early(void)
{
	call_begins(true);
	ccp_protent.protrej(0);
	run_timers();
	ok(!networks && said_times == 1, "CCP is rejected before the log-in: no IP yet");
	open_ccp();
	ok(!ccp_gotoptions[0].mppe && said_times == 1, "nor is it waited for after it");

	call_opens(true);
	phase = PHASE_AUTHENTICATE;
	ccp_protent.protrej(0);
	ok(!due && said_times == 1, "LCP begins anew before CCP is through: no IP before the log-in");

	call_opens(true);
	reject();
	phase = PHASE_AUTHENTICATE;
	run_timers();
	ok(!networks, "LCP begins anew before IP does: no IP");

	call_opens(true);
	reject();
	lcp_fsm[0].state = CLOSING;
	run_timers();
	ok(!networks, "LCP ends before IP begins: no IP");
}

static void test_stateful(void)
{
	unsigned char options[] = { 26, 4, 0x78, 0, MPPE(0, 0x40) };
	int len = sizeof(options);

	call_opens(false);
	ok(ccp_fsm[0].callbacks->reqci(ccp_fsm, options, &len, 0) == CONFREJ && len == 4 &&
	   options[0] == 26, "stateful mode: other options are rejected first");
	ok(request(0, 0x40) == CONFNAK && !left_to_pppd, "then it is told of stateless mode");
	ok(request(0, 0x40) == CONFACK && left("reqci"), "required: the third time pppd refuses it");
	ok(nak(0, 0x40) == 1 && nak(0, 0x40) == 1 && !left_to_pppd, "its own Nak is not heard twice");
	ok(nak(0, 0x40) == 1 && left("nakci"), "required: the third time pppd refuses it");

	call_opens(true);
	ok(request(0, 0x40) == CONFNAK && request(0, 0x40) == CONFNAK && !due,
	   "preferred: told twice");
	request(0, 0x40);
	ok(!allowed_then && goes_on("insists on MPPE in stateful mode"), "and then without");

	call_opens(true);
	nak(0, 0x40);
	nak(0, 0x40);
	ok(!due && nak(0, 0x40) == 1 && goes_on("insists on MPPE in stateful mode"),
	   "the same by its Naks");

	call_opens(true);
	refuse_mppe_stateful = false;
	ok(request(0, 0x40) == CONFACK && left("reqci") && nak(0, 0x40) == 1 && left("nakci"),
	   "who allows stateful mode has it");
	refuse_mppe_stateful = true;
}

/* Each of its packets starts pppd's own patience anew */
static void test_endless(void)
{
	unsigned char other[] = { 26, 4, 0x78, 0 };
	int i, len = sizeof(other);

	call_opens(true);
	ccp_fsm[0].callbacks->reqci(ccp_fsm, other, &len, 0);
	ok(left("reqci") && !allowed_then && ccp_allowoptions[0].mppe,
	   "a request without MPPE is rejected, and the next one may have it");
	for (i = 0; i < 100; i++)
		ccp_fsm[0].callbacks->reqci(ccp_fsm, other, &len, 0);
	ok(goes_on("does not agree to MPPE"), "but not for ever");

	call_opens(true);
	for (i = 0; i < 100; i++)
		nak(1, 0x40);
	ok(goes_on("does not agree to MPPE"), "nor may it agree for ever");

	call_opens(true);
	ok(request(1, 0x80) == CONFACK && left("reqci") && !said_times,
	   "56 bits alone: pppd asks for what it knows");

	call_opens(true);
	for (i = 0; i < 100; i++)
		request(1, 0x01);
	ok(goes_on("does not agree to MPPE"), "nor ask what we have");
}

/* What the peer makes of CCP without any packet that is counted */
static void test_late(void)
{
	call_opens(true);
	ok(due_later, "preferred: there is an end to it");
	due_later(NULL);
	ok(goes_on("has not agreed to MPPE in time"), "and then without");

	call_opens(true);
	comes_up(MPPE_OPT_128);
	due_later(NULL);
	ok(!due && !said_times, "but for a call that is encrypted by then");
	encryption_begin();
	ok(!due_later, "the next call has its own time");

	call_opens(false);
	ok(!due_later, "required: pppd's patience is its own");
}

static void test_next_call(void)
{
	call_opens(true);
	reject();
	run_timers();
	ccp_fsm[0].flags |= OPT_SILENT;
	encryption_begin();
	ok(ccp_wantoptions[0].mppe == MPPE_OPT_128 && ccp_allowoptions[0].mppe == MPPE_OPT_128 &&
	   !(ccp_fsm[0].flags & OPT_SILENT), "the next call asks for MPPE again");
	open_ccp();
	ccp_protent.protrej(0);
	run_timers();
	ok(networks == 2 && said_times == 2, "and says for itself that it has none");
}

int main(void)
{
	test_refusals();
	test_required();
	test_agreement();
	test_no_keys();
	test_too_early();
	test_stateful();
	test_endless();
	test_late();
	test_next_call();
	return tap_done();
}
