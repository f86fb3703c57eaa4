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

static void judge_word(const char *where, const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
		if (!strcmp(weak[i].option, word))
			log_warning("%s: \"%s\": %s", where, word, weak[i].what);
}

/* A word in quotes is an argument, and never one of these */
static void judge_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *at, *word;
	size_t size = 0;

	if (!file) {
		log_warning("options-file %s: %s: it could not be looked at; correct the path",
			    path, strerror(errno));
		return;
	}
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "#")] = '\0';
		for (at = line; (word = strtok_r(at, BLANKS, &at));)
			judge_word(path, word);
	}
	/* passwords may stand in it */
	if (line)
		explicit_bzero(line, size);
	free(line);
	fclose(file);
}

static void judge_settings(const struct config *config)
{
	if (config->auth == AUTH_NONE)
		log_warning("authentication = \"none\": anybody who can reach TCP port %u gets an address",
			    config->port);
	if (config->auth == AUTH_OPTIONS)
		log_warning("authentication = \"options\": the options of pppd decide whom it lets in, not pptpmuxd");
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
	size_t i;

	judge_settings(config);
	for (i = 0; i < config->words.count; i++)
		judge_word("options", config->words.word[i]);
	if (config->options_file)
		judge_file(config->options_file);
	config_interfaces_warn(&config->interfaces);
}
