/* SPDX-License-Identifier: GPL-2.0 */
/* What the clients are told to do, a line each */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

enum command_verb {
	COMMAND_DIAL,
	COMMAND_HOLD,
	COMMAND_AWAIT,
	COMMAND_PING,
	COMMAND_HANG_UP,
	COMMAND_FORGET,
};

/**
 * struct command - a line
 * @verb: what to do
 * @count: how many clients do it
 * @at_once: so many at most are at it, 0 for any number
 * @rate: so many begin a second, 0 for all at once
 * @seconds: how long each tries, or all of it lasts
 * @octets: of a packet
 * @alive: await that no more than so many are up
 */
struct command {
	enum command_verb	verb;
	unsigned int		count;
	unsigned int		at_once;
	unsigned int		rate;
	unsigned int		seconds;
	unsigned int		octets;
	unsigned int		alive;
};

bool command_parse(struct command *command, char *line);
const char *command_name(enum command_verb verb);

#endif /* COMMAND_H */
