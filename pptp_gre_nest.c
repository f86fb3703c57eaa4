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
 * A session knows for a second or two where it has led last. One that is led to
 * follows that: if it comes back to the session that has led to it, it is in a loop,
 * and drops what it is given for a second. Then it tries again with one frame; so a
 * loop costs a packet a second, and nobody has to be told of its end.
 *
 * Sessions are known by name, and looked up under RCU: none holds another one.
 */
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rculist_nulls.h>
#include <net/rtnetlink.h>

#include "pptp_gre_session.h"

/* A packet in more tunnels than that has no room for anything else. */
#define NESTED_MAX		32

/* How long a loop is believed in */
#define LOOP_TIME		HZ

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

/* A name has 48 bits, and seconds are above it. */
static u64 stamped(u64 name)
{
	return name | (u64)(u16)(jiffies / HZ) << 48;
}

static bool is_fresh(u64 stamp)
{
	return (u16)(jiffies / HZ - (stamp >> 48)) <= 1;
}

static struct pptp_gre *led_to(const struct pptp_gre *gre)
{
	u64 stamp = atomic64_read(&gre->leads_to);

	if (!stamp || !is_fresh(stamp))
		return NULL;
	return find_named(stamp & GENMASK_ULL(47, 0));
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
	WRITE_ONCE(from->nests, true);
	WRITE_ONCE(from->direct, NULL);
	atomic64_set(&from->leads_to, stamped(gre->name));
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

/**
 * pptp_gre_forget_lead() - forget where a session has led, if that is long ago
 * @gre: the session
 *
 * The seconds of a stamp come again after 18 hours.
 *
 * Context: any. What is learnt meanwhile may be lost, until the next packet.
 */
void pptp_gre_forget_lead(struct pptp_gre *gre)
{
	u64 stamp = atomic64_read(&gre->leads_to);

	if (stamp && !is_fresh(stamp))
		atomic64_set(&gre->leads_to, 0);
}

/* ---- devices ---- */

/* Virtual devices that only put into a queue what they are given */
static bool is_queue(const struct net_device *dev)
{
	static const char * const kinds[] = { "veth", "dummy", "tun" };
	unsigned int i;

	for (i = 0; dev->rtnl_link_ops && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(dev->rtnl_link_ops->kind, kinds[i]))
			return true;
	return dev->flags & IFF_LOOPBACK;
}

/* A card has a bus. */
static int is_no_end(struct net_device *dev, struct netdev_nested_priv *priv)
{
	return list_empty(&dev->adj_list.lower) && !dev->dev.parent &&
	       !is_queue(dev);
}

/**
 * pptp_gre_device_ends() - does a device send without any of PPP's below it?
 * @dev: the device
 *
 * It does if it is a card, or all that it stands on (as a bridge, a VLAN or a bond
 * does) are cards. Of a tunnel nobody can say where its packets go.
 *
 * Context: under RCU.
 */
bool pptp_gre_device_ends(struct net_device *dev)
{
	struct netdev_nested_priv priv = {};

	return !is_no_end(dev, &priv) &&
	       !netdev_walk_all_lower_dev_rcu(dev, is_no_end, &priv);
}
