// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxctl explain: what a number means that a client or a log shows.
 *
 * The numbers are Windows' own, of its Remote Access Service and of the events of its
 * Routing and Remote Access Service, and the result codes of RFC 2637. Only those
 * are here that a PPTP call can end with.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor_show.h"

struct code {
	const char		*kind;		/* "error", "event", "result", "cdn" */
	unsigned int		number;
	const char		*title;
	const char		*meaning;
	const enum finding_id	*here;		/* causes that the doctor looks for */
	const char * const	*elsewhere;	/* and those that it cannot see */
};

#define HERE(...)	(const enum finding_id[]){ __VA_ARGS__, FINDING_IDS }
#define NOT_HERE	(const enum finding_id[]){ FINDING_IDS }
#define ELSEWHERE(...)	(const char * const[]){ __VA_ARGS__, NULL }
#define NOT_ELSEWHERE	(const char * const[]){ NULL }

/* Causes that come together */
#define UNREACHABLE	FINDING_SERVER_FOREIGN, FINDING_SERVER_CONFIG, FINDING_SERVER_STOPPED, \
			FINDING_SERVER_HANGS, FINDING_SERVER_PORT, FINDING_TCP_FILTERED
#define REFUSED		FINDING_PPTP_KO, FINDING_MODULE_MISSING, FINDING_MODULE_NOT_LOADED, \
			FINDING_MODULE_KEY, \
			FINDING_SLOTS_DISABLED, FINDING_SLOTS_USAGE, FINDING_SLOTS_TAKEN
#define NO_PPPD		FINDING_DEV_PPP, FINDING_PPPD_MISSING, FINDING_PLUGIN_MISSING, \
			FINDING_PLUGIN_VERSION, FINDING_PPPD_OPTIONS
#define NO_LOGIN	FINDING_SECRETS_MISSING, FINDING_SECRETS_EMPTY
#define NO_ADDRESS	FINDING_SECRETS_ADDRESS, FINDING_POOL_EXHAUSTED, FINDING_POOL_CONFLICT
#define NO_MPPE		FINDING_MPPE_MISSING, FINDING_MPPE_FIPS

static const char see_log[] =
	"see the log of pptpmuxd for the client's address: \"journalctl -u pptpmuxd\"";
static const char gre_on_the_way[] =
	"GRE (IP protocol 47) is filtered on the way, or a NAT there does not know PPTP: see whether any arrives, \"tcpdump -n ip proto 47\"";
static const char tcp_on_the_way[] =
	"TCP port 1723 is filtered on the way: see whether any arrives, \"tcpdump -n tcp port 1723\"";
static const char wrong_password[] =
	"the client's user name or password is wrong: compare it with /etc/ppp/chap-secrets";
static const char weak_client[] =
	"the client offers only weaker methods than MS-CHAPv2, or none: correct it there, or see authentication in pptpmuxd.conf(5)";
static const char no_encryption[] =
	"the client's setting for encryption and the server's do not meet: require it on both, or see encryption in pptpmuxd.conf(5)";
static const char radius_down[] =
	"a RADIUS server that pppd asks does not answer: the log says \"no RADIUS server answers\"";
static const char other_address[] =
	"the client's GRE comes from another address than its TCP, as of a NAT with several: \"pptpmuxctl table\" counts packets for no call while it dials";
static const char one_direction[] =
	"GRE passes in one direction only: the log says from whom packets came, and see \"pptpmuxctl calls\" for both";
static const char weak_mppe[] =
	"the client offers MPPE of 40 or 56 bits only, or stateful mode only: the log says which";
static const char backed_off[] =
	"the client's address is kept waiting after failed log-ins: see \"backed-off\" in the log, and login-failures in pptpmuxd.conf(5)";
static const char line_lost[] =
	"the line to the client has failed, or a NAT on the way has forgotten the call: lower lcp-echo-interval in options";

static const struct code codes[] = {
	{ "error", 619, "the port is disconnected",
	  "The control connection or the call ended before PPP was up: most often GRE does not pass.",
	  HERE(REFUSED, FINDING_GRE_FILTERED, NO_PPPD, NO_LOGIN, NO_MPPE),
	  ELSEWHERE(one_direction, other_address, gre_on_the_way, see_log) },
	{ "error", 628, "the port was disconnected",
	  "As error 619.",
	  HERE(REFUSED, FINDING_GRE_FILTERED, NO_PPPD, NO_LOGIN, NO_MPPE),
	  ELSEWHERE(gre_on_the_way, see_log) },
	{ "error", 629, "the remote computer disconnected the port",
	  "The server hung up or refused the call. In Windows NT 4.0 this was all that a client saw when no port was set to receive calls (Microsoft's Q170977); pptpmuxd sends the reason, which not every client shows.",
	  HERE(REFUSED, NO_PPPD, NO_LOGIN, NO_MPPE, NO_ADDRESS),
	  ELSEWHERE(backed_off, wrong_password, weak_client, see_log) },
	{ "error", 633, "the port is in use, or not set up for dialling out",
	  "The client itself has no free port for its call. On a Linux client with pptp-mux: no slot of its own may be used to dial.",
	  HERE(FINDING_SLOTS_DISABLED),
	  ELSEWHERE("on the client: \"pptpmuxctl slots\", and \"pptpmuxctl set VPN1 usage +dial-out\"",
		    "on the client: another program uses the port; start it anew") },
	{ "error", 649, "the account may not dial in",
	  "The server knows the user, and does not let him in.",
	  HERE(FINDING_SECRETS_ADDRESS),
	  ELSEWHERE("single-session = \"deny\" in pptpmuxd.conf, and another call of the user is up: \"pptpmuxctl pool\"",
		    see_log) },
	{ "error", 650, "the server does not respond",
	  "Nothing came back within the client's time.",
	  HERE(UNREACHABLE, FINDING_GRE_FILTERED),
	  ELSEWHERE(tcp_on_the_way, gre_on_the_way) },
	{ "error", 678, "there is no answer",
	  "The control connection did not come about.",
	  HERE(UNREACHABLE),
	  ELSEWHERE(backed_off, tcp_on_the_way,
		    "the client has another address or name of the server") },
	{ "error", 691, "access denied: user name or password",
	  "The client's MS-CHAPv2 answer was not right.",
	  HERE(NO_LOGIN),
	  ELSEWHERE(radius_down, backed_off, wrong_password,
		    "the client puts a domain in front (DOMAIN\\\\user): write the name so into chap-secrets") },
	{ "error", 717, "no address is free",
	  "Every address of the user's pool is in use or set aside.",
	  HERE(FINDING_POOL_EXHAUSTED, FINDING_POOL_CONFLICT),
	  ELSEWHERE("clients that vanished without a word keep theirs until they are noticed: \"pptpmuxctl pool\"") },
	{ "error", 718, "PPP timed out",
	  "PPP had begun, and then the server's answers were missing: of authentication, most often.",
	  HERE(FINDING_GRE_FILTERED, NO_PPPD, NO_LOGIN),
	  ELSEWHERE(gre_on_the_way, see_log) },
	{ "error", 719, "PPP was ended by the remote computer",
	  "The server's pppd ended the link: its line in the log says why.",
	  HERE(NO_LOGIN, NO_MPPE, NO_ADDRESS),
	  ELSEWHERE(wrong_password, weak_client, no_encryption, see_log) },
	{ "error", 720, "no PPP control protocol could be agreed on",
	  "Client and server found no network protocol that both want: IPCP failed.",
	  HERE(NO_ADDRESS, FINDING_PPPD_OPTIONS),
	  ELSEWHERE("the client asks for IPX or NetBEUI only: switch TCP/IP on there", see_log) },
	{ "error", 721, "the remote computer does not respond",
	  "The control connection stands, and PPP got no answer: GRE does not pass in one direction or both.",
	  HERE(FINDING_GRE_FILTERED, NO_PPPD),
	  ELSEWHERE(gre_on_the_way, line_lost) },
	{ "error", 731, "the protocol is not configured",
	  "A protocol that the client insists on is not switched on. Windows NT 4.0 showed it too when it had run out of buffers (Microsoft's Q172290); here a call that is short of memory loses packets, and is not ended.",
	  HERE(NO_MPPE, FINDING_PPPD_OPTIONS),
	  ELSEWHERE("the client wants IPX or NetBEUI: switch them off there", see_log) },
	{ "error", 732, "the negotiation of PPP does not converge",
	  "Each side kept refusing what the other one asked for.",
	  HERE(FINDING_PPPD_OPTIONS, NO_MPPE),
	  ELSEWHERE(no_encryption, weak_client, see_log) },
	{ "error", 733, "a network protocol could not be agreed on",
	  "As error 720, for one protocol.",
	  HERE(NO_ADDRESS, FINDING_PPPD_OPTIONS),
	  ELSEWHERE(see_log) },
	{ "error", 734, "the PPP link control protocol was terminated",
	  "LCP came up and was closed again: about authentication or encryption there was no agreement.",
	  HERE(NO_LOGIN, NO_MPPE, FINDING_PPPD_OPTIONS),
	  ELSEWHERE(weak_mppe, radius_down, weak_client, no_encryption, see_log) },
	{ "error", 735, "the address that was asked for is refused",
	  "The client has an address of its own set, and the server does not grant it.",
	  HERE(NO_ADDRESS),
	  ELSEWHERE("let the client get its address from the server, or write it as the fourth word of its line in chap-secrets") },
	{ "error", 738, "the server did not assign an address",
	  "IPCP ended without one.",
	  HERE(NO_ADDRESS, FINDING_PPPD_OPTIONS),
	  ELSEWHERE(see_log) },
	{ "error", 741, "the client cannot encrypt as is required",
	  "The client has no 128-bit MPPE.",
	  HERE(NO_MPPE),
	  ELSEWHERE(no_encryption) },
	{ "error", 742, "the server cannot encrypt as is required",
	  "The client asked for MPPE, and the server's CCP refused it.",
	  HERE(NO_MPPE, FINDING_PPPD_OPTIONS),
	  ELSEWHERE(weak_mppe, no_encryption) },
	{ "error", 743, "the server requires encryption",
	  "The client has it switched off.",
	  NOT_HERE,
	  ELSEWHERE(no_encryption) },
	{ "error", 769, "the destination cannot be reached",
	  "The client's network has no way to the server.",
	  HERE(UNREACHABLE),
	  ELSEWHERE("the client's own line or route is down") },
	{ "error", 778, "the server could not prove itself",
	  "With MS-CHAPv2 both sides prove that they know the password; the server's proof was wrong.",
	  HERE(NO_LOGIN),
	  ELSEWHERE(wrong_password, "a RADIUS server behind pppd does not send its MS-CHAP2-Success") },
	{ "error", 800, "the VPN connection could not be made",
	  "The server could not be reached at all.",
	  HERE(UNREACHABLE),
	  ELSEWHERE(backed_off, tcp_on_the_way, "the client has another address or name of the server") },
	{ "error", 806, "connected, and yet the VPN connection cannot be completed",
	  "TCP port 1723 passes, and GRE does not.",
	  HERE(FINDING_GRE_FILTERED, NO_PPPD),
	  ELSEWHERE(one_direction, other_address, gre_on_the_way) },
	{ "error", 807, "the network connection was interrupted",
	  "The call stood, or nearly, and packets stopped.",
	  HERE(FINDING_SERVER_STOPPED, FINDING_SERVER_HANGS, FINDING_GRE_FILTERED,
	       FINDING_ICMP_FILTERED, FINDING_MTU),
	  ELSEWHERE(line_lost, gre_on_the_way) },
	{ "event", 20014, "a user failed to authenticate",
	  "As error 691, seen from the server.",
	  HERE(NO_LOGIN),
	  ELSEWHERE(wrong_password, weak_client) },
	{ "event", 20049, "authentication timed out",
	  "The client did not answer the challenge in time.",
	  HERE(FINDING_GRE_FILTERED),
	  ELSEWHERE(gre_on_the_way, "the client waits for somebody to type a password") },
	{ "event", 20050, "the client could not be projected onto the network",
	  "There is no address for the client, or it does not lead to its call. In Windows NT 4.0 it came once a pool had been used up (Microsoft's Q233048); here what is left of an earlier call is removed first.",
	  HERE(FINDING_POOL_EXHAUSTED, FINDING_POOL_CONFLICT),
	  ELSEWHERE(see_log) },
	{ "event", 20073, "PPP failed on a port",
	  "pppd ended with an error, or a call is over its account (Microsoft's Q172290: there the call was lost, here it goes on).",
	  HERE(NO_PPPD, NO_LOGIN, NO_MPPE, NO_ADDRESS),
	  ELSEWHERE(weak_client, no_encryption, see_log) },
	{ "event", 20095, "nothing was received from the client",
	  "PPP asked, and no answer came; or, from the module, a call's account for received packets is full.",
	  HERE(FINDING_GRE_FILTERED),
	  ELSEWHERE(gre_on_the_way) },
	{ "event", 20111, "a demand-dial interface connected, and then failed",
	  "The control connection to the other router succeeded; PPP on it did not.",
	  HERE(FINDING_GRE_FILTERED, NO_PPPD, NO_MPPE),
	  ELSEWHERE(gre_on_the_way, "user, password or encryption differ from what the other router wants: see its log") },
	{ "event", 20209, "a client connected, and its VPN connection could not be completed",
	  "As error 806, seen from the server.",
	  HERE(FINDING_GRE_FILTERED, NO_PPPD),
	  ELSEWHERE(gre_on_the_way) },
	{ "result", 2, "general error, in the answer to a call",
	  "With error code 2, 3 or 5 the request was malformed; with 4 memory ran out, or a limit of this connection or address is reached; with 6 pppd or the module is missing.",
	  HERE(FINDING_PPTP_KO, FINDING_MODULE_MISSING, FINDING_MODULE_NOT_LOADED,
	       FINDING_MODULE_KEY, NO_PPPD),
	  ELSEWHERE(see_log) },
	{ "result", 4, "busy",
	  "All slots that may receive calls are taken, or somebody has told the server to take no new calls.",
	  HERE(FINDING_SLOTS_TAKEN, FINDING_SERVER_DRAINS),
	  ELSEWHERE("slots of clients that vanished are taken until they are noticed: \"pptpmuxctl calls\"") },
	{ "result", 7, "not accepted",
	  "No slot is there for calls of clients, or not for this one's.",
	  HERE(FINDING_SLOTS_DISABLED, FINDING_SLOTS_USAGE),
	  ELSEWHERE(backed_off) },
	{ "cdn", 1, "the call was cleared: lost carrier",
	  "The client hung up, or no longer answered echo requests of PPP.",
	  HERE(FINDING_GRE_FILTERED, FINDING_ICMP_FILTERED, FINDING_MTU),
	  ELSEWHERE(line_lost) },
	{ "cdn", 2, "the call was cleared: general error",
	  "PPP on the server's side failed.",
	  HERE(NO_PPPD, NO_LOGIN, NO_MPPE, NO_ADDRESS),
	  ELSEWHERE(wrong_password, see_log) },
	{ "cdn", 3, "the call was cleared: administrative shutdown",
	  "Somebody ended it, or a limit of time did: an operator, idle, maxconnect, or the client's own next call (single-session).",
	  HERE(FINDING_SERVER_STOPPED),
	  ELSEWHERE(see_log) },
	{ "cdn", 4, "the call was cleared: on request",
	  "The client asked for it. This is no fault.",
	  NOT_HERE, NOT_ELSEWHERE },
};

#define CODES	(sizeof(codes) / sizeof(codes[0]))

/* "error 629", "event 20050", "result 7"; errors and events need no word */
static const struct code *find(const char *kind, uint32_t number)
{
	size_t i;

	for (i = 0; i < CODES; i++)
		if (codes[i].number == number && (kind ? !strcmp(codes[i].kind, kind) :
						  number > 100))
			return &codes[i];
	return NULL;
}

static void list(struct ctl *ctl)
{
	size_t i;

	if (ctl->as_json)
		json_array(&ctl->json, NULL);
	for (i = 0; i < CODES; i++) {
		if (!ctl->as_json) {
			printf("%s %u: %s\n", codes[i].kind, codes[i].number, codes[i].title);
			continue;
		}
		json_object(&ctl->json, NULL);
		json_string(&ctl->json, "kind", codes[i].kind);
		json_number(&ctl->json, "number", codes[i].number);
		json_string(&ctl->json, "title", codes[i].title);
		json_object_end(&ctl->json);
	}
	if (ctl->as_json) {
		json_array_end(&ctl->json);
		putchar('\n');
	}
}

/* ---- one code, with what the doctor has found ---- */

static bool is_cause(const struct code *code, enum finding_id id)
{
	const enum finding_id *cause;

	for (cause = code->here; *cause != FINDING_IDS; cause++)
		if (*cause == id)
			return true;
	return false;
}

static void show(const struct code *code, const struct findings *findings)
{
	const enum finding_id *cause;
	const struct finding *finding;
	const char * const *text;

	printf("%s %u: %s\n%s\n", code->kind, code->number, code->title, code->meaning);
	if (*code->here != FINDING_IDS)
		puts("\nCauses on this host:");
	for (cause = code->here; *cause != FINDING_IDS; cause++) {
		finding = finding_get(findings, *cause);
		printf("  [%c] %s\n", finding ? 'x' : ' ', finding_title(*cause));
		if (finding)
			doctor_show_finding(finding, "      ");
	}
	if (*code->elsewhere)
		puts("\nCauses that cannot be seen from here:");
	for (text = code->elsewhere; *text; text++)
		printf("   -  %s\n", *text);
}

static void show_json(struct json *json, const struct code *code, const struct findings *findings)
{
	const enum finding_id *cause;
	const struct finding *finding;
	const char * const *text;

	json_object(json, NULL);
	json_string(json, "kind", code->kind);
	json_number(json, "number", code->number);
	json_string(json, "title", code->title);
	json_string(json, "meaning", code->meaning);
	json_array(json, "causes");
	for (cause = code->here; *cause != FINDING_IDS; cause++) {
		finding = finding_get(findings, *cause);
		json_object(json, NULL);
		json_string(json, "title", finding_title(*cause));
		json_bool(json, "holds", finding);
		if (finding)
			doctor_show_finding_json(json, finding);
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "elsewhere");
	for (text = code->elsewhere; *text; text++)
		json_string(json, NULL, *text);
	json_array_end(json);
	json_object_end(json);
	putchar('\n');
}

/* Of the causes of this code, and of what keeps them from being known */
static enum severity severity_of(const struct code *code, const struct findings *findings)
{
	struct findings of = { .count = 0 };
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->list[i].id == FINDING_NOT_EXAMINED ||
		    is_cause(code, findings->list[i].id))
			of.list[of.count++] = findings->list[i];
	return findings_severity(&of);
}

static enum severity explain(struct ctl *ctl, struct doctor *doctor, const struct code *code)
{
	enum severity severity;

	if (doctor_may_examine())
		doctor_examine(doctor);
	else
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL, "not as root");
	severity = severity_of(code, &doctor->findings);
	if (ctl->as_json)
		show_json(&ctl->json, code, &doctor->findings);
	else
		show(code, &doctor->findings);
	doctor_free(doctor);
	return severity;
}

int ctl_explain(struct ctl *ctl, int argc, char **argv)
{
	struct doctor doctor = { .ctl = ctl };
	const struct code *code;
	uint32_t number;

	if (argc == 1) {
		list(ctl);
		return SEVERITY_NONE;
	}
	if (argc > 3 || !ctl_number(argv[argc - 1], UINT32_MAX, &number)) {
		ctl_usage("write a number, as in: explain 629, explain result 7");
		return SEVERITY_UNKNOWN;
	}
	code = find(argc == 3 ? argv[1] : NULL, number);
	if (code)
		return explain(ctl, &doctor, code);
	ctl_usage("nothing is known here of \"%s%s%s\": \"pptpmuxctl explain\" lists what is", argv[1],
		  argc == 3 ? " " : "", argc == 3 ? argv[2] : "");
	return SEVERITY_UNKNOWN;
}
