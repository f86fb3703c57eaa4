// SPDX-License-Identifier: GPL-2.0
/* The sequence engine, played from numbered rows. */
#include <kunit/test.h>
#include <linux/module.h>

#include "pptp_seq.h"

#define D	PPTP_SEQ_DELIVER
#define HOLD	PPTP_SEQ_HOLD
#define LATE	PPTP_SEQ_DROP_LATE
#define DUP	PPTP_SEQ_DROP_DUPLICATE
#define JUMP	PPTP_SEQ_DROP_JUMP

struct row {
	u32			seq;
	enum pptp_seq_verdict	verdict;
	bool			resync;
};

static void play(struct kunit *test, struct pptp_seq_rx *rx,
		 const struct row *rows, unsigned int count)
{
	struct pptp_seq_result res;
	unsigned int i;

	for (i = 0; i < count; i++) {
		res = pptp_seq_receive(rx, rows[i].seq);
		KUNIT_EXPECT_EQ_MSG(test, res.verdict, rows[i].verdict, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, res.resync, rows[i].resync, "row %u", i);
	}
}

static void starts_at_0(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D }, { 1, D }, { 2, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void starts_at_1(struct kunit *test)
{
	static const struct row rows[] = {
		{ 1, D }, { 2, D }, { 0, LATE },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void starts_after_losses(struct kunit *test)
{
	static const struct row rows[] = { { 5, HOLD }, { 6, HOLD } };
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
	KUNIT_EXPECT_EQ(test, pptp_seq_give_up(&rx, 5), 5U);
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 5));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 6));
	KUNIT_EXPECT_EQ(test, rx.next, 7U);
}

/* Nothing is late before anything has come: one packet is lost at most. */
static void starts_anywhere(struct kunit *test)
{
	static const u32 first[] = {
		2, 255, 256, 4096, 0x7fffffff, 0x80000000, 0xfffff000,
		0xfffff001, 0xfffffff0, 0xfffffffe, 0xffffffff,
	};
	struct pptp_seq_result res;
	unsigned int i, n, dropped;

	for (i = 0; i < ARRAY_SIZE(first); i++) {
		struct pptp_seq_rx rx = {};

		for (n = 0, dropped = 0; n < 5000; n++) {
			res = pptp_seq_receive(&rx, first[i] + n);
			if (res.verdict == PPTP_SEQ_HOLD) {
				pptp_seq_give_up(&rx, first[i] + n);
				pptp_seq_release(&rx, first[i] + n);
			} else {
				dropped += res.verdict != PPTP_SEQ_DELIVER;
			}
		}
		KUNIT_EXPECT_LE_MSG(test, dropped, 1U, "from %#x", first[i]);
	}
}

static void late_and_duplicate(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D }, { 1, D }, { 1, DUP }, { 0, DUP }, { 2, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void a_swapped_pair(struct kunit *test)
{
	static const struct row rows[] = { { 0, D }, { 2, HOLD }, { 1, D } };
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 2));
	KUNIT_EXPECT_FALSE(test, pptp_seq_release(&rx, 4));
	KUNIT_EXPECT_EQ(test, rx.next, 3U);
}

static void a_hole_is_given_up(struct kunit *test)
{
	static const struct row before[] = { { 0, D }, { 3, HOLD }, { 4, HOLD } };
	static const struct row after[] = { { 1, LATE }, { 2, LATE }, { 5, D } };
	struct pptp_seq_rx rx = {};

	play(test, &rx, before, ARRAY_SIZE(before));
	KUNIT_EXPECT_FALSE(test, pptp_seq_release(&rx, 3));
	KUNIT_EXPECT_EQ(test, pptp_seq_give_up(&rx, 3), 2U);
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 3));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 4));
	play(test, &rx, after, ARRAY_SIZE(after));
}

/* Of the last 64 numbers it is known which were received */
static void history(struct kunit *test)
{
	static const struct row rows[] = {
		{ 66, D }, { 3, DUP }, { 2, LATE }, { 1, LATE }, { 0, LATE },
		{ 4, DUP }, { 65, DUP }, { 66, DUP }, { 67, D },
	};
	struct pptp_seq_rx rx = {};
	u32 seq;

	pptp_seq_receive(&rx, 0);
	pptp_seq_give_up(&rx, 2);
	for (seq = 2; seq < 66; seq++)
		pptp_seq_receive(&rx, seq);
	play(test, &rx, rows, ARRAY_SIZE(rows));
	pptp_seq_give_up(&rx, 68 + 63);
	pptp_seq_receive(&rx, 68 + 63);
	KUNIT_EXPECT_EQ(test, pptp_seq_receive(&rx, 67).verdict, LATE);
	KUNIT_EXPECT_EQ(test, rx.history, 1ULL);
}

static void wraps(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0xfffffffe, D }, { 0xffffffff, D }, { 0, D }, { 1, D },
		{ 0xffffffff, DUP }, { 0xfffffffd, LATE },
	};
	struct pptp_seq_rx rx = { .next = 0xfffffffe, .started = true };

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

/* What pptp.ko goes deaf of: the packet just before the wrap is lost. */
static void wraps_over_a_loss(struct kunit *test)
{
	static const struct row lost_last[] = {
		{ 0xfffffffe, D }, { 0, HOLD }, { 1, HOLD },
	};
	static const struct row lost_first[] = {
		{ 0xffffffff, D }, { 1, HOLD },
	};
	struct pptp_seq_rx rx = { .next = 0xfffffffe, .started = true };

	play(test, &rx, lost_last, ARRAY_SIZE(lost_last));
	KUNIT_EXPECT_EQ(test, pptp_seq_give_up(&rx, 0), 1U);
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 0));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 1));
	rx = (struct pptp_seq_rx){ .next = 0xffffffff, .started = true };
	play(test, &rx, lost_first, ARRAY_SIZE(lost_first));
	KUNIT_EXPECT_EQ(test, pptp_seq_give_up(&rx, 1), 1U);
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 1));
}

static void swapped_over_the_wrap(struct kunit *test)
{
	static const struct row rows[] = { { 0, HOLD }, { 0xffffffff, D } };
	struct pptp_seq_rx rx = { .next = 0xffffffff, .started = true };

	play(test, &rx, rows, ARRAY_SIZE(rows));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 0));
	KUNIT_EXPECT_EQ(test, rx.next, 1U);
}

/* Number 1 means a peer that starts there only when it is the first packet. */
static void one_after_a_wrap_is_early(struct kunit *test)
{
	static const struct row rows[] = { { 1, HOLD }, { 0, D } };
	struct pptp_seq_rx rx = { .next = 0, .started = true };

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void one_forged_jump(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 1, D },
		{ 0x7fffffff, JUMP }, { 2, D },
		{ PPTP_SEQ_AHEAD_MAX + 3, JUMP }, { 3, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void two_in_sequence_resynchronise(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 0x80000001, D, true },
		{ 0x80000002, D }, { 1, JUMP }, { 0x80000003, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

/* The second overtook the first, as all of them may from here on. */
static void a_swapped_pair_resynchronises(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000001, JUMP }, { 0x80000000, D, true },
		{ 0x80000000, DUP }, { 0x80000001, LATE },
		{ 0x80000003, HOLD }, { 0x80000002, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 0x80000003));
}

/* One between them is lost, or late. */
static void two_with_a_hole_resynchronise(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 0x80000002, HOLD, true },
		{ 0x80000001, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
	KUNIT_EXPECT_TRUE(test, pptp_seq_release(&rx, 0x80000002));
}

static void how_near_two_must_be(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0x80000000, JUMP }, { 0x80000000, JUMP },
		{ 0x80000000 + PPTP_SEQ_NEAR, JUMP }, { 0x80000000, JUMP },
		{ 0x80000000 + PPTP_SEQ_NEAR - 1, HOLD, true },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

/* Good packets between two forged ones show that the numbering still holds. */
static void two_forged_apart_do_not(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 1, D }, { 0x80000001, JUMP },
		{ 3, HOLD }, { 0x80000002, JUMP }, { 2, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void edges_of_the_bounds(struct kunit *test)
{
	static const struct row rows[] = {
		{ PPTP_SEQ_AHEAD_MAX - 1, HOLD },
		{ PPTP_SEQ_AHEAD_MAX, JUMP },
		{ -PPTP_SEQ_BEHIND_MAX, LATE },
		{ -PPTP_SEQ_BEHIND_MAX - 1, JUMP },
	};
	struct pptp_seq_rx rx = { .started = true };

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void ack_is_owed_once(struct kunit *test)
{
	struct pptp_seq_rx rx = {};
	u32 ack = 42;

	KUNIT_EXPECT_FALSE(test, pptp_seq_take_ack(&rx, &ack));
	pptp_seq_receive(&rx, 0);
	pptp_seq_receive(&rx, 1);
	KUNIT_EXPECT_EQ(test, pptp_seq_unacked(&rx), 2U);
	KUNIT_EXPECT_TRUE(test, pptp_seq_take_ack(&rx, &ack));
	KUNIT_EXPECT_EQ(test, ack, 1U);
	KUNIT_EXPECT_FALSE(test, pptp_seq_take_ack(&rx, &ack));
	pptp_seq_receive(&rx, 1);
	pptp_seq_receive(&rx, 3);
	KUNIT_EXPECT_FALSE(test, pptp_seq_take_ack(&rx, &ack));
}

static void acks_wrap(struct kunit *test)
{
	struct pptp_seq_rx rx = { .next = -2, .acked = -2, .started = true };
	u32 i, ack;

	for (i = 1; i <= 8; i++) {
		pptp_seq_receive(&rx, i - 3);
		KUNIT_EXPECT_EQ(test, pptp_seq_unacked(&rx), i);
	}
	KUNIT_EXPECT_TRUE(test, pptp_seq_take_ack(&rx, &ack));
	KUNIT_EXPECT_EQ(test, ack, i - 4);
}

static struct kunit_case pptp_seq_cases[] = {
	KUNIT_CASE(starts_at_0),
	KUNIT_CASE(starts_at_1),
	KUNIT_CASE(starts_after_losses),
	KUNIT_CASE(starts_anywhere),
	KUNIT_CASE(late_and_duplicate),
	KUNIT_CASE(a_swapped_pair),
	KUNIT_CASE(a_hole_is_given_up),
	KUNIT_CASE(history),
	KUNIT_CASE(wraps),
	KUNIT_CASE(wraps_over_a_loss),
	KUNIT_CASE(swapped_over_the_wrap),
	KUNIT_CASE(one_after_a_wrap_is_early),
	KUNIT_CASE(one_forged_jump),
	KUNIT_CASE(two_in_sequence_resynchronise),
	KUNIT_CASE(a_swapped_pair_resynchronises),
	KUNIT_CASE(two_with_a_hole_resynchronise),
	KUNIT_CASE(how_near_two_must_be),
	KUNIT_CASE(two_forged_apart_do_not),
	KUNIT_CASE(edges_of_the_bounds),
	KUNIT_CASE(ack_is_owed_once),
	KUNIT_CASE(acks_wrap),
	{}
};

static struct kunit_suite pptp_seq_suite = {
	.name		= "pptp_seq",
	.test_cases	= pptp_seq_cases,
};

kunit_test_suite(pptp_seq_suite);

MODULE_DESCRIPTION("KUnit suite of the PPTP sequence engine");
MODULE_LICENSE("GPL");
