// SPDX-License-Identifier: GPL-2.0
/* The send window, round trips and the time that holes are open, by the RFC. */
#include <kunit/test.h>
#include <linux/module.h>

#include "pptp_reorder.h"
#include "pptp_window.h"

#define MS	PPTP_MS

static void set_up(struct pptp_window *win, enum pptp_window_mode mode, u32 max)
{
	memset(win, 0, sizeof(*win));
	pptp_window_init(win);
	win->mode = mode;
	pptp_window_set_max(win, max);
}

static unsigned int send_all(struct pptp_window *win, u32 now, unsigned int max)
{
	unsigned int count;

	for (count = 0; count < max && pptp_window_open(win); count++) {
		if (pptp_window_wants_time(win))
			pptp_window_stamp(win, now);
		pptp_window_take(win);
	}
	return count;
}

static void starts_at_half(struct kunit *test)
{
	static const u32 rows[][2] = { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 16, 8 } };
	struct pptp_window win;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		set_up(&win, PPTP_WINDOW_ON, rows[i][0]);
		KUNIT_EXPECT_EQ(test, send_all(&win, 0, 99), rows[i][1]);
	}
}

static void off_and_unknown_limit_nothing(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_OFF, 16);
	pptp_window_ack(&win, 0, true, 0);
	KUNIT_EXPECT_EQ(test, send_all(&win, 0, 99), 99U);
	set_up(&win, PPTP_WINDOW_ON, 0);
	KUNIT_EXPECT_EQ(test, send_all(&win, 0, 99), 99U);
}

static void auto_believes_no_tiny_window(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_AUTO, PPTP_WINDOW_AUTO_MIN - 1);
	send_all(&win, 0, 1);
	pptp_window_ack(&win, 0, true, 0);
	KUNIT_EXPECT_EQ(test, send_all(&win, 0, 99), 99U);
}

static void auto_waits_for_a_lone_ack(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_AUTO, 16);
	KUNIT_EXPECT_EQ(test, send_all(&win, 0, 20), 20U);
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 4, false, 9 * MS));
	KUNIT_EXPECT_TRUE(test, pptp_window_open(&win));
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 9, true, 9 * MS));
	KUNIT_EXPECT_FALSE(test, pptp_window_open(&win));
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 19, true, 9 * MS));
	KUNIT_EXPECT_TRUE(test, pptp_window_open(&win));
}

/* A peer that acknowledged once, and never again */
static void auto_is_not_stalled(struct kunit *test)
{
	struct pptp_window win;
	u32 now = 0;

	set_up(&win, PPTP_WINDOW_AUTO, 16);
	send_all(&win, now, 1);
	pptp_window_ack(&win, 0, true, now);
	KUNIT_EXPECT_EQ(test, send_all(&win, now, 99), 8U);
	now += pptp_window_left(&win, now);
	KUNIT_EXPECT_TRUE(test, pptp_window_timeout(&win, now));
	KUNIT_EXPECT_EQ(test, send_all(&win, now, 99), 4U);
	now += pptp_window_left(&win, now);
	KUNIT_EXPECT_TRUE(test, pptp_window_timeout(&win, now));
	KUNIT_EXPECT_EQ(test, send_all(&win, now, 99), 99U);
	KUNIT_EXPECT_LE(test, now, 2 * PPTP_WINDOW_ATO_MAX);
	/* An acknowledgment of what was given up brings it back */
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 1, true, now));
	KUNIT_EXPECT_FALSE(test, pptp_window_open(&win));
}

static void halves_rounding_up(struct kunit *test)
{
	static const u32 sizes[] = { 4, 2, 1, 1 };
	struct pptp_window win;
	unsigned int i;
	u32 now = 0;

	set_up(&win, PPTP_WINDOW_ON, 15);
	KUNIT_EXPECT_EQ(test, send_all(&win, now, 99), 7U);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_FALSE(test, pptp_window_timeout(&win, now));
		now += pptp_window_left(&win, now);
		KUNIT_EXPECT_TRUE(test, pptp_window_timeout(&win, now));
		KUNIT_EXPECT_EQ(test, send_all(&win, now, 99), sizes[i]);
	}
}

static void grows_by_full_windows(struct kunit *test)
{
	struct pptp_window win;
	u32 ack;

	set_up(&win, PPTP_WINDOW_ON, 6);
	for (ack = 0; ack < 3 + 4 + 5; ack++) {
		send_all(&win, 0, 99);
		KUNIT_EXPECT_EQ(test, win.size,
				ack < 3 ? 3U : ack < 7 ? 4U : 5U);
		pptp_window_ack(&win, ack, true, 0);
	}
	KUNIT_EXPECT_EQ(test, win.size, 6U);
	for (; ack < 40; ack++) {
		send_all(&win, 0, 99);
		pptp_window_ack(&win, ack, true, 0);
	}
	KUNIT_EXPECT_EQ(test, win.size, 6U);
}

static void one_ack_covers_several(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_ON, 16);
	send_all(&win, 0, 99);
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 6, true, 0));
	KUNIT_EXPECT_EQ(test, pptp_window_in_flight(&win), 1U);
}

static void impossible_acks_are_refused(struct kunit *test)
{
	static const u32 rows[] = { 8, 9, 0x80000000, 0xfffffffe, 2, 1, 0 };
	struct pptp_window win;
	unsigned int i;

	set_up(&win, PPTP_WINDOW_ON, 16);
	send_all(&win, 0, 99);
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 2, true, 0));
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       pptp_window_ack(&win, rows[i], true, 0),
				       "row %u", i);
	KUNIT_EXPECT_EQ(test, pptp_window_in_flight(&win), 5U);
}

static void numbers_wrap(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_ON, 16);
	win.next = -4;
	win.base = -4;
	win.acked = -4;
	KUNIT_EXPECT_EQ(test, send_all(&win, 0, 99), 8U);
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, -1, true, 0));
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 3, true, 0));
	KUNIT_EXPECT_EQ(test, pptp_window_in_flight(&win), 0U);
}

/* RFC 2637 section 4.4, calculated by hand */
static void round_trips(struct kunit *test)
{
	struct pptp_estimate est = { .mean = 100 * MS };

	pptp_estimate_sample(&est, 180 * MS);
	KUNIT_EXPECT_EQ(test, est.dev, 20 * MS);
	KUNIT_EXPECT_EQ(test, est.mean, 110 * MS);
	pptp_estimate_sample(&est, 70 * MS);
	KUNIT_EXPECT_EQ(test, est.dev, 25 * MS);
	KUNIT_EXPECT_EQ(test, est.mean, 105 * MS);
	KUNIT_EXPECT_EQ(test, pptp_estimate_bound(&est, 0, -1), 205 * MS);
	KUNIT_EXPECT_EQ(test, pptp_estimate_bound(&est, 0, 99), 99U);
	KUNIT_EXPECT_EQ(test, pptp_estimate_bound(&est, 206 * MS, -1), 206 * MS);
}

static void a_round_trip_is_measured(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_ON, 16);
	send_all(&win, -20 * MS, 1);
	pptp_window_ack(&win, 0, true, 0);
	KUNIT_EXPECT_EQ(test, win.rtt.mean, 90 * MS);
	KUNIT_EXPECT_EQ(test, win.rtt.dev, 20 * MS);
	KUNIT_EXPECT_EQ(test, pptp_window_ato(&win), 170 * MS);
}

/* A packet whose timer fired is no sample; the round trip is doubled instead. */
static void no_sample_after_a_time_out(struct kunit *test)
{
	struct pptp_window win;

	set_up(&win, PPTP_WINDOW_ON, 16);
	send_all(&win, 0, 1);
	pptp_window_ack(&win, 0, true, 150 * MS);
	KUNIT_EXPECT_EQ(test, win.rtt.mean, 200 * MS);
	KUNIT_EXPECT_EQ(test, win.rtt.dev, 0U);
	send_all(&win, 150 * MS, 1);
	KUNIT_EXPECT_FALSE(test, pptp_window_timeout(&win, 349 * MS));
	KUNIT_EXPECT_TRUE(test, pptp_window_timeout(&win, 350 * MS));
	KUNIT_EXPECT_TRUE(test, pptp_window_ack(&win, 1, true, 360 * MS));
	KUNIT_EXPECT_EQ(test, win.rtt.mean, 400 * MS);
}

static void ack_delay_is_a_quarter(struct kunit *test)
{
	static const u32 rows[][2] = {
		{ 0, 2 * MS }, { 8 * MS, 2 * MS }, { 40 * MS, 10 * MS },
		{ 200 * MS, 50 * MS }, { 3000 * MS, 50 * MS },
	};
	struct pptp_window win = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		win.rtt.mean = rows[i][0];
		KUNIT_EXPECT_EQ(test, pptp_window_delay(&win), rows[i][1]);
	}
}

static void holes_follow_the_path(struct kunit *test)
{
	struct pptp_reorder reorder = {};
	unsigned int i;

	pptp_reorder_init(&reorder);
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), 40 * MS);
	for (i = 0; i < 99; i++)
		pptp_reorder_filled(&reorder, 0);
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), PPTP_REORDER_MIN);
	for (i = 0; i < 99; i++)
		pptp_reorder_filled(&reorder, 80 * MS);
	KUNIT_EXPECT_GE(test, pptp_reorder_time(&reorder), 80 * MS);
	KUNIT_EXPECT_LE(test, pptp_reorder_time(&reorder), 90 * MS);
	for (i = 0; i < 99; i++)
		pptp_reorder_filled(&reorder, i & 1 ? 0 : 300 * MS);
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), PPTP_REORDER_MAX);
	pptp_reorder_filled(&reorder, -1);
	KUNIT_EXPECT_LE(test, reorder.est.mean, 300 * MS);
}

/* What came after it had been given up says how long to wait the next time. */
static void late_packets_open_holes_longer(struct kunit *test)
{
	struct pptp_reorder reorder = {};
	u32 before;

	pptp_reorder_init(&reorder);
	before = pptp_reorder_time(&reorder);
	pptp_reorder_late(&reorder, 7, 100 * MS);
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), before);
	pptp_reorder_gave_up(&reorder, 7, 2, 0);
	pptp_reorder_late(&reorder, 6, 100 * MS);
	pptp_reorder_late(&reorder, 9, 100 * MS);
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), before);
	pptp_reorder_late(&reorder, 8, 100 * MS);
	KUNIT_EXPECT_GE(test, pptp_reorder_time(&reorder), 100 * MS);
}

static void holes_of_a_fixed_time(struct kunit *test)
{
	struct pptp_reorder reorder = {};

	pptp_reorder_init(&reorder);
	reorder.fixed = 0;
	pptp_reorder_filled(&reorder, 100 * MS);
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), 0U);
	reorder.fixed = 70 * MS;
	KUNIT_EXPECT_EQ(test, pptp_reorder_time(&reorder), 70 * MS);
}

static struct kunit_case pptp_window_cases[] = {
	KUNIT_CASE(starts_at_half),
	KUNIT_CASE(off_and_unknown_limit_nothing),
	KUNIT_CASE(auto_believes_no_tiny_window),
	KUNIT_CASE(auto_waits_for_a_lone_ack),
	KUNIT_CASE(auto_is_not_stalled),
	KUNIT_CASE(halves_rounding_up),
	KUNIT_CASE(grows_by_full_windows),
	KUNIT_CASE(one_ack_covers_several),
	KUNIT_CASE(impossible_acks_are_refused),
	KUNIT_CASE(numbers_wrap),
	KUNIT_CASE(round_trips),
	KUNIT_CASE(a_round_trip_is_measured),
	KUNIT_CASE(no_sample_after_a_time_out),
	KUNIT_CASE(ack_delay_is_a_quarter),
	KUNIT_CASE(holes_follow_the_path),
	KUNIT_CASE(late_packets_open_holes_longer),
	KUNIT_CASE(holes_of_a_fixed_time),
	{}
};

static struct kunit_suite pptp_window_suite = {
	.name		= "pptp_window",
	.test_cases	= pptp_window_cases,
};

kunit_test_suite(pptp_window_suite);

MODULE_DESCRIPTION("KUnit suite of the PPTP send window and its clocks");
MODULE_LICENSE("GPL");
