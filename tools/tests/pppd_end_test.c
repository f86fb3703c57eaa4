// SPDX-License-Identifier: GPL-2.0
/* What pppd's lines and its end are taken for, and that no client chooses that */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pptp_mux.h>

#include "ppp_look.h"
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
		{ "LCP terminated by peer (MPPE required but peer negotiation failed)",
		  PPPD_SAYS_MPPE_PEER_ENDS },
		{ "LCP terminated by peer (MPPE required but peer negotiation failed) (", PPPD_SAYS_NOTHING },
		{ "LCP terminated by peer", PPPD_SAYS_NOTHING },
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

static uint32_t seen;		/* PPP_SEEN_* of the client */
static bool was_up;
static bool waited;		/* for LCP */
static bool must_encrypt;

static bool judged(uint32_t said, int status, const char *part, unsigned int event, bool login)
{
	const struct pppd_evidence evidence = { .said = said, .seen.marks = seen,
					       .was_up = was_up,
					       .waited = waited,
					       .must_encrypt = must_encrypt };
	struct pppd_end end;

	pppd_end_judge(&end, &evidence, status);
	if (strstr(end.text, part) && end.event == event && end.login_failed == login)
		return true;
	printf("# \"%s\", event %u, login_failed %d\n", end.text, end.event, end.login_failed);
	return false;
}

/* It hangs up by its control connection, which pppd knows nothing of */
static void test_client_gives_up(void)
{
	seen = 0;
	ok(judged(0, EXITED(5), "told to end", 0, false), "hung up at once: nothing is known");
	waited = true;
	ok(judged(0, EXITED(5), "nothing came from the client", 20095, false),
	   "a client whose packets do not come gives up");
	seen = PPP_SEEN_LCP;
	ok(judged(0, EXITED(16), "no answer to ours", 20209, false),
	   "one whom ours do not reach does");
	seen = PPP_SEEN_LCP | PPP_SEEN_LCP_ANSWER;
	ok(judged(0, EXITED(16), "hung up", 0, false), "one that is reached just hangs up");
	seen = 0;
	was_up = true;
	must_encrypt = true;
	ok(judged(0, EXITED(16), "hung up", 0, false) && judged(0, EXITED(5), "told to end", 0, false),
	   "so does one that was up, of which nothing is kept from before that");
	must_encrypt = false;
	was_up = false;
	waited = false;
}

static void test_reasons(void)
{
	const uint32_t failed = PPPD_SAID(PPPD_SAYS_LOGIN_FAILED);
	const uint32_t no_plugin = PPPD_SAID(PPPD_SAYS_NO_PLUGIN);

	ok(judged(failed, EXITED(11), "name or password is wrong", 691, true), "a wrong password");
	ok(judged(failed, EXITED(16), "name or password is wrong", 691, true),
	   "the same of a client that hangs up then");
	seen = PPP_SEEN_LCP | PPP_SEEN_LCP_ANSWER | PPP_SEEN_AUTH | PPP_SEEN_EAP_FAILURE;
	ok(judged(0, EXITED(16), "password or certificate is wrong", 691, true),
	   "one by EAP, of which pppd says nothing");
	seen = 0;
	ok(judged(failed | PPPD_SAID(PPPD_SAYS_RADIUS_SILENT), EXITED(11), "no RADIUS server answers",
		  20073, false), "a RADIUS server that is down is no guess of its clients'");
	ok(judged(PPPD_SAID(PPPD_SAYS_AUTH_REFUSED), EXITED(11), "names no way", 20073,
		  false), "nor is a client that wants another way");
	ok(judged(PPPD_SAID(PPPD_SAYS_LCP_UNANSWERED), EXITED(10), "nothing came from the client", 20095, false),
	   "nobody answers");
	ok(judged(no_plugin, EXITED(2), "cannot load a plugin", 20073, false), "no plugin");
	ok(judged(no_plugin, EXITED(11), "has not proved who it is", 20073, true),
	   "a plugin that was loaded can be none that is missing");
	ok(judged(0, EXITED(16), "hung up", 0, false), "a client that hangs up");
	ok(judged(0, EXITED(99), "unknown status", 20073, false), "a status that nobody knows");
	ok(judged(failed, 9, "killed by a signal", 20073, true), "killed, after a wrong password");
}

/* The same line means another thing, by what has come from the client */
static void test_seen(void)
{
	static const struct {
		enum pppd_saying saying;
		int status;
		uint32_t seen;
		const char *part;
		unsigned int event;
		const char *what;
	} cases[] = {
		{ PPPD_SAYS_LCP_UNANSWERED, 10, PPP_SEEN_LCP, "lost on the way to the client", 20209,
		  "GRE that is lost towards the client only" },
		{ PPPD_SAYS_AUTH_REFUSED, 11, PPP_SEEN_LCP | PPP_SEEN_WANTS_PAP, "offers PAP only",
		  20073, "a client that knows PAP only" },
		{ PPPD_SAYS_AUTH_REFUSED, 11, PPP_SEEN_LCP | PPP_SEEN_WANTS_CHAP, "CHAP with MD5 only",
		  20073, "one that knows CHAP with MD5 only" },
		{ PPPD_SAYS_MPPE_NO_AGREEMENT, 10, PPP_SEEN_MPPE_WEAK, "40 or 56 bits only", 20073,
		  "a client of 40 bits" },
		{ PPPD_SAYS_MPPE_NO_AGREEMENT, 10, PPP_SEEN_MPPE_STATEFUL, "stateful mode only",
		  20073, "one that knows stateful mode only" },
		{ PPPD_SAYS_MPPE_REFUSED, 10, PPP_SEEN_MPPE_WEAK, "40 or 56 bits only", 20073,
		  "one that rejects more" },
		{ PPPD_SAYS_MPPE_PEER_ENDS, 10, PPP_SEEN_MPPE_WEAK, "40 or 56 bits only", 20073,
		  "a client of 40 bits that ends the link itself" },
		{ PPPD_SAYS_MPPE_PEER_ENDS, 16, PPP_SEEN_MPPE_STATEFUL, "stateful mode only", 20073,
		  "one of stateful mode, that hangs up too" },
		{ PPPD_SAYS_MPPE_NO_AGREEMENT, 10, PPP_SEEN_NO_CCP, "rejected CCP", 20073,
		  "one without encryption" },
		{ PPPD_SAYS_MPPE_REFUSED, 10, 0, "rejected MPPE", 20073, "one that does not want it" },
		{ PPPD_SAYS_ENCRYPTED, 10, PPP_SEEN_MPPE_GOOD | PPP_SEEN_REJECTS_MPPE,
		  "goes on rejecting what is encrypted", 20073, "one that cannot decrypt" },
		{ PPPD_SAYS_ENCRYPTED, 10, PPP_SEEN_MPPE_GOOD | PPP_SEEN_OTHER_KEYS,
		  "encrypts with other keys", 20073, "one that has other keys" },
		{ PPPD_SAYS_NOTHING, 11, PPP_SEEN_LCP | PPP_SEEN_LCP_ANSWER, "has not answered in time",
		  20049, "one that does not answer" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		seen = cases[i].seen;
		ok(judged(PPPD_SAID(cases[i].saying), EXITED(cases[i].status), cases[i].part,
			  cases[i].event, false), cases[i].what);
	}
	seen = 0;
}

/* Before pppd has found anything: what it has offered is what there is to tell */
static void test_mppe_given_up(void)
{
	seen = PPP_SEEN_LCP | PPP_SEEN_LCP_ANSWER | PPP_SEEN_AUTH | PPP_SEEN_MPPE_WEAK;
	ok(judged(0, EXITED(5), "told to end", 0, false),
	   "40 bits are no reason where encryption is not required");
	must_encrypt = true;
	ok(judged(0, EXITED(5), "40 or 56 bits only", 20073, false),
	   "they are where it is, and the client has hung up");
	ok(judged(0, EXITED(16), "40 or 56 bits only", 20073, false), "by LCP too");
	ok(judged(PPPD_SAID(PPPD_SAYS_ENCRYPTED), EXITED(5), "told to end", 0, false),
	   "and are not once the call is encrypted");
	seen |= PPP_SEEN_MPPE_GOOD;
	ok(judged(0, EXITED(5), "told to end", 0, false), "nor if it has offered 128 after them");
	seen = 0;
	must_encrypt = false;
}

/* A packet of its own length @len, in memory that ends with it */
static uint32_t look(const uint8_t *packet, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	uint32_t marks;

	memcpy(copy, packet, len);
	marks = ppp_look(copy, len);
	free(copy);
	return marks;
}

static void test_packets(void)
{
	static const struct {
		uint8_t packet[20];
		size_t len;
		uint32_t marks;
		const char *what;
	} packets[] = {
		{ { 255, 3, 0xc0, 0x21, 1, 1, 0, 4 }, 8, PPP_SEEN_LCP, "a request of LCP" },
		{ { 255, 3, 0xc0, 0x21, 3, 1, 0, 8, 3, 4, 0xc0, 0x23 }, 12,
		  PPP_SEEN_LCP | PPP_SEEN_LCP_ANSWER | PPP_SEEN_WANTS_PAP, "a Nak that wants PAP" },
		{ { 255, 3, 0xc0, 0x21, 3, 1, 0, 9, 3, 5, 0xc2, 0x23, 0x80 }, 13,
		  PPP_SEEN_LCP | PPP_SEEN_LCP_ANSWER | PPP_SEEN_WANTS_MSCHAP, "one for MS-CHAP" },
		{ { 255, 3, 0xc0, 0x21, 8, 1, 0, 6, 0x80, 0xfd }, 10,
		  PPP_SEEN_LCP | PPP_SEEN_NO_CCP, "CCP is rejected" },
		{ { 255, 3, 0xc2, 0x23, 2, 1, 0, 4 }, 8, PPP_SEEN_AUTH, "a response of CHAP" },
		{ { 255, 3, 0x80, 0xfd, 1, 1, 0, 10, 18, 6, 1, 0, 0, 0x20 }, 14, PPP_SEEN_MPPE_WEAK,
		  "40 bits" },
		{ { 255, 3, 0x80, 0xfd, 1, 1, 0, 10, 18, 6, 0, 0, 0, 0x40 }, 14,
		  PPP_SEEN_MPPE_STATEFUL, "128 bits, stateful" },
		{ { 255, 3, 0x80, 0xfd, 1, 1, 0, 10, 18, 6, 1, 0, 0, 0x60 }, 14, PPP_SEEN_MPPE_GOOD,
		  "128 bits, stateless" },
		{ { 255, 3, 0x80, 0xfd, 1, 1, 0, 200, 18, 6, 1, 0, 0, 0x60 }, 14, 0, "a length that is wrong" },
		{ { 255, 3, 0x80, 0xfd, 1, 1, 0, 10, 17, 0, 18, 6, 0, 0 }, 14, 0, "an option of none" },
	};
	uint32_t marks = 0;
	size_t i, len;

	for (i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		ok(look(packets[i].packet, packets[i].len) == packets[i].marks, packets[i].what);
		for (len = 0; len < packets[i].len; len++)
			marks |= look(packets[i].packet, len);
	}
	ok(!marks, "a packet that is cut shows nothing");
}

int main(void)
{
	test_seen();
	test_packets();
	test_lines();
	test_cut();
	test_reasons();
	test_client_gives_up();
	test_mppe_given_up();
	return tap_done();
}
