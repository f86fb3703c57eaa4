// SPDX-License-Identifier: GPL-2.0
/*
 * What pppd says of a log-in that fails.
 *
 * That it ends with "not authenticated" has many reasons: a device that knows PAP
 * only, one that never answers, a RADIUS server that is down. None of these is a guess
 * at a password, and who is next behind the same address must not suffer for it. So
 * its lines tell, each as a whole: the name in it is the client's choice.
 */
#include "login.h"

#include <string.h>

/* Of a password that was tried; the name stands between the two */
static const struct {
	const char *before;
	const char *after;
} failures[] = {
	{ "Peer ", " failed CHAP authentication" },
	{ "PAP peer authentication failed for ", "" },
	{ "EAP: MSCHAPv2 failure for peer ", "" },
};

/* How lines begin that say that nobody was there to judge ... */
static const char * const unjudged[] = {
	"rc_send_server: ",
	"rc_find_server: ",
	"RADIUS: Can't ",
	NULL
};

/* ... or nothing to be judged */
static const char * const untried[] = {
	"peer refused to authenticate",
	"EAP: no response to Requests",
	"EAP: too many Requests sent",
	NULL
};

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/* As it was before pppd wrote it: a backslash of a domain stands twice */
static void copy_name(char *name, size_t size, const char *from, size_t len)
{
	size_t i, to = 0;

	for (i = 0; i < len && to + 1 < size; i++) {
		if (from[i] == '\\' && i + 1 < len && strchr("\\\"", from[i + 1]))
			i++;
		name[to++] = from[i];
	}
	name[to] = '\0';
}

static bool names(const char *line, const char *before, const char *after, struct login *login)
{
	size_t head = strlen(before), tail = strlen(after), len = strlen(line);

	if (len < head + tail || !begins(line, before) || strcmp(line + len - tail, after))
		return false;
	copy_name(login->user, sizeof(login->user), line + head, len - head - tail);
	return true;
}

static bool begins_with_one(const char *line, const char * const *of)
{
	while (*of && !begins(line, *of))
		of++;
	return *of;
}

/**
 * login_read - take note of a line
 * @login:	what is known so far, all zero at first
 * @line:	pppd's, without its end
 */
void login_read(struct login *login, const char *line)
{
	size_t i;

	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		login->failed |= names(line, failures[i].before, failures[i].after, login);
	login->unjudged |= begins_with_one(line, unjudged);
	login->untried |= begins_with_one(line, untried);
}

/**
 * login_is_guess - was it a guess at a password, right or wrong of a human being?
 * @login:	what is known of a log-in that has failed
 * @silent:	of some wrong passwords no line tells
 *
 * Who has heard that a password was wrong has guessed, though he says nothing more.
 */
bool login_is_guess(const struct login *login, bool silent)
{
	return !login->unjudged && (login->failed || (silent && !login->untried));
}
