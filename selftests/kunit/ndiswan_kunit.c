// SPDX-License-Identifier: GPL-2.0
/*
 * Slots and channels, driven through a loopback miniport: no GRE, no sockets.
 *
 * The sources are included, so the suite has a table, a netlink family and a
 * workqueue of its own; pptp-mux.ko must not be loaded beside it.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#define CREATE_TRACE_POINTS
#include "../../trace.h"
#undef CREATE_TRACE_POINTS
#include "../../ndiswan_slot.c"
#include "../../ndiswan.c"
#include "../../ndiswan_tx.c"
#include "../../ndiswan_line.c"
#include "../../ndiswan_nl.c"

#define TEST_SLOTS	8U
#define ANY		0
#define RECEIVE		PPTP_MUX_USAGE_RECEIVE
#define DIAL_OUT	PPTP_MUX_USAGE_DIAL_OUT
#define DEMAND		PPTP_MUX_USAGE_DEMAND_DIAL

/* ---- the loopback miniport ---- */

/**
 * struct loop - a call that sends every frame back to its own channel
 * @sk: in whose name frames are sent; never a real socket
 * @rcu: frees it
 * @chan: its channel
 * @refuse: errno with which open() refuses, by slot; 0: it does not
 * @disable: open() has the slot with this number disabled meanwhile; 0: none
 * @opened: slots that open() was asked for
 * @echoed: frames sent back
 * @keep: frames are not sent back but kept
 * @kept: those frames
 * @die: frames are freed at once
 */
struct loop {
	struct sock		sk;
	struct rcu_head		rcu;
	struct ndiswan_channel	chan;
	const int		*refuse;
	u32			disable;
	u32			opened;
	u32			echoed;
	bool			keep;
	struct sk_buff_head	kept;
	bool			die;
};

/* Calls that are not freed yet, and who waits for them */
static atomic_t loops;
static DECLARE_WAIT_QUEUE_HEAD(loops_wait);

static int loop_open(struct ndiswan_channel *chan)
{
	static const struct ndiswan_slot_settings off = {
		.set = NDISWAN_SET_ENABLED,
	};
	struct loop *loop = container_of(chan, struct loop, chan);
	u32 number = ndiswan_slot_number(chan->slot);

	loop->opened++;
	if (loop->disable == number)
		ndiswan_slot_set(chan->net, number, &off);
	return loop->refuse ? loop->refuse[number] : 0;
}

/* Nothing to look up, and nothing that comes back later */
static void loop_nothing(struct ndiswan_channel *chan)
{
}

static void loop_free(struct ndiswan_channel *chan)
{
	kfree_rcu(container_of(chan, struct loop, chan), rcu);
	atomic_dec(&loops);
	wake_up(&loops_wait);
}

static void loop_xmit(struct ndiswan_channel *chan, struct sk_buff *skb)
{
	struct loop *loop = container_of(chan, struct loop, chan);

	if (loop->keep) {
		skb_queue_tail(&loop->kept, skb);
		return;
	}
	if (loop->die) {
		kfree_skb(skb);
		return;
	}
	loop->echoed++;
	ppp_input(&chan->ppp, skb);
}

static int loop_ioctl(struct ndiswan_channel *chan, unsigned int cmd,
		      unsigned long arg)
{
	return -ENOTTY;
}

static int loop_fill_call(struct sk_buff *msg,
			  const struct ndiswan_channel *chan)
{
	return 0;
}

static int loop_fill_table(struct sk_buff *msg, struct net *net)
{
	return 0;
}

static const struct ndiswan_miniport loop_miniport = {
	.open		= loop_open,
	.close		= loop_nothing,
	.drain		= loop_nothing,
	.free		= loop_free,
	.xmit		= loop_xmit,
	.ioctl		= loop_ioctl,
	.fill_call	= loop_fill_call,
	.fill_table	= loop_fill_table,
};

static struct loop *loop_new(u32 usage)
{
	struct loop *loop = kzalloc(sizeof(*loop), GFP_KERNEL);

	if (!loop)
		return NULL;
	atomic_inc(&loops);
	skb_queue_head_init(&loop->kept);
	loop->sk.sk_user_data = &loop->chan;
	refcount_set(&loop->sk.sk_wmem_alloc, 1);
	loop->chan.sk = &loop->sk;
	loop->chan.miniport = &loop_miniport;
	loop->chan.net = &init_net;
	loop->chan.usage = usage;
	return loop;
}

/* ---- steps that the cases are made of ---- */

static struct loop *make(struct kunit *test, u32 usage)
{
	struct loop *loop = loop_new(usage);

	KUNIT_ASSERT_NOT_NULL(test, loop);
	return loop;
}

/* Claim, and expect a particular slot; 0: any. */
static struct loop *claim(struct kunit *test, u32 usage, u32 slot)
{
	struct loop *loop = make(test, usage);
	struct pptp_mux_refusal refusal;

	KUNIT_ASSERT_EQ(test, ndiswan_claim(&loop->chan, &refusal), 0);
	if (slot)
		KUNIT_EXPECT_EQ(test, ndiswan_slot_number(loop->chan.slot), slot);
	return loop;
}

/* Claim, and expect to be refused with exactly this. */
static void refused(struct kunit *test, struct loop *loop, int err,
		    const struct pptp_mux_refusal *want)
{
	struct pptp_mux_refusal got = {};

	KUNIT_EXPECT_EQ(test, ndiswan_claim(&loop->chan, &got), err);
	KUNIT_EXPECT_EQ(test, got.reason, want->reason);
	KUNIT_EXPECT_EQ(test, got.slots, want->slots);
	KUNIT_EXPECT_EQ(test, got.not_usage, want->not_usage);
	KUNIT_EXPECT_EQ(test, got.disabled, want->disabled);
	KUNIT_EXPECT_EQ(test, got.busy, want->busy);
	KUNIT_EXPECT_EQ(test, got.no_resource, want->no_resource);
	loop_free(&loop->chan);
}

static void hang_up(struct loop *loop)
{
	ndiswan_release(&loop->chan);
}

/* Every call that was hung up is gone from PPP, and its slot has been told. */
static void drained(struct kunit *test, int left)
{
	KUNIT_ASSERT_NE(test, 0L,
			wait_event_timeout(loops_wait,
					   atomic_read(&loops) == left,
					   60 * HZ));
}

static void flush_all_drains(void)
{
	rcu_barrier();
	flush_workqueue(ndiswan_wq);
}

static void set(u32 number, unsigned long what, u32 value)
{
	struct ndiswan_slot_settings settings = {
		.set		= what,
		.enabled	= value,
		.usage		= value,
		.quarantine	= value,
	};

	ndiswan_slot_set(&init_net, number, &settings);
}

static void set_all(unsigned long what, u32 value)
{
	u32 number;

	for (number = 1; number <= TEST_SLOTS; number++)
		set(number, what, value);
}

static struct ndiswan_slot_info look(u32 number)
{
	struct ndiswan_slot_info info = {};

	rcu_read_lock();
	ndiswan_slot_look(&init_net, number, &info);
	rcu_read_unlock();
	return info;
}

static struct ndiswan_table_info table(void)
{
	struct ndiswan_table_info info;

	ndiswan_table_look(&init_net, &info);
	return info;
}

static void resize(struct kunit *test, u32 slots)
{
	const char *why = NULL;

	KUNIT_ASSERT_EQ(test, ndiswan_table_resize(&init_net, slots, &why), 0);
}

/* A table as new: slots beyond the first are taken out and put back. */
static int table_begin(struct kunit *test)
{
	resize(test, 1);
	set(1, NDISWAN_SET_TX_SHARE | NDISWAN_SET_TX_LIMIT, 0);
	set(1, NDISWAN_SET_USAGE, DEFAULT_USAGE);
	set(1, NDISWAN_SET_ENABLED, true);
	set(1, NDISWAN_SET_QUARANTINE, 0);
	resize(test, TEST_SLOTS);
	return 0;
}

static void table_end(struct kunit *test)
{
	set_all(NDISWAN_SET_QUARANTINE, 0);
	drained(test, 0);
	KUNIT_EXPECT_EQ(test, table().state[PPTP_MUX_STATE_FREE], TEST_SLOTS);
}

/* Beginnings of frames */
#define ECHO_REQUEST	"\xc0\x21\x09\x00"
#define DATA		"\x00\x21\x45\x00"

/* Waits until what is in line is sent. */
static void through_line(struct loop *loop)
{
	tasklet_kill(&loop->chan.line.sender);
}

/* As PPP does it. Return: what start_xmit did. */
static int transmit(struct loop *loop, struct sk_buff *skb)
{
	int taken;

	local_bh_disable();
	taken = loop->chan.ppp.ops->start_xmit(&loop->chan.ppp, skb);
	local_bh_enable();
	return taken;
}

static int put_in_line(struct kunit *test, struct loop *loop, const char *begin)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	int taken;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 32);
	skb_put_data(skb, begin, 4);
	taken = transmit(loop, skb);
	if (!taken)
		kfree_skb(skb);
	return taken;
}

static int send(struct kunit *test, struct loop *loop, const char *begin)
{
	int taken = put_in_line(test, loop, begin);

	through_line(loop);
	return taken;
}

static struct ndiswan_tx_info look_tx(struct loop *loop)
{
	struct ndiswan_tx_info info;

	rcu_read_lock();
	ndiswan_tx_look(&loop->chan, &info);
	rcu_read_unlock();
	return info;
}

/* Waits until a wake-up that is scheduled is over. */
static void woken(struct loop *loop)
{
	tasklet_kill(&loop->chan.tx.wake);
}

static void set_limits(struct kunit *test, u32 share, u32 limit)
{
	const struct ndiswan_slot_settings settings = {
		.set	= NDISWAN_SET_TX_SHARE | NDISWAN_SET_TX_LIMIT,
		.limits	= { .tx_share = share, .tx_limit = limit },
	};
	u32 number;

	for (number = 1; number <= TEST_SLOTS; number++)
		KUNIT_ASSERT_EQ(test, 0, ndiswan_slot_set(&init_net, number,
							  &settings));
}

/* A call with a full account. Return: how many frames that took. */
static struct loop *fill(struct kunit *test, unsigned int *frames)
{
	struct loop *loop;

	set_limits(test, 4096, 8192);
	loop = claim(test, ANY, 0);
	loop->keep = true;
	/* The account is what is to be met, not what a path has taught. */
	loop->chan.tx.queue.limit = PPTP_MUX_ACCOUNT_MAX;
	*frames = 0;
	while (send(test, loop, DATA))
		++*frames;
	KUNIT_ASSERT_GT(test, *frames, 2U);
	return loop;
}

/* ---- the life of a call ---- */

static void a_call_from_claim_to_free(struct kunit *test)
{
	u32 generation = look(1).generation;
	struct loop *loop = claim(test, ANY, 1);

	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_CLAIMED);
	KUNIT_EXPECT_PTR_EQ(test, look(1).chan, &loop->chan);
	ndiswan_connected(&loop->chan);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_CONNECTED);
	hang_up(loop);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_DRAINING);
	KUNIT_EXPECT_NULL(test, look(1).chan);
	drained(test, 0);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_FREE);
	KUNIT_EXPECT_EQ(test, look(1).generation, generation + 1);
}

static void frames_go_through_the_miniport(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 1);

	KUNIT_EXPECT_EQ(test, send(test, loop, ECHO_REQUEST), 1);
	KUNIT_EXPECT_EQ(test, loop->echoed, 1U);
	hang_up(loop);
}

static void a_slot_just_freed_is_the_last(struct kunit *test)
{
	struct loop *loop;
	u32 i;

	hang_up(claim(test, ANY, 1));
	drained(test, 0);
	for (i = 2; i <= TEST_SLOTS; i++) {
		loop = claim(test, ANY, i);
		hang_up(loop);
		drained(test, 0);
	}
	hang_up(claim(test, ANY, 1));
}

/* ---- transmit ---- */

/* Q172290: what is over the account waits, and the call stays. */
static void a_full_account_stops_and_wakes(struct kunit *test)
{
	unsigned int frames, i;
	struct loop *loop = fill(test, &frames);

	KUNIT_EXPECT_LE(test, look_tx(loop).bytes, 8192U);
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, frames);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stops, 1ULL);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(loop->chan.tx.stopped));
	/* One less is still more than half. */
	kfree_skb(skb_dequeue(&loop->kept));
	KUNIT_EXPECT_TRUE(test, READ_ONCE(loop->chan.tx.stopped));
	for (i = 1; i < (frames + 1) / 2; i++)
		kfree_skb(skb_dequeue(&loop->kept));
	woken(loop);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(loop->chan.tx.stopped));
	skb_queue_purge(&loop->kept);
	KUNIT_EXPECT_EQ(test, look_tx(loop).bytes, 0U);
	KUNIT_EXPECT_EQ(test, look_tx(loop).accepted, frames + 1ULL);
	hang_up(loop);
}

/*
 * Q219380: a frame dies within transmit while the channel waits to be woken up. The
 * destructor schedules that; it has not happened when transmit returns.
 */
static void a_frame_may_die_within_transmit(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);
	struct ndiswan_tx *tx = &loop->chan.tx;

	loop->die = true;
	tasklet_disable(&tx->wake);
	WRITE_ONCE(tx->stopped, true);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(tx->stopped));
	KUNIT_EXPECT_TRUE(test, test_bit(TASKLET_STATE_SCHED, &tx->wake.state));
	tasklet_enable(&tx->wake);
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, 0U);
	hang_up(loop);
	drained(test, 0);
}

/* IPsec makes a frame larger, and has its socket count that until it is gone. */
static void what_grows_below_is_given_back(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);
	struct sk_buff *skb;
	u32 grown;

	loop->keep = true;
	for (grown = 0; grown < 100; grown++) {
		KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
		skb = skb_dequeue(&loop->kept);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		skb->truesize += grown;
		refcount_add(grown, &loop->sk.sk_wmem_alloc);
		kfree_skb(skb);
		KUNIT_EXPECT_EQ(test, look_tx(loop).frames, 0U);
		KUNIT_EXPECT_EQ(test, look_tx(loop).bytes, 0U);
		KUNIT_EXPECT_EQ(test, 1U,
				refcount_read(&loop->sk.sk_wmem_alloc));
	}
	hang_up(loop);
	drained(test, 0);
}

/* What a frame was charged with is in a word that its clones have too. */
static void a_clone_keeps_no_charge(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL), *clone;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	loop->keep = true;
	skb_reserve(skb, 32);
	skb_put_data(skb, DATA, 4);
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	skb_shinfo(clone)->destructor_arg = test;
	KUNIT_EXPECT_EQ(test, transmit(loop, skb), 1);
	through_line(loop);
	KUNIT_EXPECT_PTR_EQ(test, skb_shinfo(clone)->destructor_arg,
			    (void *)test);
	kfree_skb(clone);
	skb_queue_purge(&loop->kept);
	KUNIT_EXPECT_EQ(test, look_tx(loop).bytes, 0U);
	hang_up(loop);
	drained(test, 0);
}

/* PPP hands on what came by another channel as it is: its octets may be in a page. */
static void a_bridged_frame_is_told_by_its_protocol(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_NOT_NULL(test, page);
	loop->die = true;
	memcpy(page_address(page), ECHO_REQUEST, 4);
	skb_add_rx_frag(skb, 0, page, 0, 4, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, skb_headlen(skb), 0U);
	KUNIT_EXPECT_EQ(test, transmit(loop, skb), 1);
	through_line(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).control, 1ULL);
	hang_up(loop);
}

static void frames_in_line_keep_their_order(struct kunit *test)
{
	static const char * const frames[] = {
		"\x00\x21\x45\x00", "\x00\x21\x45\x01", "\xc0\x21\x09\x02",
		"\x00\x21\x45\x03", "\x00\x21\x45\x04",
	};
	struct loop *loop = claim(test, ANY, 0);
	struct ndiswan_line *line = &loop->chan.line;
	struct sk_buff *skb;
	unsigned int i;

	loop->keep = true;
	loop->chan.tx.queue.limit = PPTP_MUX_ACCOUNT_MAX;
	tasklet_disable(&line->sender);
	for (i = 0; i < ARRAY_SIZE(frames); i++)
		KUNIT_EXPECT_EQ(test, put_in_line(test, loop, frames[i]), 1);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&loop->kept));
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, ARRAY_SIZE(frames));
	tasklet_enable(&line->sender);
	tasklet_kill(&line->sender);
	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		skb = skb_dequeue(&loop->kept);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, 0, memcmp(skb->data, frames[i], 4));
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, ndiswan_line_length(line), 0U);
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, 0U);
	hang_up(loop);
}

static void a_line_is_bounded_by_the_account(struct kunit *test)
{
	struct loop *loop;
	unsigned int sent = 0;

	set_limits(test, 4096, 8192);
	loop = claim(test, ANY, 0);
	loop->die = true;
	loop->chan.tx.queue.limit = PPTP_MUX_ACCOUNT_MAX;
	tasklet_disable(&loop->chan.line.sender);
	while (put_in_line(test, loop, DATA))
		sent++;
	KUNIT_EXPECT_GT(test, sent, 2U);
	KUNIT_EXPECT_LE(test, look_tx(loop).bytes, 8192U);
	tasklet_enable(&loop->chan.line.sender);
	tasklet_kill(&loop->chan.line.sender);
	woken(loop);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	hang_up(loop);
}

/* What is in line is sent when the call ends, and nothing is after that. */
static void a_line_ends_with_its_call(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);

	loop->die = true;
	tasklet_disable(&loop->chan.line.sender);
	KUNIT_EXPECT_EQ(test, put_in_line(test, loop, DATA), 1);
	hang_up(loop);
	KUNIT_EXPECT_EQ(test, put_in_line(test, loop, DATA), 1);
	KUNIT_EXPECT_EQ(test, look_tx(loop).accepted, 1ULL);
	tasklet_enable(&loop->chan.line.sender);
	drained(test, 0);
	KUNIT_EXPECT_EQ(test, table().ended_frames, 0ULL);
}

static void control_frames_have_a_reserve(struct kunit *test)
{
	unsigned int frames;
	struct loop *loop = fill(test, &frames);
	u32 bytes = look_tx(loop).bytes;

	while (send(test, loop, ECHO_REQUEST))
		KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 0);
	KUNIT_EXPECT_GT(test, look_tx(loop).bytes,
			bytes + NDISWAN_ACCOUNT_RESERVE / 2);
	KUNIT_EXPECT_LE(test, look_tx(loop).bytes,
			8192U + NDISWAN_ACCOUNT_RESERVE);
	KUNIT_EXPECT_GT(test, look_tx(loop).control, 0ULL);
	skb_queue_purge(&loop->kept);
	hang_up(loop);
}

/* Shrinking drops nothing; growing wakes up. */
static void limits_change_under_load(struct kunit *test)
{
	unsigned int frames;
	struct loop *loop = fill(test, &frames);

	set_limits(test, 1024, 1024);
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, frames);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 0);
	set_limits(test, 1024, 65536);
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, frames);
	kfree_skb(skb_dequeue(&loop->kept));
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	skb_queue_purge(&loop->kept);
	hang_up(loop);
}

static void a_share_is_a_part_of_its_limit(struct kunit *test)
{
	const struct ndiswan_slot_settings settings = {
		.set	= NDISWAN_SET_TX_SHARE | NDISWAN_SET_USAGE,
		.usage	= DEMAND,
		.limits	= { .tx_share = PPTP_MUX_ACCOUNT_MAX },
	};
	u32 usage = look(1).usage;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			ndiswan_slot_set(&init_net, 1, &settings));
	KUNIT_EXPECT_EQ(test, look(1).limits.tx_share, 0U);
	KUNIT_EXPECT_EQ(test, look(1).usage, usage);
	KUNIT_EXPECT_EQ(test, -ENOENT,
			ndiswan_slot_set(&init_net, TEST_SLOTS + 1, &settings));
}

/* The table's limit became less than a slot's share: it can be disabled still. */
static void less_than_a_share(struct kunit *test)
{
	const struct ndiswan_table_info before = table();
	struct ndiswan_table_settings less = {
		.set	= NDISWAN_SET_TX_LIMIT,
	};
	const struct ndiswan_slot_settings share = {
		.set	= NDISWAN_SET_TX_SHARE,
		.limits	= { .tx_share = 2 * before.limits.tx_share },
	};
	const struct ndiswan_slot_settings disable = {
		.set	= NDISWAN_SET_ENABLED,
	};
	struct loop *loop;

	KUNIT_EXPECT_EQ(test, 0, ndiswan_slot_set(&init_net, 1, &share));
	less.limits.tx_limit = before.limits.tx_share;
	KUNIT_EXPECT_EQ(test, 0, ndiswan_table_set(&init_net, &less));
	loop = claim(test, ANY, 1);
	KUNIT_EXPECT_EQ(test, look_tx(loop).share, before.limits.tx_share);
	KUNIT_EXPECT_EQ(test, 0, ndiswan_slot_set(&init_net, 1, &disable));
	KUNIT_EXPECT_FALSE(test, look(1).enabled);
	hang_up(loop);
	less.limits.tx_limit = before.limits.tx_limit;
	KUNIT_EXPECT_EQ(test, 0, ndiswan_table_set(&init_net, &less));
}

/* The last frame on its way gives the channel back; the slot did not wait. */
static void frames_outlive_their_call(struct kunit *test)
{
	u64 before = table().ended_accepted;
	struct sk_buff_head kept;
	unsigned int frames;
	struct loop *loop = fill(test, &frames);

	skb_queue_head_init(&kept);
	skb_queue_splice_tail_init(&loop->kept, &kept);
	hang_up(loop);
	flush_all_drains();
	KUNIT_EXPECT_EQ(test, atomic_read(&loops), 1);
	KUNIT_EXPECT_EQ(test, table().state[PPTP_MUX_STATE_FREE], TEST_SLOTS);
	KUNIT_EXPECT_EQ(test, table().ended_accepted, before + frames);
	KUNIT_EXPECT_EQ(test, table().ended_frames, (u64)frames);
	KUNIT_EXPECT_GT(test, table().ended_bytes, 0ULL);
	skb_queue_purge(&kept);
	KUNIT_EXPECT_EQ(test, atomic_read(&loops), 0);
	KUNIT_EXPECT_EQ(test, table().ended_frames, 0ULL);
	KUNIT_EXPECT_EQ(test, table().ended_bytes, 0ULL);
	KUNIT_EXPECT_EQ(test, table().tx_borrowed, 0ULL);
}

/* Once: flush_delayed_work() would have it look again, as it waits for the next time. */
static void watchdog_looks(struct loop *loop)
{
	mod_delayed_work(ndiswan_wq, &loop->chan.tx.watch, 0);
	flush_work(&loop->chan.tx.watch.work);
}

/* What is stuck below is written off once, and counted until it comes back. */
static void what_is_stuck_is_written_off(struct kunit *test)
{
	unsigned int frames;
	struct loop *loop = fill(test, &frames);
	u32 bytes = look_tx(loop).bytes;

	/* The first frame went down when nothing had got away yet. */
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 1U);
	KUNIT_EXPECT_EQ(test, look_tx(loop).written_off, bytes);
	while (send(test, loop, DATA))
		frames++;
	KUNIT_EXPECT_GT(test, look_tx(loop).bytes, bytes + 4096);
	KUNIT_EXPECT_LE(test, look_tx(loop).bytes, 2 * 8192U);
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 2U);
	woken(loop);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 0);
	KUNIT_EXPECT_EQ(test, look_tx(loop).frames, frames);

	/* What came later goes, and what is stuck does not: woken up all the same. */
	while (look_tx(loop).bytes > bytes)
		kfree_skb(skb_dequeue_tail(&loop->kept));
	woken(loop);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(loop->chan.tx.stopped));

	skb_queue_purge(&loop->kept);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	KUNIT_EXPECT_EQ(test, look_tx(loop).written_off, 0U);
	skb_queue_purge(&loop->kept);
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 2U);
	hang_up(loop);
}

/* A frame that is gone, but for its fragments, is still on its way. */
static void fragments_are_on_their_way_too(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);
	struct ndiswan_tx *tx = &loop->chan.tx;

	loop->die = true;
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	refcount_add(NDISWAN_QUEUE_MIN, &loop->sk.sk_wmem_alloc);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 0);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(tx->stopped));

	tasklet_disable(&tx->wake);
	refcount_set(&loop->sk.sk_wmem_alloc, 1);
	rcu_read_lock();
	ndiswan_tx_fragment_gone(&loop->chan);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, test_bit(TASKLET_STATE_SCHED, &tx->wake.state));
	tasklet_enable(&tx->wake);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	hang_up(loop);
}

/* Their frame is gone, so the account is empty: the watchdog sees them all the same. */
static void fragments_that_are_stuck(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 0);

	loop->die = true;
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	refcount_add(NDISWAN_QUEUE_MIN, &loop->sk.sk_wmem_alloc);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 0);
	/* The frame has gone since the watchdog looked last. */
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 0U);
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 1U);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	refcount_set(&loop->sk.sk_wmem_alloc, 1);
	KUNIT_EXPECT_EQ(test, send(test, loop, DATA), 1);
	KUNIT_EXPECT_EQ(test, loop->chan.tx.fragments_off, 0U);
	hang_up(loop);
}

static void traffic_that_moves_is_no_stall(struct kunit *test)
{
	unsigned int frames;
	struct loop *loop = fill(test, &frames);

	kfree_skb(skb_dequeue(&loop->kept));
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 0U);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&loop->chan.tx.watch));
	watchdog_looks(loop);
	KUNIT_EXPECT_EQ(test, look_tx(loop).stalls, 1U);
	skb_queue_purge(&loop->kept);
	hang_up(loop);
}

/* ---- hand-over and refusal ---- */

/* Q194465: a slot that cannot is not "all busy"; the next one can. */
static void refusing_slots_hand_the_call_on(struct kunit *test)
{
	static const int refuse[TEST_SLOTS + 1] = {
		[1] = -ENOMEM, [2] = -ENOBUFS, [3] = -ENOMEM,
	};
	struct ndiswan_table_info before = table();
	u64 refused_before = look(1).refused;
	struct loop *loop = make(test, RECEIVE);
	struct pptp_mux_refusal refusal;

	loop->refuse = refuse;
	KUNIT_ASSERT_EQ(test, ndiswan_claim(&loop->chan, &refusal), 0);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_number(loop->chan.slot), 4U);
	KUNIT_EXPECT_EQ(test, loop->opened, 4U);
	KUNIT_EXPECT_EQ(test, look(1).refused, refused_before + 1);
	KUNIT_EXPECT_EQ(test, table().hand_overs - before.hand_overs, 3ULL);
	KUNIT_EXPECT_EQ(test, look(2).state, (u32)PPTP_MUX_STATE_FREE);
	hang_up(loop);
}

static void each_slot_is_asked_once(struct kunit *test)
{
	static const int refuse[TEST_SLOTS + 1] = {
		0, -ENOMEM, -ENOMEM, -ENOMEM, -ENOMEM,
		-ENOMEM, -ENOMEM, -ENOMEM, -ENOMEM,
	};
	static const struct pptp_mux_refusal want = {
		.reason		= PPTP_MUX_REFUSAL_NO_RESOURCE,
		.slots		= TEST_SLOTS,
		.busy		= 1,
		.no_resource	= TEST_SLOTS - 1,
	};
	struct loop *busy = claim(test, ANY, 1);
	struct loop *loop = make(test, ANY);

	loop->refuse = refuse;
	refused(test, loop, -ENOBUFS, &want);
	KUNIT_EXPECT_EQ(test, table().state[PPTP_MUX_STATE_FREE],
			TEST_SLOTS - 1);
	hang_up(busy);
}

static void a_final_errno_is_not_handed_on(struct kunit *test)
{
	static const int refuse[TEST_SLOTS + 1] = { [1] = -EEXIST };
	struct loop *loop = make(test, ANY);
	struct pptp_mux_refusal refusal;
	u64 before = look(1).refused;

	loop->refuse = refuse;
	KUNIT_EXPECT_EQ(test, ndiswan_claim(&loop->chan, &refusal), -EEXIST);
	KUNIT_EXPECT_EQ(test, loop->opened, 1U);
	KUNIT_EXPECT_EQ(test, look(1).refused, before);
	loop_free(&loop->chan);
}

static void all_busy(struct kunit *test)
{
	static const struct pptp_mux_refusal want = {
		.reason	= PPTP_MUX_REFUSAL_ALL_BUSY,
		.slots	= TEST_SLOTS,
		.busy	= TEST_SLOTS,
	};
	struct loop *loop[TEST_SLOTS];
	u32 i;

	for (i = 0; i < TEST_SLOTS; i++)
		loop[i] = claim(test, RECEIVE, i + 1);
	refused(test, make(test, RECEIVE), -EBUSY, &want);
	for (i = 0; i < TEST_SLOTS; i++)
		hang_up(loop[i]);
}

/* Q170977, error 629: no port may receive calls. */
static void none_of_this_usage(struct kunit *test)
{
	static const struct pptp_mux_refusal want = {
		.reason		= PPTP_MUX_REFUSAL_NO_USAGE,
		.slots		= TEST_SLOTS,
		.not_usage	= TEST_SLOTS - 1,
		.disabled	= 1,
	};

	set_all(NDISWAN_SET_USAGE, DIAL_OUT);
	set(1, NDISWAN_SET_USAGE, RECEIVE);
	set(1, NDISWAN_SET_ENABLED, false);
	refused(test, make(test, RECEIVE), -EACCES, &want);
	hang_up(claim(test, DIAL_OUT, 2));
}

static void a_slot_without_usage_takes_nothing(struct kunit *test)
{
	static const struct pptp_mux_refusal want = {
		.reason		= PPTP_MUX_REFUSAL_NO_USAGE,
		.slots		= TEST_SLOTS,
		.not_usage	= TEST_SLOTS,
	};

	set_all(NDISWAN_SET_USAGE, 0);
	refused(test, make(test, ANY), -EACCES, &want);
}

/* Q233196: VPN1,3,5 may route, VPN2,4 only receive. */
static void the_second_router_call_gets_vpn3(struct kunit *test)
{
	struct loop *first, *second;

	resize(test, 5);
	set(1, NDISWAN_SET_USAGE, RECEIVE | DEMAND);
	set(2, NDISWAN_SET_USAGE, RECEIVE);
	set(3, NDISWAN_SET_USAGE, RECEIVE | DEMAND);
	set(4, NDISWAN_SET_USAGE, RECEIVE);
	set(5, NDISWAN_SET_USAGE, RECEIVE | DEMAND);
	first = claim(test, DEMAND, 1);
	second = claim(test, DEMAND, 3);
	KUNIT_EXPECT_EQ(test, second->opened, 1U);
	hang_up(first);
	hang_up(second);
	drained(test, 0);
	resize(test, TEST_SLOTS);
}

static void disabled_while_it_is_claimed(struct kunit *test)
{
	struct loop *loop = make(test, ANY);
	struct pptp_mux_refusal refusal;

	loop->disable = 1;
	KUNIT_ASSERT_EQ(test, ndiswan_claim(&loop->chan, &refusal), 0);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_number(loop->chan.slot), 2U);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_FREE);
	KUNIT_EXPECT_FALSE(test, look(1).enabled);
	hang_up(loop);
}

/* ---- draining and quarantine ---- */

/* The NT scenario: all but one are in clean-up, and calls go on arriving. */
static void calls_arrive_while_slots_are_in_clean_up(struct kunit *test)
{
	static const struct pptp_mux_refusal want = {
		.reason	= PPTP_MUX_REFUSAL_ALL_BUSY,
		.slots	= TEST_SLOTS,
		.busy	= TEST_SLOTS,
	};
	struct ndiswan_table_info before = table();
	struct loop *loop[TEST_SLOTS];
	u32 i;

	set_all(NDISWAN_SET_QUARANTINE, 600000);
	for (i = 0; i < TEST_SLOTS - 1; i++) {
		loop[i] = claim(test, RECEIVE, 0);
		hang_up(loop[i]);
	}
	drained(test, 0);
	KUNIT_ASSERT_EQ(test, table().state[PPTP_MUX_STATE_DRAINING],
			TEST_SLOTS - 1);
	for (i = 0; i < TEST_SLOTS; i++)
		loop[i] = claim(test, RECEIVE, 0);
	KUNIT_EXPECT_EQ(test, table().early - before.early,
			(u64)TEST_SLOTS - 1);
	refused(test, make(test, RECEIVE), -EBUSY, &want);
	set_all(NDISWAN_SET_QUARANTINE, 0);
	for (i = 0; i < TEST_SLOTS; i++)
		hang_up(loop[i]);
}

/* VPN1 would be next in turn again, but rests. */
static void a_resting_slot_passes_the_call_on(struct kunit *test)
{
	u64 before = look(1).refused;
	struct loop *loop;
	u32 i;

	set(1, NDISWAN_SET_QUARANTINE, 600000);
	for (i = 1; i <= TEST_SLOTS; i++) {
		hang_up(claim(test, ANY, i));
		drained(test, 0);
	}
	KUNIT_EXPECT_EQ(test, look(1).refused, before);
	loop = claim(test, ANY, 2);
	KUNIT_EXPECT_EQ(test, look(1).refused, before + 1);
	hang_up(loop);
	/* Take it early, so that nothing has to wait for its quarantine. */
	for (i = 2; i <= TEST_SLOTS; i++)
		set(i, NDISWAN_SET_ENABLED, false);
	set(1, NDISWAN_SET_QUARANTINE, 0);
	hang_up(claim(test, ANY, 1));
}

static void a_quarantine_ends(struct kunit *test)
{
	struct ndiswan_slot_info info;

	set(1, NDISWAN_SET_QUARANTINE, 200);
	hang_up(claim(test, ANY, 1));
	drained(test, 0);
	info = look(1);
	if (info.since < 200)
		KUNIT_EXPECT_EQ(test, info.state, (u32)PPTP_MUX_STATE_DRAINING);
	while (look(1).state != PPTP_MUX_STATE_FREE && look(1).since < 60000)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_FREE);
}

/* The drain of the former call ends while the next one is up. */
static void a_late_drain_does_not_free_the_next_call(struct kunit *test)
{
	u32 generation = look(1).generation;
	struct loop *first, *second;

	resize(test, 1);
	first = claim(test, ANY, 1);
	hang_up(first);
	second = claim(test, ANY, 1);
	ndiswan_connected(&second->chan);
	drained(test, 1);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_CONNECTED);
	KUNIT_EXPECT_PTR_EQ(test, look(1).chan, &second->chan);
	KUNIT_EXPECT_EQ(test, look(1).generation, generation + 2);
	hang_up(second);
	drained(test, 0);
	resize(test, TEST_SLOTS);
}

static void a_disabled_slot_keeps_its_call(struct kunit *test)
{
	struct loop *loop = claim(test, ANY, 1);

	ndiswan_connected(&loop->chan);
	set(1, NDISWAN_SET_ENABLED, false);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_CONNECTED);
	hang_up(loop);
	drained(test, 0);
	KUNIT_EXPECT_EQ(test, look(1).state, (u32)PPTP_MUX_STATE_FREE);
	hang_up(claim(test, ANY, 2));
}

/* ---- the number of slots ---- */

static void growing_keeps_the_calls(struct kunit *test)
{
	struct loop *loop[TEST_SLOTS];
	u32 i;

	for (i = 0; i < TEST_SLOTS; i++)
		loop[i] = claim(test, ANY, i + 1);
	resize(test, 3 * TEST_SLOTS);
	for (i = 0; i < TEST_SLOTS; i++)
		KUNIT_EXPECT_PTR_EQ(test, look(i + 1).chan, &loop[i]->chan);
	hang_up(claim(test, ANY, TEST_SLOTS + 1));
	drained(test, TEST_SLOTS);
	for (i = 0; i < TEST_SLOTS; i++)
		hang_up(loop[i]);
	drained(test, 0);
	resize(test, TEST_SLOTS);
}

static void shrinking_stops_at_a_call(struct kunit *test)
{
	struct loop *first = claim(test, ANY, 1);
	struct loop *second = claim(test, ANY, 2);
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, ndiswan_table_resize(&init_net, 1, &why), -EBUSY);
	KUNIT_ASSERT_NOT_NULL(test, why);
	KUNIT_EXPECT_EQ(test, strncmp(why, "VPN2 ", 5), 0);
	KUNIT_EXPECT_EQ(test, table().slots, TEST_SLOTS);
	KUNIT_EXPECT_EQ(test, ndiswan_table_resize(&init_net, 2, &why), 0);
	hang_up(first);
	hang_up(second);
	drained(test, 0);
	resize(test, TEST_SLOTS);
}

static void a_full_table_and_back(struct kunit *test)
{
	resize(test, PPTP_MUX_SLOTS_MAX);
	KUNIT_EXPECT_EQ(test, table().state[PPTP_MUX_STATE_FREE],
			PPTP_MUX_SLOTS_MAX);
	hang_up(claim(test, ANY, 1));
	hang_up(claim(test, ANY, 2));
	drained(test, 0);
	resize(test, TEST_SLOTS);
}

/* ---- many at once ---- */

#define THREADS		4
#define CYCLES		10000
/* Each claims a slot or two in vain, and so costs more. */
#define FAILING_CYCLES	5000
/* Of one thread: bounds what is waiting for its grace period. */
#define IN_DRAIN	256

/**
 * struct churn - threads that claim and release over few slots
 * @holder: which thread has a slot, by its number; 0: none
 * @twice: times that a slot was held twice
 * @claimed: claims that succeeded
 * @refused: claims that failed with each reason
 * @wrong: claims that failed in a way that they must not
 * @done: completed by each thread that ends
 * @cycles: claims of each thread
 * @failing: let open() refuse at random
 */
struct churn {
	atomic_t		holder[TEST_SLOTS + 1];
	atomic_t		twice;
	atomic_t		claimed;
	atomic_t		refused;
	atomic_t		wrong;
	struct completion	done;
	int			cycles;
	bool			failing;
};

static void churn_refused(struct churn *churn, int err,
			  const struct pptp_mux_refusal *refusal)
{
	u32 said = refusal->not_usage + refusal->disabled + refusal->busy +
		   refusal->no_resource;

	atomic_inc(&churn->refused);
	if (said != refusal->slots ||
	    !((err == -ENOBUFS && churn->failing && refusal->no_resource) ||
	      err == -EBUSY))
		atomic_inc(&churn->wrong);
}

static void churn_once(struct churn *churn, struct loop *loop, int me)
{
	struct pptp_mux_refusal refusal = {};
	int refuse[TEST_SLOTS + 1] = {};
	u32 number;
	int err;

	for (number = 1; churn->failing && number <= TEST_SLOTS; number++)
		if (get_random_u32() % 2)
			refuse[number] = -ENOMEM;
	loop->refuse = refuse;
	err = ndiswan_claim(&loop->chan, &refusal);
	if (err) {
		churn_refused(churn, err, &refusal);
		loop_free(&loop->chan);
		return;
	}
	number = ndiswan_slot_number(loop->chan.slot);
	if (atomic_xchg(&churn->holder[number], me))
		atomic_inc(&churn->twice);
	atomic_inc(&churn->claimed);
	ndiswan_connected(&loop->chan);
	if (atomic_xchg(&churn->holder[number], 0) != me)
		atomic_inc(&churn->twice);
	ndiswan_release(&loop->chan);
}

static int churn_thread(void *data)
{
	int me = task_pid_nr(current);
	struct churn *churn = data;
	struct loop *loop;
	int i;

	for (i = 0; i < churn->cycles; i++) {
		loop = loop_new(ANY);
		if (!loop) {
			atomic_inc(&churn->wrong);
			break;
		}
		churn_once(churn, loop, me);
		wait_event(loops_wait,
			   atomic_read(&loops) < THREADS * IN_DRAIN);
	}
	kthread_complete_and_exit(&churn->done, 0);
}

static u64 generations(void)
{
	u64 sum = 0;
	u32 i;

	for (i = 1; i <= TEST_SLOTS; i++)
		sum += look(i).generation;
	return sum;
}

/* @meanwhile: done until the threads are through, again and again */
static void churn_run(struct kunit *test, bool failing,
		      void (*meanwhile)(struct kunit *test))
{
	struct churn *churn = kunit_kzalloc(test, sizeof(*churn), GFP_KERNEL);
	u64 generation = generations();
	struct task_struct *task;
	int started;

	KUNIT_ASSERT_NOT_NULL(test, churn);
	churn->failing = failing;
	churn->cycles = failing ? FAILING_CYCLES : CYCLES;
	init_completion(&churn->done);
	for (started = 0; started < THREADS; started++) {
		task = kthread_run(churn_thread, churn, "churn/%d", started);
		if (IS_ERR(task))
			break;
	}
	KUNIT_EXPECT_EQ(test, started, THREADS);
	while (started--) {
		while (meanwhile && !completion_done(&churn->done)) {
			meanwhile(test);
			cond_resched();
		}
		wait_for_completion(&churn->done);
	}
	flush_all_drains();

	KUNIT_EXPECT_EQ(test, atomic_read(&churn->twice), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&churn->wrong), 0);
	KUNIT_EXPECT_EQ(test, THREADS * churn->cycles,
			atomic_read(&churn->claimed) +
			atomic_read(&churn->refused));
	KUNIT_EXPECT_GE(test, generations() - generation,
			(u64)atomic_read(&churn->claimed));
	/* Four threads cannot keep eight slots busy, whatever they wait for. */
	if (!failing)
		KUNIT_EXPECT_EQ(test, atomic_read(&churn->refused), 0);
	kunit_info(test, "%d claimed, %d refused\n",
		   atomic_read(&churn->claimed), atomic_read(&churn->refused));
}

static void four_threads_over_eight_slots(struct kunit *test)
{
	churn_run(test, false, NULL);
	drained(test, 0);
}

static void the_same_with_claims_failing_at_random(struct kunit *test)
{
	churn_run(test, true, NULL);
	drained(test, 0);
}

static void fail_to_shrink(struct kunit *test)
{
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, ndiswan_table_resize(&init_net, 1, &why), -EBUSY);
}

/* What is in the way is VPN2's call; none of the others is refused for that. */
static void the_same_while_the_table_fails_to_shrink(struct kunit *test)
{
	struct loop *first = claim(test, ANY, 1);
	struct loop *second = claim(test, ANY, 2);

	hang_up(first);
	drained(test, 1);
	churn_run(test, false, fail_to_shrink);
	hang_up(second);
	drained(test, 0);
}

static struct kunit_case ndiswan_cases[] = {
	KUNIT_CASE(a_call_from_claim_to_free),
	KUNIT_CASE(frames_go_through_the_miniport),
	KUNIT_CASE(a_slot_just_freed_is_the_last),
	KUNIT_CASE(a_full_account_stops_and_wakes),
	KUNIT_CASE(a_frame_may_die_within_transmit),
	KUNIT_CASE(what_grows_below_is_given_back),
	KUNIT_CASE(a_clone_keeps_no_charge),
	KUNIT_CASE(a_bridged_frame_is_told_by_its_protocol),
	KUNIT_CASE(frames_in_line_keep_their_order),
	KUNIT_CASE(a_line_is_bounded_by_the_account),
	KUNIT_CASE(a_line_ends_with_its_call),
	KUNIT_CASE(control_frames_have_a_reserve),
	KUNIT_CASE(limits_change_under_load),
	KUNIT_CASE(a_share_is_a_part_of_its_limit),
	KUNIT_CASE(less_than_a_share),
	KUNIT_CASE(frames_outlive_their_call),
	KUNIT_CASE(what_is_stuck_is_written_off),
	KUNIT_CASE(traffic_that_moves_is_no_stall),
	KUNIT_CASE(fragments_are_on_their_way_too),
	KUNIT_CASE(fragments_that_are_stuck),
	KUNIT_CASE(refusing_slots_hand_the_call_on),
	KUNIT_CASE(each_slot_is_asked_once),
	KUNIT_CASE(a_final_errno_is_not_handed_on),
	KUNIT_CASE(all_busy),
	KUNIT_CASE(none_of_this_usage),
	KUNIT_CASE(a_slot_without_usage_takes_nothing),
	KUNIT_CASE(the_second_router_call_gets_vpn3),
	KUNIT_CASE(disabled_while_it_is_claimed),
	KUNIT_CASE(calls_arrive_while_slots_are_in_clean_up),
	KUNIT_CASE(a_resting_slot_passes_the_call_on),
	KUNIT_CASE(a_quarantine_ends),
	KUNIT_CASE(a_late_drain_does_not_free_the_next_call),
	KUNIT_CASE(a_disabled_slot_keeps_its_call),
	KUNIT_CASE(growing_keeps_the_calls),
	KUNIT_CASE(shrinking_stops_at_a_call),
	KUNIT_CASE(a_full_table_and_back),
	KUNIT_CASE(four_threads_over_eight_slots),
	KUNIT_CASE(the_same_with_claims_failing_at_random),
	KUNIT_CASE(the_same_while_the_table_fails_to_shrink),
	{}
};

static struct kunit_suite ndiswan_suite = {
	.name		= "ndiswan",
	.init		= table_begin,
	.exit		= table_end,
	.test_cases	= ndiswan_cases,
};

static struct kunit_suite *ndiswan_suites[] = { &ndiswan_suite, NULL };

static int __init ndiswan_kunit_init(void)
{
	int err;

	err = ndiswan_init(&loop_miniport);
	if (err)
		return err;
	err = ndiswan_table_prepare(&init_net);
	if (!err)
		err = __kunit_test_suites_init(ndiswan_suites, 1);
	if (err)
		ndiswan_exit();
	return err;
}

static void __exit ndiswan_kunit_exit(void)
{
	__kunit_test_suites_exit(ndiswan_suites, 1);
	ndiswan_exit();
}

module_init(ndiswan_kunit_init);
module_exit(ndiswan_kunit_exit);

MODULE_DESCRIPTION("KUnit suite of the VPN slots");
MODULE_LICENSE("GPL");
