// SPDX-License-Identifier: GPL-2.0
/* What is known of the packets that PPTP needs, field by field */
#include "firewall_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum knowledge { ABSENT, UNKNOWN, NUMBER, WORD };

/* The value of a field; of a number @word is another way to write it */
struct value {
	enum knowledge	known;
	unsigned long	number;
	const char	*word;
};

static const struct {
	unsigned long	protocol;
	const char	*name;
	bool		inbound;
	const char	*state;
} packets[FIREWALL_PACKETS] = {
	[FIREWALL_TCP_IN]	= { 6, "tcp", true, "new" },
	[FIREWALL_TCP_OUT]	= { 6, "tcp", false, "established" },
	/*
	 * Connection tracking looks for the call id among those that its helper has
	 * seen on control connections; without it, a call's two directions have
	 * nothing to do with each other.
	 */
	[FIREWALL_GRE_IN]	= { 47, "gre", true, "new" },
	[FIREWALL_GRE_OUT]	= { 47, "gre", false, "new" },
	[FIREWALL_ICMP_IN]	= { 1, "icmp", true, "related" },
	[FIREWALL_ICMP_OUT]	= { 1, "icmp", false, "related" },
};

static struct value number(unsigned long n, const char *word)
{
	return (struct value){ NUMBER, n, word };
}

static struct value word(const char *text)
{
	return (struct value){ WORD, 0, text };
}

static struct value nothing(enum knowledge known)
{
	return (struct value){ known, 0, NULL };
}

static struct value port_value(const struct firewall_host *host, enum firewall_packet packet,
			       bool ours)
{
	if (packets[packet].protocol != 6)
		return nothing(ABSENT);
	return ours ? number(host->port, "pptp") : nothing(UNKNOWN);
}

static struct value state_value(const struct firewall_host *host, enum firewall_packet packet)
{
	if (packets[packet].protocol == 47 && host->helper)
		return nothing(UNKNOWN);
	return word(packets[packet].state);
}

static struct value interface_value(const struct firewall_host *host, bool passes)
{
	if (!passes)
		return nothing(ABSENT);
	return host->interface ? word(host->interface) : nothing(UNKNOWN);
}

static struct value icmp_value(enum firewall_packet packet, unsigned long n, const char *name)
{
	return packets[packet].protocol == 1 ? number(n, name) : nothing(ABSENT);
}

static struct value value_of(const struct firewall_host *host, enum firewall_packet packet,
			     enum firewall_field field)
{
	bool inbound = packets[packet].inbound;

	switch (field) {
	case FIELD_FAMILY:
		return number(2, "ipv4");
	case FIELD_PROTOCOL:
		return number(packets[packet].protocol, packets[packet].name);
	case FIELD_SPORT:
		return port_value(host, packet, !inbound);
	case FIELD_DPORT:
		return port_value(host, packet, inbound);
	case FIELD_STATE:
		return state_value(host, packet);
	case FIELD_IN:
		return interface_value(host, inbound);
	case FIELD_OUT:
		return interface_value(host, !inbound);
	case FIELD_ICMP_TYPE:
		return icmp_value(packet, 3, "destination-unreachable");
	case FIELD_ICMP_CODE:
		return icmp_value(packet, 4, "frag-needed");
	case FIELD_OTHER:
		break;
	}
	return nothing(UNKNOWN);
}

bool field_exists(enum firewall_packet packet, enum firewall_field field)
{
	static const struct firewall_host host;

	return value_of(&host, packet, field).known != ABSENT;
}

static bool is_interface(enum firewall_field field)
{
	return field == FIELD_IN || field == FIELD_OUT;
}

/* "eth0", "eth*", "eth+", "*" */
static bool same_interface(const char *name, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len && strchr("*+", pattern[len - 1]))
		return !strncmp(name, pattern, len - 1);
	return !strcmp(name, pattern);
}

static bool same_number(unsigned long n, const char *text)
{
	char *end;

	return *text && strtoul(text, &end, 0) == n && !*end;
}

static bool same(enum firewall_field field, const struct value *value, const char *text)
{
	if (is_interface(field))
		return same_interface(value->word, text);
	return !strcasecmp(value->word, text) ||
	       (value->known == NUMBER && same_number(value->number, text));
}

enum firewall_match field_is(const struct firewall_host *host, enum firewall_packet packet,
			     enum firewall_field field, const char *text)
{
	struct value value = value_of(host, packet, field);

	if (value.known == ABSENT)
		return FIREWALL_NEVER;
	if (value.known == UNKNOWN) {
		/* Nobody dials in by it */
		if (is_interface(field) && !strcmp(text, "lo"))
			return FIREWALL_NEVER;
		/* What tracking knows of a call is anything but that */
		if (field == FIELD_STATE && !strcasecmp(text, "invalid"))
			return FIREWALL_NEVER;
		return FIREWALL_SOME;
	}
	return same(field, &value, text) ? FIREWALL_ALWAYS : FIREWALL_NEVER;
}

enum firewall_match field_in_range(const struct firewall_host *host, enum firewall_packet packet,
				   enum firewall_field field, const char *first, const char *last)
{
	struct value value = value_of(host, packet, field);

	if (value.known == ABSENT)
		return FIREWALL_NEVER;
	if (value.known != NUMBER)
		return FIREWALL_SOME;
	return value.number >= strtoul(first, NULL, 0) && value.number <= strtoul(last, NULL, 0) ?
		FIREWALL_ALWAYS : FIREWALL_NEVER;
}
