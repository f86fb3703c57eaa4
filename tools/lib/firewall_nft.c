// SPDX-License-Identifier: GPL-2.0
/* Reads what "nft -j list ruleset" prints (libnftables-json(5)) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firewall_field.h"
#include "json_tree.h"

struct reader {
	struct firewall			*firewall;
	const struct firewall_host	*host;
	const struct json_tree		*objects;	/* of the whole ruleset */
};

/* What a rule has matched so far */
struct matched {
	enum firewall_match	by[FIREWALL_PACKETS];
};

/* ---- the left side: which field ---- */

static const struct {
	const char		*protocol;	/* NULL: of "meta" or "ct" */
	const char		*name;
	enum firewall_field	field;
} fields[] = {
	{ NULL, "l4proto", FIELD_PROTOCOL },
	{ NULL, "nfproto", FIELD_FAMILY },
	{ NULL, "iif", FIELD_IN },
	{ NULL, "iifname", FIELD_IN },
	{ NULL, "oif", FIELD_OUT },
	{ NULL, "oifname", FIELD_OUT },
	{ NULL, "state", FIELD_STATE },
	{ "ip", "protocol", FIELD_PROTOCOL },
	{ "tcp", "sport", FIELD_SPORT },
	{ "tcp", "dport", FIELD_DPORT },
	{ "th", "sport", FIELD_SPORT },
	{ "th", "dport", FIELD_DPORT },
	{ "icmp", "type", FIELD_ICMP_TYPE },
	{ "icmp", "code", FIELD_ICMP_CODE },
};

static enum firewall_field find_field(const char *protocol, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!fields[i].protocol == !protocol && !strcmp(fields[i].name, name) &&
		    (!protocol || !strcmp(fields[i].protocol, protocol)))
			return fields[i].field;
	return FIELD_OTHER;
}

static const struct json_tree *payload_of(const struct json_tree *left)
{
	return json_tree_get(left, "payload");
}

static enum firewall_field field_of(const struct json_tree *left)
{
	const struct json_tree *by = json_tree_get(left, "meta");

	if (!by)
		by = json_tree_get(left, "ct");
	if (by)
		return find_field(NULL, json_tree_text(by, "key", ""));
	by = payload_of(left);
	if (by && json_tree_get(by, "protocol"))
		return find_field(json_tree_text(by, "protocol", ""),
				  json_tree_text(by, "field", ""));
	return FIELD_OTHER;
}

/*
 * To look into a header is to ask for its protocol first. "th" is whatever stands
 * where a port would; of what is no TCP that cannot be told.
 */
static enum firewall_match has_header(const struct reader *reader, enum firewall_packet packet,
				      const struct json_tree *left)
{
	static const char * const transport[] = {
		"tcp", "udp", "icmp", "udplite", "sctp", "dccp", "esp", "ah", "comp", "gre",
		"igmp", "icmpv6"
	};
	const char *protocol = json_tree_text(payload_of(left), "protocol", "");
	size_t i;

	if (!strcmp(protocol, "ip6") || !strcmp(protocol, "arp") || !strcmp(protocol, "ether"))
		return strcmp(protocol, "ether") ? FIREWALL_NEVER : FIREWALL_SOME;
	if (!strcmp(protocol, "th"))
		return field_exists(packet, FIELD_DPORT) ? FIREWALL_ALWAYS : FIREWALL_SOME;
	for (i = 0; i < sizeof(transport) / sizeof(transport[0]); i++)
		if (!strcmp(protocol, transport[i]))
			return field_is(reader->host, packet, FIELD_PROTOCOL, protocol);
	return FIREWALL_ALWAYS;
}

/* ---- the right side: which values ---- */

struct comparison {
	const struct reader	*reader;
	enum firewall_packet	packet;
	enum firewall_field	field;
	const char		*table;	/* "inet filter", for sets by name */
};

static enum firewall_match compare(const struct comparison *with, const struct json_tree *right);

static const struct json_tree *find_set(const struct reader *reader, const char *table,
					const char *name)
{
	const struct json_tree *object, *set;
	char of[256];

	for (object = reader->objects->first; object; object = object->next) {
		set = json_tree_get(object, "set");
		if (!set)
			set = json_tree_get(object, "map");
		snprintf(of, sizeof(of), "%s %s", json_tree_text(set, "family", ""),
			 json_tree_text(set, "table", ""));
		if (set && !strcmp(of, table) && !strcmp(json_tree_text(set, "name", ""), name))
			return json_tree_get(set, "elem");
	}
	return NULL;
}

/* A set has either; one that grows by itself may have others in a moment */
static enum firewall_match compare_any(const struct comparison *with,
				       const struct json_tree *elements)
{
	enum firewall_match match = FIREWALL_NEVER;
	const struct json_tree *element;

	for (element = elements ? elements->first : NULL; element; element = element->next)
		match = match_or(match, compare(with, element));
	return match;
}

static enum firewall_match compare_text(const struct comparison *with, const char *text)
{
	if (!strcmp(text, "*"))	/* of a map: all that no other element has */
		return FIREWALL_SOME;
	if (*text == '@')
		return compare_any(with, find_set(with->reader, with->table, text + 1));
	return field_is(with->reader->host, with->packet, with->field, text);
}

static enum firewall_match compare(const struct comparison *with, const struct json_tree *right)
{
	const struct json_tree *range = json_tree_get(right, "range"),
			       *set = json_tree_get(right, "set"),
			       *element = json_tree_get(right, "elem");

	if (right->text)
		return compare_text(with, right->text);
	if (range && range->first && range->first->text && range->last->text)
		return field_in_range(with->reader->host, with->packet, with->field,
				      range->first->text, range->last->text);
	if (set)
		return compare_any(with, set);
	if (element && json_tree_get(element, "val"))
		return compare(with, json_tree_get(element, "val"));
	/* a list, as of ct state established,related */
	return right->first && !right->first->key ? compare_any(with, right) : FIREWALL_SOME;
}

static enum firewall_match match_one(const struct reader *reader, enum firewall_packet packet,
				     const char *table, const struct json_tree *match)
{
	const struct json_tree *left = json_tree_get(match, "left"),
			       *right = json_tree_get(match, "right");
	struct comparison with = { reader, packet, left ? field_of(left) : FIELD_OTHER, table };
	const char *op = json_tree_text(match, "op", "");
	enum firewall_match result;

	if (!left || !right)
		return FIREWALL_SOME;
	if (with.field == FIELD_OTHER)
		return match_and(has_header(reader, packet, left), FIREWALL_SOME);
	result = compare(&with, right);
	if (!strcmp(op, "!="))
		result = match_not(result);
	else if (strcmp(op, "==") && strcmp(op, "in"))
		result = FIREWALL_SOME;
	return match_and(has_header(reader, packet, left), result);
}

/* ---- statements ---- */

static const struct {
	const char		*name;
	enum firewall_verdict	verdict;
} verdicts[] = {
	{ "accept", FIREWALL_ACCEPT },
	{ "drop", FIREWALL_DROP },
	{ "reject", FIREWALL_DROP },
	{ "return", FIREWALL_RETURN },
	{ "jump", FIREWALL_JUMP },
	{ "goto", FIREWALL_GOTO },
	{ "queue", FIREWALL_ANY },
	{ "dnat", FIREWALL_ANY },
	{ "redirect", FIREWALL_ANY },
	{ "tproxy", FIREWALL_ANY },
	{ "snat", FIREWALL_ACCEPT },
	{ "masquerade", FIREWALL_ACCEPT },
};

/* What lets every packet go on to the next statement */
static const char * const transparent[] = {
	"counter", "log", "mangle", "notrack", "ct helper", "ct timeout", "ct expectation", "flow"
};

static bool is_transparent(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(transparent) / sizeof(transparent[0]); i++)
		if (!strcmp(transparent[i], name))
			return true;
	return false;
}

/* A verdict is an object with its one name. *@is says whether it was one. */
static bool add_verdict(struct firewall_chain *chain, const char *text,
			const struct matched *matched, const struct json_tree *statement, bool *is)
{
	size_t i;

	*is = true;
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (!strcmp(statement->key, verdicts[i].name))
			return firewall_add_rule(chain, text, matched->by,
						 verdicts[i].verdict,
						 json_tree_text(statement, "target", ""));
	*is = false;
	return true;
}

/* One pair of a map: a value, and what becomes of packets with it */
static bool add_pair(const struct reader *reader, struct firewall_chain *chain, const char *text,
		     const struct matched *matched, const struct json_tree *key,
		     const struct json_tree *pair)
{
	struct comparison with = { reader, 0, field_of(key), chain->table };
	struct matched both = *matched;
	bool is;

	if (!pair->first || !pair->last->first || !pair->last->first->key)
		return true;
	for (with.packet = 0; with.packet < FIREWALL_PACKETS; with.packet++)
		both.by[with.packet] = match_and(both.by[with.packet],
			match_and(has_header(reader, with.packet, key),
				  with.field == FIELD_OTHER ? FIREWALL_SOME :
				  compare(&with, pair->first)));
	return add_verdict(chain, text, &both, pair->last->first, &is);
}

static bool add_map(const struct reader *reader, struct firewall_chain *chain, const char *text,
		    const struct matched *matched, const struct json_tree *map)
{
	const struct json_tree *key = json_tree_get(map, "key"),
			       *data = json_tree_get(map, "data"), *pair;

	if (!key || !data)
		return true;
	if (data->text)
		data = find_set(reader, chain->table, data->text + (*data->text == '@'));
	else
		data = json_tree_get(data, "set");
	for (pair = data ? data->first : NULL; pair; pair = pair->next)
		if (!add_pair(reader, chain, text, matched, key, pair))
			return false;
	return true;
}

static bool add_statement(const struct reader *reader, struct firewall_chain *chain,
			  const char *text, struct matched *matched,
			  const struct json_tree *statement)
{
	enum firewall_packet packet;
	bool is_match, is;

	if (!strcmp(statement->key, "vmap"))
		return add_map(reader, chain, text, matched, statement);
	if (!add_verdict(chain, text, matched, statement, &is))
		return false;
	if (is || is_transparent(statement->key))
		return true;
	/* What iptables has put there is not told: it may be a match or a verdict */
	if (!strcmp(statement->key, "xt") &&
	    !firewall_add_rule(chain, text, matched->by, FIREWALL_ANY, ""))
		return false;
	is_match = !strcmp(statement->key, "match");
	for (packet = 0; packet < FIREWALL_PACKETS; packet++)
		matched->by[packet] = match_and(matched->by[packet], is_match ?
			match_one(reader, packet, chain->table, statement) : FIREWALL_SOME);
	return true;
}

static bool read_rule(const struct reader *reader, const struct json_tree *rule)
{
	const struct json_tree *expressions = json_tree_get(rule, "expr"), *statement;
	struct firewall_chain *chain;
	struct matched matched;
	char table[256];
	int i;

	snprintf(table, sizeof(table), "%s %s", json_tree_text(rule, "family", ""),
		 json_tree_text(rule, "table", ""));
	chain = firewall_find_chain(reader->firewall, table, json_tree_text(rule, "chain", ""));
	if (!chain)
		return true;
	for (i = 0; i < FIREWALL_PACKETS; i++)
		matched.by[i] = FIREWALL_ALWAYS;
	for (statement = expressions ? expressions->first : NULL; statement;
	     statement = statement->next) {
		if (statement->first && statement->first->key &&
		    !add_statement(reader, chain, json_tree_text(rule, "handle", "?"), &matched,
				   statement->first))
			return false;
	}
	return true;
}

/* ---- chains ---- */

static enum firewall_hook read_hook(const char *family, const char *hook)
{
	if (!*hook)
		return FIREWALL_NO_HOOK;
	if (strcmp(family, "ip") && strcmp(family, "inet"))
		return FIREWALL_OTHER_HOOK;
	if (!strcmp(hook, "prerouting") || !strcmp(hook, "input"))
		return FIREWALL_INBOUND;
	if (!strcmp(hook, "output") || !strcmp(hook, "postrouting"))
		return FIREWALL_OUTBOUND;
	return FIREWALL_OTHER_HOOK;
}

static bool read_chain(const struct reader *reader, const struct json_tree *object)
{
	const char *family = json_tree_text(object, "family", "");
	struct firewall_chain *chain;
	char table[256];

	snprintf(table, sizeof(table), "%s %s", family, json_tree_text(object, "table", ""));
	chain = firewall_add_chain(reader->firewall, table, json_tree_text(object, "name", ""));
	if (!chain)
		return false;
	chain->hook = read_hook(family, json_tree_text(object, "hook", ""));
	chain->drops = !strcmp(json_tree_text(object, "policy", ""), "drop");
	return true;
}

/* Chains first: a rule may stand before the chain that it jumps to */
static bool read_objects(const struct reader *reader, const char *kind,
			 bool (*read)(const struct reader *reader, const struct json_tree *object))
{
	const struct json_tree *object, *one;

	for (object = reader->objects->first; object; object = object->next) {
		one = json_tree_get(object, kind);
		if (one && !read(reader, one))
			return false;
	}
	return true;
}

bool firewall_read_nft(struct firewall *firewall, const struct firewall_host *host, char *text)
{
	struct json_tree *tree = json_tree_read(text);
	struct reader reader = { firewall, host, json_tree_get(tree, "nftables") };
	bool good = reader.objects && read_objects(&reader, "chain", read_chain) &&
		    read_objects(&reader, "rule", read_rule);

	json_tree_free(tree);
	return good;
}
