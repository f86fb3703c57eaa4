/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of the packets that PPTP needs, field by field */
#ifndef FIREWALL_FIELD_H
#define FIREWALL_FIELD_H

#include "firewall.h"

enum firewall_field {
	FIELD_FAMILY,
	FIELD_PROTOCOL,
	FIELD_SPORT,
	FIELD_DPORT,
	FIELD_STATE,		/* of connection tracking */
	FIELD_IN,		/* interfaces */
	FIELD_OUT,
	FIELD_ICMP_TYPE,
	FIELD_ICMP_CODE,
	FIELD_OTHER,		/* nothing is known of it */
};

/**
 * field_is() - Has a field this value?
 * @text: a number, or a name that nft, iptables or /etc/protocols has; of an
 *	interface its name, which may end in "*" or "+"
 *
 * Return: NEVER also if such a packet has no such field.
 */
enum firewall_match field_is(const struct firewall_host *host, enum firewall_packet packet,
			     enum firewall_field field, const char *text);

/* The same for a range of numbers, both included */
enum firewall_match field_in_range(const struct firewall_host *host, enum firewall_packet packet,
				   enum firewall_field field, const char *first, const char *last);

/* Has such a packet this field at all? */
bool field_exists(enum firewall_packet packet, enum firewall_field field);

static inline enum firewall_match match_and(enum firewall_match a, enum firewall_match b)
{
	return a < b ? a : b;
}

static inline enum firewall_match match_or(enum firewall_match a, enum firewall_match b)
{
	return a > b ? a : b;
}

static inline enum firewall_match match_not(enum firewall_match a)
{
	return FIREWALL_ALWAYS - a;
}

#endif /* FIREWALL_FIELD_H */
