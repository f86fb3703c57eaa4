// SPDX-License-Identifier: GPL-2.0
/* What pppd's lines and its end are taken for, and that no client chooses that */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pptp_mux.h>

#include "pppd_end.h"
#include "pppd_saying.h"
#include "tap.h"

#define PPPD	"/usr/sbin/pppd"

static void test_lines(void)
{
	static const struct {
		const char *line;
		enum pppd_saying saying;
	} lines[] = {
		{ "LCP: timeout sending Config-Requests", PPPD_SAYS_LCP_UNANSWERED },
		{ "IPCP: timeout sending Config-Requests", PPPD_SAYS_NOTHING },
		{ "Peer alice failed CHAP authentication", PPPD_SAYS_LOGIN_FAILED },
		{ "Peer al \\\"ice failed CHAP authentication", PPPD_SAYS_LOGIN_FAILED },
		{ "EAP: MSCHAPv2 failure for peer alice", PPPD_SAYS_LOGIN_FAILED },
		{ "EAP: MSCHAPv2 success for peer alice", PPPD_SAYS_NOTHING },
		{ "PAP peer authentication failed for alice", PPPD_SAYS_LOGIN_FAILED },
		{ "PAP peer authentication succeeded for alice", PPPD_SAYS_NOTHING },
		{ "No CHAP secret found for authenticating alice", PPPD_SAYS_NO_SECRET },
		{ "No CHAP secret found for authenticating us to alice", PPPD_SAYS_NOTHING },
		{ "peer refused to authenticate: terminating link", PPPD_SAYS_AUTH_REFUSED },
		{ "rc_send_server: no reply from RADIUS server radius.example:1812",
		  PPPD_SAYS_RADIUS_SILENT },
		{ "MPPE required, but kernel has no support.", PPPD_SAYS_MPPE_NO_KERNEL },
		{ "MPPE required but peer negotiation failed", PPPD_SAYS_MPPE_NO_AGREEMENT },
		{ "MPPE required but peer refused", PPPD_SAYS_MPPE_REFUSED },
		{ "Refusing MPPE stateful mode offered by peer", PPPD_SAYS_MPPE_STATEFUL },
		{ PPPD ": Couldn't load plugin pptp_mux.so", PPPD_SAYS_NO_PLUGIN },
		{ PPPD ": Plugin x.so is for pppd version 2.4.8, this is 2.4.9",
		  PPPD_SAYS_OTHER_VERSION },
		/* what clients have put into their names and messages */
		{ "Couldn't load plugin", PPPD_SAYS_NOTHING },
		{ "Peer Couldn't load plugin failed CHAP authentication",
		  PPPD_SAYS_LOGIN_FAILED },
		{ "PAP peer authentication succeeded for " PPPD ": Couldn't load plugin",
		  PPPD_SAYS_NOTHING },
		{ "LCP terminated by peer (MPPE required but peer refused)", PPPD_SAYS_NOTHING },
		{ "LCP terminated by peer (x failed CHAP authentication)", PPPD_SAYS_NOTHING },
		{ "rcvd [LCP TermReq id=0x1 \"peer refused to authenticate: terminating link\"]",
		  PPPD_SAYS_NOTHING },
		{ "Remote message: peer refused to authenticate: terminating link",
		  PPPD_SAYS_NOTHING },
		{ "EAP: unauthenticated peer name \"LCP: timeout sending Config-Requests\"",
		  PPPD_SAYS_NOTHING },
		{ "", PPPD_SAYS_NOTHING },
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok(pppd_saying_of(lines[i].line, PPPD) == lines[i].saying, lines[i].line);
}

/* A name of 255 octets, of which pppd makes four each, leaves no room for the line's end */
static void test_cut(void)
{
	char line[1024];
	size_t len = snprintf(line, sizeof(line), "Peer ");

	for (; len < sizeof(line) - 1; len++)
		line[len] = "\\x8a"[len % 4];
	line[len] = '\0';
	ok(pppd_saying_of(line, PPPD) == PPPD_SAYS_LOGIN_FAILED,
	   "a long name does not hide that its log-in has failed");
	line[sizeof(line) - 2] = '\0';
	ok(pppd_saying_of(line, PPPD) == PPPD_SAYS_NOTHING, "a line that is not cut is another one");
}

#define EXITED(status)	((status) << 8)

static bool judged(uint32_t said, int status, const char *part, unsigned int event, bool login)
{
	const struct pppd_evidence evidence = { .said = said };
	struct pppd_end end;

	pppd_end_judge(&end, &evidence, status);
	if (strstr(end.text, part) && end.event == event && end.login_failed == login)
		return true;
	printf("# \"%s\", event %u, login_failed %d\n", end.text, end.event, end.login_failed);
	return false;
}

static void test_reasons(void)
{
	const uint32_t failed = PPPD_SAID(PPPD_SAYS_LOGIN_FAILED);
	const uint32_t no_plugin = PPPD_SAID(PPPD_SAYS_NO_PLUGIN);

	ok(judged(failed, EXITED(11), "name or password is wrong", 691, true), "a wrong password");
	ok(judged(failed, EXITED(16), "name or password is wrong", 691, true),
	   "the same of a client that hangs up then");
	ok(judged(failed | PPPD_SAID(PPPD_SAYS_RADIUS_SILENT), EXITED(11), "no RADIUS server answers",
		  20073, false), "a RADIUS server that is down is no guess of its clients'");
	ok(judged(PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), EXITED(11), "in a way that is allowed", 20073,
		  false), "nor is a client that wants another way");
	ok(judged(PPPD_SAID(PPPD_SAYS_LCP_UNANSWERED), EXITED(10), "in answer to PPP", 20095, false),
	   "nobody answers");
	ok(judged(no_plugin, EXITED(2), "cannot load a plugin", 20073, false), "no plugin");
	ok(judged(no_plugin, EXITED(11), "has not proved who it is", 20073, true),
	   "a plugin that was loaded can be none that is missing");
	ok(judged(0, EXITED(16), "hung up", 0, false), "a client that hangs up");
	ok(judged(0, EXITED(99), "unknown status", 20073, false), "a status that nobody knows");
	ok(judged(failed, 9, "killed by a signal", 20073, true), "killed, after a wrong password");
}

int main(void)
{
	test_lines();
	test_cut();
	test_reasons();
	return tap_done();
}
