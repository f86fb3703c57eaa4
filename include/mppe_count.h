/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MPPE's header and its coherency count: which packet is this?
 *
 * RFC 3078 section 3.1. The count has 12 bits, and packets are told apart by numbers of
 * 32 here, whose low 12 are the count. Which of the numbers with these 12 bits it is
 * that came, is a question of how many are missing. The numbers of what carries the
 * packets answer it (enhanced GRE's are 32 bits wide), but for those few that were not
 * encrypted. Without such an answer a few numbers back are late, and all others ahead.
 *
 * Pure.
 */
#ifndef _MPPE_COUNT_H
#define _MPPE_COUNT_H

#include <linux/types.h>

#define MPPE_HEADER_LEN		2

/* Bits of the header, above the count: RFC 3078 section 3.1 */
#define MPPE_FLUSHED		0x8000	/* A: a new key, or the same from its start */
#define MPPE_RESTARTED		0x4000	/* B: MPPC only */
#define MPPE_COMPRESSED		0x2000	/* C: MPPC only */
#define MPPE_ENCRYPTED		0x1000	/* D */

#define MPPE_COUNT_MASK		0x0fff
#define MPPE_COUNTS		0x1000

/* In stateful mode the key changes with each packet whose count ends with this. */
#define MPPE_COUNT_FLAG		0xff

/* How far behind a packet is late, where nothing else says how many are missing */
#define MPPE_COUNT_LATE		256

/* How far ahead a key is looked for; no peer sends so many while one waits. */
#define MPPE_COUNT_AHEAD_MAX	131072

/* What to do with a packet that came. */
enum mppe_verdict {
	MPPE_GOOD,
	MPPE_DROP_SHORT,	/* nothing behind the header */
	MPPE_DROP_LONG,		/* no room for it; told by the caller */
	MPPE_DROP_BITS,		/* bits that do not fit what was agreed */
	MPPE_DROP_LATE,		/* sent before one that has been decrypted */
	MPPE_DROP_FAR,		/* too many are missing before it */
	MPPE_DROP_NONSENSE,	/* not of the key of its place */
	MPPE_DROP_OUT_OF_STEP,	/* stateful: waits for the answer to a reset */
	MPPE_VERDICTS
};

/**
 * struct mppe_place - what is known from elsewhere of a packet's place
 * @missing: how many packets are missing between the last one that was decrypted and
 *	this one; negative if this one was sent before
 * @known: @missing is valid
 */
struct mppe_place {
	s32	missing;
	bool	known;
};

/**
 * mppe_count_ahead() - how many packets are missing before this one
 * @next: number of the packet that would be next
 * @count: the coherency count that came
 * @place: what is known of its place
 *
 * Return: that many, negative if it is late.
 */
static inline s32 mppe_count_ahead(u32 next, u16 count,
				   const struct mppe_place *place)
{
	s32 ahead = (count - next) & MPPE_COUNT_MASK, beyond;

	if (!place->known)
		return ahead < MPPE_COUNTS - MPPE_COUNT_LATE ?
		       ahead : ahead - MPPE_COUNTS;
	/* The number with this count that is nearest to the place */
	beyond = (ahead - place->missing) & MPPE_COUNT_MASK;
	if (beyond >= MPPE_COUNTS / 2)
		beyond -= MPPE_COUNTS;
	return place->missing + beyond;
}

/* Does the key change with this packet, in stateful mode? */
static inline bool mppe_count_is_flag(u32 number)
{
	return (number & 0xff) == MPPE_COUNT_FLAG;
}

/* How many packets do, from number @from on and before @to? */
static inline u32 mppe_count_flags(u32 from, u32 to)
{
	return ((to >> 8) - (from >> 8)) & 0xffffff;
}

#endif /* _MPPE_COUNT_H */
