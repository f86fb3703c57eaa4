// SPDX-License-Identifier: GPL-2.0
/*
 * What of a configuration is weaker than it could be: it is done, as it was asked for,
 * and said at each start.
 */
#include "config_weak.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define BLANKS	" \t\r\n"

/* Options of pppd that win over our defaults */
static const struct {
	const char *option;
	const char *what;
} weak[] = {
	{ "noauth", "clients need not prove who they are" },
	{ "require-pap", "passwords are sent in clear" },
	{ "+pap", "passwords are sent in clear" },
	{ "require-chap", "CHAP is weaker than MS-CHAPv2, and gives no keys to encrypt with" },
	{ "+chap", "CHAP is weaker than MS-CHAPv2, and gives no keys to encrypt with" },
	{ "require-mschap", "MS-CHAP is weaker than MS-CHAPv2" },
	{ "+mschap", "MS-CHAP is weaker than MS-CHAPv2" },
	{ "nomppe", "calls are not encrypted at all" },
	{ "nomppe-128", "calls may be encrypted with 40 bits, which is as good as nothing" },
	{ "require-mppe", "calls may be encrypted with 40 bits, which is as good as nothing" },
	{ "+mppe", "calls may be encrypted with 40 bits, which is as good as nothing" },
	{ "require-mppe-40", "calls may be encrypted with 40 bits, which is as good as nothing" },
	{ "+mppe-40", "calls may be encrypted with 40 bits, which is as good as nothing" },
	{ "mppe-stateful", "a lost packet shows more of the keys, and costs more, than stateless" },
	{ "show-password", "passwords are shown in the log" },
};

/* Options, and whose they are */
struct judged {
	const char *where;	/* "" or the interface, with what parts it from the rest */
	bool dialled;
};

/* What we dial has it anyway: a server need not prove who it is */
static bool is_usual(const struct judged *judged, const char *word)
{
	return judged->dialled && !strcmp(word, "noauth");
}

static void judge_word(const struct judged *judged, const char *where, const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
		if (!strcmp(weak[i].option, word) && !is_usual(judged, word))
			log_warning("%s%s: \"%s\": %s", judged->where, where, word, weak[i].what);
}

/* A word in quotes is an argument, and never one of these */
static void judge_file(const struct judged *judged, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *at, *word;
	size_t size = 0;

	if (!file) {
		log_warning("%soptions-file %s: %s: it could not be looked at; correct the path",
			    judged->where, path, strerror(errno));
		return;
	}
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "#")] = '\0';
		for (at = line; (word = strtok_r(at, BLANKS, &at));)
			judge_word(judged, path, word);
	}
	/* passwords may stand in it */
	if (line)
		explicit_bzero(line, size);
	free(line);
	fclose(file);
}

static void judge_options(const struct judged *judged, const struct config_words *words,
			  const char *file)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		judge_word(judged, "options", words->word[i]);
	if (file)
		judge_file(judged, file);
}

static void judge_interface(const struct config_interface *interface)
{
	char where[64];
	const struct judged judged = { .where = where, .dialled = true };

	snprintf(where, sizeof(where), "interface \"%s\": ", interface->name);
	if (interface->encryption == ENCRYPTION_PREFER)
		log_warning("%sencryption = \"prefer\": an attacker on the way can have its calls unencrypted",
			    where);
	if (interface->encryption == ENCRYPTION_NONE)
		log_warning("%sencryption = \"none\": its calls are not encrypted at all", where);
	if (interface->encryption == ENCRYPTION_OPTIONS)
		log_warning("%sencryption = \"options\": the options of pppd decide whether its calls are encrypted",
			    where);
	judge_options(&judged, &interface->words, interface->options_file);
}

static void judge_settings(const struct config *config)
{
	if (config->auth == AUTH_NONE)
		log_warning("authentication = \"none\": anybody who can reach TCP port %u gets an address",
			    config->port);
	if (config->auth == AUTH_OPTIONS)
		log_warning("authentication = \"options\": the options of pppd decide whom it lets in, not pptpmuxd");
	if (config->encryption == ENCRYPTION_PREFER)
		log_warning("encryption = \"prefer\": an attacker on the way can have calls unencrypted");
	if (config->encryption == ENCRYPTION_NONE)
		log_warning("encryption = \"none\": calls are not encrypted at all");
	if (config->encryption == ENCRYPTION_OPTIONS)
		log_warning("encryption = \"options\": the options of pppd decide whether calls are encrypted");
	if (config->privileges == PRIVILEGES_ALL)
		log_warning("privileges = \"all\": pptpmuxd, pppd and its scripts may do all that root may");
}

/**
 * config_weak_warn - say what is weaker than it could be
 * @config:	the configuration
 */
void config_weak_warn(const struct config *config)
{
	static const struct judged clients = { .where = "" };
	size_t i;

	judge_settings(config);
	judge_options(&clients, &config->words, config->options_file);
	for (i = 0; i < config->interfaces.count; i++)
		judge_interface(&config->interfaces.interface[i]);
}
