// SPDX-License-Identifier: GPL-2.0
/*
 * Enhanced GRE of RFC 2637 section 4: the life of sessions, and their call ids.
 *
 * What a session sends is in pptp_gre_tx.c, what it receives in pptp_gre_rx.c, by
 * which route in pptp_gre_demux.c, and what it has counted in pptp_gre_stats.c.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/vmalloc.h>
#include <net/gre.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/route.h>
#include <net/sock.h>

#include "pptp_gre_session.h"

unsigned int pptp_gre_net_id __read_mostly;

struct hlist_nulls_head *pptp_gre_chains __read_mostly;
static DEFINE_SPINLOCK(chains_lock);
static u32 names;					/* chains_lock */

/* ---- call ids ---- */

static void publish_id(struct pptp_gre *gre, u16 id)
{
	u32 chain = pptp_gre_chain(gre->net, id);

	WRITE_ONCE(gre->id, id);
	spin_lock_bh(&chains_lock);
	names++;
	WRITE_ONCE(gre->name, (u64)names << 16 | chain);
	hlist_nulls_add_head_rcu(&gre->id_node, &pptp_gre_chains[chain]);
	spin_unlock_bh(&chains_lock);
}

static void hide_id(struct pptp_gre *gre)
{
	spin_lock_bh(&chains_lock);
	hlist_nulls_del_rcu(&gre->id_node);
	spin_unlock_bh(&chains_lock);
}

static int chains_make(void)
{
	u32 i;

	pptp_gre_chains = vmalloc(array_size(PPTP_GRE_CHAINS,
					     sizeof(*pptp_gre_chains)));
	if (!pptp_gre_chains)
		return -ENOMEM;
	for (i = 0; i < PPTP_GRE_CHAINS; i++)
		INIT_HLIST_NULLS_HEAD(&pptp_gre_chains[i], i);
	return 0;
}

/**
 * pptp_gre_take_id() - take a call id
 * @gre: the session, without one
 * @wanted: a particular id, or 0 for the one that has been out of use longest
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if @wanted is taken, or no id is left; -ENOMEM.
 */
int pptp_gre_take_id(struct pptp_gre *gre, u16 wanted)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(gre->net);
	u32 id = wanted;
	int err;

	if (wanted)
		err = xa_insert(&gn->sessions, id, gre, GFP_KERNEL);
	else
		err = xa_alloc_cyclic(&gn->sessions, &id, gre,
				      XA_LIMIT(1, PPTP_GRE_ID_MAX), &gn->next_id,
				      GFP_KERNEL);
	/* That the search has been all round is success too. */
	if (err < 0)
		return err;
	WRITE_ONCE(gre->closing, false);
	publish_id(gre, id);
	return 0;
}

/**
 * pptp_gre_drop_id() - give the call id back: no packet finds the session
 * @gre: the session
 *
 * Those who have found it already are RCU readers. The id may be taken at once
 * by another session: a packet for this one that comes later is told by its
 * addresses, and by the id, which is the last in turn to be used again.
 *
 * Context: may sleep.
 */
void pptp_gre_drop_id(struct pptp_gre *gre)
{
	pptp_gre_drop_far_end(gre);
	WRITE_ONCE(gre->closing, true);
	hide_id(gre);
	xa_erase(&pptp_gre_pernet(gre->net)->sessions, gre->id);
	WRITE_ONCE(gre->id, 0);
}

/* ---- the life of a session ---- */

/**
 * pptp_gre_create() - make a session, without id and unconnected
 * @gre: the session, zeroed
 * @sk: whose options for routing apply; outlives the session
 * @owner: whom the session belongs to
 *
 * Context: any.
 */
void pptp_gre_create(struct pptp_gre *gre, struct sock *sk,
		     const struct pptp_gre_owner *owner)
{
	gre->owner = owner;
	gre->sk = sk;
	gre->net = sock_net(sk);
	pptp_gre_tx_init(gre);
	pptp_gre_rx_init(gre);
}

/**
 * pptp_gre_destroy() - the end of a session
 * @gre: the session, which nobody can find any more, quiesced
 *
 * Context: any but hard interrupts.
 */
void pptp_gre_destroy(struct pptp_gre *gre)
{
	pptp_gre_stats_retire(gre);
	sk_dst_reset(gre->sk);
}

/**
 * pptp_gre_connect() - tell a session whom it is with; frames may pass
 * @gre: the session, with an id and unconnected
 * @local: our address
 * @peer: the peer's address
 * @peer_id: the peer's call id
 * @mtu: where to put how long a PPP frame without address, control and protocol
 *	may be to fit the path
 *
 * Context: may sleep.
 * Return: 0, -EHOSTUNREACH if there is no route to the peer, or -ENOMEM.
 */
int pptp_gre_connect(struct pptp_gre *gre, __be32 local, __be32 peer,
		     u16 peer_id, unsigned int *mtu)
{
	struct rtable *rt;
	int err;

	gre->local = local;
	gre->peer = peer;
	gre->peer_id = peer_id;
	rt = pptp_gre_route(gre);
	if (IS_ERR(rt))
		return -EHOSTUNREACH;
	*mtu = max(dst_mtu(&rt->dst), IPV4_MIN_MTU + PPTP_GRE_OVERHEAD + 2U) -
	       PPTP_GRE_OVERHEAD - 2;
	ip_rt_put(rt);
	err = pptp_gre_take_far_end(gre);
	if (err)
		return err;
	pptp_gre_demux_start(gre->net);
	/* Pairs with the acquire in transmit and look-up. */
	smp_store_release(&gre->connected, true);
	return 0;
}

/**
 * pptp_gre_quiesce() - stop what a session does of itself
 * @gre: the session; its id is dropped, and a grace period has passed
 *
 * Frames that are still held, or in line, go with it.
 *
 * Context: may sleep.
 */
void pptp_gre_quiesce(struct pptp_gre *gre)
{
	pptp_gre_rx_quiesce(gre);
	pptp_gre_tx_quiesce(gre);
}

/* ---- module ---- */

static int __net_init gre_init_net(struct net *net)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(net);

	xa_init_flags(&gn->sessions, XA_FLAGS_ALLOC1);
	spin_lock_init(&gn->ended_lock);
	/* Not the same for every boot: a forger has to guess it. */
	gn->next_id = get_random_u32() % PPTP_GRE_ID_MAX + 1;
	return 0;
}

static void __net_exit gre_pre_exit_net(struct net *net)
{
	pptp_gre_demux_stop(net);
}

/*
 * Entries are looked for, and not xa_empty(): a take of an id that ran out of
 * memory half-way leaves nodes without any, which xa_destroy() frees.
 */
static void __net_exit gre_exit_net(struct net *net)
{
	struct pptp_gre_net *gn = pptp_gre_pernet(net);
	unsigned long id = 0;

	WARN_ON_ONCE(xa_find(&gn->sessions, &id, ULONG_MAX, XA_PRESENT));
	xa_destroy(&gn->sessions);
}

static struct pernet_operations gre_net_ops = {
	.init		= gre_init_net,
	.pre_exit	= gre_pre_exit_net,
	.exit		= gre_exit_net,
	.id		= &pptp_gre_net_id,
	.size		= sizeof(struct pptp_gre_net),
};

static const struct gre_protocol gre_protocol = {
	.handler	= pptp_gre_rcv,
	.err_handler	= pptp_gre_err,
};

/**
 * pptp_gre_init() - own GRE version 1
 *
 * Return: 0, -EBUSY if another module owns it, or another -errno.
 */
int pptp_gre_init(void)
{
	int err;

	err = chains_make();
	if (err)
		return err;
	err = pptp_gre_far_ends_init();
	if (err)
		goto err_chains;
	err = register_pernet_subsys(&gre_net_ops);
	if (err)
		goto err_table;
	err = gre_add_protocol(&gre_protocol, GREPROTO_PPTP);
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	unregister_pernet_subsys(&gre_net_ops);
err_table:
	pptp_gre_far_ends_exit();
err_chains:
	vfree(pptp_gre_chains);
	return err;
}

/** pptp_gre_exit() - give GRE version 1 up; there are no sessions any more */
void pptp_gre_exit(void)
{
	gre_del_protocol(&gre_protocol, GREPROTO_PPTP);
	unregister_pernet_subsys(&gre_net_ops);
	pptp_gre_far_ends_exit();
	vfree(pptp_gre_chains);
}
