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

/* pppd(8), EXIT STATUS, what only this file needs */
#define BAD_OPTIONS		2
#define OWN_FAULTS		4	/* up to this one, but 0 */
#define NOT_AUTHENTICATED	11
#define HUNG_UP			16

static const struct {
	const char *text;
	uint8_t cdn_result;
	uint32_t cause;
	unsigned int event;
} statuses[] = {
	[0] = { "pppd has ended", PPTP_CDN_REQUEST, PPTP_MUX_CAUSE_PPP, 0 },
	[PPPD_STATUS_FATAL] = {
		"pppd met a fatal error, see the lines before", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[BAD_OPTIONS] = {
		"pppd found a mistake in its options, see the lines before: correct options or options-file",
		PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[3] = { "pppd was not started as root: run pptpmuxd as root", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, 20073 },
	[4] = { "the kernel has no PPP: run \"modprobe ppp_generic\"", PPTP_CDN_GENERAL,
		PPTP_MUX_CAUSE_PPP, 20073 },
	[PPPD_STATUS_TOLD_TO_END] = { "pppd was told to end", PPTP_CDN_ADMINISTRATIVE, PPTP_MUX_CAUSE_ADMIN, 0 },
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

#define WANTS	(PPP_SEEN_WANTS_PAP | PPP_SEEN_WANTS_CHAP | PPP_SEEN_WANTS_MSCHAP | \
		 PPP_SEEN_WANTS_MSCHAP2 | PPP_SEEN_WANTS_EAP)

#define ALLOW_IT	": require MS-CHAPv2 there, or see authentication in pptpmuxd.conf(5)"

#define NO_COMMON_MPPE	(PPPD_SAID(PPPD_SAYS_MPPE_NO_AGREEMENT) | \
			 PPPD_SAID(PPPD_SAYS_MPPE_REFUSED) | \
			 PPPD_SAID(PPPD_SAYS_MPPE_PEER_ENDS))

#define OF_OPTIONS	(PPPD_SAID(PPPD_SAYS_NO_PLUGIN) | PPPD_SAID(PPPD_SAYS_OTHER_VERSION))

#define ONLY_WEAK	"the client offers MPPE of 40 or 56 bits only, and none below 128 are taken: require the strongest encryption there, or see encryption in pptpmuxd.conf(5)"
#define ONLY_STATEFUL	"the client offers MPPE in stateful mode only, which loses all packets behind a lost one and is refused: switch it to stateless mode, or update it"

/*
 * What it has said, and what its peer has sent, is worth more than its status. The first
 * of these counts that it has said one of, with all of @seen and nothing of @unseen.
 */
static const struct reason {
	uint32_t said;		/* PPPD_SAID() of each that will do, 0: nothing is needed */
	uint32_t seen;
	uint32_t unseen;
	const char *text;
	unsigned int event;
} reasons[] = {
	{ 0, PPP_SEEN_REJECTS_MPPE, 0,
	  "the client has agreed to MPPE, and goes on rejecting what is encrypted (LCP Protocol-Reject of 0x00fd): its MPPE does not work; under Linux see \"modprobe ppp_mppe\" there, else update it",
	  20073 },
	{ 0, PPP_SEEN_OTHER_KEYS, 0,
	  "the client has agreed to MPPE, and encrypts with other keys than it should: where RADIUS gives them, compare the attributes MS-MPPE-Send-Key and MS-MPPE-Recv-Key, else update the client",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_NO_PLUGIN), 0, 0,
	  "pppd cannot load a plugin: install pptp_mux.so, or correct plugin in pptpmuxd.conf, or options",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_OTHER_VERSION), 0, 0,
	  "a plugin was built for another pppd: build it anew, or correct plugin in pptpmuxd.conf, or options",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_RADIUS_SILENT), 0, 0,
	  "no RADIUS server answers, so nobody can log in: see whether it runs and its shared secret, and the lines before for its address",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), PPP_SEEN_WANTS_PAP, WANTS & ~PPP_SEEN_WANTS_PAP,
	  "the client offers PAP only, which is not allowed" ALLOW_IT, 20073 },
	{ PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), PPP_SEEN_WANTS_MSCHAP2, 0,
	  "the client wants MS-CHAPv2, which is not what is required: see authentication and options in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), PPP_SEEN_WANTS_EAP, 0,
	  "the client wants EAP, which is not what is required" ALLOW_IT, 20073 },
	{ PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), PPP_SEEN_WANTS_MSCHAP, 0,
	  "the client offers MS-CHAP of version 1 only, which is not allowed" ALLOW_IT, 20073 },
	{ PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), PPP_SEEN_WANTS_CHAP, 0,
	  "the client offers CHAP with MD5 only, which is not allowed" ALLOW_IT, 20073 },
	{ PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), 0, 0,
	  "the client refuses to prove who it is, and names no way in which it would" ALLOW_IT,
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_NO_SECRET), 0, 0,
	  "the client's name is not in chap-secrets: compare it, with its domain and the case of its letters, in the lines before",
	  691 },
	{ PPPD_SAID(PPPD_SAYS_LOGIN_FAILED), 0, 0,
	  "the client's name or password is wrong: compare them with chap-secrets, or with what RADIUS knows",
	  691 },
	{ 0, PPP_SEEN_EAP_FAILURE, 0,
	  "the client has not proved who it is: its name, password or certificate is wrong, compare them with chap-secrets, eaptls-server, or what RADIUS knows",
	  691 },
	{ PPPD_SAID(PPPD_SAYS_MPPE_NO_KERNEL), 0, 0,
	  "the kernel has no MPPE: run \"modprobe ppp_mppe\"", 20073 },
	{ PPPD_SAID(PPPD_SAYS_MPPE_NO_KEYS), 0, 0,
	  "encryption is required, and this way of authentication makes no keys for it: allow MS-CHAPv2 or EAP-TLS only, see authentication in pptpmuxd.conf(5)",
	  20073 },
	{ NO_COMMON_MPPE, PPP_SEEN_MPPE_WEAK, PPP_SEEN_MPPE_GOOD | PPP_SEEN_MPPE_STATEFUL,
	  ONLY_WEAK, 20073 },
	{ NO_COMMON_MPPE, PPP_SEEN_MPPE_STATEFUL, PPP_SEEN_MPPE_GOOD, ONLY_STATEFUL, 20073 },
	{ PPPD_SAID(PPPD_SAYS_MPPE_STATEFUL), 0, PPP_SEEN_MPPE_GOOD, ONLY_STATEFUL, 20073 },
	{ PPPD_SAID(PPPD_SAYS_MPPE_NO_AGREEMENT), PPP_SEEN_NO_CCP, 0,
	  "the client refuses encryption, as it has rejected CCP: require encryption there, or see encryption in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_MPPE_REFUSED), 0, 0,
	  "the client refuses encryption, as it has rejected MPPE: require encryption there, or see encryption in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_MPPE_NO_AGREEMENT), 0, 0,
	  "the client has not agreed to MPPE of 128 bits, stateless, and offers no other: require encryption there, or see encryption in pptpmuxd.conf(5)",
	  20073 },
	{ PPPD_SAID(PPPD_SAYS_LCP_UNANSWERED), PPP_SEEN_LCP, PPP_SEEN_LCP_ANSWER,
	  "packets came from the client, and no answer to ours: GRE (IP protocol 47) is lost on the way to the client, by a firewall or NAT there",
	  20209 },
	{ PPPD_SAID(PPPD_SAYS_LCP_UNANSWERED), PPP_SEEN_LCP_ANSWER, 0,
	  "the client has answered, and then not any more: see the lines before, and for GRE (IP protocol 47) that is lost",
	  20209 },
	{ PPPD_SAID(PPPD_SAYS_LCP_UNANSWERED), 0, 0,
	  "nothing came from the client: GRE (IP protocol 47) is filtered on the way to here",
	  20095 },
};

/* The client knows of our question, or its answers would have come */
static const struct reason no_answer = {
	0, PPP_SEEN_LCP_ANSWER, PPP_SEEN_AUTH,
	"the client was asked for its name and password and has not answered in time: GRE may be lost, or it waits for somebody to type",
	20049
};

static bool has_said(const struct pppd_evidence *evidence, enum pppd_saying saying)
{
	return evidence->said & PPPD_SAID(saying);
}

/* A client that was not let in may do so before pppd has ended, whose status says the least then */
static bool client_hung_up(const struct pppd_end *end)
{
	return end->status == PPPD_STATUS_TOLD_TO_END || end->status == HUNG_UP;
}

/*
 * What pppd would have said if the client had not hung up before: clients do not wait
 * longer for LCP than pppd; and one that has got our Nak of its encryption may have
 * pppd told to end before it has read the client's Nak of ours. A call that was up had
 * no need of either.
 */
static uint32_t left_unsaid(const struct pppd_end *end, const struct pppd_evidence *evidence)
{
	uint32_t said = 0;

	if (!client_hung_up(end) || evidence->was_up)
		return 0;
	if (evidence->waited && !(evidence->seen.marks & PPP_SEEN_LCP_ANSWER))
		said |= PPPD_SAID(PPPD_SAYS_LCP_UNANSWERED);
	if (evidence->must_encrypt && !has_said(evidence, PPPD_SAYS_ENCRYPTED))
		said |= PPPD_SAID(PPPD_SAYS_MPPE_PEER_ENDS);
	return said;
}

/* Faults of options stand in its lines before any peer's words do, or not at all */
static uint32_t worth_hearing(const struct pppd_end *end, const struct pppd_evidence *evidence)
{
	if (end->status == BAD_OPTIONS)
		return evidence->said & OF_OPTIONS;
	return (evidence->said & ~OF_OPTIONS) | left_unsaid(end, evidence);
}

static bool fits(const struct reason *reason, uint32_t marks)
{
	return (marks & reason->seen) == reason->seen && !(marks & reason->unseen);
}

static const struct reason *find_reason(const struct pppd_end *end,
					const struct pppd_evidence *evidence)
{
	uint32_t said = worth_hearing(end, evidence);
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if ((!reasons[i].said || reasons[i].said & said) &&
		    fits(&reasons[i], evidence->seen.marks))
			return &reasons[i];
	}
	if (end->status == NOT_AUTHENTICATED && fits(&no_answer, evidence->seen.marks))
		return &no_answer;
	return NULL;
}

static void give_reason(struct pppd_end *end, const struct pppd_evidence *evidence)
{
	const struct reason *reason = find_reason(end, evidence);

	if (!reason)
		return;
	end->text = reason->text;
	end->event = reason->event;
}

/*
 * A client that guesses passwords may hang up as soon as one was wrong, so that its
 * status tells of that. One that was never asked, or that nobody could judge, has
 * not guessed.
 */
static bool login_failed(const struct pppd_end *end, const struct pppd_evidence *evidence)
{
	if (has_said(evidence, PPPD_SAYS_RADIUS_SILENT) ||
	    has_said(evidence, PPPD_SAYS_AUTH_REFUSED) || end->event == no_answer.event)
		return false;
	return has_said(evidence, PPPD_SAYS_LOGIN_FAILED) ||
	       evidence->seen.marks & PPP_SEEN_EAP_FAILURE || end->status == NOT_AUTHENTICATED;
}

static void judge_status(struct pppd_end *end, int status)
{
	end->status = status;
	end->own_fault = status && status <= OWN_FAULTS;
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
		.login_user = "",
	};
	if (WIFSIGNALED(status)) {
		end->status = 128 + WTERMSIG(status);
		end->text = "pppd was killed by a signal";
	} else {
		judge_status(end, WEXITSTATUS(status));
		if (end->event || client_hung_up(end))
			give_reason(end, evidence);
	}
	end->login_failed = login_failed(end, evidence);
}
