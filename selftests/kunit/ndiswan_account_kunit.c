// SPDX-License-Identifier: GPL-2.0
/* Accounts and the pool that they borrow from: one by one, and from many threads. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/skbuff.h>

#include "ndiswan_account.h"
#include "ndiswan_queue.h"

#define SHARE	4096U
#define LIMIT	16384U
#define FRAME	1000U

static struct ndiswan_pool pool;
static struct ndiswan_account account;

static s64 borrowed(void)
{
	return atomic64_read(&pool.borrowed);
}

static u32 bytes(void)
{
	return ndiswan_account_bytes(ndiswan_account_read(&account));
}

static void begin(struct ndiswan_account *a, u32 share, u32 limit)
{
	ndiswan_account_init(a, &pool);
	ndiswan_account_set(a, share, limit);
}

static int account_begin(struct kunit *test)
{
	pool.size = 65536;
	atomic64_set(&pool.borrowed, 0);
	begin(&account, SHARE, LIMIT);
	return 0;
}

static bool charge(u32 size)
{
	return ndiswan_account_charge(&account, size, false);
}

static void a_share_borrows_nothing(struct kunit *test)
{
	pool.size = 0;
	KUNIT_EXPECT_TRUE(test, charge(SHARE - 1));
	KUNIT_EXPECT_TRUE(test, charge(1));
	KUNIT_EXPECT_EQ(test, borrowed(), 0LL);
	KUNIT_EXPECT_FALSE(test, charge(1));
	KUNIT_EXPECT_EQ(test, bytes(), SHARE);
}

static void what_is_beyond_is_borrowed_and_given_back(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, charge(SHARE));
	KUNIT_EXPECT_TRUE(test, charge(FRAME));
	KUNIT_EXPECT_EQ(test, borrowed(), (s64)FRAME);
	/* It does not matter which of them goes first. */
	ndiswan_account_uncharge(&account, SHARE);
	KUNIT_EXPECT_EQ(test, borrowed(), 0LL);
	ndiswan_account_uncharge(&account, FRAME);
	KUNIT_EXPECT_EQ(test, borrowed(), 0LL);
	KUNIT_EXPECT_EQ(test, bytes(), 0U);
	KUNIT_EXPECT_EQ(test, account.high, SHARE + FRAME);
}

static void the_limit_is_the_limit(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, charge(LIMIT - 1));
	KUNIT_EXPECT_FALSE(test, charge(2));
	KUNIT_EXPECT_TRUE(test, charge(1));
	KUNIT_EXPECT_EQ(test, ndiswan_account_frames(ndiswan_account_read(&account)),
			2U);
}

/* A frame larger than the limit would never go otherwise. */
static void the_first_frame_always_fits(struct kunit *test)
{
	pool.size = 0;
	KUNIT_EXPECT_TRUE(test, charge(10 * LIMIT));
	KUNIT_EXPECT_FALSE(test, charge(1));
	ndiswan_account_uncharge(&account, 10 * LIMIT);
	KUNIT_EXPECT_EQ(test, borrowed(), 0LL);
}

static void control_may_take_the_reserve(struct kunit *test)
{
	pool.size = 0;
	KUNIT_EXPECT_TRUE(test, charge(SHARE));
	KUNIT_EXPECT_TRUE(test, ndiswan_account_charge(&account, FRAME, true));
	KUNIT_EXPECT_FALSE(test, charge(FRAME));
	KUNIT_EXPECT_TRUE(test, ndiswan_account_charge(&account,
						       LIMIT - SHARE - FRAME +
						       NDISWAN_ACCOUNT_RESERVE,
						       true));
	KUNIT_EXPECT_FALSE(test, ndiswan_account_charge(&account, 1, true));
}

/* A new share at any moment leaves the pool right. */
static void a_share_changes_under_load(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, charge(3 * SHARE));
	KUNIT_EXPECT_EQ(test, borrowed(), 2LL * SHARE);
	ndiswan_account_set(&account, 2 * SHARE, LIMIT);
	KUNIT_EXPECT_EQ(test, borrowed(), 1LL * SHARE);
	ndiswan_account_set(&account, 0, LIMIT);
	KUNIT_EXPECT_EQ(test, borrowed(), 3LL * SHARE);
	ndiswan_account_uncharge(&account, 3 * SHARE);
	KUNIT_EXPECT_EQ(test, borrowed(), 0LL);
}

/* Whoever comes later is not left with nothing. */
static void equals_come_to_borrow_the_same(struct kunit *test)
{
	enum { PEERS = 8 };
	struct ndiswan_account *peers;
	u32 least = U32_MAX, most = 0, have;
	unsigned int round, i;

	peers = kunit_kzalloc(test, PEERS * sizeof(*peers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, peers);
	for (i = 0; i < PEERS; i++)
		begin(&peers[i], SHARE, PPTP_MUX_ACCOUNT_MAX);
	/* The first one takes what it can before the others begin. */
	while (ndiswan_account_charge(&peers[0], FRAME, false))
		;
	for (round = 0; round < 1000; round++) {
		for (i = 0; i < PEERS; i++) {
			while (ndiswan_account_charge(&peers[i], FRAME, false))
				;
			ndiswan_account_uncharge(&peers[i], FRAME);
		}
	}
	for (i = 0; i < PEERS; i++) {
		have = ndiswan_account_bytes(ndiswan_account_read(&peers[i]));
		least = min(least, have);
		most = max(most, have);
	}
	KUNIT_EXPECT_GE(test, least, SHARE);
	KUNIT_EXPECT_LE(test, most, least + 2 * FRAME);
	KUNIT_EXPECT_LE(test, borrowed(), (s64)pool.size);
}

static u64 word(u32 frames, u32 octets)
{
	return FIELD_PREP(NDISWAN_ACCOUNT_FRAMES, frames) +
	       FIELD_PREP(NDISWAN_ACCOUNT_SHARE, 4) + octets;
}

/* Whatever is taken that was never there, no other field changes. */
static void nothing_runs_below_zero(struct kunit *test)
{
	const struct {
		u64 before, after;
		u32 taken;
	} rows[] = {
		{ word(2, 5000), word(1, 4000), 1000 },
		{ word(1, 1000), word(0, 0),	1000 },
		/* more than there is */
		{ word(2, 1000), word(1, 0),	1040 },
		{ word(1, 1000), word(0, 0),	1040 },
		{ word(0, 0),	 word(0, 0),	1000 },
		{ word(0, 0),	 word(0, 0),	NDISWAN_ACCOUNT_BYTES },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_EQ(test, rows[i].after,
				ndiswan_account_less(rows[i].before,
						     rows[i].taken));
		KUNIT_EXPECT_EQ(test, rows[i].after | NDISWAN_ACCOUNT_CLOSED,
				ndiswan_account_less(rows[i].before |
						     NDISWAN_ACCOUNT_CLOSED,
						     rows[i].taken));
	}
}

/* A pool of 4 GiB is one on 32 bits as well. */
static void a_pool_may_be_large(struct kunit *test)
{
	pool.size = U32_MAX;
	atomic64_set(&pool.borrowed, (s64)U32_MAX - FRAME);
	KUNIT_EXPECT_TRUE(test, charge(SHARE));
	KUNIT_EXPECT_TRUE(test, charge(FRAME));
	KUNIT_EXPECT_FALSE(test, charge(1));
	KUNIT_EXPECT_EQ(test, borrowed(), (s64)U32_MAX);
}

static void a_write_off_is_done_once(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, charge(LIMIT));
	KUNIT_EXPECT_EQ(test, ndiswan_account_write_off(&account), LIMIT);
	KUNIT_EXPECT_TRUE(test, charge(LIMIT));
	KUNIT_EXPECT_EQ(test, ndiswan_account_write_off(&account), 0U);
	KUNIT_EXPECT_FALSE(test, charge(1));
	KUNIT_EXPECT_EQ(test, bytes(), 2 * LIMIT);
	ndiswan_account_uncharge(&account, LIMIT);
	ndiswan_account_uncharge(&account, LIMIT);
	KUNIT_EXPECT_TRUE(test, charge(LIMIT));
	KUNIT_EXPECT_EQ(test, account.written_off, 0U);
	KUNIT_EXPECT_EQ(test, ndiswan_account_write_off(&account), LIMIT);
}

static void it_is_over_when_closed_and_empty(struct kunit *test)
{
	u64 word;

	KUNIT_EXPECT_TRUE(test, charge(FRAME));
	KUNIT_EXPECT_TRUE(test, charge(FRAME));
	word = ndiswan_account_close(&account);
	KUNIT_EXPECT_EQ(test, ndiswan_account_frames(word), 2U);
	word = ndiswan_account_uncharge(&account, FRAME);
	KUNIT_EXPECT_FALSE(test, ndiswan_account_over(word));
	word = ndiswan_account_uncharge(&account, FRAME);
	KUNIT_EXPECT_TRUE(test, ndiswan_account_over(word));
}

/* The largest account, with the smallest frames that there are, fits the word. */
static void the_word_is_wide_enough(struct kunit *test)
{
	u32 smallest = SKB_TRUESIZE(1);
	u32 most = 2 * (PPTP_MUX_ACCOUNT_MAX + NDISWAN_ACCOUNT_RESERVE);
	u64 all = FIELD_MAX(NDISWAN_ACCOUNT_FRAMES);

	KUNIT_EXPECT_LE(test, most, (u32)FIELD_MAX(NDISWAN_ACCOUNT_BYTES));
	KUNIT_EXPECT_LE(test, most / smallest, (u32)all);
	KUNIT_EXPECT_LE(test, PPTP_MUX_ACCOUNT_MAX / 1024,
			(int)FIELD_MAX(NDISWAN_ACCOUNT_SHARE));
}

/* ---- what the path is given ---- */

#define FULL	2304U

/* Fills up to the limit. Return: what is on its way then. */
static u32 fill_queue(struct ndiswan_queue *queue, u32 on_way, unsigned long now)
{
	while (ndiswan_queue_has_room(queue, on_way, PPTP_MUX_ACCOUNT_MAX, now))
		on_way += FULL;
	return on_way;
}

static void a_fast_path_is_given_more(struct kunit *test)
{
	struct ndiswan_queue queue;
	unsigned int i;

	ndiswan_queue_init(&queue);
	for (i = 0; i < 8; i++)
		fill_queue(&queue, 0, queue.since);
	KUNIT_EXPECT_EQ(test, queue.limit, NDISWAN_QUEUE_MIN << 7);
	for (i = 0; i < 8; i++)
		fill_queue(&queue, 0, queue.since);
	KUNIT_EXPECT_EQ(test, queue.limit, (u32)PPTP_MUX_ACCOUNT_MAX);
}

static void a_slow_path_comes_down_to_two_frames(struct kunit *test)
{
	struct ndiswan_queue queue;
	unsigned int refills = 0;
	unsigned long now;
	u32 on_way;

	ndiswan_queue_init(&queue);
	queue.limit = 1 << 20;
	now = queue.since;
	on_way = fill_queue(&queue, 0, now);
	while (queue.limit > NDISWAN_QUEUE_MIN && refills++ < 100) {
		now += NDISWAN_QUEUE_HOLD;
		on_way = fill_queue(&queue, on_way / 2, now);
	}
	KUNIT_EXPECT_EQ(test, queue.limit, NDISWAN_QUEUE_MIN);
	KUNIT_EXPECT_LE(test, refills, 30U);
}

static void light_traffic_teaches_nothing(struct kunit *test)
{
	struct ndiswan_queue queue;
	unsigned int i;

	ndiswan_queue_init(&queue);
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_TRUE(test, ndiswan_queue_has_room(&queue, FULL,
							       PPTP_MUX_ACCOUNT_MAX,
							       queue.since + i));
	KUNIT_EXPECT_EQ(test, queue.limit, NDISWAN_QUEUE_MIN);
}

static void what_is_asked_again_is_no_news(struct kunit *test)
{
	struct ndiswan_queue queue;
	u32 on_way;
	unsigned int i;

	ndiswan_queue_init(&queue);
	on_way = fill_queue(&queue, 0, queue.since);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_FALSE(test, ndiswan_queue_has_room(&queue, on_way,
								PPTP_MUX_ACCOUNT_MAX,
								queue.since));
	KUNIT_EXPECT_EQ(test, queue.limit, NDISWAN_QUEUE_MIN);
}

/* ---- many at once ---- */

#define ACCOUNTS	3
#define UNCHARGERS	2
#define CHARGES		4000
#define IN_LINE		64

/*
 * One thread charges an account, as transmit does; others uncharge, as
 * destructors do, and one changes shares all the while.
 */
struct line {
	struct ndiswan_account	account;
	atomic_t		size[IN_LINE];	/* 0: nothing there */
	atomic_t		charging;
	struct completion	done;
	struct task_struct	*task[UNCHARGERS + 1];
};

static struct line lines[ACCOUNTS];

static int charging_thread(void *data)
{
	struct line *line = data;
	u32 size, put = 0;
	unsigned int i;

	for (i = 0; i < CHARGES; i++) {
		size = 1 + get_random_u32() % 3000;
		while (atomic_read(&line->size[put % IN_LINE]) ||
		       !ndiswan_account_charge(&line->account, size, false))
			cond_resched();
		atomic_set_release(&line->size[put++ % IN_LINE], size);
	}
	atomic_set(&line->charging, 0);
	complete(&line->done);
	return 0;
}

static bool line_is_empty(struct line *line)
{
	unsigned int i;

	for (i = 0; i < IN_LINE; i++)
		if (atomic_read(&line->size[i]))
			return false;
	return true;
}

static int uncharging_thread(void *data)
{
	struct line *line = data;
	u32 size;

	while (atomic_read(&line->charging) || !line_is_empty(line)) {
		size = atomic_xchg(&line->size[get_random_u32() % IN_LINE], 0);
		if (size)
			ndiswan_account_uncharge(&line->account, size);
		cond_resched();
	}
	complete(&line->done);
	return 0;
}

static void line_start(struct kunit *test, struct line *line)
{
	unsigned int i;

	begin(&line->account, SHARE, LIMIT);
	atomic_set(&line->charging, 1);
	init_completion(&line->done);
	for (i = 0; i <= UNCHARGERS; i++) {
		line->task[i] = kthread_run(i ? uncharging_thread :
						charging_thread, line, "line");
		KUNIT_ASSERT_FALSE(test, IS_ERR(line->task[i]));
	}
}

static void the_pool_is_right_in_the_end(struct kunit *test)
{
	unsigned int i, n;
	bool charging;

	pool.size = 8192;
	for (i = 0; i < ACCOUNTS; i++)
		line_start(test, &lines[i]);
	do {
		charging = false;
		for (i = 0; i < ACCOUNTS; i++) {
			ndiswan_account_set(&lines[i].account,
					    get_random_u32() % LIMIT, LIMIT);
			charging |= atomic_read(&lines[i].charging);
		}
		cond_resched();
	} while (charging);

	for (i = 0; i < ACCOUNTS; i++) {
		for (n = 0; n <= UNCHARGERS; n++)
			wait_for_completion(&lines[i].done);
		KUNIT_EXPECT_EQ(test, 0U,
				ndiswan_account_frames(ndiswan_account_read(&lines[i].account)));
		KUNIT_EXPECT_EQ(test, 0U,
				ndiswan_account_bytes(ndiswan_account_read(&lines[i].account)));
		KUNIT_EXPECT_LE(test, lines[i].account.high, LIMIT);
	}
	KUNIT_EXPECT_EQ(test, borrowed(), 0LL);
}

static struct kunit_case account_cases[] = {
	KUNIT_CASE(a_share_borrows_nothing),
	KUNIT_CASE(what_is_beyond_is_borrowed_and_given_back),
	KUNIT_CASE(the_limit_is_the_limit),
	KUNIT_CASE(the_first_frame_always_fits),
	KUNIT_CASE(control_may_take_the_reserve),
	KUNIT_CASE(a_share_changes_under_load),
	KUNIT_CASE(equals_come_to_borrow_the_same),
	KUNIT_CASE(nothing_runs_below_zero),
	KUNIT_CASE(a_pool_may_be_large),
	KUNIT_CASE(a_write_off_is_done_once),
	KUNIT_CASE(it_is_over_when_closed_and_empty),
	KUNIT_CASE(the_word_is_wide_enough),
	KUNIT_CASE(a_fast_path_is_given_more),
	KUNIT_CASE(a_slow_path_comes_down_to_two_frames),
	KUNIT_CASE(light_traffic_teaches_nothing),
	KUNIT_CASE(what_is_asked_again_is_no_news),
	KUNIT_CASE(the_pool_is_right_in_the_end),
	{}
};

static struct kunit_suite account_suite = {
	.name		= "ndiswan_account",
	.init		= account_begin,
	.test_cases	= account_cases,
};

kunit_test_suite(account_suite);

MODULE_DESCRIPTION("KUnit suite of the accounts");
MODULE_LICENSE("GPL");
