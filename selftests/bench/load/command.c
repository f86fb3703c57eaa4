// SPDX-License-Identifier: GPL-2.0
/* What the clients are told to do, a line each */
#include "command.h"

#include <stddef.h>
#include <string.h>

#include "echo.h"
#include "number.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define CLIENTS_MAX	65535
#define SECONDS_MAX	86400

static const char * const verbs[] = {
	[COMMAND_DIAL]		= "dial",
	[COMMAND_HOLD]		= "hold",
	[COMMAND_AWAIT]		= "await",
	[COMMAND_PING]		= "ping",
	[COMMAND_HANG_UP]	= "hang-up",
	[COMMAND_FORGET]	= "forget",
};

/* NAME=NUMBER, and the bounds of the number */
static const struct word {
	const char	*name;
	size_t		where;
	unsigned int	least;
	unsigned int	most;
} words[] = {
	{ "count", offsetof(struct command, count), 1, CLIENTS_MAX },
	{ "at-once", offsetof(struct command, at_once), 1, CLIENTS_MAX },
	{ "rate", offsetof(struct command, rate), 1, CLIENTS_MAX },
	{ "seconds", offsetof(struct command, seconds), 0, SECONDS_MAX },
	{ "octets", offsetof(struct command, octets), ECHO_MIN, ECHO_MAX },
	{ "alive", offsetof(struct command, alive), 0, CLIENTS_MAX },
};

static bool parse_verb(struct command *command, const char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(text, verbs[i]))
			continue;
		command->verb = i;
		return true;
	}
	return false;
}

static bool parse_word(struct command *command, char *text)
{
	char *value = strchr(text, '=');
	unsigned int i;

	if (!value)
		return false;
	*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i].name))
			return number_read((void *)((char *)command + words[i].where), value,
					   words[i].least, words[i].most);
	return false;
}

/**
 * command_parse - read a line
 * @command:	filled in
 * @line:	a verb, and NAME=NUMBER as often as wanted; it is cut up
 *
 * Return: whether it is one.
 */
bool command_parse(struct command *command, char *line)
{
	const struct command defaults = {
		.count		= CLIENTS_MAX,
		.seconds	= 60,
		.octets		= 84,
	};
	char *text = strtok(line, " ");

	*command = defaults;
	if (!text || !parse_verb(command, text))
		return false;
	while ((text = strtok(NULL, " ")))
		if (!parse_word(command, text))
			return false;
	return true;
}

const char *command_name(enum command_verb verb)
{
	return verbs[verb];
}
