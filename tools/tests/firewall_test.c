// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet filter does with the packets that PPTP needs: rules as nft 1.0.6 and
 * iptables 1.8.9 print them, and the verdict on each kind of packet.
 */
#include <stdlib.h>
#include <string.h>

#include "firewall.h"
#include "tap.h"

static const struct firewall_host host = { .port = 1723 };

/*
 * A verdict on all kinds, in the order of enum firewall_packet: TCP in and out, GRE in
 * and out, ICMP in and out; "-" passes, "D" is dropped.
 */
static const char *verdicts(const struct firewall *firewall, struct firewall_blame *first)
{
	static char text[FIREWALL_PACKETS + 1];
	struct firewall_blame blame;
	enum firewall_packet packet;

	memset(first, 0, sizeof(*first));
	for (packet = 0; packet < FIREWALL_PACKETS; packet++) {
		text[packet] = firewall_drops(firewall, packet, &blame) ? 'D' : '-';
		if (text[packet] == 'D' && !first->base)
			*first = blame;
	}
	return text;
}

/* Who dropped the first kind that is dropped */
static const char *culprit(const struct firewall_blame *blame)
{
	if (!blame->base)
		return "";
	return blame->rule ? blame->rule->text : "policy";
}

static void judge(const struct firewall *firewall, const char *name, const char *expected,
		  const char *blamed)
{
	struct firewall_blame blame;
	const char *found = verdicts(firewall, &blame);

	if (!ok(!strcmp(found, expected) && !strcmp(culprit(&blame), blamed), name))
		printf("# %s by \"%s\", expected %s by \"%s\"\n", found, culprit(&blame),
		       expected, blamed);
}

/* ---- nft ---- */

/* Double quotes are written as single ones here */
#define HEAD \
	"{'nftables': [{'metainfo': {'version': '1.0.6', 'json_schema_version': 1}}," \
	"{'table': {'family': 'inet', 'name': 'filter', 'handle': 1}}," \
	"{'set': {'family': 'inet', 'name': 'ports', 'table': 'filter', 'type': 'inet_service'," \
	" 'handle': 4, 'flags': ['interval'], 'elem': [22, 80, {'range': [1700, 1800]}]}}," \
	"{'set': {'family': 'inet', 'name': 'bad', 'table': 'filter', 'type': 'ipv4_addr'," \
	" 'handle': 5, 'flags': ['timeout'], 'elem': [{'elem': {'val': '10.0.0.1'," \
	" 'timeout': 3600, 'expires': 3599}}]}}," \
	"{'map': {'family': 'inet', 'name': 'disp', 'table': 'filter', 'type': 'inet_service'," \
	" 'handle': 6, 'map': 'verdict', 'elem': [[22, {'accept': null}], [1723, {'drop': null}]]}}," \
	"{'chain': {'family': 'inet', 'table': 'filter', 'name': 'input', 'handle': 2," \
	" 'type': 'filter', 'hook': 'input', 'prio': 0, 'policy': '%s'}}," \
	"{'chain': {'family': 'inet', 'table': 'filter', 'name': 'output', 'handle': 3," \
	" 'type': 'filter', 'hook': 'output', 'prio': 0, 'policy': 'accept'}}," \
	"{'chain': {'family': 'inet', 'table': 'filter', 'name': 'sub', 'handle': 1}}"
#define RULE(chain, handle, expr) \
	", {'rule': {'family': 'inet', 'table': 'filter', 'chain': '" chain "', 'handle': " \
	#handle ", 'expr': [" expr "]}}"

#define MATCH(op, left, right)	"{'match': {'op': '" op "', 'left': " left ", 'right': " right "}}"
#define META(key)		"{'meta': {'key': '" key "'}}"
#define CT(key)			"{'ct': {'key': '" key "'}}"
#define PAYLOAD(proto, field)	"{'payload': {'protocol': '" proto "', 'field': '" field "'}}"
#define DPORT(right)		MATCH("==", PAYLOAD("tcp", "dport"), right)
#define ACCEPT			"{'accept': null}"
#define DROP			"{'drop': null}"
#define ESTABLISHED		MATCH("in", CT("state"), "['established', 'related']") ", " ACCEPT

static const struct nft_case {
	const char *name;
	const char *policy;
	const char *rules;
	const char *expected;
	const char *blamed;
} nft_cases[] = {
	{ "nft: nothing", "accept", "", "------", "" },
	{ "nft: policy drop", "drop", "", "D-D-D-", "policy" },
	{ "nft: policy drop, established accepted: GRE is new without a helper", "drop",
	  RULE("input", 15, ESTABLISHED), "D-D---", "policy" },
	{ "nft: policy drop, the port accepted: GRE is not", "drop",
	  RULE("input", 15, ESTABLISHED) RULE("input", 16, DPORT("1723") ", " ACCEPT),
	  "--D---", "policy" },
	{ "nft: a good firewall", "drop",
	  RULE("input", 9, MATCH("==", META("iif"), "'lo'") ", " ACCEPT)
	  RULE("input", 15, ESTABLISHED) RULE("input", 16, DPORT("1723") ", " ACCEPT)
	  RULE("input", 17, MATCH("==", META("l4proto"), "'gre'") ", " ACCEPT), "------", "" },
	{ "nft: ip protocol gre drop", "accept",
	  RULE("input", 17, MATCH("==", PAYLOAD("ip", "protocol"), "'gre'") ", " DROP),
	  "--D---", "17" },
	{ "nft: meta l4proto 47, where /etc/protocols is missing", "accept",
	  RULE("input", 17, MATCH("==", META("l4proto"), "47") ", " DROP), "--D---", "17" },
	{ "nft: tcp dport 1723 reject", "accept",
	  RULE("input", 43, DPORT("1723") ", {'counter': {'packets': 0, 'bytes': 0}}, "
	       "{'reject': {'type': 'tcp reset'}}"), "D-----", "43" },
	{ "nft: tcp sport 1723 drop on the way out", "accept",
	  RULE("output", 47, MATCH("==", PAYLOAD("tcp", "sport"), "1723") ", " DROP),
	  "-D----", "47" },
	{ "nft: tcp dport 1723 on the way out is somebody else's", "accept",
	  RULE("output", 47, DPORT("1723") ", " DROP), "------", "" },
	{ "nft: udp dport 1723 is not ours", "accept",
	  RULE("input", 47, MATCH("==", PAYLOAD("udp", "dport"), "1723") ", " DROP), "------", "" },
	{ "nft: th dport of TCP and UDP", "accept",
	  RULE("input", 21, MATCH("==", META("l4proto"), "{'set': ['tcp', 'udp']}") ", "
	       MATCH("==", PAYLOAD("th", "dport"), "{'set': [53, 1723]}") ", " DROP), "D-----", "21" },
	{ "nft: all but TCP and UDP is dropped", "accept",
	  RULE("input", 23, MATCH("!=", PAYLOAD("ip", "protocol"), "{'set': ['tcp', 'udp']}") ", " DROP),
	  "--D-D-", "23" },
	{ "nft: all ports but 22 are dropped, and GRE has none", "accept",
	  RULE("input", 27, MATCH("!=", PAYLOAD("tcp", "dport"), "22") ", " DROP), "D-----", "27" },
	{ "nft: a range of ports accepted", "drop",
	  RULE("input", 26, DPORT("{'range': [1000, 2000]}") ", " ACCEPT), "--D-D-", "policy" },
	{ "nft: a named set with a range", "drop",
	  RULE("input", 24, DPORT("'@ports'") ", " ACCEPT), "--D-D-", "policy" },
	{ "nft: a verdict map, anonymous", "accept",
	  RULE("input", 29, "{'vmap': {'key': " PAYLOAD("tcp", "dport") ", 'data': {'set': "
	       "[[22, {'accept': null}], [1723, {'drop': null}]]}}}"), "D-----", "29" },
	{ "nft: a verdict map, named", "accept",
	  RULE("input", 25, "{'vmap': {'key': " PAYLOAD("tcp", "dport") ", 'data': '@disp'}}"),
	  "D-----", "25" },
	{ "nft: a map of states, then the policy", "drop",
	  RULE("input", 12, "{'vmap': {'key': " CT("state") ", 'data': {'set': [['invalid', "
	       "{'drop': null}], ['established', {'accept': null}], ['related', {'accept': null}]]}}}"),
	  "D-D---", "policy" },
	{ "nft: ct state != new drops no first packet", "accept",
	  RULE("input", 16, MATCH("!=", CT("state"), "'new'") ", " DROP), "----D-", "16" },
	{ "nft: a jump, and its rule is blamed", "accept",
	  RULE("sub", 7, DPORT("1723") ", {'reject': {'type': 'icmpx', 'expr': 'port-unreachable'}}")
	  RULE("sub", 8, "{'return': null}") RULE("input", 39, "{'jump': {'target': 'sub'}}"),
	  "D-----", "7" },
	{ "nft: a return saves from the rules behind it", "accept",
	  RULE("sub", 7, DPORT("1723") ", {'return': null}") RULE("sub", 8, DROP)
	  RULE("input", 39, "{'jump': {'target': 'sub'}}"), "--D-D-", "8" },
	{ "nft: goto does not come back", "drop",
	  RULE("sub", 7, DPORT("22") ", " ACCEPT) RULE("input", 39, "{'goto': {'target': 'sub'}}")
	  RULE("input", 40, ACCEPT), "D-D-D-", "policy" },
	{ "nft: some addresses dropped: others pass", "accept",
	  RULE("input", 30, MATCH("==", PAYLOAD("ip", "saddr"), "'@bad'") ", " DROP), "------", "" },
	{ "nft: a concatenation with an address", "accept",
	  RULE("input", 32, MATCH("==", "{'concat': [" PAYLOAD("ip", "saddr") ", "
	       PAYLOAD("tcp", "dport") "]}", "{'set': [{'concat': ['10.0.0.1', 1723]}]}") ", " DROP),
	  "------", "" },
	{ "nft: only some addresses accepted: they pass", "drop",
	  RULE("input", 33, MATCH("==", PAYLOAD("ip", "saddr"),
				  "{'prefix': {'addr': '10.0.0.0', 'len': 8}}") ", "
	       DPORT("1723") ", " ACCEPT), "--D-D-", "policy" },
	{ "nft: a limit lets some pass", "drop",
	  RULE("input", 34, MATCH("in", PAYLOAD("tcp", "flags"), "'syn'") ", " DPORT("1723") ", "
	       "{'limit': {'rate': 5, 'burst': 5, 'per': 'second'}}, " ACCEPT), "--D-D-", "policy" },
	{ "nft: a drop over a limit lets some pass", "accept",
	  RULE("input", 34, DPORT("1723") ", {'limit': {'rate': 5, 'inv': true, "
	       "'per': 'second'}}, " DROP), "------", "" },
	{ "nft: an unknown interface: it may be that one", "drop",
	  RULE("input", 10, MATCH("==", META("iifname"), "'eth*'") ", " ACCEPT), "------", "" },
	{ "nft: lo is nobody's way in", "drop",
	  RULE("input", 9, MATCH("==", META("iif"), "'lo'") ", " ACCEPT), "D-D-D-", "policy" },
	{ "nft: all but lo is dropped", "accept",
	  RULE("input", 9, MATCH("!=", META("iifname"), "'lo'") ", " DROP), "D-D-D-", "9" },
	{ "nft: ICMP unreachable is dropped", "accept",
	  RULE("input", 35, MATCH("==", PAYLOAD("icmp", "type"), "'destination-unreachable'") ", " DROP),
	  "----D-", "35" },
	{ "nft: IPv6 is not ours", "accept",
	  RULE("input", 45, MATCH("==", META("nfproto"), "'ipv6'") ", " DROP), "------", "" },
	{ "nft: counting and logging is no verdict", "drop",
	  RULE("input", 40, "{'log': {'prefix': 'x'}}, {'counter': {'packets': 0, 'bytes': 0}}"),
	  "D-D-D-", "policy" },
	{ "nft: what iptables has written is not known", "drop",
	  RULE("input", 5, "{'xt': {'type': 'match', 'name': 'conntrack'}}, " ACCEPT), "------", "" },
	{ "nft: an expression of a later version is not known", "drop",
	  RULE("input", 5, MATCH("==", "{'tunnel': 'new'}", "{'thing': 1}") ", " ACCEPT),
	  "------", "" },
	{ "nft: a chain that jumps to itself", "accept",
	  RULE("sub", 7, "{'jump': {'target': 'sub'}}")
	  RULE("sub", 8, DROP) RULE("input", 39, "{'jump': {'target': 'sub'}}"), "------", "" },
};

static bool read_nft(struct firewall *firewall, const struct firewall_host *of,
		     const struct nft_case *one)
{
	char text[8192], *at;

	snprintf(text, sizeof(text), HEAD, one->policy);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s]}", one->rules);
	for (at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	return firewall_read_nft(firewall, of, text);
}

static void test_nft(void)
{
	struct firewall firewall = { 0 };
	size_t i;

	for (i = 0; i < sizeof(nft_cases) / sizeof(nft_cases[0]); i++) {
		if (read_nft(&firewall, &host, &nft_cases[i]))
			judge(&firewall, nft_cases[i].name, nft_cases[i].expected,
			      nft_cases[i].blamed);
		else
			ok(false, nft_cases[i].name);
		firewall_free(&firewall);
	}
}

static void test_host(void)
{
	static const struct nft_case by_interface = { .policy = "drop", .rules =
		RULE("input", 10, MATCH("==", META("iifname"), "'eth*'") ", " ACCEPT) },
		established = { .policy = "drop", .rules = RULE("input", 15, ESTABLISHED) };
	struct firewall_host wlan = host, helped = host;
	struct firewall firewall = { 0 };

	wlan.interface = "wlan0";
	ok(read_nft(&firewall, &wlan, &by_interface), "a host whose clients come by wlan0");
	judge(&firewall, "only eth* is accepted", "D-D-D-", "policy");
	firewall_free(&firewall);
	wlan.interface = "eth3";
	ok(read_nft(&firewall, &wlan, &by_interface), "a host whose clients come by eth3");
	judge(&firewall, "eth* is", "------", "");
	firewall_free(&firewall);
	helped.helper = true;
	ok(read_nft(&firewall, &helped, &established), "a host with connection tracking's helper");
	judge(&firewall, "GRE may be related", "D-----", "policy");
	firewall_free(&firewall);
}

/* ---- iptables ---- */

#define FILTER(policy)	"# Generated by iptables-save v1.8.9 (nf_tables)\n*filter\n" \
			":INPUT " policy " [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
#define RELATED		"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"

static const struct {
	const char *name;
	const char *text;
	const char *expected;
	const char *blamed;
} iptables_cases[] = {
	{ "iptables: nothing", "", "------", "" },
	{ "iptables: policy drop", FILTER("DROP") "COMMIT\n", "D-D-D-", "policy" },
	{ "iptables: -p gre -j DROP", FILTER("ACCEPT") "-A INPUT -p gre -j DROP\nCOMMIT\n",
	  "--D---", "-A INPUT -p gre -j DROP" },
	{ "iptables: -p 47", FILTER("ACCEPT") "-A INPUT -p 47 -j DROP\n", "--D---",
	  "-A INPUT -p 47 -j DROP" },
	{ "iptables: a comment with quotes and an option in it, and reject's own options",
	  FILTER("ACCEPT") "-A INPUT -p tcp -m tcp --dport 1723 -m comment --comment \"-j \\\"x y\" "
	  "-j REJECT --reject-with icmp-port-unreachable\n", "D-----",
	  "-A INPUT -p tcp -m tcp --dport 1723 -m comment --comment \"-j \\\"x y\" "
	  "-j REJECT --reject-with icmp-port-unreachable" },
	{ "iptables: a good firewall", FILTER("DROP") "-A INPUT -i lo -j ACCEPT\n" RELATED
	  "-A INPUT -p tcp -m multiport --dports 22,1723 -j ACCEPT\n-A INPUT -p gre -j ACCEPT\n",
	  "------", "" },
	{ "iptables: the same without GRE", FILTER("DROP") "-A INPUT -i lo -j ACCEPT\n" RELATED
	  "-A INPUT -p tcp -m multiport --dports 22,1723 -j ACCEPT\n", "--D---", "policy" },
	{ "iptables: reject at the end", FILTER("ACCEPT") RELATED
	  "-A INPUT -p tcp -m state --state NEW -m tcp --dport 1700:1800 -j ACCEPT\n"
	  "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n", "--D---",
	  "-A INPUT -j REJECT --reject-with icmp-host-prohibited" },
	{ "iptables: other interfaces than lo", FILTER("ACCEPT") "-A INPUT ! -i lo -j DROP\n",
	  "D-D-D-", "-A INPUT ! -i lo -j DROP" },
	{ "iptables: other protocols than GRE", FILTER("ACCEPT") "-A INPUT ! -p gre -j DROP\n",
	  "D---D-", "-A INPUT ! -p gre -j DROP" },
	{ "iptables: other ports than 22, of TCP only", FILTER("ACCEPT")
	  "-A INPUT -p tcp -m tcp ! --dport 22 -j DROP\n", "D-----",
	  "-A INPUT -p tcp -m tcp ! --dport 22 -j DROP" },
	{ "iptables: some addresses", FILTER("ACCEPT") "-A INPUT -s 10.0.0.0/8 -p gre -j DROP\n",
	  "------", "" },
	{ "iptables: a match that is not known", FILTER("ACCEPT")
	  "-A INPUT -p gre -m set --match-set blocked src -j DROP\n", "------", "" },
	{ "iptables: a chain of its own, and LOG", FILTER("ACCEPT") ":in - [0:0]\n"
	  "-A INPUT -j LOG --log-prefix \"all -j DROP\"\n-A INPUT -g in\n-A INPUT -j ACCEPT\n"
	  "-A in -p tcp -m tcp --dport 1723 -j RETURN\n-A in -j DROP\n", "--D-D-",
	  "-A in -j DROP" },
	{ "iptables: raw PREROUTING", "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
	  "-A PREROUTING -p gre -j DROP\nCOMMIT\n" FILTER("ACCEPT"), "--D---",
	  "-A PREROUTING -p gre -j DROP" },
	{ "iptables: a target that is not known may accept", FILTER("DROP") "-A INPUT -j SOMETHING\n",
	  "------", "" },
	{ "iptables: ICMP by type and code", FILTER("DROP")
	  "-A INPUT -p icmp -m icmp --icmp-type 3/4 -j ACCEPT\n", "D-D---", "policy" },
	{ "iptables: ICMP by another type", FILTER("DROP")
	  "-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT\n", "D-D-D-", "policy" },
	{ "iptables: what the server answers", FILTER("ACCEPT")
	  "-A OUTPUT -p gre -j DROP\n-A OUTPUT -p icmp -j DROP\n", "---D-D",
	  "-A OUTPUT -p gre -j DROP" },
	{ "iptables: forwarding is another matter", "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n",
	  "------", "" },
};

static void test_iptables(void)
{
	struct firewall firewall = { 0 };
	size_t i;

	for (i = 0; i < sizeof(iptables_cases) / sizeof(iptables_cases[0]); i++) {
		if (firewall_read_iptables(&firewall, &host, iptables_cases[i].text))
			judge(&firewall, iptables_cases[i].name, iptables_cases[i].expected,
			      iptables_cases[i].blamed);
		else
			ok(false, iptables_cases[i].name);
		firewall_free(&firewall);
	}
}

static void test_damaged(void)
{
	static const char * const texts[] = {
		"", "{", "{\"nftables\": 1", "[]", "{\"nftables\": [{\"rule\": ]}",
	};
	struct firewall firewall = { 0 };
	bool refused = true;
	char *copy;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		copy = strdup(texts[i]);
		refused = refused && !firewall_read_nft(&firewall, &host, copy);
		free(copy);
		firewall_free(&firewall);
	}
	ok(refused, "nft: what is no ruleset is refused");
	ok(!firewall_read_iptables(&firewall, &host, "*filter\n-A INPUT -j DROP\n"),
	   "iptables: a rule of no chain is refused");
	firewall_free(&firewall);
}

int main(void)
{
	test_nft();
	test_host();
	test_iptables();
	test_damaged();
	return tap_done();
}
