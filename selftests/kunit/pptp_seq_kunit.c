// SPDX-License-Identifier: GPL-2.0
/* The sequence engine, played from numbered rows. */
#include <kunit/test.h>
#include <linux/module.h>

#include "pptp_seq.h"

#define D	PPTP_SEQ_DELIVER
#define LATE	PPTP_SEQ_DROP_LATE
#define JUMP	PPTP_SEQ_DROP_JUMP

struct row {
	u32			seq;
	enum pptp_seq_verdict	verdict;
	u32			lost;
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
		KUNIT_EXPECT_EQ_MSG(test, res.lost, rows[i].lost, "row %u", i);
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
	static const struct row rows[] = {
		{ 5, D, 5 }, { 6, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void late_and_duplicate(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D }, { 2, D, 1 }, { 1, LATE }, { 2, LATE }, { 3, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void wraps(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0xfffffffe, D }, { 0xffffffff, D }, { 0, D }, { 1, D },
		{ 0xffffffff, LATE },
	};
	struct pptp_seq_rx rx = { .next = 0xfffffffe, .started = true };

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

/* What pptp.ko goes deaf of: the packet just before the wrap is lost. */
static void wraps_over_a_loss(struct kunit *test)
{
	static const struct row lost_last[] = {
		{ 0xfffffffe, D }, { 0, D, 1 }, { 1, D },
	};
	static const struct row lost_first[] = {
		{ 0xffffffff, D }, { 1, D, 1 }, { 2, D },
	};
	struct pptp_seq_rx rx = { .next = 0xfffffffe, .started = true };

	play(test, &rx, lost_last, ARRAY_SIZE(lost_last));
	rx = (struct pptp_seq_rx){ .next = 0xffffffff, .started = true };
	play(test, &rx, lost_first, ARRAY_SIZE(lost_first));
}

/* Number 1 means a peer that starts there only when it is the first packet. */
static void one_after_a_wrap_is_a_loss(struct kunit *test)
{
	static const struct row rows[] = { { 1, D, 1 } };
	struct pptp_seq_rx rx = { .next = 0, .started = true };

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void one_forged_jump(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 1, D },
		{ 0x7fffffff, JUMP }, { 2, D },
		{ PPTP_SEQ_JUMP_MAX + 3, JUMP }, { 3, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void two_in_sequence_resynchronise(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 0x80000001, D, 0, true },
		{ 0x80000002, D }, { 1, JUMP }, { 0x80000003, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

/* Good packets between two forged ones show that the numbering still holds. */
static void two_forged_apart_do_not(struct kunit *test)
{
	static const struct row rows[] = {
		{ 0, D },
		{ 0x80000000, JUMP }, { 1, D }, { 0x80000001, JUMP }, { 2, D },
	};
	struct pptp_seq_rx rx = {};

	play(test, &rx, rows, ARRAY_SIZE(rows));
}

static void edges_of_the_jump(struct kunit *test)
{
	static const struct row ahead[] = {
		{ PPTP_SEQ_JUMP_MAX - 1, D, PPTP_SEQ_JUMP_MAX - 1 },
	};
	static const struct row beyond[] = {
		{ PPTP_SEQ_JUMP_MAX, JUMP },
	};
	static const struct row behind[] = {
		{ -PPTP_SEQ_JUMP_MAX, LATE }, { -PPTP_SEQ_JUMP_MAX - 1, JUMP },
	};
	struct pptp_seq_rx rx = { .started = true };

	play(test, &rx, ahead, ARRAY_SIZE(ahead));
	rx = (struct pptp_seq_rx){ .started = true };
	play(test, &rx, beyond, ARRAY_SIZE(beyond));
	rx = (struct pptp_seq_rx){ .started = true };
	play(test, &rx, behind, ARRAY_SIZE(behind));
}

static void ack_is_owed_once(struct kunit *test)
{
	struct pptp_seq_rx rx = {};
	u32 ack = 42;

	KUNIT_EXPECT_FALSE(test, pptp_seq_take_ack(&rx, &ack));
	pptp_seq_receive(&rx, 0);
	pptp_seq_receive(&rx, 1);
	KUNIT_EXPECT_TRUE(test, pptp_seq_take_ack(&rx, &ack));
	KUNIT_EXPECT_EQ(test, ack, 1U);
	KUNIT_EXPECT_FALSE(test, pptp_seq_take_ack(&rx, &ack));
	pptp_seq_receive(&rx, 1);
	KUNIT_EXPECT_FALSE(test, pptp_seq_take_ack(&rx, &ack));
}

static void ack_does_not_wait_for_ever(struct kunit *test)
{
	struct pptp_seq_rx rx = { .next = -2, .acked = -2, .started = true };
	u32 i, ack;

	for (i = 1; i < PPTP_SEQ_ACK_EVERY; i++)
		KUNIT_EXPECT_FALSE(test, pptp_seq_receive(&rx, i - 3).ack_now);
	KUNIT_EXPECT_TRUE(test, pptp_seq_receive(&rx, i - 3).ack_now);
	KUNIT_EXPECT_TRUE(test, pptp_seq_take_ack(&rx, &ack));
	KUNIT_EXPECT_EQ(test, ack, i - 3);
	KUNIT_EXPECT_FALSE(test, pptp_seq_receive(&rx, i - 2).ack_now);
}

static struct kunit_case pptp_seq_cases[] = {
	KUNIT_CASE(starts_at_0),
	KUNIT_CASE(starts_at_1),
	KUNIT_CASE(starts_after_losses),
	KUNIT_CASE(late_and_duplicate),
	KUNIT_CASE(wraps),
	KUNIT_CASE(wraps_over_a_loss),
	KUNIT_CASE(one_after_a_wrap_is_a_loss),
	KUNIT_CASE(one_forged_jump),
	KUNIT_CASE(two_in_sequence_resynchronise),
	KUNIT_CASE(two_forged_apart_do_not),
	KUNIT_CASE(edges_of_the_jump),
	KUNIT_CASE(ack_is_owed_once),
	KUNIT_CASE(ack_does_not_wait_for_ever),
	{}
};

static struct kunit_suite pptp_seq_suite = {
	.name		= "pptp_seq",
	.test_cases	= pptp_seq_cases,
};

kunit_test_suite(pptp_seq_suite);

MODULE_DESCRIPTION("KUnit suite of the PPTP sequence engine");
MODULE_LICENSE("GPL");
