// SPDX-License-Identifier: GPL-2.0
/*
 * The codec of control messages: every type there and back, and every way in
 * which a stream can be wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "pptp_msg.h"
#include "tap.h"

/* RFC 2637, section 2: what each type must measure on the wire */
static const size_t lengths[PPTP_TYPES] = {
	0, 156, 156, 16, 16, 16, 20, 168, 32, 220, 24, 28, 16, 148, 40, 24,
};

static unsigned char octet(size_t i)
{
	return i * 37 + 11;
}

/* A message of @type with no octet zero, reserved ones apart from the header */
static size_t sample(uint8_t *data, unsigned int type)
{
	size_t i, len = lengths[type];

	for (i = 12; i < len; i++)
		data[i] = octet(i) ? octet(i) : 1;
	memcpy(data, (uint8_t[]){ 0, len, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, type, 0, 0 }, 12);
	return len;
}

/* Decoding what was encoded from what was decoded changes nothing */
static bool survives(unsigned int type)
{
	uint8_t wire[PPTP_MSG_MAX], again[PPTP_MSG_MAX];
	size_t len = sample(wire, type);
	struct pptp_msg msg, back;
	const char *reason;

	return pptp_msg_length(type) == len &&
	       pptp_msg_decode(wire, len, &msg, &reason) == PPTP_OK &&
	       msg.type == type &&
	       pptp_msg_encode(&msg, again, sizeof(again)) == len &&
	       pptp_msg_decode(again, len, &back, &reason) == PPTP_OK &&
	       !memcmp(&msg, &back, sizeof(msg)) && !memcmp(wire, again, 12);
}

static bool truncated_wants_more(unsigned int type)
{
	uint8_t wire[PPTP_MSG_MAX], *exact;
	size_t cut, len = sample(wire, type);
	struct pptp_msg msg;
	const char *reason;
	bool good = true;

	for (cut = 0; cut < len; cut++) {
		/* a buffer of just this size, for the sanitizer to guard */
		exact = malloc(cut ? cut : 1);
		memcpy(exact, wire, cut);
		good &= pptp_msg_decode(exact, cut, &msg, &reason) == PPTP_MORE;
		free(exact);
	}
	return good;
}

/* A length that is not the type's is refused, whatever it is */
static bool wrong_length_refused(unsigned int type)
{
	uint8_t wire[PPTP_MSG_MAX];
	struct pptp_msg msg;
	const char *reason;
	unsigned int length;
	bool good = true;

	sample(wire, type);
	for (length = 0; length < 65536; length++) {
		if (length == lengths[type])
			continue;
		wire[0] = length >> 8;
		wire[1] = length;
		good &= pptp_msg_decode(wire, 16, &msg, &reason) == PPTP_BAD && *reason;
	}
	return good;
}

static void test_types(void)
{
	char what[80];
	unsigned int type;

	for (type = PPTP_SCCRQ; type < PPTP_TYPES; type++) {
		snprintf(what, sizeof(what), "%s: there and back", pptp_type_name(type));
		ok(survives(type), what);
		snprintf(what, sizeof(what), "%s: cut anywhere wants more", pptp_type_name(type));
		ok(truncated_wants_more(type), what);
		snprintf(what, sizeof(what), "%s: any other length is refused", pptp_type_name(type));
		ok(wrong_length_refused(type), what);
	}
}

static void test_layout(void)
{
	uint8_t wire[PPTP_MSG_MAX];
	struct pptp_msg msg = {
		.type = PPTP_OCRP,
		.out_reply = {
			.call_id = 0x0102, .peer_call_id = 0x0304, .result = 5, .error = 6,
			.cause = 0x0708, .speed = 0x090a0b0c, .window = 0x0d0e,
			.delay = 0x0f10, .channel = 0x11121314,
		},
	};
	static const uint8_t want[] = {
		0, 32, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 8, 0, 0,
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
	};

	ok(pptp_msg_encode(&msg, wire, sizeof(wire)) == sizeof(want) &&
	   !memcmp(wire, want, sizeof(want)), "Outgoing-Call-Reply: every field in its place");
	ok(pptp_msg_encode(&msg, wire, 31) == 0, "encode refuses a buffer that is too small");
	msg.type = PPTP_TYPES;
	ok(pptp_msg_encode(&msg, wire, sizeof(wire)) == 0, "encode refuses an unknown type");
}

static void test_text(void)
{
	uint8_t wire[PPTP_MSG_MAX];
	struct pptp_msg msg;
	const char *reason;

	sample(wire, PPTP_SCCRQ);
	memset(wire + 28, 'x', 64);
	ok(pptp_msg_decode(wire, 156, &msg, &reason) == PPTP_OK && strlen(msg.start.host) == 64,
	   "a text field without an end is ended");
	memset(msg.start.host, 'y', sizeof(msg.start.host));
	pptp_msg_encode(&msg, wire, sizeof(wire));
	ok(wire[91] == 'y' && wire[92] != 'y', "a text that is too long is cut at its field");
}

/* One octet of the header changed */
static enum pptp_result spoilt(unsigned int offset, uint8_t value, size_t len)
{
	uint8_t wire[PPTP_MSG_MAX];
	struct pptp_msg msg;
	const char *reason;

	sample(wire, PPTP_ECHO_RQ);
	wire[offset] = value;
	return pptp_msg_decode(wire, len, &msg, &reason);
}

static void test_header(void)
{
	ok(spoilt(4, 0x1b, 8) == PPTP_BAD, "wrong magic: refused at the 8th octet");
	ok(spoilt(7, 0x4c, 16) == PPTP_BAD, "wrong magic, last octet: refused");
	ok(spoilt(3, 2, 4) == PPTP_BAD, "management message: refused at the 4th octet");
	ok(spoilt(9, 0, 16) == PPTP_BAD, "type 0: refused");
	ok(spoilt(9, 16, 16) == PPTP_BAD, "type 16: refused");
	ok(spoilt(8, 1, 16) == PPTP_BAD, "type 256 + 5: refused");
	ok(spoilt(1, 15, 2) == PPTP_BAD, "length 15: refused at the 2nd octet");
	ok(spoilt(1, 221, 2) == PPTP_BAD, "length 221: refused at the 2nd octet");
	ok(spoilt(10, 0xff, 16) == PPTP_OK, "a reserved field is ignored");
	ok(!strcmp(pptp_type_name(0), pptp_type_name(99)), "unknown types have a name for the log");
}

/* All types one after the other, delivered in pieces of @piece octets */
static unsigned int delivered(size_t piece)
{
	uint8_t stream[PPTP_TYPES * PPTP_MSG_MAX];
	size_t total = 0, done, len;
	struct pptp_framer framer;
	unsigned int type, next = PPTP_SCCRQ;
	struct pptp_msg msg;
	const char *reason;
	const uint8_t *data;

	for (type = PPTP_SCCRQ; type < PPTP_TYPES; type++)
		total += sample(stream + total, type);
	pptp_framer_init(&framer);
	for (done = 0; done < total; done += piece) {
		data = stream + done;
		len = piece < total - done ? piece : total - done;
		while (pptp_framer_next(&framer, &data, &len, &msg, &reason) == PPTP_OK)
			next += msg.type == next;
	}
	return next;
}

static void test_framer(void)
{
	struct pptp_framer framer;
	uint8_t wire[PPTP_MSG_MAX];
	struct pptp_msg msg;
	const char *reason;
	const uint8_t *data = wire;
	bool good = true;
	size_t piece, len = sizeof(wire);

	for (piece = 1; piece <= 512; piece++)
		good &= delivered(piece) == PPTP_TYPES;
	ok(good, "a stream cut into pieces of 1 to 512 octets comes out whole");
	ok(delivered(100000) == PPTP_TYPES, "all messages merged into one delivery come out");

	memset(wire, 'G', sizeof(wire));
	pptp_framer_init(&framer);
	ok(pptp_framer_next(&framer, &data, &len, &msg, &reason) == PPTP_BAD && framer.len <= 12,
	   "what is not PPTP is refused within one header");
}

int main(void)
{
	test_types();
	test_layout();
	test_text();
	test_header();
	test_framer();
	return tap_done();
}
