// SPDX-License-Identifier: GPL-2.0
/* What a packet filter does with packets */
#include "firewall.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX	32	/* jumps within jumps; the kernel allows 16 */
#define STEPS_MAX	1000000	/* rules looked at; more cannot be told in time */

/* What may become of a packet in a chain */
#define PASSES		(1u << 0)	/* it comes to the chain's end, or returns */
#define ACCEPTED	(1u << 1)
#define DROPPED		(1u << 2)

struct walk {
	const struct firewall	*firewall;
	enum firewall_packet	packet;
	struct firewall_blame	blame;	/* the last one that dropped for certain */
	unsigned int		depth;
	unsigned int		steps;
};

static unsigned int walk_chain(struct walk *walk, const struct firewall_chain *chain);

static unsigned int walk_target(struct walk *walk, const struct firewall_chain *from,
				const char *name)
{
	const struct firewall_chain *to = firewall_find_chain(walk->firewall, from->table, name);
	unsigned int fate;

	if (!to || walk->depth == DEPTH_MAX)
		return PASSES | ACCEPTED;
	walk->depth++;
	fate = walk_chain(walk, to);
	walk->depth--;
	return fate;
}

/*
 * What may become of a packet that a rule matches; PASSES means here that the
 * chain is left, and *@on whether the next rule may be reached.
 */
static unsigned int apply(struct walk *walk, const struct firewall_chain *chain,
			  const struct firewall_rule *rule, bool *on)
{
	unsigned int fate;

	*on = false;
	switch (rule->verdict) {
	case FIREWALL_ACCEPT:
		return ACCEPTED;
	case FIREWALL_DROP:
		if (rule->match[walk->packet] == FIREWALL_ALWAYS) {
			walk->blame.chain = chain;
			walk->blame.rule = rule;
		}
		return DROPPED;
	case FIREWALL_RETURN:
		return PASSES;
	case FIREWALL_GOTO:
		return walk_target(walk, chain, rule->target);
	case FIREWALL_JUMP:
		fate = walk_target(walk, chain, rule->target);
		*on = fate & PASSES;
		return fate & ~PASSES;
	case FIREWALL_ANY:
		break;
	}
	*on = true;
	return ACCEPTED;
}

static unsigned int walk_chain(struct walk *walk, const struct firewall_chain *chain)
{
	enum firewall_match match;
	unsigned int fate = 0;
	bool on;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (++walk->steps > STEPS_MAX)
			return fate | ACCEPTED;
		match = chain->rules[i].match[walk->packet];
		if (match == FIREWALL_NEVER)
			continue;
		fate |= apply(walk, chain, &chain->rules[i], &on);
		if (match == FIREWALL_ALWAYS && !on)
			return fate;
	}
	return fate | PASSES;
}

static bool base_drops(struct walk *walk, const struct firewall_chain *base)
{
	unsigned int fate;

	walk->blame = (struct firewall_blame){ .base = base, .chain = base };
	fate = walk_chain(walk, base);
	if (fate & ACCEPTED)
		return false;
	if (!(fate & PASSES))
		return true;
	walk->blame.chain = base;
	walk->blame.rule = NULL;
	return base->drops;
}

static enum firewall_hook hook_of(enum firewall_packet packet)
{
	switch (packet) {
	case FIREWALL_TCP_IN:
	case FIREWALL_GRE_IN:
	case FIREWALL_ICMP_IN:
		return FIREWALL_INBOUND;
	default:
		return FIREWALL_OUTBOUND;
	}
}

bool firewall_drops(const struct firewall *firewall, enum firewall_packet packet,
		    struct firewall_blame *blame)
{
	struct walk walk = { .firewall = firewall, .packet = packet };
	size_t i;

	for (i = 0; i < firewall->count; i++) {
		if (firewall->chains[i].hook != hook_of(packet) ||
		    !base_drops(&walk, &firewall->chains[i]))
			continue;
		*blame = walk.blame;
		return true;
	}
	return false;
}

struct firewall_chain *firewall_find_chain(const struct firewall *firewall, const char *table,
					   const char *name)
{
	size_t i;

	for (i = 0; i < firewall->count; i++)
		if (!strcmp(firewall->chains[i].name, name) &&
		    !strcmp(firewall->chains[i].table, table))
			return &firewall->chains[i];
	return NULL;
}

struct firewall_chain *firewall_add_chain(struct firewall *firewall, const char *table,
					  const char *name)
{
	struct firewall_chain *chains, *chain;

	chains = reallocarray(firewall->chains, firewall->count + 1, sizeof(*chains));
	if (!chains)
		return NULL;
	firewall->chains = chains;
	chain = &chains[firewall->count];
	memset(chain, 0, sizeof(*chain));
	chain->table = strdup(table);
	chain->name = strdup(name);
	firewall->count++;
	return chain->table && chain->name ? chain : NULL;
}

bool firewall_add_rule(struct firewall_chain *chain, const char *text,
		       const enum firewall_match match[FIREWALL_PACKETS],
		       enum firewall_verdict verdict, const char *target)
{
	struct firewall_rule *rules, *rule;

	rules = reallocarray(chain->rules, chain->count + 1, sizeof(*rules));
	if (!rules)
		return false;
	chain->rules = rules;
	rule = &rules[chain->count++];
	memcpy(rule->match, match, sizeof(rule->match));
	rule->verdict = verdict;
	rule->target = strdup(target);
	rule->text = strdup(text);
	return rule->text && rule->target;
}

static void chain_free(struct firewall_chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		free(chain->rules[i].target);
		free(chain->rules[i].text);
	}
	free(chain->rules);
	free(chain->table);
	free(chain->name);
}

void firewall_free(struct firewall *firewall)
{
	size_t i;

	for (i = 0; i < firewall->count; i++)
		chain_free(&firewall->chains[i]);
	free(firewall->chains);
	firewall->chains = NULL;
	firewall->count = 0;
}
