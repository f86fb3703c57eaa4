// SPDX-License-Identifier: GPL-2.0
/* Answers to pptpmuxctl: what each question is answered with, one JSON document */
#include "answer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "drain.h"
#include "hangup.h"
#include "interface.h"
#include "lease.h"
#include "pppd_command.h"
#include "server.h"
#include "takeover/book.h"
#include "takeover/handover.h"

static const char *state_name(enum pool_state state)
{
	static const char * const names[] = {
		[POOL_FREE] = "free", [POOL_HELD] = "held", [POOL_ASIDE] = "aside",
	};

	return names[state];
}

static void answer_address(struct json *json, const struct pool *pool,
			   const struct pool_address *entry)
{
	struct in_addr address = { htonl(entry->address) };
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	json_object(json, NULL);
	json_string(json, "address", text);
	json_string(json, "pool", pool_name(pool, entry->part));
	json_string(json, "state", state_name(entry->state));
	if (entry->fixed)
		json_string(json, "static", entry->fixed);
	if (entry->owner) {
		json_string(json, "user", entry->owner->user);
		json_string(json, "call", entry->owner->call);
		json_number(json, "pid", entry->owner->pid);
	}
	if (entry->note)
		json_string(json, "note", entry->note);
	if (entry->since)
		json_number(json, "since", entry->since);
	if (entry->released)
		json_number(json, "released", entry->released);
	json_object_end(json);
}

static void answer_pool(struct json *json, const struct server *server)
{
	const struct pool_address *entry;
	struct pool_counts counts;
	size_t i;

	pool_readmit(server->pool, lease_time().steady);
	json_object(json, NULL);
	json_array(json, "pools");
	for (i = 0; i < pool_parts(server->pool); i++) {
		counts = pool_count(server->pool, i);
		json_object(json, NULL);
		json_string(json, "name", pool_name(server->pool, i));
		json_number(json, "size", counts.size);
		json_number(json, "held", counts.held);
		json_number(json, "aside", counts.aside);
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "addresses");
	for (i = 0; (entry = pool_at(server->pool, i)); i++)
		answer_address(json, server->pool, entry);
	json_array_end(json);
	json_object_end(json);
}

/* What pppd is started with for a call, for who wants to try it. No secret is in it. */
static void answer_command(struct json *json, const struct config *config)
{
	struct pppd_command_text text;
	const char **words = pppd_command(config, (struct in_addr){ INADDR_ANY }, &text);
	size_t i;

	json_array(json, "command");
	for (i = 0; words && words[i]; i++)
		json_string(json, NULL, words[i]);
	json_array_end(json);
	free(words);
}

static void answer_config(struct json *json, const struct server *server)
{
	const struct config *config = server->config;

	json_object(json, NULL);
	json_string(json, "version", PPTP_MUX_VERSION);
	json_bool(json, "drains", server->drains);
	json_number(json, "turns", book_turns(server->book));
	json_string(json, "file", config->path);
	json_number(json, "port", config->port);
	json_string(json, "pppd", config->pppd);
	json_string(json, "plugin", config->plugin);
	json_string(json, "authentication", config_auth_name(config->auth));
	json_string(json, "encryption", config_encryption_name(config->encryption));
	answer_command(json, config);
	json_object_end(json);
}

static void answer_failure(struct json *json, const struct interface *interface)
{
	json_number(json, "failed", interface->failed);
	json_string(json, "failure", interface->failure);
}

static void answer_interface(struct json *json, const struct interface *interface, time_t now)
{
	char slot[16];

	json_object(json, NULL);
	json_string(json, "name", interface->config->name);
	json_string(json, "state", interface_state_name(interface->state));
	json_number(json, "since", interface->since);
	json_string(json, "usage", interface->config->usage);
	if (*interface->peer)
		json_string(json, "server", interface->peer);
	if (interface->slot) {
		snprintf(slot, sizeof(slot), "VPN%u", interface->slot);
		json_string(json, "slot", slot);
	}
	if (interface->next)
		json_number(json, "next", interface->next > now ? interface->next - now : 0);
	if (interface->failed)
		answer_failure(json, interface);
	json_object_end(json);
}

static void answer_interfaces(struct json *json, const struct server *server)
{
	const struct interface *interface;
	time_t now = time(NULL);

	json_object(json, NULL);
	json_array(json, "interfaces");
	LIST_FOREACH(interface, &server->interfaces, entry)
		answer_interface(json, interface, now);
	json_array_end(json);
	json_object_end(json);
}

static void answer_reload(struct json *json, struct server *server)
{
	json_object(json, NULL);
	json_bool(json, "reloaded", server->reload(server));
	json_object_end(json);
}

static void answer_unknown(struct json *json)
{
	json_object(json, NULL);
	json_string(json, "error", "pptpmuxd does not know this question: it and pptpmuxctl are of different versions");
	json_object_end(json);
}

/**
 * answer_write - write the answer to a question
 * @json:	where to
 * @question:	as pptpmuxctl asks it: one word; "hangup " and whom; "take-over " and by what
 * @server:	the server
 */
void answer_write(struct json *json, const char *question, struct server *server)
{
	static const char hangup[] = "hangup ", take_over[] = "take-over ";
	static const struct {
		const char *question;
		void (*answer)(struct json *json, const struct server *server);
	} answers[] = {
		{ "pool", answer_pool },
		{ "connections", connections_answer },
		{ "config", answer_config },
		{ "interfaces", answer_interfaces },
	};
	size_t i;

	if (!strncmp(question, hangup, strlen(hangup))) {
		hangup_answer(json, question + strlen(hangup), server);
		return;
	}
	if (!strncmp(question, take_over, strlen(take_over))) {
		handover_answer(json, question + strlen(take_over), server);
		return;
	}
	if (!strcmp(question, "drain") || !strcmp(question, "undrain")) {
		drain_answer(json, server, *question == 'd');
		return;
	}
	if (!strcmp(question, "reload")) {
		answer_reload(json, server);
		return;
	}
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (!strcmp(answers[i].question, question)) {
			answers[i].answer(json, server);
			return;
		}
	}
	answer_unknown(json);
}
