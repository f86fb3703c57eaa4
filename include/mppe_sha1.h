/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SHA-1 of the one message that MPPE hashes (RFC 3079 section 2): start key, 40 octets
 * of 00, session key, 40 octets of f2. That is two blocks with either length of key, and
 * all but the session key stays the same as long as a key chain lives: so the message
 * lies ready with its padding, and the rounds before the session key are done once.
 *
 * Pure. Small rather than unrolled: the loops stay in the cache beside RC4's. What it
 * computes with is in the structure, whose owner wipes it, and not on the stack.
 */
#ifndef _MPPE_SHA1_H
#define _MPPE_SHA1_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#define MPPE_SHA1_PAD		40
#define MPPE_SHA1_BLOCK		64
#define MPPE_SHA1_WORDS		(2 * MPPE_SHA1_BLOCK / 4)
/* No session key is in the words before: 8 + 40 octets, or 16 + 40. */
#define MPPE_SHA1_READY		10

/**
 * struct mppe_sha1 - the message, and the hash of what does not change of it
 * @ready: what is hashed after the first MPPE_SHA1_READY words
 * @words: the message with SHA-1's padding, as numbers
 * @w: a block's words, and what they expand to
 * @hash: of the first block, and of both
 * @session: index of the session key's first word
 * @key_words: how many it has
 */
struct mppe_sha1 {
	u32	ready[5];
	u32	words[MPPE_SHA1_WORDS];
	u32	w[80];
	u32	hash[2][5];
	u8	session;
	u8	key_words;
};

static __always_inline u32 mppe_sha1_rol(u32 word, unsigned int by)
{
	return word << by | word >> (32 - by);
}

/* FIPS 180-4 section 4.1.1: 20 rounds of each part */
static __always_inline u32 mppe_sha1_mix(int part, u32 b, u32 c, u32 d)
{
	switch (part) {
	case 0:
		return ((c ^ d) & b) ^ d;
	case 2:
		return (b & c) + ((b ^ c) & d);
	default:
		return b ^ c ^ d;
	}
}

static __always_inline u32 mppe_sha1_constant(int part)
{
	static const u32 constants[] = {
		0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6,
	};

	return constants[part];
}

static __always_inline void mppe_sha1_round(int part, u32 w, u32 a, u32 *b,
					    u32 c, u32 d, u32 *e)
{
	*e += mppe_sha1_mix(part, *b, c, d) + mppe_sha1_constant(part) + w +
	      mppe_sha1_rol(a, 5);
	*b = mppe_sha1_rol(*b, 30);
}

/* After five rounds each variable is where it was. */
static __always_inline void mppe_sha1_five(int part, const u32 *w, u32 v[5])
{
	mppe_sha1_round(part, w[0], v[0], &v[1], v[2], v[3], &v[4]);
	mppe_sha1_round(part, w[1], v[4], &v[0], v[1], v[2], &v[3]);
	mppe_sha1_round(part, w[2], v[3], &v[4], v[0], v[1], &v[2]);
	mppe_sha1_round(part, w[3], v[2], &v[3], v[4], v[0], &v[1]);
	mppe_sha1_round(part, w[4], v[1], &v[2], v[3], v[4], &v[0]);
}

/* Rounds @from to 79, from where @state is */
static inline void mppe_sha1_rounds(u32 state[5], const u32 w[80],
				    unsigned int from)
{
	u32 v[5] = { state[0], state[1], state[2], state[3], state[4] };
	unsigned int t = from;

	for (; t < 20; t += 5)
		mppe_sha1_five(0, w + t, v);
	for (; t < 40; t += 5)
		mppe_sha1_five(1, w + t, v);
	for (; t < 60; t += 5)
		mppe_sha1_five(2, w + t, v);
	for (; t < 80; t += 5)
		mppe_sha1_five(3, w + t, v);
	memcpy(state, v, sizeof(v));
}

/* Written at once: compilers would keep words in registers, of which there are too few. */
static __always_inline void mppe_sha1_word(u32 *w)
{
	WRITE_ONCE(*w, mppe_sha1_rol(w[-3] ^ w[-8] ^ w[-14] ^ w[-16], 1));
}

/* 64 more words from the first 16 */
static inline void mppe_sha1_expand(u32 w[80])
{
	u32 *end = w + 80;

	for (w += 16; w < end; w += 8) {
		mppe_sha1_word(w);
		mppe_sha1_word(w + 1);
		mppe_sha1_word(w + 2);
		mppe_sha1_word(w + 3);
		mppe_sha1_word(w + 4);
		mppe_sha1_word(w + 5);
		mppe_sha1_word(w + 6);
		mppe_sha1_word(w + 7);
	}
}

static const u32 mppe_sha1_start[5] = {
	0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0,
};

static inline void mppe_sha1_add(u32 to[5], const u32 from[5])
{
	to[0] += from[0];
	to[1] += from[1];
	to[2] += from[2];
	to[3] += from[3];
	to[4] += from[4];
}

static inline u32 mppe_sha1_load(const u8 *octets)
{
	return (u32)octets[0] << 24 | (u32)octets[1] << 16 |
	       (u32)octets[2] << 8 | octets[3];
}

static inline void mppe_sha1_store(u8 *octets, u32 word)
{
	octets[0] = word >> 24;
	octets[1] = word >> 16;
	octets[2] = word >> 8;
	octets[3] = word;
}

/* The rounds before the session key, which no word behind them has a part in */
static inline void mppe_sha1_make_ready(struct mppe_sha1 *sha1)
{
	u32 v[5];

	memcpy(v, mppe_sha1_start, sizeof(v));
	mppe_sha1_five(0, sha1->words, v);
	mppe_sha1_five(0, sha1->words + 5, v);
	memcpy(sha1->ready, v, sizeof(v));
}

/**
 * mppe_sha1_init() - lay the message ready
 * @sha1: the message
 * @start: start key
 * @len: its length, and the session key's: 8 or 16 octets
 */
static inline void mppe_sha1_init(struct mppe_sha1 *sha1, const u8 *start,
				  unsigned int len)
{
	unsigned int bits = 8 * (2 * len + 2 * MPPE_SHA1_PAD), i;
	u8 *octets = (u8 *)sha1->words;

	memset(octets, 0, sizeof(sha1->words));
	memcpy(octets, start, len);
	memset(octets + 2 * len + MPPE_SHA1_PAD, 0xf2, MPPE_SHA1_PAD);
	octets[bits / 8] = 0x80;
	for (i = 0; i < MPPE_SHA1_WORDS; i++)
		sha1->words[i] = mppe_sha1_load(octets + 4 * i);
	sha1->words[MPPE_SHA1_WORDS - 1] = bits;
	sha1->session = (len + MPPE_SHA1_PAD) / 4;
	sha1->key_words = len / 4;
	mppe_sha1_make_ready(sha1);
}

/* The block that begins at @block: @from rounds of it are in @ready already */
static inline void mppe_sha1_block(struct mppe_sha1 *sha1, u32 to[5],
				   const u32 *block, const u32 ready[5],
				   unsigned int from, const u32 before[5])
{
	memcpy(sha1->w, block, MPPE_SHA1_BLOCK);
	mppe_sha1_expand(sha1->w);
	memcpy(to, ready, 5 * sizeof(*to));
	mppe_sha1_rounds(to, sha1->w, from);
	mppe_sha1_add(to, before);
}

/**
 * mppe_sha1_digest() - hash the message with a session key
 * @sha1: the message; its session key is overwritten
 * @session: the session key
 * @digest: where to put the first 16 octets of the hash
 */
static inline void mppe_sha1_digest(struct mppe_sha1 *sha1, const u8 *session,
				    u8 *digest)
{
	u32 *first = sha1->hash[0], *both = sha1->hash[1];
	unsigned int i;

	for (i = 0; i < sha1->key_words; i++)
		sha1->words[sha1->session + i] = mppe_sha1_load(session + 4 * i);
	mppe_sha1_block(sha1, first, sha1->words, sha1->ready, MPPE_SHA1_READY,
			mppe_sha1_start);
	mppe_sha1_block(sha1, both, sha1->words + MPPE_SHA1_BLOCK / 4, first, 0,
			first);
	for (i = 0; i < 4; i++)
		mppe_sha1_store(digest + 4 * i, both[i]);
}

#endif /* _MPPE_SHA1_H */
