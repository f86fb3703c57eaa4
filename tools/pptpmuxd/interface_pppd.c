// SPDX-License-Identifier: GPL-2.0
/* The pppd of an interface: its command line, and what its end means */
#include "interface_pppd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pptp_mux.h>

#include "arguments.h"
#include "digest.h"
#include "interface.h"
#include "pppd.h"
#include "pppd_spawn.h"
#include "server.h"

/* What some of the words are made of */
struct texts {
	char addresses[2 * INET_ADDRSTRLEN + 1];
	char redial[24];
	char idle[12];
};

static void add_encryption(struct arguments *arguments, int encryption)
{
	/* only MS-CHAPv2 and EAP-TLS give keys that anybody should use */
	static const char * const mppe_128[] = {
		"require-mppe-128", "nomppe-stateful", "refuse-pap", "refuse-chap",
		"refuse-mschap", NULL
	};
	/* others give none, but PAP gives away the password, and MS-CHAP keys that are weak */
	static const char * const prefer[] = {
		"require-mppe-128", "pptp_mppe_prefer", "nomppe-stateful", "refuse-pap",
		"refuse-mschap", NULL
	};

	if (encryption == ENCRYPTION_MPPE_128)
		arguments_add_all(arguments, mppe_128);
	else if (encryption == ENCRYPTION_PREFER)
		arguments_add_all(arguments, prefer);
	else if (encryption == ENCRYPTION_NONE)
		arguments_add(arguments, "nomppe");
}

/* What may be changed by the administrator's words, which come behind */
static void add_defaults(struct arguments *arguments, const struct config_interface *interface)
{
	static const char * const defaults[] = {
		"noauth", "mtu", "1400", "mru", "1400",
		"lcp-echo-interval", "30", "lcp-echo-failure", "4", "lcp-max-terminate", "1",
		"novj", "novjccomp", "nobsdcomp", "nodeflate", "nopcomp", "noaccomp",
		"noipv6", "noipdefault", "ipcp-accept-local", "ipcp-accept-remote",
		"nodefaultroute", "noproxyarp", NULL
	};

	arguments_add_all(arguments, defaults);
	add_encryption(arguments, interface->encryption);
	if (interface->options_file)
		arguments_add_two(arguments, "file", interface->options_file);
	arguments_add_all(arguments, (const char * const *)interface->words.word);
}

/* What the interface stands and falls with */
static void add_own(struct arguments *arguments, const struct config_interface *interface,
		    const struct texts *texts)
{
	if (interface->user)
		arguments_add_two(arguments, "user", interface->user);
	if (*interface->local || *interface->remote)
		arguments_add(arguments, texts->addresses);
	if (interface->idle)
		arguments_add_two(arguments, "idle", texts->idle);
	arguments_add(arguments, interface->demand ? "demand" : "persist");
	arguments_add_two(arguments, "maxfail", "0");
	arguments_add_two(arguments, "ifname", interface->name);
	arguments_add_two(arguments, "linkname", interface->name);
	arguments_add_two(arguments, "ipparam", interface->name);
	arguments_add(arguments, "nodetach");
}

static void fill(struct arguments *arguments, const struct config *config,
		 const struct config_interface *interface, const struct texts *texts)
{
	arguments_add(arguments, config->pppd);
	arguments_add_two(arguments, "plugin", config->plugin);
	arguments_add_two(arguments, "pptp_server", interface->servers);
	arguments_add_two(arguments, "pptp_usage", interface->usage);
	arguments_add_two(arguments, "pptp_redial", texts->redial);
	arguments_add_two(arguments, "pptp_link_fd", PPPD_SOCKET_FD);
	add_defaults(arguments, interface);
	add_own(arguments, interface, texts);
}

static void write_texts(struct texts *texts, const struct config_interface *interface)
{
	snprintf(texts->addresses, sizeof(texts->addresses), "%s:%s", interface->local,
		 interface->remote);
	snprintf(texts->redial, sizeof(texts->redial), "%u-%u", interface->redial.first,
		 interface->redial.most);
	snprintf(texts->idle, sizeof(texts->idle), "%u", interface->idle);
}

/* Return: NULL without memory */
static const char **words_of(const struct interface *interface, struct texts *texts)
{
	struct arguments arguments = { 0 };

	write_texts(texts, interface->config);
	fill(&arguments, interface->server->config, interface->config, texts);
	return arguments_take(&arguments);
}

static uint64_t digest_of(const char **words)
{
	uint64_t digest = DIGEST_OF_NOTHING;

	for (; words && *words; words++)
		digest = digest_add(digest, *words, strlen(*words) + 1);
	return digest;
}

/**
 * interface_pppd_command - what a pppd would be started with now
 * @interface:	the interface
 *
 * Return: a digest of its command line.
 */
uint64_t interface_pppd_command(const struct interface *interface)
{
	struct texts texts;
	const char **words = words_of(interface, &texts);
	uint64_t digest = digest_of(words);

	free(words);
	return digest;
}

/**
 * interface_pppd_start - start the pppd of an interface
 * @interface:	the interface
 * @hooks:	what it hears of it, with itself as the context
 *
 * The password is in chap-secrets or in options-file, which pppd reads.
 *
 * Return: the process, or NULL with errno set.
 */
struct pppd *interface_pppd_start(struct interface *interface, const struct pppd_hooks *hooks)
{
	struct texts texts;
	const char **words = words_of(interface, &texts);
	struct pppd *pppd = NULL;

	if (words)
		pppd = pppd_dial(interface->server->base, interface->config->name, words, hooks,
				 interface);
	interface->command = digest_of(words);
	free(words);
	return pppd;
}

#define NO_AGREEMENT	10	/* the one of these that says the least */

/* pppd(8), EXIT STATUS, as whoever dials sees it */
static const char * const reasons[] = {
	[0] = "PPP ended before it was up, see the lines of pppd before",
	[1] = "pppd met a fatal error, see its lines before",
	[2] = "pppd found a mistake in its options, see its lines before: correct options or options-file",
	[3] = "pppd was not started as root: run pptpmuxd as root",
	[4] = "the kernel has no PPP: run \"modprobe ppp_generic\"",
	[5] = "pppd was told to end",
	[7] = "the call could not be opened",
	[8] = "no server has given us a call",
	[NO_AGREEMENT] = "the negotiation of PPP failed, see the lines of pppd before",
	[11] = "the server did not prove who it is: check its name and password in chap-secrets",
	[12] = "idle for as long as idle allows",
	[13] = "connected for as long as maxconnect allows",
	[15] = "the server no longer answers echo requests",
	[16] = "the server hung up",
	[17] = "the call is looped back to this host: check the server's address",
	[19] = "the server refused our name or password: check user, and the password in chap-secrets",
};

/* What stands in the way of packets: keys, or a direction that has none */
static const char *obstacle(const struct ppp_seen *seen)
{
	if (seen->marks & PPP_SEEN_REJECTS_MPPE)
		return "the server has agreed to MPPE, and goes on rejecting what is encrypted (LCP Protocol-Reject of 0x00fd): see there whether its MPPE works";
	if (seen->marks & PPP_SEEN_OTHER_KEYS)
		return "the server has agreed to MPPE, and encrypts with other keys than it should: see there where they come from, such as RADIUS";
	if (!(seen->marks & PPP_SEEN_LCP))
		return "nothing came from the server: GRE (IP protocol 47) is filtered on the way";
	if (!(seen->marks & PPP_SEEN_LCP_ANSWER))
		return "packets came from the server, and no answer to ours: GRE (IP protocol 47) is lost on the way to it";
	return NULL;
}

/**
 * interface_pppd_reason - why a call has ended
 * @status:	pppd's, of the call or of itself
 * @cause:	PPTP_MUX_CAUSE_* that the control connection knows
 * @seen:	of the server in this call; NULL: it is not known
 *
 * Return: text, with what to do where that is known.
 */
const char *interface_pppd_reason(int status, uint32_t cause, const struct ppp_seen *seen)
{
	bool known = status >= 0 && (size_t)status < sizeof(reasons) / sizeof(reasons[0]);

	/* what is told by the control connection comes to pppd as a signal */
	if (status == 0 || status == 5 || status == 16) {
		if (cause == PPTP_MUX_CAUSE_PEER)
			return "the server cleared the call: see its log";
		if (cause == PPTP_MUX_CAUSE_LOST)
			return "the control connection was lost: check the network between here and the server";
	}
	if (status == NO_AGREEMENT && seen && obstacle(seen))
		return obstacle(seen);
	return known && reasons[status] ? reasons[status] : "pppd ended with an unknown status";
}
