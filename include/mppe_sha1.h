/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SHA-1 of the one message that MPPE hashes (RFC 3079 section 2): start key, 40 octets
 * of 00, session key, 40 octets of f2. That is two blocks with either length of key, and
 * all but the session key stays the same as long as a key chain lives: so the message
 * lies ready with its padding, and the rounds before the session key are done once.
 *
 * Pure. Small rather than unrolled: the loops stay in the cache beside RC4's. What it
 * computes with is in the structure, whose owner wipes it; on the stack there are no more
 * than the five words of a state.
 */
#ifndef _MPPE_SHA1_H
#define _MPPE_SHA1_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#define MPPE_SHA1_PAD		40
#define MPPE_SHA1_BLOCK		16	/* words */
#define MPPE_SHA1_ROUNDS	80

/**
 * struct mppe_sha1 - the message, and the hash of what does not change of it
 * @ready: where the rounds before the session key lead to
 * @w: of each block the message's words as numbers, and what they expand to
 * @hash: of the first block, and of both
 * @session: index of the session key's first word: 12 for short keys, 14 for long ones,
 *	which end in the second block
 * @key_words: how many it has
 */
struct mppe_sha1 {
	u32	ready[5];
	u32	w[2][MPPE_SHA1_ROUNDS];
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

/* After five rounds each variable is where it was: these are the first four of them */
static __always_inline void mppe_sha1_four(int part, const u32 *w, u32 v[5])
{
	mppe_sha1_round(part, w[0], v[0], &v[1], v[2], v[3], &v[4]);
	mppe_sha1_round(part, w[1], v[4], &v[0], v[1], v[2], &v[3]);
	mppe_sha1_round(part, w[2], v[3], &v[4], v[0], v[1], &v[2]);
	mppe_sha1_round(part, w[3], v[2], &v[3], v[4], v[0], &v[1]);
}

/* and the last */
static __always_inline void mppe_sha1_fifth(int part, u32 w, u32 v[5])
{
	mppe_sha1_round(part, w, v[1], &v[2], v[3], v[4], &v[0]);
}

static __always_inline void mppe_sha1_five(int part, const u32 *w, u32 v[5])
{
	mppe_sha1_four(part, w, v);
	mppe_sha1_fifth(part, w[4], v);
}

/*
 * The next word, from the 16 before it. Written at once: compilers would keep words in
 * registers, of which there are too few.
 */
static __always_inline u32 mppe_sha1_word(u32 *w)
{
	u32 word = mppe_sha1_rol(w[-3] ^ w[-8] ^ w[-14] ^ w[-16], 1);

	WRITE_ONCE(*w, word);
	return word;
}

/* The first four of five rounds, with words that are made as they are needed */
static __always_inline void mppe_sha1_next_four(int part, u32 *w, u32 v[5])
{
	mppe_sha1_round(part, mppe_sha1_word(w), v[0], &v[1], v[2], v[3],
			&v[4]);
	mppe_sha1_round(part, mppe_sha1_word(w + 1), v[4], &v[0], v[1], v[2],
			&v[3]);
	mppe_sha1_round(part, mppe_sha1_word(w + 2), v[3], &v[4], v[0], v[1],
			&v[2]);
	mppe_sha1_round(part, mppe_sha1_word(w + 3), v[2], &v[3], v[4], v[0],
			&v[1]);
}

static __always_inline void mppe_sha1_next_twenty(int part, u32 *w, u32 v[5])
{
	u32 *end = w + 20;

	for (; w < end; w += 5) {
		mppe_sha1_next_four(part, w, v);
		mppe_sha1_fifth(part, mppe_sha1_word(w + 4), v);
	}
}

/* Round 15, whose word is the message's last, and those behind it */
static inline void mppe_sha1_rest(u32 state[5], u32 w[MPPE_SHA1_ROUNDS])
{
	u32 v[5] = { state[0], state[1], state[2], state[3], state[4] };

	mppe_sha1_round(0, w[15], v[0], &v[1], v[2], v[3], &v[4]);
	mppe_sha1_round(0, mppe_sha1_word(w + 16), v[4], &v[0], v[1], v[2],
			&v[3]);
	mppe_sha1_round(0, mppe_sha1_word(w + 17), v[3], &v[4], v[0], v[1],
			&v[2]);
	mppe_sha1_round(0, mppe_sha1_word(w + 18), v[2], &v[3], v[4], v[0],
			&v[1]);
	mppe_sha1_fifth(0, mppe_sha1_word(w + 19), v);
	mppe_sha1_next_twenty(1, w + 20, v);
	mppe_sha1_next_twenty(2, w + 40, v);
	mppe_sha1_next_twenty(3, w + 60, v);
	memcpy(state, v, sizeof(v));
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

/* Long keys leave the first 14 rounds as they are, short ones 12. */
static inline bool mppe_sha1_is_long(const struct mppe_sha1 *sha1)
{
	return sha1->session == 14;
}

/* Rounds before the session key: all that there are, or the fives of them */
static inline void mppe_sha1_make_ready(struct mppe_sha1 *sha1)
{
	const u32 *w = sha1->w[0];
	u32 v[5];

	memcpy(v, mppe_sha1_start, sizeof(v));
	mppe_sha1_five(0, w, v);
	mppe_sha1_five(0, w + 5, v);
	if (mppe_sha1_is_long(sha1))
		mppe_sha1_four(0, w + 10, v);
	memcpy(sha1->ready, v, sizeof(v));
}

static inline u32 *mppe_sha1_message_word(struct mppe_sha1 *sha1, unsigned int i)
{
	return &sha1->w[i / MPPE_SHA1_BLOCK][i % MPPE_SHA1_BLOCK];
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
	u8 octets[4 * 2 * MPPE_SHA1_BLOCK] = { };

	memcpy(octets, start, len);
	memset(octets + 2 * len + MPPE_SHA1_PAD, 0xf2, MPPE_SHA1_PAD);
	octets[bits / 8] = 0x80;
	for (i = 0; i < 2 * MPPE_SHA1_BLOCK; i++)
		*mppe_sha1_message_word(sha1, i) = mppe_sha1_load(octets + 4 * i);
	*mppe_sha1_message_word(sha1, 2 * MPPE_SHA1_BLOCK - 1) = bits;
	memzero_explicit(octets, sizeof(octets));
	sha1->session = (len + MPPE_SHA1_PAD) / 4;
	sha1->key_words = len / 4;
	mppe_sha1_make_ready(sha1);
}

static inline void mppe_sha1_first_block(struct mppe_sha1 *sha1)
{
	u32 *w = sha1->w[0], v[5];

	memcpy(v, sha1->ready, sizeof(v));
	if (!mppe_sha1_is_long(sha1))
		mppe_sha1_four(0, w + 10, v);
	mppe_sha1_fifth(0, w[14], v);
	memcpy(sha1->hash[0], v, sizeof(v));
	mppe_sha1_rest(sha1->hash[0], w);
	mppe_sha1_add(sha1->hash[0], mppe_sha1_start);
}

static inline void mppe_sha1_second_block(struct mppe_sha1 *sha1)
{
	u32 *w = sha1->w[1], v[5];

	memcpy(v, sha1->hash[0], sizeof(v));
	mppe_sha1_five(0, w, v);
	mppe_sha1_five(0, w + 5, v);
	mppe_sha1_five(0, w + 10, v);
	memcpy(sha1->hash[1], v, sizeof(v));
	mppe_sha1_rest(sha1->hash[1], w);
	mppe_sha1_add(sha1->hash[1], sha1->hash[0]);
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
	unsigned int i;

	for (i = 0; i < sha1->key_words; i++)
		*mppe_sha1_message_word(sha1, sha1->session + i) =
			mppe_sha1_load(session + 4 * i);
	mppe_sha1_first_block(sha1);
	mppe_sha1_second_block(sha1);
	for (i = 0; i < 4; i++)
		mppe_sha1_store(digest + 4 * i, sha1->hash[1][i]);
}

#endif /* _MPPE_SHA1_H */
