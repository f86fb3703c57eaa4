// SPDX-License-Identifier: GPL-2.0
/*
 * Calls within calls: where the packets of a session lead, if not out of this host.
 *
 * A call that is routed over the interface of another one, perhaps through further
 * devices, is as good as any. If that leads back to the first one, the packets of both
 * would go round for ever, and grow each time. Neither the route nor a packet tells:
 * between two sessions there may be any tunnel, and the packet may be encrypted. But
 * what is between two sessions of a host is function calls: while a session sends, its
 * processor knows that, and another one that is given a frame to transmit there and
 * then knows who led to it. (If the packet waits in a queue on its way, a later one
 * tells.)
 *
 * A session knows for two seconds, or until routing changes, where it has led last. One
 * that is led to follows that: if it comes back to the session that has led to it, it is
 * in a loop, and drops what it is given for a second. Then it tries again with one frame;
 * so a loop costs a packet a second, and nobody has to be told of its end.
 *
 * Sessions are known by name, and looked up under RCU: none holds another one.
 */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>

#include "pptp_gre_session.h"

/* A packet in more tunnels than that has no room for anything else. */
#define NESTED_MAX		32

/* How long a loop is believed in, and that a session leads to another one */
#define LOOP_TIME		HZ
#define LEAD_TIME		(2 * HZ)

DEFINE_PER_CPU(struct pptp_gre_sending, pptp_gre_sending);

static struct pptp_gre *find_named(u64 name)
{
	u32 chain = name & PPTP_GRE_ID_MAX;
	struct hlist_nulls_node *node;
	struct pptp_gre *gre;

	do {
		hlist_nulls_for_each_entry_rcu(gre, node, &pptp_gre_chains[chain],
					       id_node)
			if (READ_ONCE(gre->name) == name)
				return gre;
	} while (get_nulls_value(node) != chain);
	return NULL;
}

/* ---- where a session leads ---- */

/* What is known of a lead is of the route that the packets took. */
static bool lead_holds(const struct pptp_gre *gre)
{
	unsigned long led = READ_ONCE(gre->led);

	return led && time_before(jiffies, led + LEAD_TIME) &&
	       pptp_gre_route_holds(gre);
}

static struct pptp_gre *led_to(const struct pptp_gre *gre)
{
	return lead_holds(gre) ? find_named(atomic64_read(&gre->leads_to)) : NULL;
}

/* Further than any packet can go counts as back. */
static bool leads_back(const struct pptp_gre *gre, const struct pptp_gre *to)
{
	unsigned int left = NESTED_MAX;

	while (gre && gre != to && left--)
		gre = led_to(gre);
	return gre;
}

/**
 * pptp_gre_led_here() - a session that sends has led to another one
 * @gre: the one that is given a frame to transmit
 * @name: of the one that sends, on this processor
 *
 * Context: transmit of @gre. Under RCU.
 */
void pptp_gre_led_here(struct pptp_gre *gre, u64 name)
{
	struct pptp_gre *from = find_named(name);

	if (!from)
		return;
	atomic64_set(&from->leads_to, gre->name);
	/* 0 means never */
	WRITE_ONCE(from->led, jiffies | 1);
	if (!leads_back(gre, from))
		return;
	WRITE_ONCE(gre->looped, jiffies);
	WRITE_ONCE(gre->loops, true);
}

/**
 * pptp_gre_in_loop() - is a session in a loop still, as far as is known?
 * @gre: the session, whose @loops was set
 *
 * Context: transmit of @gre.
 */
bool pptp_gre_in_loop(struct pptp_gre *gre)
{
	if (time_before(jiffies, READ_ONCE(gre->looped) + LOOP_TIME))
		return true;
	WRITE_ONCE(gre->loops, false);
	return false;
}
