// SPDX-License-Identifier: GPL-2.0
/*
 * A file of pppd's options, which pptpd hands to it. Most are pppd's still, and so go into
 * options; those of authentication and encryption are settings of pptpmuxd's.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_words.h"
#include "draft.h"
#include "lines.h"

/* What was asked for, in words that depend on each other */
struct wanted {
	bool mschap_v2;
	bool eap;
	bool other;	/* than the one that is asked for: something weaker */
	bool noauth;
	bool mppe_128;
	bool mppe;	/* of any strength */
	bool nomppe;
};

static void want(struct wanted *wanted, const char *word)
{
	wanted->mschap_v2 |= !strcmp(word, "require-mschap-v2");
	wanted->eap |= !strcmp(word, "require-eap");
	wanted->other |= !strcmp(word, "require-pap") || !strcmp(word, "require-chap") ||
			 !strcmp(word, "require-mschap");
	wanted->noauth |= !strcmp(word, "noauth");
	wanted->mppe_128 |= !strcmp(word, "require-mppe-128");
	wanted->mppe |= !strcmp(word, "require-mppe") || !strcmp(word, "require-mppe-40");
	wanted->nomppe |= !strcmp(word, "nomppe");
}

static bool is_one_of(const char *word, const char * const *list)
{
	for (; *list; list++) {
		if (!strcmp(word, *list))
			return true;
	}
	return false;
}

/* What authentication = and encryption = have pppd do, or what it is started with anyway */
static const char * const ours[] = {
	"require-pap", "require-chap", "require-mschap", "require-mschap-v2", "require-eap",
	"refuse-pap", "refuse-chap", "refuse-mschap", "refuse-mschap-v2", "refuse-eap",
	"auth", "noauth", "require-mppe", "require-mppe-40", "require-mppe-128", "nomppe",
	"nomppe-stateful", "nodefaultroute", "lock", "nologfd", "nodetach", "local", NULL
};

/* Return: whether the line is one of pptpmuxd's own settings, or has nothing to say */
static bool is_setting(struct draft *draft, const struct draft_place *place, const char *word)
{
	if (!strcmp(word, "proxyarp"))
		draft->proxyarp = true;
	else if (!strcmp(word, "multilink") || !strcmp(word, "mp"))
		draft->multilink = true;
	else if (!strcmp(word, "mppe-stateful"))
		draft_remark(place, "left out: encryption is stateless, and a client that asks for stateful is offered that");
	else
		return is_one_of(word, ours);
	return true;
}

/* Why a line cannot stand in options as it is; NULL: it can */
static const char *obstacle(const char *line, const char *word)
{
	if (!strcmp(word, "plugin") && strstr(line, "pptpd-logwtmp"))
		return "this plugin is pptpd's";
	if (!strcmp(word, "plugin") || strpbrk(line, "\"'\\"))
		return "put the line into a file of its own, and name that as options-file: options has neither plugins nor quotes";
	return config_words_fault(word);
}

static void import_word(struct draft *draft, const struct draft_place *place, const char *line,
			const char *word)
{
	const char *why;

	if (is_setting(draft, place, word))
		return;
	why = obstacle(line, word);
	if (why)
		draft_remark(place, "left out: %s", why);
	else
		draft_add(&draft->options, line);
}

static void import_line(struct draft *draft, const struct draft_place *place, const char *line,
			struct wanted *wanted)
{
	char *copy = strdup(line), *rest = copy;
	const char *word;

	if (!copy) {
		draft->failed = true;
		return;
	}
	word = lines_word(&rest);
	want(wanted, word);
	import_word(draft, place, line, word);
	free(copy);
}

static void settle_authentication(struct draft *draft, const struct draft_place *file,
				  const struct wanted *wanted)
{
	if (wanted->noauth) {
		draft->authentication = "none";
		draft_remark(file, "noauth: whoever calls is let in");
	} else if (wanted->eap && !wanted->mschap_v2) {
		draft->authentication = "eap";
	} else if (wanted->other || !wanted->mschap_v2) {
		draft_remark(file, "clients must use MS-CHAPv2 here, the strongest that PPTP has; with authentication = \"options\" and pppd's words for it in options it is what they say");
	}
}

static void settle_encryption(struct draft *draft, const struct draft_place *file,
			      const struct wanted *wanted)
{
	if (wanted->mppe_128)
		return;
	if (wanted->nomppe || !wanted->mppe) {
		draft->encryption = "prefer";
		draft_remark(file, "calls were not encrypted: those of clients that can encrypt are now; delete encryption = \"prefer\" to let in nobody else");
	} else {
		draft_remark(file, "40 bits are not enough: clients must encrypt with 128 here");
	}
}

/**
 * options_import - translate
 * @draft:	where to
 * @from:	where the file is named
 * @path:	of the file
 */
void options_import(struct draft *draft, const struct draft_place *from, const char *path)
{
	char *text = lines_read(path), *rest = text, *line;
	struct draft_place place = { .path = path };
	const struct draft_place file = place;
	struct wanted wanted = { .eap = false };

	if (!text) {
		draft_remark(from, "left out: %s: %s", path, strerror(errno));
		draft->failed = true;
		return;
	}
	while ((line = lines_next(&rest))) {
		place.line++;
		if (*line)
			import_line(draft, &place, line, &wanted);
	}
	free(text);
	settle_authentication(draft, &file, &wanted);
	settle_encryption(draft, &file, &wanted);
}
