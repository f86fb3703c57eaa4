/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet filter does with the packets that PPTP needs.
 *
 * A ruleset is read into chains of rules (firewall_nft.c, firewall_iptables.c). Of
 * each rule it is known whether it matches a kind of packet: always, never, or
 * some of them, as when it goes by the client's address. Nothing is said to be
 * filtered but what no client's packet can pass.
 */
#ifndef FIREWALL_H
#define FIREWALL_H

#include <stdbool.h>
#include <stddef.h>

enum firewall_packet {
	FIREWALL_TCP_IN,	/* the first one of a control connection */
	FIREWALL_TCP_OUT,	/* the answer to it */
	FIREWALL_GRE_IN,
	FIREWALL_GRE_OUT,
	FIREWALL_ICMP_IN,	/* destination unreachable: fragmentation needed */
	FIREWALL_ICMP_OUT,
	FIREWALL_PACKETS
};

enum firewall_match {
	FIREWALL_NEVER,
	FIREWALL_SOME,		/* or it cannot be told */
	FIREWALL_ALWAYS,
};

enum firewall_verdict {
	FIREWALL_ACCEPT,
	FIREWALL_DROP,		/* or reject */
	FIREWALL_RETURN,
	FIREWALL_JUMP,
	FIREWALL_GOTO,
	FIREWALL_ANY,		/* not to be told */
};

enum firewall_hook {
	FIREWALL_NO_HOOK,	/* jumped to */
	FIREWALL_INBOUND,
	FIREWALL_OUTBOUND,
	FIREWALL_OTHER_HOOK,
};

/* What is known about the host, for rules that go by it */
struct firewall_host {
	unsigned int	port;		/* of the server */
	const char	*interface;	/* that clients come by, NULL: not known */
	bool		helper;		/* connection tracking may know calls (nf_conntrack_pptp) */
};

struct firewall_rule {
	enum firewall_match	match[FIREWALL_PACKETS];
	enum firewall_verdict	verdict;
	char			*target;	/* of a jump */
	char			*text;		/* how to tell an operator which one it is */
};

struct firewall_chain {
	char			*table;		/* "inet filter", "filter" */
	char			*name;
	enum firewall_hook	hook;
	bool			drops;		/* its policy, if it has a hook */
	struct firewall_rule	*rules;
	size_t			count;
};

struct firewall {
	struct firewall_chain	*chains;
	size_t			count;
};

/* Who drops a kind of packet. Lasts as long as the ruleset. */
struct firewall_blame {
	const struct firewall_chain *base;	/* where the packet came in */
	const struct firewall_chain *chain;	/* where it was dropped */
	const struct firewall_rule *rule;	/* NULL: by the policy of @base */
};

/**
 * firewall_drops() - Is a kind of packet dropped, whoever sent it?
 * @blame: filled in if it is
 */
bool firewall_drops(const struct firewall *firewall, enum firewall_packet packet,
		    struct firewall_blame *blame);

/* Each: false if the text is not what the program prints, or without memory */
bool firewall_read_nft(struct firewall *firewall, const struct firewall_host *host, char *text);
bool firewall_read_iptables(struct firewall *firewall, const struct firewall_host *host,
			    const char *text);
void firewall_free(struct firewall *firewall);

/* For the two readers; NULL or false without memory */
struct firewall_chain *firewall_add_chain(struct firewall *firewall, const char *table,
					  const char *name);

/* A rule of @chain, by what it matches of each packet; @target is a chain's name or none */
bool firewall_add_rule(struct firewall_chain *chain, const char *text,
		       const enum firewall_match match[FIREWALL_PACKETS],
		       enum firewall_verdict verdict, const char *target);
struct firewall_chain *firewall_find_chain(const struct firewall *firewall, const char *table,
					   const char *name);

#endif /* FIREWALL_H */
