/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RC4 as MPPE needs it: keys of 16 octets (shorter ones are repeated), two tables
 * scheduled side by side, and a key stream by words of eight octets.
 *
 * Pure: no lock, no allocation, no kernel service. What takes time in RC4 is that each
 * step loads what the last ones may have stored. So the table has octets, four lines of
 * cache instead of sixteen; two schedules at once take little longer than one; and the
 * stream leaves in words, so that stores do not stand in the loads' way. A step of each
 * kind is written for x86-64, where compilers clear the upper bits of an index that has
 * none: 6 instructions instead of 9, 8 instead of 11.
 */
#ifndef _MPPE_RC4_H
#define _MPPE_RC4_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#define MPPE_RC4_KEY	16
#define MPPE_RC4_WORD	8

/**
 * struct mppe_rc4 - a table and where its stream is
 * @s: the permutation
 * @i: index of the last octet's first entry
 * @j: and of its second
 */
struct mppe_rc4 {
	u8	s[256] __aligned(8);
	u8	i;
	u8	j;
};

/* What every schedule begins with */
static const u8 mppe_rc4_identity[256] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
	0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
	0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
	0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
	0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
	0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
	0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
	0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f,
	0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57,
	0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
	0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67,
	0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
	0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77,
	0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
	0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
	0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
	0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
	0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f,
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
	0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
	0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7,
	0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf,
	0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
	0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
	0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7,
	0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
	0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7,
	0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef,
	0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
	0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
};

/* The octet that comes first ends up where it is first in memory. */
static __always_inline u64 mppe_rc4_append(u64 word, u8 octet)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return word << 8 | octet;
#else
	return word >> 8 | (u64)octet << 56;
#endif
}

/* The one that came last */
static __always_inline u8 mppe_rc4_last(u64 word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return word;
#else
	return word >> 56;
#endif
}

#if defined(__x86_64__) && !defined(MPPE_RC4_PORTABLE)

/*
 * S[i] is at[n]. Indices are in registers of which all but the low octet is zero, and
 * stays so.
 */
static __always_inline void mppe_rc4_mix(u8 *s, u8 *at, const u8 *key, int n,
					 unsigned long *j)
{
	unsigned long a, b;

	asm("movzbl %c[n](%[at]), %k[a]\n\t"
	    "addb %b[a], %b[j]\n\t"
	    "addb %c[n](%[key]), %b[j]\n\t"
	    "movzbl (%[s],%[j]), %k[b]\n\t"
	    "movb %b[b], %c[n](%[at])\n\t"
	    "movb %b[a], (%[s],%[j])"
	    : [a] "=&q" (a), [b] "=&q" (b), [j] "+&q" (*j),
	      "+m" (*(u8 (*)[256])s)
	    : [s] "r" (s), [at] "r" (at), [key] "r" (key), [n] "i" (n),
	      "m" (*(const u8 (*)[MPPE_RC4_KEY])key)
	    : "cc");
}

static __always_inline u64 mppe_rc4_step(u8 *s, u8 *at, int n,
					 unsigned long *j, u64 word)
{
	unsigned long a, b;

	asm("movzbl %c[n](%[at]), %k[a]\n\t"
	    "addb %b[a], %b[j]\n\t"
	    "movzbl (%[s],%[j]), %k[b]\n\t"
	    "movb %b[b], %c[n](%[at])\n\t"
	    "movb %b[a], (%[s],%[j])\n\t"
	    "addb %b[b], %b[a]\n\t"
	    "movb (%[s],%[a]), %b[word]\n\t"
	    "rorq $8, %[word]"
	    : [a] "=&q" (a), [b] "=&q" (b), [j] "+&q" (*j),
	      [word] "+&q" (word), "+m" (*(u8 (*)[256])s)
	    : [s] "r" (s), [at] "r" (at), [n] "i" (n)
	    : "cc");
	return word;
}

#else

static __always_inline void mppe_rc4_mix(u8 *s, u8 *at, const u8 *key, int n,
					 unsigned long *j)
{
	u8 a = at[n];

	*j = (u8)(*j + a + key[n]);
	at[n] = s[*j];
	s[*j] = a;
}

static __always_inline u64 mppe_rc4_step(u8 *s, u8 *at, int n,
					 unsigned long *j, u64 word)
{
	u8 a = at[n], b;

	*j = (u8)(*j + a);
	b = s[*j];
	at[n] = b;
	s[*j] = a;
	return mppe_rc4_append(word, s[(u8)(a + b)]);
}

#endif

static inline void mppe_rc4_begin(struct mppe_rc4 *rc4)
{
	memcpy(rc4->s, mppe_rc4_identity, sizeof(rc4->s));
	rc4->i = 0;
	rc4->j = 0;
}

/**
 * mppe_rc4_schedule() - make a table of a key
 * @rc4: the table
 * @key: MPPE_RC4_KEY octets
 */
static inline void mppe_rc4_schedule(struct mppe_rc4 *rc4, const u8 *key)
{
	unsigned long j = 0;
	u8 *at;

	mppe_rc4_begin(rc4);
	for (at = rc4->s; at < rc4->s + 256; at += MPPE_RC4_KEY) {
		mppe_rc4_mix(rc4->s, at, key, 0, &j);
		mppe_rc4_mix(rc4->s, at, key, 1, &j);
		mppe_rc4_mix(rc4->s, at, key, 2, &j);
		mppe_rc4_mix(rc4->s, at, key, 3, &j);
		mppe_rc4_mix(rc4->s, at, key, 4, &j);
		mppe_rc4_mix(rc4->s, at, key, 5, &j);
		mppe_rc4_mix(rc4->s, at, key, 6, &j);
		mppe_rc4_mix(rc4->s, at, key, 7, &j);
		mppe_rc4_mix(rc4->s, at, key, 8, &j);
		mppe_rc4_mix(rc4->s, at, key, 9, &j);
		mppe_rc4_mix(rc4->s, at, key, 10, &j);
		mppe_rc4_mix(rc4->s, at, key, 11, &j);
		mppe_rc4_mix(rc4->s, at, key, 12, &j);
		mppe_rc4_mix(rc4->s, at, key, 13, &j);
		mppe_rc4_mix(rc4->s, at, key, 14, &j);
		mppe_rc4_mix(rc4->s, at, key, 15, &j);
	}
}

/* A step of each of two schedules, each at its own place */
struct mppe_rc4_pair {
	struct mppe_rc4	*rc4[2];
	const u8	*key[2];
	u8		*at[2];
	unsigned long	j[2];
};

static __always_inline void mppe_rc4_mix_two(struct mppe_rc4_pair *pair, int n)
{
	mppe_rc4_mix(pair->rc4[0]->s, pair->at[0], pair->key[0], n,
		     &pair->j[0]);
	mppe_rc4_mix(pair->rc4[1]->s, pair->at[1], pair->key[1], n,
		     &pair->j[1]);
}

/**
 * mppe_rc4_schedule_two() - make two tables at once
 * @one: a table
 * @key_one: its key, MPPE_RC4_KEY octets
 * @two: another
 * @key_two: its key
 *
 * A processor has room for both while it waits for what either loads.
 */
static inline void mppe_rc4_schedule_two(struct mppe_rc4 *one,
					 const u8 *key_one,
					 struct mppe_rc4 *two,
					 const u8 *key_two)
{
	struct mppe_rc4_pair pair = {
		.rc4	= { one, two },
		.key	= { key_one, key_two },
		.at	= { one->s, two->s },
	};

	mppe_rc4_begin(one);
	mppe_rc4_begin(two);
	while (pair.at[0] < one->s + 256) {
		mppe_rc4_mix_two(&pair, 0);
		mppe_rc4_mix_two(&pair, 1);
		mppe_rc4_mix_two(&pair, 2);
		mppe_rc4_mix_two(&pair, 3);
		mppe_rc4_mix_two(&pair, 4);
		mppe_rc4_mix_two(&pair, 5);
		mppe_rc4_mix_two(&pair, 6);
		mppe_rc4_mix_two(&pair, 7);
		mppe_rc4_mix_two(&pair, 8);
		mppe_rc4_mix_two(&pair, 9);
		mppe_rc4_mix_two(&pair, 10);
		mppe_rc4_mix_two(&pair, 11);
		mppe_rc4_mix_two(&pair, 12);
		mppe_rc4_mix_two(&pair, 13);
		mppe_rc4_mix_two(&pair, 14);
		mppe_rc4_mix_two(&pair, 15);
		pair.at[0] += MPPE_RC4_KEY;
		pair.at[1] += MPPE_RC4_KEY;
	}
}

static inline void mppe_rc4_octets(struct mppe_rc4 *rc4, u8 *out, const u8 *in,
				   unsigned int len)
{
	unsigned long i = rc4->i, j = rc4->j;
	const u8 *end = in + len;
	u8 *s = rc4->s;

	while (in < end) {
		i = (u8)(i + 1);
		*out++ = *in++ ^ mppe_rc4_last(mppe_rc4_step(s, s + i, 0, &j, 0));
	}
	rc4->i = i;
	rc4->j = j;
}

static __always_inline void mppe_rc4_put(u8 *out, const u8 *in, u64 word)
{
	u64 data;

	memcpy(&data, in, sizeof(data));
	data ^= word;
	memcpy(out, &data, sizeof(data));
}

/*
 * Words, where the index is at a multiple of eight: then only the last octet's wraps.
 * @plain: there is nothing to encrypt, but the stream itself is wanted.
 */
static __always_inline void mppe_rc4_words(struct mppe_rc4 *rc4, u8 *out,
					   const u8 *in, unsigned int words,
					   bool plain)
{
	unsigned long i = rc4->i, j = rc4->j;
	u8 *s = rc4->s, *at;
	u64 word = 0;

	for (; words; words--, out += MPPE_RC4_WORD) {
		at = s + i;
		i = (u8)(i + MPPE_RC4_WORD);
		word = mppe_rc4_step(s, at, 1, &j, word);
		word = mppe_rc4_step(s, at, 2, &j, word);
		word = mppe_rc4_step(s, at, 3, &j, word);
		word = mppe_rc4_step(s, at, 4, &j, word);
		word = mppe_rc4_step(s, at, 5, &j, word);
		word = mppe_rc4_step(s, at, 6, &j, word);
		word = mppe_rc4_step(s, at, 7, &j, word);
		word = mppe_rc4_step(s, s + i, 0, &j, word);
		if (plain) {
			memcpy(out, &word, sizeof(word));
		} else {
			mppe_rc4_put(out, in, word);
			in += MPPE_RC4_WORD;
		}
	}
	rc4->i = i;
	rc4->j = j;
}

/**
 * mppe_rc4_stream() - take the stream itself
 * @rc4: the table, from which a multiple of MPPE_RC4_WORD octets were taken
 * @out: where to
 * @len: octets, a multiple of MPPE_RC4_WORD
 */
static inline void mppe_rc4_stream(struct mppe_rc4 *rc4, u8 *out,
				   unsigned int len)
{
	mppe_rc4_words(rc4, out, NULL, len / MPPE_RC4_WORD, true);
}

/**
 * mppe_rc4_crypt() - encrypt, or decrypt
 * @rc4: the table
 * @out: where to
 * @in: what; may be @out
 * @len: octets
 */
static inline void mppe_rc4_crypt(struct mppe_rc4 *rc4, u8 *out, const u8 *in,
				  unsigned int len)
{
	unsigned int first = -rc4->i & (MPPE_RC4_WORD - 1), words;

	if (first > len)
		first = len;
	mppe_rc4_octets(rc4, out, in, first);
	out += first;
	in += first;
	len -= first;
	words = len / MPPE_RC4_WORD;
	mppe_rc4_words(rc4, out, in, words, false);
	mppe_rc4_octets(rc4, out + words * MPPE_RC4_WORD,
			in + words * MPPE_RC4_WORD, len % MPPE_RC4_WORD);
}

#endif /* _MPPE_RC4_H */
