// SPDX-License-Identifier: GPL-2.0
/* Does a packet filter of this host keep calls out? */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "doctor.h"
#include "firewall.h"
#include "rtnl.h"

/* Where packets of far clients come from: any address of theirs, see RFC 5737 */
#define FAR_AWAY	"198.51.100.1"

/* One program that lists rules */
struct source {
	const char	*list[6];
	const char	*insert;	/* how rules are put in front; NULL: nft's way */
	bool		(*read)(struct firewall *firewall, const struct firewall_host *host,
				char *text);
};

static bool read_iptables(struct firewall *firewall, const struct firewall_host *host, char *text)
{
	return firewall_read_iptables(firewall, host, text);
}

/*
 * iptables before nft: where its rules are kept in nf_tables, nft shows them too, but
 * neither whole nor to be changed.
 */
static const struct source sources[] = {
	{ { "iptables-save", NULL }, "iptables", read_iptables },
	{ { "iptables-legacy-save", NULL }, "iptables-legacy", read_iptables },
	{ { "nft", "-j", "list", "ruleset", NULL }, NULL, firewall_read_nft },
};

#define SOURCES	(sizeof(sources) / sizeof(sources[0]))

static const struct {
	enum finding_id	id;
	const char	*what;
	const char	*match_nft;	/* of a rule that lets it pass; %u is the port */
	const char	*match_iptables;
} packets[FIREWALL_PACKETS] = {
	[FIREWALL_TCP_IN]	= { FINDING_TCP_FILTERED,
		"control connections of clients (TCP port %u)", "tcp dport %u", "-p tcp --dport %u" },
	[FIREWALL_TCP_OUT]	= { FINDING_TCP_FILTERED,
		"answers to clients (from TCP port %u)", "tcp sport %u", "-p tcp --sport %u" },
	[FIREWALL_GRE_IN]	= { FINDING_GRE_FILTERED,
		"GRE (IP protocol 47) of clients", "meta l4proto 47", "-p 47" },
	[FIREWALL_GRE_OUT]	= { FINDING_GRE_FILTERED,
		"GRE (IP protocol 47) to clients", "meta l4proto 47", "-p 47" },
	[FIREWALL_ICMP_IN]	= { FINDING_ICMP_FILTERED,
		"what routers say about the MTU of the path to a client (ICMP destination unreachable)",
		"icmp type destination-unreachable", "-p icmp --icmp-type 3" },
	[FIREWALL_ICMP_OUT]	= { FINDING_ICMP_FILTERED,
		"what this host says about the MTU of calls (ICMP destination unreachable)",
		"icmp type destination-unreachable", "-p icmp --icmp-type 3" },
};

/* Return: whether far clients' packets come by an interface that is known */
static bool find_interface(char *name)
{
	struct rtnl_route route;
	struct rtnl_link link;
	struct in_addr address;
	struct rtnl *rtnl;
	bool found;

	inet_pton(AF_INET, FAR_AWAY, &address);
	if (rtnl_open(&rtnl) < 0)
		return false;
	found = rtnl_route_get(rtnl, address, &route) == 0 && route.ifindex &&
		rtnl_link_get(rtnl, route.ifindex, &link) == 0;
	rtnl_close(rtnl);
	if (found)
		memcpy(name, link.name, IF_NAMESIZE);
	return found;
}

/* As nft writes the rule with this handle, NULL if it does not */
static char *nft_rule_text(const struct firewall_blame *blame)
{
	char family[16], tail[48], *text, *line, *at, *found = NULL;
	const char *table = strchr(blame->chain->table, ' ');
	const char *list[] = { "nft", "-a", "list", "chain", family,
			       table ? table + 1 : "", blame->chain->name, NULL };
	size_t len = snprintf(tail, sizeof(tail), " # handle %s", blame->rule->text);

	snprintf(family, sizeof(family), "%.*s", (int)strcspn(blame->chain->table, " "),
		 blame->chain->table);
	if (capture(list, CAPTURE_OUTPUT, &text) != 0) {
		free(text);
		return NULL;
	}
	for (at = text; !found && (line = strsep(&at, "\n"));)
		if (strlen(line) > len && !strcmp(line + strlen(line) - len, tail))
			found = strndup(line + strspn(line, "\t "),
					strlen(line) - len - strspn(line, "\t "));
	free(text);
	return found;
}

/* "the rule "ip protocol gre drop" (inet filter input, handle 7)" */
static char *describe(const struct source *source, const struct firewall_blame *blame)
{
	char *text = NULL, *rule;
	int rc;

	if (!blame->rule)
		rc = asprintf(&text, "the policy of %s%s%s %s, as no rule accepts them,",
			      source->insert ? source->insert : "",
			      source->insert ? " -t " : "", blame->base->table,
			      blame->base->name);
	else if (source->insert)
		rc = asprintf(&text, "the rule \"%s -t %s %s\"", source->insert,
			      blame->chain->table, blame->rule->text);
	else if ((rule = nft_rule_text(blame))) {
		rc = asprintf(&text, "the rule \"%s\" (%s %s, handle %s)", rule,
			      blame->chain->table, blame->chain->name, blame->rule->text);
		free(rule);
	} else {
		rc = asprintf(&text, "the rule with handle %s of %s %s", blame->rule->text,
			      blame->chain->table, blame->chain->name);
	}
	return rc < 0 ? NULL : text;
}

/* An accepting rule in front of all others of the chain that the packets came into */
static void write_mend(const struct source *source, const struct firewall_blame *blame,
		       enum firewall_packet packet, unsigned int port, char *mend, size_t size)
{
	char match[64];

	snprintf(match, sizeof(match), source->insert ? packets[packet].match_iptables :
		 packets[packet].match_nft, port);
	if (source->insert)
		snprintf(mend, size, "%s -t %s -I %s %s -j ACCEPT", source->insert,
			 blame->base->table, blame->base->name, match);
	else
		snprintf(mend, size, "nft insert rule %s %s %s accept", blame->base->table,
			 blame->base->name, match);
}

static void report(struct doctor *doctor, const struct source *source,
		   enum firewall_packet packet, const struct firewall_blame *blame)
{
	char what[128], mend[512], *culprit = describe(source, blame);

	snprintf(what, sizeof(what), packets[packet].what, doctor_port(doctor));
	write_mend(source, blame, packet, doctor_port(doctor), mend, sizeof(mend));
	finding_add(&doctor->findings, packets[packet].id, mend,
		    "%s drops %s; write the rule that mends it into the firewall's configuration too",
		    culprit ? culprit : "a rule", what);
	free(culprit);
}

static void judge(struct doctor *doctor, const struct source *source,
		  const struct firewall *firewall)
{
	struct firewall_blame blame;
	enum firewall_packet packet;

	for (packet = 0; packet < FIREWALL_PACKETS; packet++)
		if (!finding_get(&doctor->findings, packets[packet].id) &&
		    firewall_drops(firewall, packet, &blame))
			report(doctor, source, packet, &blame);
}

/* Return: whether this program could tell the rules */
static bool examine(struct doctor *doctor, const struct source *source,
		    const struct firewall_host *host)
{
	struct firewall firewall = { 0 };
	bool good;
	char *text;

	good = capture(source->list, CAPTURE_OUTPUT, &text) == 0 &&
	       source->read(&firewall, host, text);
	if (good)
		judge(doctor, source, &firewall);
	free(text);
	firewall_free(&firewall);
	return good;
}

void doctor_firewall(struct doctor *doctor)
{
	char interface[IF_NAMESIZE];
	struct firewall_host host = {
		.port = doctor_port(doctor),
		.interface = find_interface(interface) ? interface : NULL,
		.helper = doctor_module_loaded("nf_conntrack_pptp"),
	};
	bool told[SOURCES];
	size_t i;

	for (i = 0; i < SOURCES; i++)
		told[i] = examine(doctor, &sources[i], &host);
	/* Without nf_tables in the kernel nft fails too, but then there is nothing to list */
	if (!told[SOURCES - 1] && doctor_module_loaded("nf_tables"))
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, "apt install nftables",
			    "the packet filter cannot be examined: \"nft -j list ruleset\" fails");
	else if (!told[0] && !told[1] && doctor_module_loaded("iptable_filter"))
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, "apt install iptables",
			    "the packet filter cannot be examined: \"iptables-save\" fails");
}
