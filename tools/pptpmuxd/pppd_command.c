// SPDX-License-Identifier: GPL-2.0
/* What pppd is started with for a call */
#include "pppd_command.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "arguments.h"
#include "pppd_spawn.h"

static void add_auth(struct arguments *arguments, enum config_auth auth)
{
	static const char * const mschap_v2[] = {
		"auth", "require-mschap-v2", "refuse-pap", "refuse-chap", "refuse-mschap",
		"refuse-eap", NULL
	};
	static const char * const eap[] = {
		"auth", "require-eap", "refuse-pap", "refuse-chap", "refuse-mschap", NULL
	};

	switch (auth) {
	case AUTH_MSCHAP_V2:
		arguments_add_all(arguments, mschap_v2);
		break;
	case AUTH_EAP:
		arguments_add_all(arguments, eap);
		break;
	case AUTH_NONE:
		arguments_add(arguments, "noauth");
		break;
	case AUTH_OPTIONS:
		break;
	}
}

static void add_encryption(struct arguments *arguments, enum config_encryption encryption)
{
	switch (encryption) {
	case ENCRYPTION_PREFER:
		arguments_add(arguments, "pptp_mppe_prefer");
		/* fall through */
	case ENCRYPTION_MPPE_128:
		arguments_add(arguments, "require-mppe-128");
		arguments_add(arguments, "nomppe-stateful");
		break;
	case ENCRYPTION_NONE:
		arguments_add(arguments, "nomppe");
		break;
	case ENCRYPTION_OPTIONS:
		break;
	}
}

/*
 * Our defaults, then the administrator's file and words, so that those win;
 * last what the call stands and falls with.
 */
static void fill(struct arguments *arguments, const struct config *config,
		 const struct pppd_command_text *text)
{
	static const char * const defaults[] = {
		"mtu", "1400", "mru", "1400",
		"lcp-echo-interval", "30", "lcp-echo-failure", "4",
		/* the peer is often gone by then: ask it once, 3 seconds */
		"lcp-max-terminate", "1",
		"novj", "novjccomp", "nobsdcomp", "nodeflate", "nopcomp", "noaccomp",
		"nodefaultroute", "noproxyarp", "noipdefault", NULL
	};

	arguments_add(arguments, config->pppd);
	arguments_add_two(arguments, "plugin", config->plugin);
	arguments_add_two(arguments, "pptp_mux_fd", PPPD_CALL_FD);
	arguments_add_two(arguments, "pptp_mux_lease_fd", PPPD_SOCKET_FD);
	arguments_add_all(arguments, defaults);
	add_auth(arguments, config->auth);
	add_encryption(arguments, config->encryption);
	if (config->options_file)
		arguments_add_two(arguments, "file", config->options_file);
	arguments_add_all(arguments, (const char * const *)config->words.word);
	arguments_add(arguments, text->addresses);
	arguments_add_two(arguments, "ipparam", text->peer);
	arguments_add_two(arguments, "remotenumber", text->peer);
	arguments_add(arguments, config->multilink ? "multilink" : "nomultilink");
	arguments_add(arguments, "nopersist");
	arguments_add(arguments, "nodetach");
}

static void write_text(struct pppd_command_text *text, const struct config *config,
		       struct in_addr client)
{
	char local[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &config->localip, local, sizeof(local));
	inet_ntop(AF_INET, &client, text->peer, sizeof(text->peer));
	snprintf(text->addresses, sizeof(text->addresses), "%s:", local);
}

/**
 * pppd_command - what pppd is started with
 * @config:	where pppd is and what it is told
 * @client:	the client, where it calls from
 * @text:	room for what is made up here, as long-lived as the command
 *
 * The client's address in the call comes later, when it is known who it is (lease.c).
 *
 * Return: the words, to be freed; NULL without memory.
 */
const char **pppd_command(const struct config *config, struct in_addr client,
			  struct pppd_command_text *text)
{
	struct arguments arguments = { 0 };

	write_text(text, config, client);
	fill(&arguments, config, text);
	return arguments_take(&arguments);
}

/**
 * pppd_command_ahead - what a pppd is started with whose copies serve calls
 * @config:	where pppd is and what it is told
 * @text:	as for pppd_command()
 *
 * What differs from call to call is given to each copy (warm.c).
 *
 * Return: as pppd_command() does.
 */
const char **pppd_command_ahead(const struct config *config, struct pppd_command_text *text)
{
	struct arguments arguments = { 0 };

	write_text(text, config, (struct in_addr){ INADDR_ANY });
	fill(&arguments, config, text);
	arguments_add(&arguments, "pptp_mux_warm");
	return arguments_take(&arguments);
}
