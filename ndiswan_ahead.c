// SPDX-License-Identifier: GPL-2.0
/*
 * Streams of an encrypted call that is busy, made on another CPU: when there is a ring,
 * and who fills it. How the call and the maker share it is in mppe_ring.h.
 *
 * A call that sends or receives much gets a ring for that direction, and loses it when it
 * is quiet for a while. There are so many rings at most as CPUs could fill; a call that
 * gets none makes its streams itself, as on one CPU.
 *
 * Lifetime of a ring: the call reads it under RCU, the maker is a work item. To give it
 * back, @manage takes it out of the call's sight, waits for those who have seen it (and
 * so might queue the maker), then for the maker, and wipes it. Both work items are waited
 * for before the direction itself is freed, when PPP runs it no more.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "mppe_ring.h"
#include "ndiswan_ahead.h"

/* So many packets within so long make a call busy. */
#define BUSY_PACKETS	16
#define BUSY_TIME	(HZ / 100 + 1)

/* Fewer packets than this between two looks, and it is no longer. */
#define QUIET_PACKETS	256
#define LOOK_TIME	HZ

/* A CPU makes for several calls, as none is busy all the time. */
#define RINGS_PER_CPU	4

/* The maker lets others on in between. */
#define STREAMS_AT_ONCE	1024

/* A call that has overtaken the maker answers with its next packet. */
#define ANSWER_US	50

static struct workqueue_struct *ahead_wq;
static atomic_t rings = ATOMIC_INIT(0);

/* ---- the maker ---- */

/*
 * To be woken for the answer takes longer than it does to come: a call that has overtaken
 * the maker would wake it with each packet, and do all the work besides.
 */
static bool is_told(const struct mppe_ring *ring)
{
	u64 end;

	/* It has not been overtaken: there is no room for more. */
	if (!ring->behind)
		return false;
	end = ktime_get_ns() + ANSWER_US * NSEC_PER_USEC;
	while (mppe_ring_is_asking(ring)) {
		if (ktime_get_ns() > end)
			return false;
		cpu_relax();
	}
	return true;
}

/* Return: false if there are no more to be made for now. */
static bool make_some(struct mppe_ring *ring, u64 *made)
{
	unsigned int turn;

	for (turn = 0; turn < STREAMS_AT_ONCE; turn++) {
		if (mppe_ring_make(ring))
			WRITE_ONCE(*made, *made + 1);
		else if (!is_told(ring))
			return false;
		cond_resched();
	}
	return true;
}

static void make_streams(struct work_struct *work)
{
	struct ndiswan_ahead *ahead = container_of(work, struct ndiswan_ahead,
						   make);
	/* It is there until this has been waited for. */
	struct mppe_ring *ring = rcu_dereference_raw(ahead->ring);

	if (!ring)
		return;
	WRITE_ONCE(ring->idle, false);
	if (make_some(ring, &ahead->made))
		queue_work(ahead_wq, work);
	else
		WRITE_ONCE(ring->idle, true);
}

/* ---- the ring ---- */

static bool may_have_ring(void)
{
	if (num_online_cpus() > 1 &&
	    atomic_inc_return(&rings) <= RINGS_PER_CPU * num_online_cpus())
		return true;
	atomic_dec(&rings);
	return false;
}

static void ring_free(struct mppe_ring *ring)
{
	kvfree_sensitive(ring, sizeof(*ring));
	atomic_dec(&rings);
}

static void ring_new(struct ndiswan_ahead *ahead)
{
	struct mppe_ring *ring;

	if (!may_have_ring())
		return;
	ring = kvzalloc(sizeof(*ring), GFP_KERNEL | __GFP_NOWARN);
	if (!ring) {
		atomic_dec(&rings);
		return;
	}
	mppe_ring_init(ring, READ_ONCE(ahead->seen));
	rcu_assign_pointer(ahead->ring, ring);
	queue_delayed_work(ahead_wq, &ahead->manage, LOOK_TIME);
}

static void ring_give_back(struct ndiswan_ahead *ahead, struct mppe_ring *ring)
{
	RCU_INIT_POINTER(ahead->ring, NULL);
	synchronize_rcu();
	cancel_work_sync(&ahead->make);
	ring_free(ring);
}

static void manage_ring(struct work_struct *work)
{
	struct ndiswan_ahead *ahead = container_of(work, struct ndiswan_ahead,
						   manage.work);
	struct mppe_ring *ring = rcu_dereference_raw(ahead->ring);
	u32 next;

	if (!ring) {
		ring_new(ahead);
		return;
	}
	next = READ_ONCE(ring->next);
	if (next - ahead->seen < QUIET_PACKETS) {
		ring_give_back(ahead, ring);
		return;
	}
	WRITE_ONCE(ahead->seen, next);
	queue_delayed_work(ahead_wq, &ahead->manage, LOOK_TIME);
}

/* ---- the call ---- */

/**
 * ndiswan_ahead_count() - a packet went without a ring: is the call busy?
 * @ahead: of the direction
 * @next: number of the packet that comes next
 *
 * Context: softirq, or softirqs off; serialised for the direction.
 */
void ndiswan_ahead_count(struct ndiswan_ahead *ahead, u32 next)
{
	unsigned long now = jiffies;

	if (time_after(now, ahead->window + BUSY_TIME)) {
		ahead->window = now;
		ahead->packets = 0;
	}
	if (++ahead->packets != BUSY_PACKETS || num_online_cpus() == 1)
		return;
	/* The ring begins behind it. */
	WRITE_ONCE(ahead->seen, next);
	queue_delayed_work(ahead_wq, &ahead->manage, 0);
}

/**
 * ndiswan_ahead_refill() - have more streams made
 * @ahead: of the direction, whose ring is there
 *
 * Context: any, under RCU.
 */
void ndiswan_ahead_refill(struct ndiswan_ahead *ahead)
{
	queue_work(ahead_wq, &ahead->make);
}

/**
 * ndiswan_ahead_start() - begin, without a ring
 * @ahead: of a direction, all zero
 */
void ndiswan_ahead_start(struct ndiswan_ahead *ahead)
{
	INIT_WORK(&ahead->make, make_streams);
	INIT_DELAYED_WORK(&ahead->manage, manage_ring);
}

/**
 * ndiswan_ahead_end() - end, before the direction is freed
 * @ahead: of a direction that nobody runs any more
 *
 * Context: process; waits for both work items.
 */
void ndiswan_ahead_end(struct ndiswan_ahead *ahead)
{
	struct mppe_ring *ring;

	cancel_delayed_work_sync(&ahead->manage);
	cancel_work_sync(&ahead->make);
	ring = rcu_dereference_raw(ahead->ring);
	if (ring)
		ring_free(ring);
}

int __init ndiswan_ahead_init(void)
{
	ahead_wq = alloc_workqueue("pptp_mux_mppe", WQ_UNBOUND, 0);
	return ahead_wq ? 0 : -ENOMEM;
}

void ndiswan_ahead_exit(void)
{
	destroy_workqueue(ahead_wq);
	WARN_ON(atomic_read(&rings));
}
