// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: what may happen to an encrypted call, and what strangers add.
 *
 * An input begins with a byte for the mode, and is a row of records: a byte says what
 * happens, and those behind it how. There is a sender, a receiver, and whoever makes
 * streams ahead for either. Each packet lies in memory of its own of exactly its length,
 * and so does what it is decrypted to, so that ASan sees every byte beyond. Whatever is
 * forged, the next packet of the sender's must be decrypted, unless what was forged
 * looked right by chance (one in 6,000): then the call begins anew.
 */
#include <assert.h>
#include <stdlib.h>

#include "mppe_cipher.h"

#define FORGED_STEPS	200

enum {
	SEND,		/* 1 byte: its length */
	LOSE,		/* 1: how many */
	LOSE_MANY,	/* 1: more than the count tells, and the next one's place is known */
	AGAIN,		/* the last packet comes again */
	FORGE,		/* 1, and so many: a packet */
	ALTER,		/* 2: the last one comes again with another header */
	PLACE,		/* 4: the next packet's place is said to be this */
	MAKE,		/* 1: streams ahead, for the one or the other */
	RESET,		/* CCP's reset goes through */
	RENEW,		/* both begin anew with other keys */
	KINDS
};

struct call {
	struct mppe_cipher	tx;
	struct mppe_cipher	rx;
	struct mppe_ring	*ahead_tx;
	struct mppe_ring	*ahead_rx;
	struct mppe_place	place;
	bool			stateful;
	enum mppe_strength	strength;
	u8			start[16];
	u8			*last;
	unsigned int		last_len;
	u32			carried;	/* packets since the last one that came */
	bool			in_doubt;	/* stateful: packets are missing */
};

static void *memory(size_t len)
{
	void *new = malloc(len ? len : 1);

	if (!new)
		abort();
	return new;
}

static void renew(struct call *call)
{
	call->start[0]++;
	mppe_cipher_init(&call->tx, call->start, call->strength, call->stateful);
	mppe_cipher_init(&call->rx, call->start, call->strength, call->stateful);
	call->carried = 0;
	call->in_doubt = false;
	call->place.known = false;
	free(call->last);
	call->last = NULL;
}

static enum mppe_verdict receive(struct call *call, const u8 *wire,
				 unsigned int len, u8 *out, unsigned int *out_len)
{
	struct mppe_packet packet = { .in = wire, .len = len, .out = out };
	u32 skipped = call->rx.skipped;
	enum mppe_verdict verdict;

	verdict = mppe_decrypt(&call->rx, &packet, &call->place);
	assert(verdict < MPPE_VERDICTS);
	assert(call->rx.skipped >= skipped);
	assert(call->rx.skipped <= MPPE_COUNT_AHEAD_MAX + MPPE_COUNTS);
	if (verdict == MPPE_GOOD)
		assert(packet.out_len == len - MPPE_HEADER_LEN ||
		       packet.out_len == len - MPPE_HEADER_LEN + 1);
	call->place.known = false;
	*out_len = packet.out_len;
	return verdict;
}

static void transmit(struct call *call, unsigned int len)
{
	u8 *plain = memory(len + 2);
	unsigned int i;

	for (i = 2; i < len + 2; i++)
		plain[i] = i * 3;
	plain[0] = 0;
	plain[1] = 0x21;
	if (len)
		plain[2] = 0x45;
	free(call->last);
	call->last_len = len + 2 + MPPE_HEADER_LEN;
	call->last = memory(call->last_len);
	mppe_encrypt(&call->tx, call->last, plain, len + 2);
	call->carried++;
	free(plain);
}

/* A packet of the sender's comes: what must it be? */
static void come(struct call *call)
{
	unsigned int out_len, len = call->last_len, i;
	u8 *out = memory(len - 1);
	enum mppe_verdict verdict;
	bool tellable = call->place.known || call->carried < 3000;

	call->rx.skipped = 0;
	verdict = receive(call, call->last, len, out, &out_len);
	if (!call->stateful && tellable)
		assert(verdict == MPPE_GOOD);
	if (verdict == MPPE_GOOD && (!call->stateful || !call->in_doubt)) {
		assert(out_len == len - MPPE_HEADER_LEN);
		for (i = 3; i < out_len; i++)
			assert(out[i] == (u8)(i * 3));
	}
	free(out);
	if (verdict == MPPE_GOOD)
		call->carried = 0;
	else
		call->in_doubt = true;
}

/* Of somebody else's: if it is taken, it was so by chance, or it was the sender's. */
static void forged(struct call *call, const u8 *wire, unsigned int len)
{
	u8 *copy = memory(len), *out = memory(len);
	unsigned int out_len;
	u32 next = call->rx.next;
	bool was_out_of_step = call->rx.out_of_step;

	memcpy(copy, wire, len);
	/* Most of what may be stepped over is used up: that takes too long to be fuzzed. */
	call->rx.skipped = MPPE_COUNT_AHEAD_MAX - FORGED_STEPS;
	if (receive(call, copy, len, out, &out_len) == MPPE_GOOD)
		renew(call);
	else if (!call->stateful && call->rx.next == next + 1 &&
		 call->rx.nonsense > MPPE_NONSENSE_MAX)
		renew(call);	/* it had the count of the next one, and is not delivered */
	else if (!call->stateful)
		assert(call->rx.next == next);
	else if (call->rx.out_of_step && !was_out_of_step)
		call->in_doubt = true;
	free(copy);
	free(out);
}

static void alter(struct call *call, u8 high, u8 low)
{
	u8 *copy;

	if (!call->last)
		return;
	copy = memory(call->last_len);
	memcpy(copy, call->last, call->last_len);
	copy[0] ^= high;
	copy[1] ^= low;
	if (high || low)
		forged(call, copy, call->last_len);
	free(copy);
}

static void lose(struct call *call, unsigned int count, bool tell)
{
	if (call->carried + count > 3000 && !tell)
		return;
	while (count--)
		transmit(call, 1);
	if (call->stateful && call->carried)
		call->in_doubt = true;
	transmit(call, 20);
	if (tell) {
		call->place.known = true;
		call->place.missing = call->carried - 1;
	}
	come(call);
}

static void make(struct call *call, u8 how)
{
	struct mppe_ring *ring = how & 1 ? call->ahead_tx : call->ahead_rx;

	for (how >>= 2; how && mppe_ring_make(ring); how--)
		;
}

static void set_place(struct call *call, const u8 *data)
{
	call->place.known = true;
	call->place.missing = (u32)data[0] << 24 | data[1] << 16 | data[2] << 8 |
			      data[3];
	/* Said of a packet that is forged, or of none */
	alter(call, 0x01, 0x11);
	call->place.known = false;
}

/* How many bytes of the input it took. There are 4 behind the first. */
static size_t play(struct call *call, const u8 *data, size_t size)
{
	size_t there;

	switch (data[0] % KINDS) {
	case SEND:
		transmit(call, 1 + data[1] * 7);
		if (call->stateful && call->carried > 1)
			call->in_doubt = true;
		come(call);
		return 2;
	case LOSE:
		lose(call, data[1] % 32, false);
		return 2;
	case LOSE_MANY:
		lose(call, 3900 + data[1], true);
		return 2;
	case AGAIN:
		if (call->last)
			forged(call, call->last, call->last_len);
		return 1;
	case FORGE:
		there = size - 2 < data[1] ? size - 2 : data[1];
		forged(call, data + 2, there);
		return 2 + there;
	case ALTER:
		alter(call, data[1], data[2]);
		return 3;
	case PLACE:
		set_place(call, data + 1);
		return 5;
	case MAKE:
		make(call, data[1]);
		return 2;
	case RESET:
		call->tx.flush = true;
		mppe_cipher_reset_acked(&call->rx);
		return 1;
	default:
		renew(call);
		return 1;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct mppe_ring ahead_tx, ahead_rx;
	struct call call = { .ahead_tx = &ahead_tx, .ahead_rx = &ahead_rx };
	unsigned int many = 0, records;
	size_t at;

	if (!size)
		return 0;
	call.stateful = data[0] & 1;
	call.strength = (data[0] >> 1) % 3;
	mppe_ring_init(&ahead_tx, 0);
	mppe_ring_init(&ahead_rx, 0);
	renew(&call);
	if (!call.stateful && data[0] & 8) {
		call.tx.ring = &ahead_tx;
		call.rx.ring = &ahead_rx;
	}
	/* Keys take long, and so there are not many of them in an input. */
	for (at = 1, records = 0; at + 5 <= size && records < 100; records++) {
		if (data[at] % KINDS == LOSE_MANY && many++)
			break;
		at += play(&call, data + at, size - at);
	}
	free(call.last);
	return 0;
}
