// SPDX-License-Identifier: GPL-2.0
/*
 * A file of pppd's options, which pptpd hands to it. Most are pppd's still, and so go into
 * options; those of authentication and encryption are settings of pptpmuxd's.
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_words.h"
#include "draft.h"
#include "lines.h"
#include "ppp_words.h"

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

/* An option and what it is told, from one of the file's words to the next option */
struct option {
	char text[PPP_WORD_OCTETS];
	size_t len;		/* 0: none */
	char name[32];
	bool odd;		/* quotes, or a backslash: what it is told is not just words */
	struct draft_place place;
};

/* What has been read so far */
struct reading {
	struct draft *draft;
	struct draft_place place;
	struct option option;
	struct wanted wanted;
};

/* Return: whether a word is one of pptpmuxd's own settings, or has nothing to say */
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

/* Why an option cannot stand in options as it is; NULL: it can */
static const char *obstacle(const struct option *option)
{
	if (!strcmp(option->name, "plugin") && strstr(option->text, "pptpd-logwtmp"))
		return "this plugin is pptpd's";
	if (!strcmp(option->name, "plugin") || option->odd)
		return "put the line into a file of its own, and name that as options-file: options has neither plugins nor quotes";
	return config_words_fault(option->name);
}

static void end_option(struct reading *reading)
{
	struct option *option = &reading->option;
	const char *why = option->len ? obstacle(option) : NULL;

	if (why)
		draft_remark(&option->place, "left out: %s", why);
	else if (option->len)
		draft_add(&reading->draft->options, option->text);
	option->len = 0;
}

static void begin_option(struct reading *reading, const char *name)
{
	struct option *option = &reading->option;

	end_option(reading);
	option->odd = false;
	option->place = reading->place;
	snprintf(option->name, sizeof(option->name), "%.*s", (int)sizeof(option->name) - 1, name);
}

/* @end: behind the word, where it stands */
static void add_word(struct option *option, const struct ppp_word *word, const char *end)
{
	size_t room = sizeof(option->text) - option->len;
	int len = snprintf(option->text + option->len, room, "%s%s", option->len ? " " : "",
			   word->text);

	option->odd |= word->odd || (size_t)(end - word->at) != strlen(word->text) ||
		       (size_t)len >= room;
	option->len += (size_t)len < room ? (size_t)len : room - 1;
}

/*
 * Where an option ends only pppd knows; but the first word of a line is one, and so is one
 * that may not stand in options.
 */
static void take_word(struct reading *reading, const struct ppp_word *word, const char *end)
{
	if (is_setting(reading->draft, &reading->place, word->text)) {
		end_option(reading);
		want(&reading->wanted, word->text);
		return;
	}
	if (word->first || !reading->option.len || config_words_fault(word->text))
		begin_option(reading, word->text);
	add_word(&reading->option, word, end);
}

static unsigned int lines_between(const char *from, const char *to)
{
	unsigned int lines = 0;

	while ((from = memchr(from, '\n', to - from))) {
		lines++;
		from++;
	}
	return lines;
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
	struct reading reading = { .draft = draft, .place = { .path = path, .line = 1 } };
	const struct draft_place file = { .path = path };
	char *text = lines_read(path);
	struct ppp_words words;
	struct ppp_word word;
	const char *seen;

	if (!text) {
		draft_remark(from, "left out: %s: %s", path, strerror(errno));
		draft->failed = true;
		return;
	}
	words = (struct ppp_words){ .at = text, .end = text + strlen(text) };
	for (seen = text; ppp_words_next(&words, &word); seen = word.at) {
		reading.place.line += lines_between(seen, word.at);
		take_word(&reading, &word, words.at);
	}
	end_option(&reading);
	free(text);
	settle_authentication(draft, &file, &reading.wanted);
	settle_encryption(draft, &file, &reading.wanted);
}
