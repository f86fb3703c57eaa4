// SPDX-License-Identifier: GPL-2.0
/*
 * How a call comes to be encrypted, or to go on without.
 *
 * pppd that is to encrypt asks for MPPE in CCP, and IP waits for it; whatever the peer
 * answers but what was asked for ends the call. Here its callbacks of CCP come second:
 *
 *  - a peer that wants stateful mode is told of stateless mode before it is refused;
 *  - with "pptp_mppe_prefer" IP goes on without encryption instead of the call's end,
 *    unless the fault is this host's own: a kernel that has no MPPE.
 *
 * What the peer can go on with for ever is counted, and has an end. There is no way back:
 * neither from encryption, where all is pppd's again, nor to it.
 */
#include "encryption.h"

#include <string.h>
#include <linux/ppp-comp.h>

#include "mppe_option.h"
#include "pppd_compat.h"

#define HINTS_MAX	2	/* at stateless mode, in each direction */
#define TURNS_MAX	12	/* of the peer's, until there is no agreement */
#define REQUESTS_MAX	5	/* of ours without an answer, 3 s each: it waits for IP meanwhile */
#define PATIENCE	30	/* seconds, whatever the peer does meanwhile */

#define BITS		(MPPE_OPT_40 | MPPE_OPT_128)

static bool prefer;
static const char *whose;
static void (*when_agreed)(void);
static unsigned char wanted, allowed;		/* as the options have it */

static fsm_callbacks before, callbacks;
static void (*open_before)(int unit);
static void (*protrej_before)(int unit);

/* Of this call */
static struct {
	bool encrypted;		/* it is, or has been */
	bool without;		/* it goes on so */
	unsigned int answered;	/* hints that were an answer to its requests */
	unsigned int asked;	/* and requests of our own that were made again */
	unsigned int turns;
} call;

/* ---- going on without ---- */

static bool undecided(void)
{
	return prefer && !call.encrypted && ccp_wantoptions[0].mppe;
}

/* Does IP wait for MPPE? In the phases before it is not known yet who the peer is. */
static bool waiting(void)
{
	return undecided() && ccp_gotoptions[0].mppe && compat_in_network_phase();
}

/* From now on pppd knows of no MPPE, so that nothing of its CCP ends the call for it */
static void do_without(const char *who, const char *why)
{
	call.without = true;
	ccp_wantoptions[0].mppe = 0;
	ccp_gotoptions[0].mppe = 0;
	ccp_allowoptions[0].mppe = 0;
	notice("pptp: the call is not encrypted: %s%s", who, why);
}

/*
 * Runs from the loop, when CCP is through with the packet that has decided it. That CCP
 * is closed has the kernel forget keys that were agreed on for one direction.
 */
static void go_on(void *context)
{
	(void)context;
	if (lcp_fsm[0].state != OPENED || !compat_in_network_phase())
		return;
	ccp_protent.close(0, "No MPPE");
	continue_networks(0);
}

static void give_up(const char *why)
{
	do_without(whose, why);
	compat_timeout(go_on, 0);
}

static const char *no_agreement(enum mppe_offer offer)
{
	switch (offer) {
	case MPPE_OFFER_WEAK:
	case MPPE_OFFER_56:
		return " offers MPPE of 40 or 56 bits only";
	case MPPE_OFFER_STATEFUL:
		return " insists on MPPE in stateful mode";
	default:
		return " does not agree to MPPE of 128 bits, stateless";
	}
}

/* What pppd would end the call for, when it begins CCP; NULL: nothing */
static const char *no_keys(void)
{
	unsigned int mschap = (unsigned int)auth_done[0] >> CHAP_MS_SHIFT & 0xf;

	if (mschap & (mschap - 1))
		return "both ends have logged in, and each has keys of its own";
	if (!compat_mppe_keys() || (!mschap && !(auth_done[0] & (EAP_WITHPEER | EAP_PEER))))
		return "keys come from MS-CHAPv2 and EAP-TLS, and the log-in was by none of them";
	return NULL;
}

/* ---- what the peer sends ---- */

/* Would pppd take what stands first in a Configure-Nak? It looks no further. */
static bool is_agreeable(unsigned char *option, int len)
{
	unsigned char bits;

	if (len < CILEN_MPPE || option[0] != CI_MPPE || option[1] != CILEN_MPPE)
		return false;
	MPPE_CI_TO_OPTS(option + 2, bits);
	return bits & BITS && !(bits & ~(ccp_gotoptions[0].mppe |
					 (refuse_mppe_stateful ? 0 : MPPE_OPT_STATEFUL)));
}

/* Where there is hope, the next request is as the last one */
static int on_nak(fsm *f, unsigned char *options, int len, int as_reject)
{
	enum mppe_offer offer = mppe_option_offer(options, len);
	bool strong = offer == MPPE_OFFER_STATELESS || offer == MPPE_OFFER_STATEFUL;
	bool good = is_agreeable(options, len);

	if (!ccp_gotoptions[0].mppe)
		return before.nakci(f, options, len, as_reject);
	if (strong && !good && call.asked++ < HINTS_MAX)
		return 1;
	if (waiting() && (!good || ++call.turns > TURNS_MAX)) {
		give_up(no_agreement(offer));
		return 1;
	}
	return before.nakci(f, options, len, as_reject);
}

static int on_reject(fsm *f, unsigned char *options, int len)
{
	if (!waiting() || mppe_option_offer(options, len) == MPPE_OFFER_NONE)
		return before.rejci(f, options, len);
	give_up(" has rejected MPPE");
	return 1;
}

/* pppd has Naks for less than that, and a Reject that ends the call */
static int hint(unsigned char *options, int *len)
{
	bool reject;

	call.answered++;
	*len = mppe_option_answer(options, *len, &reject);
	return reject ? CONFREJ : CONFNAK;
}

/* Without MPPE in it: the next one may have it, so all else is rejected, and no more */
static int on_other_request(fsm *f, unsigned char *options, int *len, int no_nak)
{
	unsigned char mppe = ccp_allowoptions[0].mppe;
	int code;

	ccp_allowoptions[0].mppe = 0;
	code = before.reqci(f, options, len, no_nak);
	ccp_allowoptions[0].mppe = mppe;
	return code;
}

/* Does pppd refuse it for good? */
static bool is_hopeless(enum mppe_offer offer)
{
	switch (offer) {
	case MPPE_OFFER_WEAK:
		return !(ccp_allowoptions[0].mppe & MPPE_OPT_40);
	case MPPE_OFFER_STATEFUL:
		return refuse_mppe_stateful;
	default:
		return false;
	}
}

static int on_request(fsm *f, unsigned char *options, int *len, int no_nak)
{
	enum mppe_offer offer = mppe_option_offer(options, *len);

	if (!ccp_gotoptions[0].mppe)
		return before.reqci(f, options, len, no_nak);
	if (offer == MPPE_OFFER_STATEFUL && refuse_mppe_stateful && call.answered < HINTS_MAX)
		return hint(options, len);
	if (waiting()) {
		if (is_hopeless(offer) || ++call.turns > TURNS_MAX)
			give_up(no_agreement(offer));
		else if (offer == MPPE_OFFER_NONE && *len)
			return on_other_request(f, options, len, no_nak);
	}
	return before.reqci(f, options, len, no_nak);
}

static void on_up(fsm *f)
{
	if (waiting() && !ccp_hisoptions[0].mppe) {
		give_up(" would encrypt in one direction only");
		return;
	}
	if (ccp_gotoptions[0].mppe) {
		if (undecided())
			when_agreed();
		call.encrypted = true;
		call.answered = 0;
		call.asked = 0;
	}
	before.up(f);
}

/* No answer has come to any request */
static void on_finished(fsm *f)
{
	if (waiting())
		give_up(" does not answer CCP");
	if (before.finished)
		before.finished(f);
}

/* Whoever rejects CCP before it begins is not asked at all, and IP does not wait for it */
static void on_protocol_reject(int unit)
{
	static const char rejected[] = " has rejected CCP";

	if (waiting())
		give_up(rejected);
	else if (undecided())
		do_without(whose, rejected);
	protrej_before(unit);
}

static void on_late(void *context)
{
	(void)context;
	if (waiting())
		give_up(" has not agreed to MPPE in time");
}

/* pppd looks for keys as it opens CCP, and then whether IP has to wait for it */
static void open_ccp(int unit)
{
	const char *why = undecided() ? no_keys() : NULL;

	if (why)
		do_without("", why);
	if (undecided())
		compat_timeout(on_late, PATIENCE);
	open_before(unit);
}

/**
 * encryption_start - come before pppd's own CCP
 * @may_do_without:	is encryption only preferred?
 * @peer:	"the client" or "the server", for the log
 * @agreed:	called when CCP comes up with MPPE that was only preferred, before there is IP
 *
 * Called when all options are known.
 */
void encryption_start(bool may_do_without, const char *peer, void (*agreed)(void))
{
	prefer = may_do_without;
	whose = peer;
	when_agreed = agreed;
	wanted = ccp_wantoptions[0].mppe;
	allowed = ccp_allowoptions[0].mppe;
	before = *ccp_fsm[0].callbacks;
	callbacks = before;
	callbacks.nakci = on_nak;
	callbacks.rejci = on_reject;
	callbacks.reqci = on_request;
	callbacks.up = on_up;
	callbacks.finished = on_finished;
	ccp_fsm[0].callbacks = &callbacks;
	open_before = ccp_protent.open;
	ccp_protent.open = open_ccp;
	protrej_before = ccp_protent.protrej;
	ccp_protent.protrej = on_protocol_reject;
	if (prefer)
		ccp_fsm[0].maxconfreqtransmits = REQUESTS_MAX;
}

/*
 * Another call begins. If the last one has gone on without, pppd may have been left to
 * wait for the peer to begin CCP, as there was nothing to ask for.
 */
void encryption_begin(void)
{
	if (call.without) {
		ccp_wantoptions[0].mppe = wanted;
		ccp_allowoptions[0].mppe = allowed;
		ccp_fsm[0].flags &= ~OPT_SILENT;
	}
	compat_untimeout(on_late);
	memset(&call, 0, sizeof(call));
}
