// SPDX-License-Identifier: GPL-2.0
/*
 * The table of VPN slots of a network namespace.
 *
 * Slots that could take a call wait in queues, one for each mask of usages.
 * They join at the tail when their last call has gone, and a claim looks at
 * the heads only: the slot that has been free for longest is taken first, one
 * just freed last, and the cost does not depend on how many there are. Slots
 * that are draining wait in queues of their own, and are taken only when no
 * free one is left: a slot in clean-up passes the call on (Q194465), but a call
 * is refused only when nothing at all is left for it.
 *
 * A slot's memory lives as long as its namespace. That is what makes a slot's
 * pointer safe to keep in a channel: shrinking the table only takes slots out
 * of it.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "ndiswan_slot.h"

#define USAGE_MASKS		(PPTP_MUX_USAGE_MASK + 1)
#define DEFAULT_USAGE		(PPTP_MUX_USAGE_RECEIVE | \
				 PPTP_MUX_USAGE_DIAL_OUT)

/*
 * A megabyte is what a gigabit carries in 8 ms; a slow path is given less by
 * itself. All of the pool and of the shares of 128 slots: 28 MiB.
 */
#define DEFAULT_TX_SHARE	65536
#define DEFAULT_TX_LIMIT	1048576
#define DEFAULT_TX_POOL		16777216
/* What waits to be in order: all that a session holds, with full frames */
#define DEFAULT_RX_SHARE	65536
#define DEFAULT_RX_LIMIT	262144
#define DEFAULT_RX_POOL		8388608

/* More of one type in a second are counted, not sent. */
#define EVENTS_PER_SECOND	100

static unsigned int slots = 128;

struct ndiswan_table;

struct ndiswan_slot {
	struct ndiswan_table		*table;
	u32				number;
	struct ndiswan_channel __rcu	*chan;		/* table->lock */

	/* All of these: table->lock */
	struct list_head		queue;		/* free[], draining[], none */
	u64				queued;		/* when, in table->stamp */
	u64				asked;		/* by this claim, last */
	u64				since;		/* boot time, ns */
	u64				refused;
	u32				state;
	u32				usage;
	u32				quarantine;	/* ms */
	u32				generation;
	bool				enabled;
	bool				gone;		/* last call's channel */
	struct ndiswan_limits		limits;		/* 0: the table's */
	unsigned long			rested;		/* jiffies */

	struct delayed_work		rest;		/* end of quarantine */
	const char			*in_the_way;	/* table->resize */
};

/* Slots that were added at once */
struct slot_block {
	struct list_head		list;
	u32				count;
	struct ndiswan_slot		slot[];
};

struct event_budget {
	time64_t			second;
	u32				sent;
};

struct ndiswan_table {
	struct mutex			resize;		/* number of slots */
	struct list_head		blocks;		/* resize */
	u32				capacity;	/* resize */

	spinlock_t			lock;		/* all below */
	struct ndiswan_slot		**slot;		/* [capacity] */
	u32				slots;
	u32				resized;
	struct list_head		free[USAGE_MASKS];
	struct list_head		draining[USAGE_MASKS];
	u32				enabled[USAGE_MASKS];
	u32				in_state[PPTP_MUX_STATE_DRAINING + 1];
	u64				stamp;
	u64				claims;
	u64				hand_overs;
	u64				early;
	u64				refused[PPTP_MUX_REFUSAL_NO_RESOURCE + 1];
	struct event_budget		budget[PPTP_MUX_EVENT_TYPE_LOOP + 1];
	u64				suppressed;	/* since the last event */
	u64				suppressed_all;
	struct ndiswan_limits		limits;
	u64				ended_accepted;

	struct ndiswan_pool		tx_pool;	/* none */
	struct ndiswan_pool		rx_pool;
	atomic_long_t			late_frames;	/* of channels that are gone */
	atomic_long_t			late_bytes;
};

static unsigned int table_id __read_mostly;
static struct workqueue_struct *slot_wq;

static struct ndiswan_table *net_table(const struct net *net)
{
	return net_generic(net, table_id);
}

/* ---- states and queues ---- */

static void slot_set_state(struct ndiswan_slot *slot, enum pptp_mux_state state)
{
	struct ndiswan_table *table = slot->table;

	lockdep_assert_held(&table->lock);
	table->in_state[slot->state]--;
	table->in_state[state]++;
	slot->state = state;
	slot->since = ktime_get_boottime_ns();
}

/* Put the slot where claims will find it, at the end of its turn. */
static void slot_queue(struct ndiswan_slot *slot)
{
	struct ndiswan_table *table = slot->table;

	lockdep_assert_held(&table->lock);
	list_del_init(&slot->queue);
	slot->queued = ++table->stamp;
	if (!slot->enabled)
		return;
	if (slot->state == PPTP_MUX_STATE_FREE)
		list_add_tail(&slot->queue, &table->free[slot->usage]);
	else if (slot->state == PPTP_MUX_STATE_DRAINING)
		list_add_tail(&slot->queue, &table->draining[slot->usage]);
}

static void slot_free(struct ndiswan_slot *slot)
{
	slot_set_state(slot, PPTP_MUX_STATE_FREE);
	slot_queue(slot);
}

static bool usage_fits(u32 mask, u32 wanted)
{
	return wanted ? mask & wanted : mask;
}

/* First of the slots that have waited longest in each queue that fits. */
static struct ndiswan_slot *first_in_turn(struct list_head *queues, u32 usage)
{
	struct ndiswan_slot *first = NULL;
	struct ndiswan_slot *slot;
	u32 mask;

	for (mask = 1; mask < USAGE_MASKS; mask++) {
		if (!usage_fits(mask, usage))
			continue;
		slot = list_first_entry_or_null(&queues[mask],
						struct ndiswan_slot, queue);
		if (slot && (!first || slot->queued < first->queued))
			first = slot;
	}
	return first;
}

/* ---- accounts ---- */

/* What a slot was set to, and where it was not, what the table was */
static struct ndiswan_limits slot_wants(const struct ndiswan_slot *slot)
{
	const struct ndiswan_limits *of_table = &slot->table->limits;
	struct ndiswan_limits limits = slot->limits;

	lockdep_assert_held(&slot->table->lock);
	limits.tx_share = limits.tx_share ?: of_table->tx_share;
	limits.tx_limit = limits.tx_limit ?: of_table->tx_limit;
	limits.rx_share = limits.rx_share ?: of_table->rx_share;
	limits.rx_limit = limits.rx_limit ?: of_table->rx_limit;
	return limits;
}

/* The table's limits may have become less than a share of the slot's own. */
static struct ndiswan_limits slot_limits(const struct ndiswan_slot *slot)
{
	struct ndiswan_limits limits = slot_wants(slot);

	limits.tx_share = min(limits.tx_share, limits.tx_limit);
	limits.rx_share = min(limits.rx_share, limits.rx_limit);
	return limits;
}

/* Tell the call in a slot, if there is one, what it may take. */
static void slot_tell_limits(struct ndiswan_slot *slot)
{
	struct ndiswan_limits limits = slot_limits(slot);
	struct ndiswan_channel *chan;

	chan = rcu_dereference_protected(slot->chan,
					 lockdep_is_held(&slot->table->lock));
	if (!chan)
		return;
	rcu_read_lock();
	ndiswan_tx_set(chan, limits.tx_share, limits.tx_limit);
	ndiswan_account_set(&chan->rx, limits.rx_share, limits.rx_limit);
	rcu_read_unlock();
}

/* A share is a part of the limit. */
static bool limits_are_sound(const struct ndiswan_limits *limits)
{
	return limits->tx_share <= limits->tx_limit &&
	       limits->rx_share <= limits->rx_limit;
}

static void limits_change(struct ndiswan_limits *limits,
			  const struct ndiswan_limits *to, unsigned long set)
{
	if (set & NDISWAN_SET_TX_SHARE)
		limits->tx_share = to->tx_share;
	if (set & NDISWAN_SET_TX_LIMIT)
		limits->tx_limit = to->tx_limit;
	if (set & NDISWAN_SET_RX_SHARE)
		limits->rx_share = to->rx_share;
	if (set & NDISWAN_SET_RX_LIMIT)
		limits->rx_limit = to->rx_limit;
}

static int slot_change_limits(struct ndiswan_slot *slot,
			      const struct ndiswan_slot_settings *settings)
{
	struct ndiswan_limits old = slot->limits;
	struct ndiswan_limits limits;

	/* Whatever they are, a slot can be disabled. */
	if (!(settings->set & NDISWAN_SET_LIMITS))
		return 0;
	limits_change(&slot->limits, &settings->limits, settings->set);
	limits = slot_wants(slot);
	if (!limits_are_sound(&limits)) {
		slot->limits = old;
		return -EINVAL;
	}
	slot_tell_limits(slot);
	return 0;
}

/**
 * ndiswan_tx_pool() - where transmit accounts of a namespace borrow
 * @net: network namespace
 */
struct ndiswan_pool *ndiswan_tx_pool(struct net *net)
{
	return &net_table(net)->tx_pool;
}

/**
 * ndiswan_rx_pool() - where receive accounts of a namespace borrow
 * @net: network namespace
 */
struct ndiswan_pool *ndiswan_rx_pool(struct net *net)
{
	return &net_table(net)->rx_pool;
}

/**
 * ndiswan_slot_retire() - a channel is gone; the table remembers what it sent
 * @slot: its slot, which may have another by now
 * @accepted: frames that it took
 * @word: of its transmit account, with what is still on its way
 *
 * Context: takes table->lock.
 */
void ndiswan_slot_retire(struct ndiswan_slot *slot, u64 accepted, u64 word)
{
	struct ndiswan_table *table = slot->table;

	atomic_long_add(ndiswan_account_frames(word), &table->late_frames);
	atomic_long_add(ndiswan_account_bytes(word), &table->late_bytes);
	spin_lock(&table->lock);
	table->ended_accepted += accepted;
	spin_unlock(&table->lock);
}

/**
 * ndiswan_slot_late_frame() - a frame is not on its way any more whose channel
 * is gone
 * @slot: the slot that the channel was in
 * @bytes: truesize of the frame
 *
 * Context: any. May come before ndiswan_slot_retire().
 */
void ndiswan_slot_late_frame(struct ndiswan_slot *slot, u32 bytes)
{
	atomic_long_dec(&slot->table->late_frames);
	atomic_long_sub(bytes, &slot->table->late_bytes);
}

/* ---- claims ---- */

/**
 * ndiswan_walk_begin() - begin a claim
 * @walk: the claim
 * @net: network namespace whose slots are asked
 * @usage: one PPTP_MUX_USAGE_*, or 0 for any
 *
 * Context: takes table->lock.
 */
void ndiswan_walk_begin(struct ndiswan_walk *walk, struct net *net, u32 usage)
{
	struct ndiswan_table *table = net_table(net);

	memset(walk, 0, sizeof(*walk));
	walk->net = net;
	walk->usage = usage;
	spin_lock(&table->lock);
	walk->cookie = ++table->stamp;
	spin_unlock(&table->lock);
}

/*
 * The slot that was next in turn is still draining, so it refuses: said once
 * for a claim, about the one that would have been asked first.
 */
static void walk_pass_over(struct ndiswan_walk *walk,
			   struct ndiswan_slot *slot)
{
	if (walk->attempts)
		return;
	walk->attempts++;
	walk->passed = slot->number;
	walk->passed_cause = slot->gone ? PPTP_MUX_CAUSE_QUARANTINE :
					  PPTP_MUX_CAUSE_DRAINING;
	slot->refused++;
	slot->table->hand_overs++;
}

static struct ndiswan_slot *walk_next(struct ndiswan_table *table,
				      struct ndiswan_walk *walk)
{
	struct ndiswan_slot *resting = first_in_turn(table->draining,
						     walk->usage);
	struct ndiswan_slot *slot = first_in_turn(table->free, walk->usage);

	/* A slot that refuses goes to the end: to meet it is to be round. */
	if (slot && slot->asked != walk->cookie) {
		if (resting && resting->queued < slot->queued)
			walk_pass_over(walk, resting);
		return slot;
	}
	if (resting && resting->asked != walk->cookie) {
		table->early++;
		return resting;
	}
	return NULL;
}

/**
 * ndiswan_slot_take() - take the next slot in turn for a claim
 * @walk: the claim
 * @generation: where to put which of the slot's calls this one would be
 *
 * Looks at the heads of sixteen queues at most, however many slots there are.
 *
 * Context: takes table->lock.
 * Return: the slot, CLAIMED, or NULL when all that there are have refused.
 */
struct ndiswan_slot *ndiswan_slot_take(struct ndiswan_walk *walk,
				       u32 *generation)
{
	struct ndiswan_table *table = net_table(walk->net);
	struct ndiswan_slot *slot;

	walk->passed = 0;
	spin_lock(&table->lock);
	slot = walk_next(table, walk);
	if (slot) {
		list_del_init(&slot->queue);
		slot->asked = walk->cookie;
		*generation = ++slot->generation;
		slot_set_state(slot, PPTP_MUX_STATE_CLAIMED);
	}
	spin_unlock(&table->lock);
	return slot;
}

/**
 * ndiswan_slot_publish() - let everybody see the call in a slot
 * @slot: the slot, CLAIMED
 * @chan: the call's channel, ready
 *
 * Context: takes table->lock.
 * Return: false if the slot may no longer take the call, because its settings
 * were changed meanwhile.
 */
bool ndiswan_slot_publish(struct ndiswan_slot *slot,
			  struct ndiswan_channel *chan)
{
	struct ndiswan_table *table = slot->table;
	bool fits;

	spin_lock(&table->lock);
	fits = slot->enabled && usage_fits(slot->usage, chan->usage);
	if (fits) {
		rcu_assign_pointer(slot->chan, chan);
		slot_tell_limits(slot);
		table->claims++;
	}
	spin_unlock(&table->lock);
	return fits;
}

/**
 * ndiswan_slot_refuse() - the slot cannot take the call; hand it on
 * @slot: the slot, CLAIMED
 * @walk: the claim
 * @cause: why it cannot
 *
 * Context: takes table->lock.
 */
void ndiswan_slot_refuse(struct ndiswan_slot *slot, struct ndiswan_walk *walk,
			 enum pptp_mux_cause cause)
{
	struct ndiswan_table *table = slot->table;

	walk->attempts++;
	if (cause != PPTP_MUX_CAUSE_DISABLED)
		walk->refused++;
	spin_lock(&table->lock);
	slot->refused++;
	table->hand_overs++;
	slot_free(slot);
	spin_unlock(&table->lock);
}

/**
 * ndiswan_slot_return() - give a slot back that did nothing wrong
 * @slot: the slot, CLAIMED
 *
 * Context: takes table->lock.
 */
void ndiswan_slot_return(struct ndiswan_slot *slot)
{
	spin_lock(&slot->table->lock);
	slot_free(slot);
	spin_unlock(&slot->table->lock);
}

static enum pptp_mux_refusal_reason
refusal_reason(const struct pptp_mux_refusal *refusal)
{
	if (refusal->no_resource)
		return PPTP_MUX_REFUSAL_NO_RESOURCE;
	if (refusal->busy)
		return PPTP_MUX_REFUSAL_ALL_BUSY;
	return PPTP_MUX_REFUSAL_NO_USAGE;
}

/**
 * ndiswan_walk_refusal() - say why a claim found no slot
 * @walk: the claim, which ndiswan_slot_take() has told to give up
 * @refusal: where to put the reason, and how many slots gave which
 *
 * Context: takes table->lock.
 */
void ndiswan_walk_refusal(struct ndiswan_walk *walk,
			  struct pptp_mux_refusal *refusal)
{
	struct ndiswan_table *table = net_table(walk->net);
	u32 fitting = 0;
	u32 enabled = 0;
	u32 mask;

	spin_lock(&table->lock);
	for (mask = 0; mask < USAGE_MASKS; mask++) {
		enabled += table->enabled[mask];
		if (usage_fits(mask, walk->usage))
			fitting += table->enabled[mask];
	}
	refusal->slots = table->slots;
	refusal->disabled = table->slots - enabled;
	refusal->not_usage = enabled - fitting;
	/* Of those that had no resource, some may have been disabled since. */
	refusal->no_resource = min(walk->refused, fitting);
	refusal->busy = fitting - refusal->no_resource;
	refusal->reason = refusal_reason(refusal);
	table->refused[refusal->reason]++;
	spin_unlock(&table->lock);
}

/* ---- the life of a call in its slot ---- */

/**
 * ndiswan_slot_connected() - the call in a slot is connected
 * @slot: the slot, CLAIMED
 *
 * Context: takes table->lock.
 */
void ndiswan_slot_connected(struct ndiswan_slot *slot)
{
	spin_lock(&slot->table->lock);
	slot_set_state(slot, PPTP_MUX_STATE_CONNECTED);
	spin_unlock(&slot->table->lock);
}

/**
 * ndiswan_slot_release() - the call in a slot is over
 * @slot: the slot, CLAIMED or CONNECTED
 *
 * The slot is DRAINING from here on, and may be claimed again at once if there
 * is no other.
 *
 * Context: takes table->lock. Does not wait for anything.
 */
void ndiswan_slot_release(struct ndiswan_slot *slot)
{
	spin_lock(&slot->table->lock);
	RCU_INIT_POINTER(slot->chan, NULL);
	slot->gone = false;
	slot->rested = jiffies + msecs_to_jiffies(slot->quarantine);
	slot_set_state(slot, PPTP_MUX_STATE_DRAINING);
	slot_queue(slot);
	spin_unlock(&slot->table->lock);
}

static void slot_free_if_rested(struct ndiswan_slot *slot)
{
	long left = slot->rested - jiffies;

	lockdep_assert_held(&slot->table->lock);
	if (slot->state != PPTP_MUX_STATE_DRAINING || !slot->gone)
		return;
	if (left > 0)
		mod_delayed_work(slot_wq, &slot->rest, left);
	else
		slot_free(slot);
}

/**
 * ndiswan_slot_drained() - the channel of a slot's last call is gone
 * @slot: the slot
 * @generation: which of the slot's calls it was
 *
 * Means nothing to a slot that has taken another call since.
 *
 * Context: takes table->lock.
 */
void ndiswan_slot_drained(struct ndiswan_slot *slot, u32 generation)
{
	spin_lock(&slot->table->lock);
	if (slot->generation == generation) {
		slot->gone = true;
		slot_free_if_rested(slot);
	}
	spin_unlock(&slot->table->lock);
}

static void slot_rest_work(struct work_struct *work)
{
	struct ndiswan_slot *slot = container_of(to_delayed_work(work),
						 struct ndiswan_slot, rest);

	/* It may be a rest that was cut short, and another call's by now. */
	spin_lock(&slot->table->lock);
	slot_free_if_rested(slot);
	spin_unlock(&slot->table->lock);
}

/* ---- looking and setting ---- */

/**
 * ndiswan_slot_number() - number of a slot
 * @slot: the slot
 *
 * Return: 1 for VPN1 and so on.
 */
u32 ndiswan_slot_number(const struct ndiswan_slot *slot)
{
	return slot->number;
}

static struct ndiswan_slot *table_slot(struct ndiswan_table *table, u32 number)
{
	lockdep_assert_held(&table->lock);
	if (!number || number > table->slots)
		return NULL;
	return table->slot[number - 1];
}

/**
 * ndiswan_slot_look() - look at a slot
 * @net: network namespace
 * @number: 1 for VPN1
 * @info: where to put what it looks like
 *
 * Context: takes table->lock. The caller holds the RCU read lock for as long
 * as it uses @info->chan.
 * Return: false if there is no such slot.
 */
bool ndiswan_slot_look(struct net *net, u32 number,
		       struct ndiswan_slot_info *info)
{
	struct ndiswan_table *table = net_table(net);
	struct ndiswan_slot *slot;

	spin_lock(&table->lock);
	slot = table_slot(table, number);
	if (slot) {
		info->number = slot->number;
		info->state = slot->state;
		info->usage = slot->usage;
		info->quarantine = slot->quarantine;
		info->generation = slot->generation;
		info->refused = slot->refused;
		info->enabled = slot->enabled;
		info->limits = slot->limits;
		info->since = div_u64(ktime_get_boottime_ns() - slot->since,
				      NSEC_PER_MSEC);
		info->chan = rcu_dereference(slot->chan);
	}
	spin_unlock(&table->lock);
	return slot;
}

static void slot_apply(struct ndiswan_slot *slot,
		       const struct ndiswan_slot_settings *settings)
{
	struct ndiswan_table *table = slot->table;

	if (slot->enabled)
		table->enabled[slot->usage]--;
	if (settings->set & NDISWAN_SET_ENABLED)
		slot->enabled = settings->enabled;
	if (settings->set & NDISWAN_SET_USAGE)
		slot->usage = settings->usage;
	if (settings->set & NDISWAN_SET_QUARANTINE)
		slot->quarantine = settings->quarantine;
	if (slot->enabled)
		table->enabled[slot->usage]++;
}

/**
 * ndiswan_slot_set() - change the settings of a slot
 * @net: network namespace
 * @number: 1 for VPN1
 * @settings: what to change, each in range
 *
 * A call that is in the slot stays; a claim under way goes on to the next slot.
 *
 * Context: takes table->lock.
 * Return: 0; -ENOENT if there is no such slot; -EINVAL if a share would be more
 * than its limit, and nothing has changed.
 */
int ndiswan_slot_set(struct net *net, u32 number,
		     const struct ndiswan_slot_settings *settings)
{
	struct ndiswan_table *table = net_table(net);
	struct ndiswan_slot *slot;
	int err = -ENOENT;

	spin_lock(&table->lock);
	slot = table_slot(table, number);
	if (slot)
		err = slot_change_limits(slot, settings);
	if (!err) {
		slot_apply(slot, settings);
		if (settings->set & (NDISWAN_SET_ENABLED | NDISWAN_SET_USAGE))
			slot_queue(slot);
	}
	spin_unlock(&table->lock);
	return err;
}

static int table_change_limits(struct ndiswan_table *table,
			       const struct ndiswan_table_settings *settings)
{
	struct ndiswan_limits limits;
	int err = -EINVAL;

	spin_lock(&table->lock);
	limits = table->limits;
	limits_change(&limits, &settings->limits, settings->set);
	if (limits_are_sound(&limits)) {
		table->limits = limits;
		err = 0;
	}
	spin_unlock(&table->lock);
	return err;
}

/**
 * ndiswan_table_set() - change what all slots have in common
 * @net: network namespace
 * @settings: what to change, each in range; limits are of the slots that have
 *	none of their own
 *
 * Calls that are up are told, one after the other, so that no claim waits for
 * the whole of it.
 *
 * Context: may sleep. Takes table->resize and table->lock.
 * Return: 0; -EINVAL if a share would be more than its limit, and nothing has
 * changed.
 */
int ndiswan_table_set(struct net *net,
		      const struct ndiswan_table_settings *settings)
{
	struct ndiswan_table *table = net_table(net);
	int err;
	u32 i;

	mutex_lock(&table->resize);
	err = table_change_limits(table, settings);
	if (err)
		goto out;
	if (settings->set & NDISWAN_SET_TX_POOL)
		WRITE_ONCE(table->tx_pool.size, settings->tx_pool);
	if (settings->set & NDISWAN_SET_RX_POOL)
		WRITE_ONCE(table->rx_pool.size, settings->rx_pool);
	for (i = 0; i < table->slots; i++) {
		spin_lock(&table->lock);
		slot_tell_limits(table->slot[i]);
		spin_unlock(&table->lock);
		cond_resched();
	}
out:
	mutex_unlock(&table->resize);
	return err;
}

/* What is on its way may go while it is being added up. */
static u64 not_negative(s64 value)
{
	return max_t(s64, value, 0);
}

static void look_at_accounts(struct ndiswan_table *table,
			     struct ndiswan_table_info *info)
{
	lockdep_assert_held(&table->lock);
	info->limits = table->limits;
	info->tx_pool = table->tx_pool.size;
	info->rx_pool = table->rx_pool.size;
	info->tx_borrowed = not_negative(atomic64_read(&table->tx_pool.borrowed));
	info->rx_borrowed = not_negative(atomic64_read(&table->rx_pool.borrowed));
	info->ended_accepted = table->ended_accepted;
	info->ended_frames = not_negative(atomic_long_read(&table->late_frames));
	info->ended_bytes = not_negative(atomic_long_read(&table->late_bytes));
}

/**
 * ndiswan_table_look() - look at the table
 * @net: network namespace
 * @info: where to put what it looks like
 *
 * Context: takes table->lock.
 */
void ndiswan_table_look(struct net *net, struct ndiswan_table_info *info)
{
	struct ndiswan_table *table = net_table(net);
	u32 mask;

	spin_lock(&table->lock);
	info->slots = table->slots;
	info->resized = table->resized;
	info->claims = table->claims;
	info->hand_overs = table->hand_overs;
	info->early = table->early;
	info->suppressed = table->suppressed_all;
	look_at_accounts(table, info);
	memcpy(info->state, table->in_state, sizeof(info->state));
	memcpy(info->refused, table->refused, sizeof(info->refused));
	info->disabled = table->slots;
	for (mask = 0; mask < USAGE_MASKS; mask++)
		info->disabled -= table->enabled[mask];
	spin_unlock(&table->lock);
}

/**
 * ndiswan_event_allowed() - ask whether an event may be sent now
 * @net: network namespace
 * @type: enum pptp_mux_event_type
 * @suppressed: where to put how many were not allowed since the last that was
 *
 * Context: takes table->lock.
 * Return: false if there were too many of this type; it is counted then.
 */
bool ndiswan_event_allowed(struct net *net, enum pptp_mux_event_type type,
			   u64 *suppressed)
{
	struct ndiswan_table *table = net_table(net);
	struct event_budget *budget = &table->budget[type];
	time64_t now = ktime_get_seconds();
	bool allowed;

	spin_lock(&table->lock);
	if (budget->second != now) {
		budget->second = now;
		budget->sent = 0;
	}
	allowed = budget->sent < EVENTS_PER_SECOND;
	if (allowed) {
		budget->sent++;
		*suppressed = table->suppressed;
		table->suppressed = 0;
	} else {
		table->suppressed++;
		table->suppressed_all++;
	}
	spin_unlock(&table->lock);
	return allowed;
}

/* ---- the number of slots ---- */

static void slot_init(struct ndiswan_slot *slot, struct ndiswan_table *table,
		      u32 number)
{
	slot->table = table;
	slot->number = number;
	INIT_LIST_HEAD(&slot->queue);
	INIT_DELAYED_WORK(&slot->rest, slot_rest_work);
}

/* As new, whatever the slot was before the table shrank; it is nobody's yet. */
static void slot_reset(struct ndiswan_slot *slot, u64 stamp)
{
	slot->state = PPTP_MUX_STATE_FREE;
	slot->queued = stamp;
	slot->since = ktime_get_boottime_ns();
	slot->usage = DEFAULT_USAGE;
	slot->quarantine = 0;
	slot->refused = 0;
	slot->enabled = true;
	memset(&slot->limits, 0, sizeof(slot->limits));
}

static int table_extend(struct ndiswan_table *table, u32 capacity)
{
	u32 count = capacity - table->capacity;
	struct ndiswan_slot **slot, **old;
	struct slot_block *block;
	u32 i;

	slot = kvcalloc(capacity, sizeof(*slot), GFP_KERNEL_ACCOUNT);
	if (!slot)
		return -ENOMEM;
	block = kvzalloc(struct_size(block, slot, count), GFP_KERNEL_ACCOUNT);
	if (!block) {
		kvfree(slot);
		return -ENOMEM;
	}
	block->count = count;
	for (i = 0; i < count; i++) {
		slot_init(&block->slot[i], table, table->capacity + i + 1);
		slot[table->capacity + i] = &block->slot[i];
	}
	list_add(&block->list, &table->blocks);

	spin_lock(&table->lock);
	old = table->slot;
	if (old)
		memcpy(slot, old, table->capacity * sizeof(*slot));
	table->slot = slot;
	spin_unlock(&table->lock);
	kvfree(old);
	table->capacity = capacity;
	return 0;
}

static int table_grow(struct ndiswan_table *table, u32 number)
{
	LIST_HEAD(fresh);
	u64 stamp;
	int err;
	u32 i;

	if (number > table->capacity) {
		err = table_extend(table, number);
		if (err)
			return err;
	}
	spin_lock(&table->lock);
	stamp = ++table->stamp;
	spin_unlock(&table->lock);
	/* One turn for all of them: they keep their order within the queue. */
	for (i = table->slots; i < number; i++) {
		slot_reset(table->slot[i], stamp);
		list_add_tail(&table->slot[i]->queue, &fresh);
	}

	spin_lock(&table->lock);
	list_splice_tail(&fresh, &table->free[DEFAULT_USAGE]);
	table->in_state[PPTP_MUX_STATE_FREE] += number - table->slots;
	table->enabled[DEFAULT_USAGE] += number - table->slots;
	WRITE_ONCE(table->slots, number);
	table->resized++;
	spin_unlock(&table->lock);
	return 0;
}

/* Said in extack, which keeps no copy: it has to live as long as the slot. */
static const char *slot_in_the_way(struct ndiswan_slot *slot)
{
	if (!slot->in_the_way)
		slot->in_the_way = kasprintf(GFP_KERNEL,
					     "VPN%u is not free: hang up its call, wait until it has drained, or keep more slots",
					     slot->number);
	return slot->in_the_way ?: "a slot to be removed is not free";
}

/* The last slot behind @number that is not free, NULL if all are */
static struct ndiswan_slot *table_find_busy(struct ndiswan_table *table,
					    u32 number)
{
	u32 i;

	lockdep_assert_held(&table->lock);
	for (i = table->slots; i > number; i--)
		if (table->slot[i - 1]->state != PPTP_MUX_STATE_FREE)
			return table->slot[i - 1];
	return NULL;
}

static void slot_remove(struct ndiswan_slot *slot)
{
	struct ndiswan_table *table = slot->table;

	lockdep_assert_held(&table->lock);
	list_del_init(&slot->queue);
	table->in_state[PPTP_MUX_STATE_FREE]--;
	if (slot->enabled)
		table->enabled[slot->usage]--;
}

/*
 * All or none, and at once: a slot that was taken out only to come back would have had
 * a claim refused in between. So a claim may wait for the whole of it: 65,000 slots
 * are a matter of milliseconds.
 */
static int table_shrink(struct ndiswan_table *table, u32 number,
			const char **why)
{
	struct ndiswan_slot *busy;
	u32 i;

	spin_lock(&table->lock);
	busy = table_find_busy(table, number);
	if (!busy) {
		for (i = number; i < table->slots; i++)
			slot_remove(table->slot[i]);
		WRITE_ONCE(table->slots, number);
		table->resized++;
	}
	spin_unlock(&table->lock);
	if (!busy)
		return 0;
	*why = slot_in_the_way(busy);
	return -EBUSY;
}

/**
 * ndiswan_table_resize() - change the number of slots
 * @net: network namespace
 * @number: how many there shall be, 1 to PPTP_MUX_SLOTS_MAX
 * @why: where to put what stands against it, if that is not memory. Stays
 *	valid as long as the namespace.
 *
 * Growing always works while there is memory; shrinking only over slots that
 * are FREE. Memory of slots is kept for the next growth.
 *
 * Context: may sleep. Takes table->resize and table->lock.
 * Return: 0, -ENOMEM, or -EBUSY with @why.
 */
int ndiswan_table_resize(struct net *net, u32 number, const char **why)
{
	struct ndiswan_table *table = net_table(net);
	int err = 0;

	mutex_lock(&table->resize);
	if (number > table->slots)
		err = table_grow(table, number);
	else if (number < table->slots)
		err = table_shrink(table, number, why);
	mutex_unlock(&table->resize);
	return err;
}

/**
 * ndiswan_table_prepare() - have a table before the first call
 * @net: network namespace
 *
 * A namespace without PPTP calls pays nothing for the slots that it could have.
 *
 * Context: may sleep. Takes table->resize and table->lock.
 * Return: 0 or -ENOMEM.
 */
int ndiswan_table_prepare(struct net *net)
{
	struct ndiswan_table *table = net_table(net);
	int err = 0;

	if (READ_ONCE(table->slots))
		return 0;
	mutex_lock(&table->resize);
	if (!table->slots)
		err = table_grow(table, slots);
	mutex_unlock(&table->resize);
	return err;
}

/* ---- namespaces ---- */

static const struct ndiswan_limits default_limits = {
	.tx_share	= DEFAULT_TX_SHARE,
	.tx_limit	= DEFAULT_TX_LIMIT,
	.rx_share	= DEFAULT_RX_SHARE,
	.rx_limit	= DEFAULT_RX_LIMIT,
};

static int __net_init table_init_net(struct net *net)
{
	struct ndiswan_table *table = net_table(net);
	u32 mask;

	mutex_init(&table->resize);
	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->blocks);
	table->limits = default_limits;
	table->tx_pool.size = DEFAULT_TX_POOL;
	table->rx_pool.size = DEFAULT_RX_POOL;
	for (mask = 0; mask < USAGE_MASKS; mask++) {
		INIT_LIST_HEAD(&table->free[mask]);
		INIT_LIST_HEAD(&table->draining[mask]);
	}
	return 0;
}

/*
 * A call holds its namespace until its channel is gone, so there is none left
 * here, and nobody to begin one. What may still be under way is the rest of a
 * slot in quarantine.
 */
static void block_exit(struct slot_block *block)
{
	struct ndiswan_slot *slot;

	for (slot = block->slot; slot < block->slot + block->count; slot++) {
		cancel_delayed_work_sync(&slot->rest);
		WARN_ON_ONCE(rcu_access_pointer(slot->chan));
		kfree(slot->in_the_way);
	}
	kvfree(block);
}

static void __net_exit table_exit_net(struct net *net)
{
	struct ndiswan_table *table = net_table(net);
	struct slot_block *block, *next;

	WARN_ON_ONCE(table->in_state[PPTP_MUX_STATE_CLAIMED] ||
		     table->in_state[PPTP_MUX_STATE_CONNECTED]);
	WARN_ON_ONCE(atomic64_read(&table->tx_pool.borrowed) ||
		     atomic64_read(&table->rx_pool.borrowed) ||
		     atomic_long_read(&table->late_frames) ||
		     atomic_long_read(&table->late_bytes));
	list_for_each_entry_safe(block, next, &table->blocks, list)
		block_exit(block);
	kvfree(table->slot);
}

static struct pernet_operations table_net_ops = {
	.init	= table_init_net,
	.exit	= table_exit_net,
	.id	= &table_id,
	.size	= sizeof(struct ndiswan_table),
};

/**
 * ndiswan_slots_init() - begin to keep tables
 * @wq: for the end of quarantines; outlives ndiswan_slots_exit()
 *
 * Return: 0 or -errno.
 */
int ndiswan_slots_init(struct workqueue_struct *wq)
{
	slot_wq = wq;
	return register_pernet_subsys(&table_net_ops);
}

/** ndiswan_slots_exit() - there are no calls any more, and no more tables */
void ndiswan_slots_exit(void)
{
	unregister_pernet_subsys(&table_net_ops);
}

static int slots_param_set(const char *val, const struct kernel_param *param)
{
	return param_set_uint_minmax(val, param, 1, PPTP_MUX_SLOTS_MAX);
}

static const struct kernel_param_ops slots_param_ops = {
	.set	= slots_param_set,
	.get	= param_get_uint,
};

module_param_cb(slots, &slots_param_ops, &slots, 0644);
MODULE_PARM_DESC(slots, "VPN slots that a network namespace begins with (1-65535)");
