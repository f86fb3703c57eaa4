// SPDX-License-Identifier: GPL-2.0
/*
 * How a pppd has ended. Its exit status says the least; its lines say more.
 */
#include "pppd_end.h"

#include <stddef.h>
#include <sys/wait.h>
#include <linux/pptp_mux.h>

#include "pppd_saying.h"
#include "pptp_msg.h"

/* pppd(8), EXIT STATUS */
#define BAD_OPTIONS		2
#define TOLD_TO_END		5
#define NOT_AUTHENTICATED	11
#define HUNG_UP			16

static const struct {
	const char *text;
	uint8_t cdn_result;
	uint32_t cause;
	unsigned int event;
} statuses[] = {
	[0] = { "pppd has ended", PPTP_CDN_REQUEST, PPTP_MUX_CAUSE_PPP, 0 },
	[1] = { "pppd met a fatal error, see the lines before", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[BAD_OPTIONS] = {
		"pppd found a mistake in its options, see the lines before: correct options or options-file",
		PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[3] = { "pppd was not started as root: run pptpmuxd as root", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[4] = { "the kernel has no PPP: run \"modprobe ppp_generic\"", PPTP_CDN_GENERAL,
		PPTP_MUX_CAUSE_PPP, 20073 },
	[TOLD_TO_END] = { "pppd was told to end", PPTP_CDN_ADMINISTRATIVE, PPTP_MUX_CAUSE_ADMIN, 0 },
	[7] = { "the call could not be opened", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[8] = { "the call could not be connected", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[10] = { "the negotiation of PPP failed, see the lines before", PPTP_CDN_GENERAL,
		 PPTP_MUX_CAUSE_PPP, 20073 },
	[NOT_AUTHENTICATED] = {
		"the client has not proved who it is, see the lines before",
		PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[12] = { "idle for as long as idle allows", PPTP_CDN_ADMINISTRATIVE, PPTP_MUX_CAUSE_PPP, 0 },
	[13] = { "connected for as long as maxconnect allows", PPTP_CDN_ADMINISTRATIVE,
		 PPTP_MUX_CAUSE_PPP, 0 },
	[15] = { "the client no longer answers echo requests", PPTP_CDN_LOST_CARRIER,
		 PPTP_MUX_CAUSE_LOST, 0 },
	[HUNG_UP] = { "the client hung up", PPTP_CDN_LOST_CARRIER, PPTP_MUX_CAUSE_PEER, 0 },
	[17] = { "the call is looped back to this host", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[19] = { "the client refused our authentication: check name and password in chap-secrets",
		 PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
};

/* What it has said is worth more than its status; the first of these that it has said counts */
static const struct {
	enum pppd_saying saying;
	const char *text;
	unsigned int event;
} reasons[] = {
	{ PPPD_SAYS_NO_PLUGIN,
	  "pppd cannot load a plugin: install pptp_mux.so, or correct plugin in pptpmuxd.conf, or options",
	  20073 },
	{ PPPD_SAYS_OTHER_VERSION,
	  "a plugin was built for another pppd: build it anew, or correct plugin in pptpmuxd.conf, or options",
	  20073 },
	{ PPPD_SAYS_RADIUS_SILENT,
	  "no RADIUS server answers, so nobody can log in: see whether it runs and its shared secret, and the lines before for its address",
	  20073 },
	{ PPPD_SAYS_AUTH_REFUSED,
	  "the client does not want to prove who it is in a way that is allowed: see authentication in pptpmuxd.conf(5), and correct it there or at the client",
	  20073 },
	{ PPPD_SAYS_NO_SECRET,
	  "the client's name is not in chap-secrets: compare it, with its domain and the case of its letters, in the lines before",
	  691 },
	{ PPPD_SAYS_LOGIN_FAILED,
	  "the client's name or password is wrong: compare them with chap-secrets, or with what RADIUS knows",
	  691 },
	{ PPPD_SAYS_MPPE_NO_KERNEL,
	  "the kernel has no MPPE: run \"modprobe ppp_mppe\"", 20073 },
	{ PPPD_SAYS_MPPE_NO_KEYS,
	  "encryption is required, and this way of authentication makes no keys for it: allow MS-CHAPv2 or EAP-TLS only, see authentication in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAYS_MPPE_STATEFUL,
	  "the client offers MPPE in stateful mode only, which loses all packets behind a lost one and is refused: update the client",
	  20073 },
	{ PPPD_SAYS_MPPE_REFUSED,
	  "the client refuses encryption: require it there, or see encryption in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAYS_MPPE_NO_AGREEMENT,
	  "client and server have no strength of encryption in common: require 128 bits at the client, or see encryption in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAYS_LCP_UNANSWERED,
	  "nothing came in answer to PPP: GRE (IP protocol 47) may be filtered on the way", 20095 },
};

static bool has_said(const struct pppd_evidence *evidence, enum pppd_saying saying)
{
	return evidence->said & PPPD_SAID(saying);
}

/* Faults of options stand in its lines before any peer's words do, or not at all */
static bool holds(const struct pppd_end *end, const struct pppd_evidence *evidence,
		  enum pppd_saying saying)
{
	bool of_options = saying == PPPD_SAYS_NO_PLUGIN || saying == PPPD_SAYS_OTHER_VERSION;

	return has_said(evidence, saying) && of_options == (end->status == BAD_OPTIONS);
}

static void give_reason(struct pppd_end *end, const struct pppd_evidence *evidence)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!holds(end, evidence, reasons[i].saying))
			continue;
		end->text = reasons[i].text;
		end->event = reasons[i].event;
		return;
	}
}

/* A client that was not let in may hang up before pppd has ended, which says the least */
static bool wants_reason(const struct pppd_end *end)
{
	return end->event || end->status == TOLD_TO_END || end->status == HUNG_UP;
}

/*
 * A client that guesses passwords may hang up as soon as one was wrong, so that its
 * status tells of that. One that was never asked, or that nobody could judge, has
 * not guessed.
 */
static bool login_failed(const struct pppd_end *end, const struct pppd_evidence *evidence)
{
	if (has_said(evidence, PPPD_SAYS_RADIUS_SILENT) ||
	    has_said(evidence, PPPD_SAYS_AUTH_REFUSED))
		return false;
	return has_said(evidence, PPPD_SAYS_LOGIN_FAILED) || end->status == NOT_AUTHENTICATED;
}

static void judge_status(struct pppd_end *end, int status)
{
	end->status = status;
	if (status < 0 || (size_t)status >= sizeof(statuses) / sizeof(statuses[0]) ||
	    !statuses[status].text)
		return;
	end->text = statuses[status].text;
	end->cdn_result = statuses[status].cdn_result;
	end->cause = statuses[status].cause;
	end->event = statuses[status].event;
}

/**
 * pppd_end_judge - say what a pppd's end means
 * @end:	filled in
 * @evidence:	what is known of why
 * @status:	as from waitpid()
 */
void pppd_end_judge(struct pppd_end *end, const struct pppd_evidence *evidence, int status)
{
	*end = (struct pppd_end){
		.text = "pppd ended with an unknown status",
		.cdn_result = PPTP_CDN_GENERAL,
		.cause = PPTP_MUX_CAUSE_PPP,
		.event = 20073,
	};
	if (WIFSIGNALED(status)) {
		end->status = 128 + WTERMSIG(status);
		end->text = "pppd was killed by a signal";
	} else {
		judge_status(end, WEXITSTATUS(status));
		if (wants_reason(end))
			give_reason(end, evidence);
	}
	end->login_failed = login_failed(end, evidence);
}
