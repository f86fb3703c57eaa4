// SPDX-License-Identifier: GPL-2.0
/* The parser of headers, played from rows. */
#include <kunit/test.h>
#include <linux/module.h>

#include "pptp_header.h"

#define GOOD		PPTP_HEADER_GOOD
#define DATA		0x3001		/* K, S, version 1 */
#define ACK		0x2081		/* K, A, version 1 */
#define BOTH		(DATA | ACK)
#define CALL_ID		0x1234

struct row {
	const char		*name;
	unsigned int		len;	/* of the packet */
	enum pptp_header_fault	fault;
	u16			flags;
	u16			payload_len;
	u16			protocol;
};

static const struct row rows[] = {
	{ "data", 13, GOOD, DATA, 1 },
	{ "data and ack", 17, GOOD, BOTH, 1 },
	{ "ack", 12, GOOD, ACK, 0 },
	{ "ack and padding", 99, GOOD, ACK, 0 },
	{ "the longest payload", 12 + 65535, GOOD, DATA, 65535 },
	{ "nothing at all", 0, PPTP_HEADER_SHORT, DATA, 1 },
	{ "a byte less than a header", 7, PPTP_HEADER_SHORT, DATA, 1 },
	{ "version 0", 13, PPTP_HEADER_VERSION, DATA & ~1, 1 },
	{ "version 2", 13, PPTP_HEADER_VERSION, DATA ^ 3, 1 },
	{ "another protocol", 13, PPTP_HEADER_PROTOCOL, DATA, 1, 0x0800 },
	{ "a checksum", 13, PPTP_HEADER_CHECKSUM, DATA | 0x8000, 1 },
	{ "routing", 13, PPTP_HEADER_ROUTING, DATA | 0x4000, 1 },
	{ "no key", 13, PPTP_HEADER_NO_KEY, DATA & ~0x2000, 1 },
	{ "strict source route", 13, PPTP_HEADER_FLAGS, DATA | 0x0800, 1 },
	{ "recursion", 13, PPTP_HEADER_FLAGS, DATA | 0x0100, 1 },
	{ "a flag", 13, PPTP_HEADER_FLAGS, DATA | 0x0008, 1 },
	{ "neither S nor A", 8, PPTP_HEADER_NOTHING, DATA & ACK, 0 },
	{ "a payload without S", 13, PPTP_HEADER_NO_SEQ, ACK, 1 },
	{ "S without a payload", 12, PPTP_HEADER_NO_PAYLOAD, DATA, 0 },
	{ "no room for the number", 11, PPTP_HEADER_LENGTH, DATA, 1 },
	{ "no room for the ack", 11, PPTP_HEADER_LENGTH, ACK, 0 },
	{ "no room for the payload", 12, PPTP_HEADER_LENGTH, DATA, 1 },
};

static void write_u16(u8 *to, u16 value)
{
	to[0] = value >> 8;
	to[1] = value;
}

/* The two numbers are 0x07 and 0x09, in the order in which they come */
static void write_row(const struct row *row, u8 *data)
{
	memset(data, 0, PPTP_HEADER_MAX);
	write_u16(data, row->flags);
	write_u16(data + 2, row->protocol ?: PPTP_HEADER_PPP);
	write_u16(data + 4, row->payload_len);
	write_u16(data + 6, CALL_ID);
	data[11] = 7;
	data[15] = 9;
}

static void row_name(const struct row *row, char *name)
{
	strscpy(name, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, rows, row_name);

/* The bytes that are there lie in memory of their own, for KASAN to see. */
static void a_row(struct kunit *test)
{
	const struct row *row = test->param_value;
	unsigned int there = min_t(unsigned int, row->len, PPTP_HEADER_MAX);
	u8 *data = kunit_kzalloc(test, there + !there, GFP_KERNEL);
	struct pptp_header hdr = {};
	u8 all[PPTP_HEADER_MAX];

	KUNIT_ASSERT_NOT_NULL(test, data);
	write_row(row, all);
	memcpy(data, all, there);
	KUNIT_EXPECT_EQ(test, pptp_header_read(data, row->len, &hdr), row->fault);
	KUNIT_EXPECT_EQ(test, hdr.call_id,
			pptp_header_has_id(row->fault) ? CALL_ID : 0);
}

static void numbers_are_read(struct kunit *test)
{
	struct pptp_header hdr;
	u8 data[PPTP_HEADER_MAX];

	write_row(&rows[0], data);
	pptp_header_read(data, rows[0].len, &hdr);
	KUNIT_EXPECT_TRUE(test, hdr.has_seq && !hdr.has_ack);
	KUNIT_EXPECT_EQ(test, hdr.header_len, 12);
	KUNIT_EXPECT_EQ(test, hdr.seq, 7U);
	write_row(&rows[1], data);
	pptp_header_read(data, rows[1].len, &hdr);
	KUNIT_EXPECT_TRUE(test, hdr.has_seq && hdr.has_ack);
	KUNIT_EXPECT_EQ(test, hdr.header_len, 16);
	KUNIT_EXPECT_EQ(test, hdr.payload_len, 1);
	KUNIT_EXPECT_EQ(test, hdr.seq, 7U);
	KUNIT_EXPECT_EQ(test, hdr.ack, 9U);
	write_row(&rows[2], data);
	pptp_header_read(data, rows[2].len, &hdr);
	KUNIT_EXPECT_TRUE(test, !hdr.has_seq && hdr.has_ack);
	KUNIT_EXPECT_EQ(test, hdr.ack, 7U);
}

static struct kunit_case pptp_header_cases[] = {
	KUNIT_CASE_PARAM(a_row, row_gen_params),
	KUNIT_CASE(numbers_are_read),
	{}
};

static struct kunit_suite pptp_header_suite = {
	.name		= "pptp_header",
	.test_cases	= pptp_header_cases,
};

kunit_test_suite(pptp_header_suite);

MODULE_DESCRIPTION("KUnit suite of the parser of enhanced GRE");
MODULE_LICENSE("GPL");
