// SPDX-License-Identifier: GPL-2.0
/* Reads what iptables-save prints (iptables(8), iptables-extensions(8)) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firewall_field.h"

#define WORDS_MAX	256	/* of a line */
#define NAME_OCTETS	64

struct line {
	char	*word[WORDS_MAX + 1];	/* ends with NULL */
	size_t	count;
};

/* One rule, while its words are read */
struct reading {
	const struct firewall_host	*host;
	enum firewall_match		match[FIREWALL_PACKETS];
};

/* ---- words ---- */

/* The next word, unquoted where it stands; NULL at the end */
static char *next_word(char **at)
{
	char *word, *to;
	bool quoted;

	*at += strspn(*at, " \t");
	if (!**at)
		return NULL;
	quoted = **at == '"';
	*at += quoted;
	word = to = *at;
	while (**at && (quoted ? **at != '"' : !strchr(" \t", **at))) {
		*at += quoted && **at == '\\' && (*at)[1];
		*to++ = *(*at)++;
	}
	*at += **at != '\0';
	*to = '\0';
	return word;
}

static void split(struct line *line, char *text)
{
	line->count = 0;
	while (line->count < WORDS_MAX && (line->word[line->count] = next_word(&text)))
		line->count++;
	line->word[line->count] = NULL;
}

/* ---- matches ---- */

/* "22,1723", "1000:2000", "NEW,RELATED"; changed while it is read */
static enum firewall_match any_of(const struct reading *reading, enum firewall_packet packet,
				  enum firewall_field field, const char *list)
{
	enum firewall_match match = FIREWALL_NEVER;
	char copy[512], *at = copy, *one, *last;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", list) >= sizeof(copy))
		return FIREWALL_SOME;
	while ((one = strsep(&at, ","))) {
		last = strchr(one, ':');
		if (last)
			*last++ = '\0';
		match = match_or(match, last ?
			field_in_range(reading->host, packet, field, one, *last ? last : "65535") :
			field_is(reading->host, packet, field, one));
	}
	return match;
}

/* "3/4", "3", "any" */
static enum firewall_match icmp_type(const struct reading *reading, enum firewall_packet packet,
				     const char *text)
{
	char type[NAME_OCTETS];
	const char *code = strchr(text, '/');

	if (!strcmp(text, "any"))
		return field_is(reading->host, packet, FIELD_PROTOCOL, "icmp");
	snprintf(type, sizeof(type), "%.*s", (int)strcspn(text, "/"), text);
	return match_and(field_is(reading->host, packet, FIELD_ICMP_TYPE, type),
			 code ? field_is(reading->host, packet, FIELD_ICMP_CODE, code + 1) :
			 FIREWALL_ALWAYS);
}

static const struct {
	const char		*option;
	enum firewall_field	field;
} fields[] = {
	{ "-p", FIELD_PROTOCOL },
	{ "-i", FIELD_IN },
	{ "-o", FIELD_OUT },
	{ "--dport", FIELD_DPORT },
	{ "--dports", FIELD_DPORT },
	{ "--sport", FIELD_SPORT },
	{ "--sports", FIELD_SPORT },
	{ "--state", FIELD_STATE },
	{ "--ctstate", FIELD_STATE },
	{ "--icmp-type", FIELD_ICMP_TYPE },
};

static enum firewall_field field_of(const char *option)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(fields[i].option, option))
			return fields[i].field;
	return FIELD_OTHER;
}

static enum firewall_match match_one(const struct reading *reading, enum firewall_packet packet,
				     enum firewall_field field, const char *value)
{
	if (!value || field == FIELD_OTHER)
		return FIREWALL_SOME;
	if (field == FIELD_PROTOCOL && !strcmp(value, "all"))
		return FIREWALL_ALWAYS;
	if (field == FIELD_ICMP_TYPE)
		return icmp_type(reading, packet, value);
	return any_of(reading, packet, field, value);
}

/* Says nothing about the packet */
static bool is_remark(const char *option)
{
	return !strcmp(option, "-m") || !strcmp(option, "--comment");
}

static void match_option(struct reading *reading, const char *option, const char *value, bool not)
{
	enum firewall_field field = field_of(option);
	enum firewall_packet packet;
	enum firewall_match match;

	if (is_remark(option))
		return;
	for (packet = 0; packet < FIREWALL_PACKETS; packet++) {
		match = match_one(reading, packet, field, value);
		/* "-p tcp ! --dport 22" is about TCP only, which -p says itself */
		if (not && field != FIELD_OTHER)
			match = match_not(match);
		reading->match[packet] = match_and(reading->match[packet], match);
	}
}

/* ---- targets ---- */

static const struct {
	const char		*name;
	enum firewall_verdict	verdict;
} targets[] = {
	{ "ACCEPT", FIREWALL_ACCEPT },
	{ "DROP", FIREWALL_DROP },
	{ "REJECT", FIREWALL_DROP },
	{ "RETURN", FIREWALL_RETURN },
	{ "SNAT", FIREWALL_ACCEPT },
	{ "MASQUERADE", FIREWALL_ACCEPT },
};

/* What lets every packet go on to the next rule */
static const char * const transparent[] = {
	"LOG", "NFLOG", "MARK", "CONNMARK", "CT", "NOTRACK", "TCPMSS", "TOS", "DSCP", "TTL",
	"CLASSIFY", "SET", "TRACE", "AUDIT", "SECMARK", "CONNSECMARK", "CHECKSUM"
};

static bool is_transparent(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(transparent) / sizeof(transparent[0]); i++)
		if (!strcmp(transparent[i], name))
			return true;
	return false;
}

/* What is no chain either is not known: see walk_target() */
static enum firewall_verdict verdict_of(const char *target)
{
	size_t i;

	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(targets[i].name, target))
			return targets[i].verdict;
	return FIREWALL_JUMP;
}

static bool add_rule(struct firewall_chain *chain, const struct reading *reading,
		     const char *text, const char *target, bool leaves)
{
	if (!target || is_transparent(target))
		return true;
	return firewall_add_rule(chain, text, reading->match,
				 leaves ? FIREWALL_GOTO : verdict_of(target), target);
}

/* ---- lines ---- */

/* "-A INPUT -p tcp ! -i lo -m tcp --dport 1723 -j DROP" */
static bool read_rule(struct firewall *firewall, const struct firewall_host *host,
		      const char *table, const char *text, const struct line *line)
{
	struct reading reading = { .host = host };
	struct firewall_chain *chain;
	bool not = false;
	size_t i;

	chain = line->count < 2 ? NULL : firewall_find_chain(firewall, table, line->word[1]);
	if (!chain)
		return false;
	for (i = 0; i < FIREWALL_PACKETS; i++)
		reading.match[i] = FIREWALL_ALWAYS;
	for (i = 2; i < line->count; i++) {
		if (!strcmp(line->word[i], "-j") || !strcmp(line->word[i], "-g"))
			return add_rule(chain, &reading, text, line->word[i + 1],
					line->word[i][1] == 'g');
		if (!strcmp(line->word[i], "!")) {
			not = true;
		} else if (*line->word[i] == '-') {
			match_option(&reading, line->word[i], line->word[i + 1], not);
			i += is_remark(line->word[i]);	/* which may look like an option */
			not = false;
		}
	}
	return true;
}

static enum firewall_hook hook_of(const char *chain)
{
	static const struct {
		const char		*chain;
		enum firewall_hook	hook;
	} hooks[] = {
		{ "PREROUTING", FIREWALL_INBOUND },
		{ "INPUT", FIREWALL_INBOUND },
		{ "OUTPUT", FIREWALL_OUTBOUND },
		{ "POSTROUTING", FIREWALL_OUTBOUND },
		{ "FORWARD", FIREWALL_OTHER_HOOK },
	};
	size_t i;

	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (!strcmp(hooks[i].chain, chain))
			return hooks[i].hook;
	return FIREWALL_NO_HOOK;
}

/* ":INPUT DROP [0:0]" */
static bool read_chain(struct firewall *firewall, const char *table, const struct line *line)
{
	struct firewall_chain *chain;

	if (line->count < 2)
		return false;
	chain = firewall_add_chain(firewall, table, line->word[0] + 1);
	if (!chain)
		return false;
	chain->hook = hook_of(chain->name);
	chain->drops = !strcmp(line->word[1], "DROP");
	return true;
}

static bool read_line(struct firewall *firewall, const struct firewall_host *host, char *table,
		      const char *text)
{
	char *copy = strdup(text);
	struct line line;
	bool good = true;

	if (!copy)
		return false;
	split(&line, copy);
	if (*text == '*')
		snprintf(table, NAME_OCTETS, "%s", line.word[0] + 1);
	else if (*text == ':')
		good = read_chain(firewall, table, &line);
	else if (!strncmp(text, "-A ", 3))
		good = read_rule(firewall, host, table, text, &line);
	free(copy);
	return good;
}

bool firewall_read_iptables(struct firewall *firewall, const struct firewall_host *host,
			    const char *text)
{
	char table[NAME_OCTETS] = "";
	bool good = true;
	char *line;
	size_t len;

	while (*text && good) {
		len = strcspn(text, "\n");
		line = strndup(text, len);
		good = line && read_line(firewall, host, table, line);
		free(line);
		text += len + (text[len] == '\n');
	}
	return good;
}
