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

#define MPPE_RC4_8(n) \
	(n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7
#define MPPE_RC4_64(n) \
	MPPE_RC4_8(n), MPPE_RC4_8((n) + 8), MPPE_RC4_8((n) + 16), \
	MPPE_RC4_8((n) + 24), MPPE_RC4_8((n) + 32), MPPE_RC4_8((n) + 40), \
	MPPE_RC4_8((n) + 48), MPPE_RC4_8((n) + 56)

/* What every schedule begins with */
static const u8 mppe_rc4_identity[256] = {
	MPPE_RC4_64(0), MPPE_RC4_64(64), MPPE_RC4_64(128), MPPE_RC4_64(192),
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

#define MPPE_RC4_EACH_OF_16(step) \
	do { \
		step(0); step(1); step(2); step(3); \
		step(4); step(5); step(6); step(7); \
		step(8); step(9); step(10); step(11); \
		step(12); step(13); step(14); step(15); \
	} while (0)

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
#define MPPE_RC4_MIX(n) mppe_rc4_mix(rc4->s, at, key, n, &j)
	for (at = rc4->s; at < rc4->s + 256; at += MPPE_RC4_KEY)
		MPPE_RC4_EACH_OF_16(MPPE_RC4_MIX);
#undef MPPE_RC4_MIX
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
	u8 *at = one->s, *beside = two->s;
	unsigned long j = 0, k = 0;

	mppe_rc4_begin(one);
	mppe_rc4_begin(two);
#define MPPE_RC4_MIX(n) \
	do { \
		mppe_rc4_mix(one->s, at, key_one, n, &j); \
		mppe_rc4_mix(two->s, beside, key_two, n, &k); \
	} while (0)
	for (; at < one->s + 256; at += MPPE_RC4_KEY, beside += MPPE_RC4_KEY)
		MPPE_RC4_EACH_OF_16(MPPE_RC4_MIX);
#undef MPPE_RC4_MIX
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
