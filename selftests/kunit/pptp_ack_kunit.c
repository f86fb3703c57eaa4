// SPDX-License-Identifier: GPL-2.0
/* How often acknowledgments go alone, before peers of several kinds. */
#include <kunit/test.h>
#include <linux/module.h>

#include "pptp_ack.h"

/*
 * A peer that sends until @window packets are unacknowledged, and is told nothing
 * before the time is over then. Counts both, for so many packets.
 */
static void send(struct pptp_ack *ack, unsigned int packets, unsigned int window,
		 unsigned int *acks, unsigned int *waits)
{
	unsigned int unacked = 0;

	*acks = 0;
	*waits = 0;
	while (packets--) {
		unacked++;
		if (pptp_ack_due(ack, unacked)) {
			unacked = 0;
			++*acks;
		} else if (unacked == window) {
			pptp_ack_late(ack, unacked);
			unacked = 0;
			++*waits;
		}
	}
}

static void every_8_at_first(struct kunit *test)
{
	struct pptp_ack ack;
	unsigned int acks, waits;

	pptp_ack_init(&ack);
	send(&ack, 16 * 8, ~0U, &acks, &waits);
	KUNIT_EXPECT_EQ(test, acks, 16U);
	KUNIT_EXPECT_EQ(test, ack.every, 8);
}

static void every_128_in_the_end(struct kunit *test)
{
	struct pptp_ack ack;
	unsigned int acks, waits, every;

	pptp_ack_init(&ack);
	for (every = 8; every < 128; every *= 2) {
		KUNIT_EXPECT_EQ(test, ack.every, every);
		send(&ack, 16 * every + 4 * every, ~0U, &acks, &waits);
	}
	KUNIT_EXPECT_EQ(test, ack.every, 128);
	send(&ack, 128 * 100, ~0U, &acks, &waits);
	KUNIT_EXPECT_EQ(test, acks, 100U);
	KUNIT_EXPECT_EQ(test, waits, 0U);
}

/* With half of its window acknowledged at a time, a peer need not stop. */
static void half_of_a_window(struct kunit *test)
{
	static const u16 rows[][2] = {
		{ 16, 8 }, { 31, 8 }, { 32, 16 }, { 63, 16 }, { 64, 32 },
		{ 255, 64 }, { 256, 128 },
	};
	unsigned int acks, waits, i;
	struct pptp_ack ack;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		pptp_ack_init(&ack);
		send(&ack, 40000, rows[i][0], &acks, &waits);
		KUNIT_EXPECT_EQ_MSG(test, ack.every, rows[i][1], "row %u", i);
		/* Each that failed has doubled what is between two tests. */
		KUNIT_EXPECT_LE_MSG(test, waits, 12U, "row %u", i);
	}
}

static void a_window_that_shrinks(struct kunit *test)
{
	struct pptp_ack ack;
	unsigned int acks, waits;

	pptp_ack_init(&ack);
	send(&ack, 10000, ~0U, &acks, &waits);
	KUNIT_EXPECT_EQ(test, ack.every, 128);
	send(&ack, 100, 16, &acks, &waits);
	KUNIT_EXPECT_EQ(test, ack.every, 8);
	KUNIT_EXPECT_EQ(test, waits, 1U);
}

/* Less than that is waited for in any case: it says nothing about a window. */
static void a_pause_says_nothing(struct kunit *test)
{
	struct pptp_ack ack;
	unsigned int acks, waits;

	pptp_ack_init(&ack);
	send(&ack, 10000, ~0U, &acks, &waits);
	pptp_ack_late(&ack, 7);
	KUNIT_EXPECT_EQ(test, ack.every, 128);
	pptp_ack_late(&ack, 0);
	KUNIT_EXPECT_EQ(test, ack.every, 128);
}

static struct kunit_case pptp_ack_cases[] = {
	KUNIT_CASE(every_8_at_first),
	KUNIT_CASE(every_128_in_the_end),
	KUNIT_CASE(half_of_a_window),
	KUNIT_CASE(a_window_that_shrinks),
	KUNIT_CASE(a_pause_says_nothing),
	{}
};

static struct kunit_suite pptp_ack_suite = {
	.name		= "pptp_ack",
	.test_cases	= pptp_ack_cases,
};

kunit_test_suite(pptp_ack_suite);

MODULE_DESCRIPTION("KUnit suite of how often to acknowledge");
MODULE_LICENSE("GPL");
