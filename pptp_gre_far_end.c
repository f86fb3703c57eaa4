// SPDX-License-Identifier: GPL-2.0
/*
 * Far ends: the sessions that send to a call id at an address.
 *
 * ICMP errors quote packets of ours, and these have no call id but the peer's. Any
 * number of sessions may have the same far end: a peer that was switched off and on
 * begins with the same id, and the sessions that it has forgotten are not known to be
 * dead yet. What is said of a path is true for all of them, so the newest one hears
 * it for all: nothing here costs more when there are many.
 */
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "pptp_gre_session.h"

/**
 * struct pptp_gre_far_end - a far end that sessions have
 * @key: which one it is
 * @node: in the table
 * @sessions: that have it, the newest first; far_ends_lock, RCU
 * @rcu: frees it
 */
struct pptp_gre_far_end {
	struct pptp_gre_far_key	key;
	struct rhash_head	node;
	struct list_head	sessions;
	struct rcu_head		rcu;
};

/* Those of all namespaces. Look-up under RCU. */
static struct rhashtable far_ends;
static DEFINE_SPINLOCK(far_ends_lock);

static const struct rhashtable_params params = {
	.key_len		= sizeof(struct pptp_gre_far_key),
	.key_offset		= offsetof(struct pptp_gre_far_end, key),
	.head_offset		= offsetof(struct pptp_gre_far_end, node),
	.automatic_shrinking	= true,
};

/* As the one that is there, or @fresh, which is in the table then */
static struct pptp_gre_far_end *find_or_insert(struct pptp_gre_far_end *fresh)
{
	struct pptp_gre_far_end *old;

	lockdep_assert_held(&far_ends_lock);
	rcu_read_lock();
	old = rhashtable_lookup_get_insert_fast(&far_ends, &fresh->node, params);
	rcu_read_unlock();
	return old ?: fresh;
}

/**
 * pptp_gre_take_far_end() - a session has a far end from here on
 * @gre: the session, with both addresses
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pptp_gre_take_far_end(struct pptp_gre *gre)
{
	struct pptp_gre_far_end *fresh, *far;

	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return -ENOMEM;
	fresh->key = (struct pptp_gre_far_key){
		.net		= gre->net,
		.local		= gre->local,
		.peer		= gre->peer,
		.device		= READ_ONCE(gre->sk->sk_bound_dev_if),
		.peer_id	= gre->peer_id,
	};
	INIT_LIST_HEAD(&fresh->sessions);

	spin_lock(&far_ends_lock);
	far = find_or_insert(fresh);
	if (!IS_ERR(far)) {
		list_add_rcu(&gre->far_node, &far->sessions);
		gre->far_end = far;
	}
	spin_unlock(&far_ends_lock);
	if (far != fresh)
		kfree(fresh);
	return IS_ERR(far) ? -ENOMEM : 0;
}

/**
 * pptp_gre_drop_far_end() - a session has no far end any more, if it had one
 * @gre: the session
 *
 * Those who have found it already are RCU readers.
 *
 * Context: may sleep.
 */
void pptp_gre_drop_far_end(struct pptp_gre *gre)
{
	struct pptp_gre_far_end *far = gre->far_end;

	if (!far)
		return;
	gre->far_end = NULL;
	spin_lock(&far_ends_lock);
	list_del_rcu(&gre->far_node);
	if (list_empty(&far->sessions)) {
		rhashtable_remove_fast(&far_ends, &far->node, params);
		kfree_rcu(far, rcu);
	}
	spin_unlock(&far_ends_lock);
}

/**
 * pptp_gre_find_far_end() - the newest session with a far end
 * @key: the far end
 *
 * Context: under RCU.
 * Return: the session, NULL if there is none.
 */
struct pptp_gre *pptp_gre_find_far_end(const struct pptp_gre_far_key *key)
{
	struct pptp_gre_far_end *far;

	far = rhashtable_lookup(&far_ends, key, params);
	if (!far)
		return NULL;
	return list_first_or_null_rcu(&far->sessions, struct pptp_gre, far_node);
}

/**
 * pptp_gre_far_ends_init() - have a table
 *
 * Return: 0 or -errno.
 */
int pptp_gre_far_ends_init(void)
{
	return rhashtable_init(&far_ends, &params);
}

/** pptp_gre_far_ends_exit() - there are no sessions any more */
void pptp_gre_far_ends_exit(void)
{
	rhashtable_destroy(&far_ends);
}
