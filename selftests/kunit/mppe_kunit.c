// SPDX-License-Identifier: GPL-2.0
/* MPPE: keys by RFC 3079's examples, and what may happen to packets on their way. */
#include <kunit/test.h>
#include <linux/module.h>

#include "mppe_cipher.h"

static const u8 START[] = {
	0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99, 0x3a, 0x1b,
	0xa1, 0x18, 0xcb, 0x15, 0x3f, 0x56, 0xdc, 0xcb,
};

static const struct mppe_place NOWHERE;

/* Both ends of a direction, and a packet between them */
struct ends {
	struct mppe_cipher	tx;
	struct mppe_cipher	rx;
	u8			plain[256];
	u8			wire[256 + MPPE_HEADER_LEN];
	u8			out[256 + MPPE_HEADER_LEN];
};

static struct ends *ends_new(struct kunit *test, enum mppe_strength strength,
			     bool stateful)
{
	struct ends *ends = kunit_kzalloc(test, sizeof(*ends), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ends);
	mppe_cipher_init(&ends->tx, START, strength, stateful);
	mppe_cipher_init(&ends->rx, START, strength, stateful);
	for (i = 0; i < sizeof(ends->plain); i++)
		ends->plain[i] = i;
	ends->plain[0] = 0;
	ends->plain[1] = 0x21;
	ends->plain[2] = 0x45;
	return ends;
}

static void send(struct ends *ends)
{
	mppe_encrypt(&ends->tx, ends->wire, ends->plain, sizeof(ends->plain));
}

static void lose(struct ends *ends, unsigned int packets)
{
	while (packets--)
		send(ends);
}

static enum mppe_verdict receive_at(struct ends *ends,
				    const struct mppe_place *place)
{
	struct mppe_packet packet = {
		.in	= ends->wire,
		.len	= sizeof(ends->wire),
		.out	= ends->out,
	};

	memset(ends->out, 0xee, sizeof(ends->out));
	return mppe_decrypt(&ends->rx, &packet, place);
}

static enum mppe_verdict receive(struct ends *ends)
{
	return receive_at(ends, &NOWHERE);
}

static void expect_good(struct kunit *test, struct ends *ends)
{
	KUNIT_EXPECT_EQ(test, receive(ends), MPPE_GOOD);
	KUNIT_EXPECT_EQ(test, memcmp(ends->out, ends->plain,
				     sizeof(ends->plain)), 0);
}

/* ---- session keys of RFC 3079's examples, and what RC4 makes of a message ---- */

struct example {
	enum mppe_strength	strength;
	u8			session[16];
	u8			message[12];
};

static const struct example EXAMPLES[] = {
	{ MPPE_40,
	  { 0xd1, 0x26, 0x9e, 0xc4, 0x9f, 0xa6, 0x2e, 0x3e },
	  { 0x92, 0x91, 0x37, 0x91, 0x7e, 0x58, 0x03, 0xd6, 0x68, 0xd7, 0x58,
	    0x98 } },
	{ MPPE_56,
	  { 0xd1, 0x5c, 0x00, 0xc4, 0x9f, 0xa6, 0x2e, 0x3e },
	  { 0x3f, 0x10, 0x68, 0x33, 0xfa, 0x44, 0x8d, 0xa8, 0x42, 0xbc, 0x57,
	    0xb8 } },
	{ MPPE_128,
	  { 0x40, 0x5c, 0xb2, 0x24, 0x7a, 0x79, 0x56, 0xe6, 0xe2, 0x11, 0x00,
	    0x7a, 0xe2, 0x7b, 0x22, 0xd4 },
	  { 0x81, 0x84, 0x83, 0x17, 0xdf, 0x68, 0x84, 0x62, 0x72, 0xfb, 0x5a,
	    0xbe } },
};

static void examples_of_the_rfc(struct kunit *test)
{
	struct mppe_chain *chain = kunit_kzalloc(test, sizeof(*chain), GFP_KERNEL);
	struct mppe_rc4 *rc4 = kunit_kzalloc(test, sizeof(*rc4), GFP_KERNEL);
	const struct example *example = EXAMPLES;
	u8 message[12];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, chain);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rc4);
	for (; example < EXAMPLES + ARRAY_SIZE(EXAMPLES); example++) {
		mppe_key_init(chain, START, example->strength);
		KUNIT_EXPECT_EQ(test, memcmp(chain->session, example->session,
					     mppe_key_len(example->strength)), 0);
		mppe_key_stream(chain, rc4);
		mppe_rc4_crypt(rc4, message, "test message", 12);
		KUNIT_EXPECT_EQ(test, memcmp(message, example->message, 12), 0);
	}
}

/* ---- stateless ---- */

static void each_packet_has_a_key(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	unsigned int i;

	for (i = 0; i < 3 * MPPE_COUNTS; i++) {
		send(ends);
		KUNIT_ASSERT_EQ(test, ends->wire[0] << 8 | ends->wire[1],
				0x9000 | i % MPPE_COUNTS);
		expect_good(test, ends);
	}
	KUNIT_EXPECT_EQ(test, ends->rx.lost, 0ULL);
}

static void weak_keys(struct kunit *test)
{
	enum mppe_strength strength;
	struct ends *ends;
	unsigned int i;

	for (strength = MPPE_40; strength <= MPPE_128; strength++) {
		ends = ends_new(test, strength, false);
		for (i = 0; i < 300; i++) {
			send(ends);
			expect_good(test, ends);
		}
	}
}

/* A protocol field of one octet becomes one of two. */
static void compressed_protocol(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_packet packet = { .in = ends->wire, .out = ends->out };
	unsigned int len;

	for (len = 1; len < 40; len++) {
		mppe_encrypt(&ends->tx, ends->wire, ends->plain + 1, len);
		packet.len = MPPE_HEADER_LEN + len;
		KUNIT_EXPECT_EQ(test, mppe_decrypt(&ends->rx, &packet, &NOWHERE),
				MPPE_GOOD);
		KUNIT_EXPECT_EQ(test, packet.out_len, len + 1);
		KUNIT_EXPECT_EQ(test, memcmp(ends->out, ends->plain, len + 1), 0);
	}
}

static void losses_that_the_count_tells(struct kunit *test)
{
	static const unsigned int LOST[] = { 1, 2, 100, 2047, 2049, 3000, 3839 };
	struct ends *ends = ends_new(test, MPPE_128, false);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(LOST); i++) {
		send(ends);
		expect_good(test, ends);
		lose(ends, LOST[i]);
		send(ends);
		expect_good(test, ends);
		ends->rx.skipped = 0;
	}
}

/* What carries the packets tells of losses beyond that; some of them were not ours. */
static void losses_that_the_place_tells(struct kunit *test)
{
	static const int LOST[] = { 0, 1, 3840, 4096, 10000, 100000 };
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_place place = { .known = true };
	unsigned int i;
	int others;

	for (i = 0; i < ARRAY_SIZE(LOST); i++) {
		for (others = -2; others <= 7; others += 3) {
			lose(ends, LOST[i]);
			send(ends);
			place.missing = LOST[i] + others;
			KUNIT_EXPECT_EQ(test, receive_at(ends, &place), MPPE_GOOD);
			KUNIT_EXPECT_EQ(test, memcmp(ends->out, ends->plain,
						     sizeof(ends->plain)), 0);
			ends->rx.skipped = 0;
		}
	}
}

static void late_packets(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	u8 *late = kunit_kzalloc(test, sizeof(ends->wire), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, late);
	send(ends);
	expect_good(test, ends);
	send(ends);
	memcpy(late, ends->wire, sizeof(ends->wire));
	lose(ends, 200);
	send(ends);
	expect_good(test, ends);
	memcpy(ends->wire, late, sizeof(ends->wire));
	KUNIT_EXPECT_EQ(test, receive(ends), MPPE_DROP_LATE);
	send(ends);
	expect_good(test, ends);
}

/* Whatever a forged count says, the next packet of the peer's is decrypted. */
static void forged_packets(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	unsigned int count, good = 0;

	/* What has come in order is what is believed. */
	send(ends);
	expect_good(test, ends);
	for (count = 1; count < MPPE_COUNTS; count += 61) {
		memset(ends->wire, count, sizeof(ends->wire));
		ends->wire[0] = 0x90 | ((ends->tx.next + count) >> 8 & 0x0f);
		ends->wire[1] = ends->tx.next + count;
		good += receive(ends) == MPPE_GOOD;
		if (ends->rx.next != ends->tx.next)
			break;
		send(ends);
		expect_good(test, ends);
		ends->rx.skipped = 0;
	}
	/* One in 6,000 begins as a packet of IP does; none of these. */
	KUNIT_EXPECT_EQ(test, good, 0U);
}

static void steps_are_bounded(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_place place = { .known = true };

	send(ends);
	memset(ends->wire + MPPE_HEADER_LEN, 0, 100);
	place.missing = MPPE_COUNT_AHEAD_MAX - MPPE_COUNTS;
	KUNIT_EXPECT_EQ(test, receive_at(ends, &place), MPPE_DROP_NONSENSE);
	KUNIT_EXPECT_EQ(test, receive_at(ends, &place), MPPE_DROP_FAR);
	KUNIT_EXPECT_LE(test, ends->rx.skipped, (u32)MPPE_COUNT_AHEAD_MAX);
}

/* Whatever the place is said to be */
static void steps_of_odd_places_are_too(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_place place = { .known = true, .missing = S32_MAX };
	unsigned int i;

	send(ends);
	expect_good(test, ends);
	lose(ends, 1000);
	memset(ends->wire + MPPE_HEADER_LEN, 0, 100);
	for (i = 0; i < MPPE_COUNT_AHEAD_MAX / 999; i++)
		KUNIT_EXPECT_EQ(test, receive_at(ends, &place),
				MPPE_DROP_NONSENSE);
	KUNIT_EXPECT_EQ(test, receive_at(ends, &place), MPPE_DROP_FAR);
	KUNIT_EXPECT_LE(test, ends->rx.skipped, (u32)MPPE_COUNT_AHEAD_MAX);
}

/* A numbering that begins anew does not make the call deaf. */
static void odd_places(struct kunit *test)
{
	static const s32 MISSING[] = { S32_MIN, -5000, MPPE_COUNT_AHEAD_MAX + 1,
				       S32_MAX };
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_place place = { .known = true };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(MISSING); i++) {
		place.missing = MISSING[i];
		send(ends);
		KUNIT_EXPECT_EQ(test, receive_at(ends, &place), MPPE_GOOD);
	}
}

static void wrong_headers(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_packet packet = { .in = ends->wire, .out = ends->out };
	u8 bits;

	for (bits = 0; bits < 16; bits++) {
		send(ends);
		ends->wire[0] = (ends->wire[0] & 0x0f) | bits << 4;
		/* A and D, whatever B is, and not C */
		KUNIT_EXPECT_EQ(test, receive(ends), (bits & 0xb) == 0x9 ?
				MPPE_GOOD : MPPE_DROP_BITS);
	}
	for (packet.len = 0; packet.len <= MPPE_HEADER_LEN; packet.len++)
		KUNIT_EXPECT_EQ(test, mppe_decrypt(&ends->rx, &packet, &NOWHERE),
				MPPE_DROP_SHORT);
}

/* ---- stateful ---- */

static void a_key_for_256_packets(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, true);
	unsigned int i;

	for (i = 0; i < 2 * MPPE_COUNTS; i++) {
		send(ends);
		KUNIT_ASSERT_EQ(test, ends->wire[0] >> 4,
				i % 256 == 255 ? 0x9 : 0x1);
		expect_good(test, ends);
	}
	KUNIT_EXPECT_EQ(test, ends->rx.rekeyed, 32ULL);
}

static void a_reset(struct ends *ends)
{
	ends->tx.flush = true;
	mppe_cipher_reset_acked(&ends->rx);
}

static void a_loss_is_mended_by_a_reset(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_40, true);
	unsigned int lost;

	for (lost = 1; lost < 6000; lost *= 3) {
		send(ends);
		expect_good(test, ends);
		lose(ends, lost);
		send(ends);
		if (ends->wire[0] >> 4 == 0x1)
			KUNIT_EXPECT_EQ(test, receive(ends), MPPE_DROP_OUT_OF_STEP);
		a_reset(ends);
		send(ends);
		expect_good(test, ends);
	}
}

/* Each answer to a reset changes the key, also one that is lost. */
static void lost_answers(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, true);
	unsigned int i;

	lose(ends, 3);
	send(ends);
	KUNIT_EXPECT_EQ(test, receive(ends), MPPE_DROP_OUT_OF_STEP);
	for (i = 0; i < MPPE_RESETS_MAX - 1; i++) {
		a_reset(ends);
		lose(ends, 1);
		send(ends);
		KUNIT_EXPECT_EQ(test, receive(ends), MPPE_DROP_OUT_OF_STEP);
	}
	a_reset(ends);
	send(ends);
	expect_good(test, ends);
}

static void stateful_late_packets(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, true);

	send(ends);
	expect_good(test, ends);
	KUNIT_EXPECT_EQ(test, receive(ends), MPPE_DROP_LATE);
	send(ends);
	expect_good(test, ends);
}

/* ---- streams made ahead ---- */

static struct mppe_ring *ring_new(struct kunit *test)
{
	struct mppe_ring *ring = kunit_kzalloc(test, sizeof(*ring), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ring);
	mppe_ring_init(ring, 0);
	return ring;
}

static void make_all(struct mppe_ring *ring)
{
	while (mppe_ring_make(ring))
		;
}

/* Who makes a stream does not show, and one made is one used unless it is lost. */
static void streams_made_ahead(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	unsigned int i;

	ends->tx.ring = ring_new(test);
	ends->rx.ring = ring_new(test);
	for (i = 0; i < 2000; i++) {
		send(ends);
		if (i % 7)
			expect_good(test, ends);
		if (i % 50 < 20) {
			make_all(ends->tx.ring);
			make_all(ends->rx.ring);
		}
	}
	KUNIT_EXPECT_GT(test, ends->tx.ahead, 1000ULL);
	KUNIT_EXPECT_GT(test, ends->rx.ahead, 1000ULL);
}

/* A maker that is hardly ahead makes keys alone; the call begins those streams. */
static void keys_made_ahead(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_ring *ring = ring_new(test);
	u32 first, i;

	ends->tx.ring = ring;
	send(ends);
	expect_good(test, ends);
	first = ends->tx.next;
	make_all(ring);
	for (i = 0; i < MPPE_RING_SIZE; i++) {
		struct mppe_ahead *ahead = mppe_ring_find(ring, first + i);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ahead);
		KUNIT_EXPECT_EQ(test, !ahead->len, i < MPPE_RING_NEAR);
		send(ends);
		expect_good(test, ends);
	}
	KUNIT_EXPECT_EQ(test, ends->tx.ahead, (u64)MPPE_RING_SIZE);
}

/* Nobody wakes a maker that is at work, or one that has half of it left. */
static void maker_is_woken_in_time(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	struct mppe_ring *ring = ring_new(test);
	unsigned int i;

	ends->tx.ring = ring;
	send(ends);
	KUNIT_EXPECT_TRUE(test, mppe_ring_is_low(ring));
	make_all(ring);
	for (i = 0; i < MPPE_RING_SIZE / 2; i++) {
		KUNIT_EXPECT_FALSE(test, mppe_ring_is_low(ring));
		send(ends);
	}
	KUNIT_EXPECT_TRUE(test, mppe_ring_is_low(ring));
	ring->idle = false;
	KUNIT_EXPECT_FALSE(test, mppe_ring_is_low(ring));
}

/* A direction begun anew uses no stream of the old one. */
static void streams_of_a_former_key(struct kunit *test)
{
	struct ends *ends = ends_new(test, MPPE_128, false);
	u8 start[16] = { 1 };

	ends->tx.ring = ring_new(test);
	send(ends);
	expect_good(test, ends);
	make_all(ends->tx.ring);
	mppe_cipher_init(&ends->tx, start, MPPE_128, false);
	mppe_cipher_init(&ends->rx, start, MPPE_128, false);
	send(ends);
	expect_good(test, ends);
	make_all(ends->tx.ring);
	lose(ends, MPPE_RING_SIZE);
	send(ends);
	expect_good(test, ends);
}

static struct kunit_case mppe_cases[] = {
	KUNIT_CASE(examples_of_the_rfc),
	KUNIT_CASE(each_packet_has_a_key),
	KUNIT_CASE(weak_keys),
	KUNIT_CASE(compressed_protocol),
	KUNIT_CASE(losses_that_the_count_tells),
	KUNIT_CASE(losses_that_the_place_tells),
	KUNIT_CASE(late_packets),
	KUNIT_CASE(forged_packets),
	KUNIT_CASE(steps_are_bounded),
	KUNIT_CASE(steps_of_odd_places_are_too),
	KUNIT_CASE(odd_places),
	KUNIT_CASE(wrong_headers),
	KUNIT_CASE(a_key_for_256_packets),
	KUNIT_CASE(a_loss_is_mended_by_a_reset),
	KUNIT_CASE(lost_answers),
	KUNIT_CASE(stateful_late_packets),
	KUNIT_CASE(streams_made_ahead),
	KUNIT_CASE(keys_made_ahead),
	KUNIT_CASE(maker_is_woken_in_time),
	KUNIT_CASE(streams_of_a_former_key),
	{}
};

static struct kunit_suite mppe_suite = {
	.name		= "mppe",
	.test_cases	= mppe_cases,
};

kunit_test_suite(mppe_suite);

MODULE_DESCRIPTION("KUnit suite of Microsoft's encryption");
MODULE_LICENSE("GPL");
