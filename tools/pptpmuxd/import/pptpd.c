// SPDX-License-Identifier: GPL-2.0
/* pptpd.conf(5): a word a line, and its value */
#include "pptpd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "lines.h"
#include "options.h"
#include "ranges.h"

static void set_localip(struct draft *draft, const struct draft_place *place, char *value)
{
	size_t len = strcspn(value, ",-");

	snprintf(draft->localip, sizeof(draft->localip), "%.*s", (int)len, value);
	if (value[len])
		draft_remark(place, "localip: the server has the first of these addresses, %s, in every call",
			     draft->localip);
}

static void set_remoteip(struct draft *draft, const struct draft_place *place, char *value)
{
	ranges_add(&draft->remoteip, place, value);
}

static void set_listen(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)place;
	snprintf(draft->listen, sizeof(draft->listen), "%s", value);
}

static void set_connections(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)place;
	draft->slots = strtoul(value, NULL, 10);
}

static void set_debug(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)place;
	(void)value;
	draft->debug = true;
}

static void set_option(struct draft *draft, const struct draft_place *place, char *value)
{
	options_import(draft, place, value);
}

static void set_ppp(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)draft;
	draft_remark(place, "ppp %s: write pppd = \"%s\", if that is not Debian's", value, value);
}

static void set_delegate(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)draft;
	(void)value;
	draft_remark(place, "delegate: addresses come from the pool, or are a user's own (static): RADIUS is not asked for them; write remoteip");
}

static void leave_out(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)draft;
	(void)value;
	draft_remark(place, "left out: pptpmuxd has nothing like it");
}

static void not_needed(struct draft *draft, const struct draft_place *place, char *value)
{
	(void)draft;
	(void)place;
	(void)value;
}

static const struct {
	const char *word;
	void (*set)(struct draft *draft, const struct draft_place *place, char *value);
} words[] = {
	{ "localip", set_localip },
	{ "remoteip", set_remoteip },
	{ "listen", set_listen },
	{ "connections", set_connections },
	{ "debug", set_debug },
	{ "option", set_option },
	{ "ppp", set_ppp },
	{ "delegate", set_delegate },
	{ "bcrelay", leave_out },
	{ "vrf", leave_out },
	{ "logwtmp", leave_out },
	/* a pppd has the peer's address as ipparam, and a limit of its own for each wait */
	{ "noipparam", not_needed },
	{ "stimeout", not_needed },
	{ "speed", not_needed },
	{ "pidfile", not_needed },
	{ "fork", not_needed },
};

static void import_line(struct draft *draft, const struct draft_place *place, char *line)
{
	const char *word = lines_word(&line);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].word, word)) {
			words[i].set(draft, place, line);
			return;
		}
	}
	draft_remark(place, "left out: \"%s\" is no word of pptpd.conf(5)", word);
}

static void must_have(const struct draft *draft, const char *path)
{
	const struct draft_place file = { .path = path };

	if (!*draft->localip)
		draft_remark(&file, "localip is missing: write the server's address in every call");
	if (!draft->remoteip.count)
		draft_remark(&file, "remoteip is missing: write the clients' addresses");
}

/**
 * pptpd_import - translate
 * @draft:	where to
 * @path:	of the file
 * @text:	of it, which is changed
 */
void pptpd_import(struct draft *draft, const char *path, char *text)
{
	struct draft_place place = { .path = path };
	char *line;

	while ((line = lines_next(&text))) {
		place.line++;
		if (*line)
			import_line(draft, &place, line);
	}
	must_have(draft, path);
}
