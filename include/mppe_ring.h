/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Streams made ahead: a ring that somebody else fills while the call takes from it.
 *
 * In stateless mode the key, and so the stream, of a packet is a function of the start
 * key and of the packet's number. Two walk along that chain: the call, which is never
 * further than the packet that comes next, and the maker, some packets ahead of it, with
 * a chain of its own. Nobody waits for the other, and there is no lock:
 *
 * - A stream is labelled with its number when it is complete. The call looks for the
 *   label that it needs; if it is not there, it makes that stream itself. So a lost race
 *   is work done twice, and never another key: keys go by numbers, and only the call
 *   gives numbers out. With a stream comes the key behind it, and so the call's chain
 *   goes on from either.
 * - The maker writes where streams lie that are behind the call, or have never been: a
 *   number below next + size does not share its place with the one that the call reads.
 *   It learns of next with acquire, and the call lets go of a stream with release.
 * - When the call has overtaken the maker, the maker asks where it is (@ask). The call
 *   answers with its chain when the next packet goes (@told), and gives @ask back. Until
 *   then the answer is the call's to write, and from then on the maker's to read, which
 *   begins anew there.
 * - A maker that is hardly ahead makes keys alone, and leaves it to the call to begin the
 *   streams of those. So both have their share of what short packets cost, which is nearly
 *   all key and no stream; and the maker, whose keys take less than the call's streams,
 *   gets ahead of a call that it began beside.
 * - A maker that has nothing to do says so (@idle), and is woken when half of what it has
 *   made is used. That it may be read too early costs nothing: the next packet looks again.
 *
 * Pure. Whoever owns a ring wipes it.
 */
#ifndef _MPPE_RING_H
#define _MPPE_RING_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/barrier.h>

#include "mppe_key.h"

#define MPPE_RING_SIZE		32
/* Longer packets than this have the rest of their stream made when they go. */
#define MPPE_RING_STREAM	1536
#define MPPE_RING_STREAM_MIN	64

/* Less than this ahead, and keys alone are made. */
#define MPPE_RING_NEAR		(MPPE_RING_SIZE / 4)

/**
 * struct mppe_ahead - a stream, or what to begin it with
 * @number: of the packet that it is for; written last
 * @len: octets of @stream; 0 if it has not been begun
 * @key: what to begin it with
 * @session: key of the packet behind
 * @rc4: goes on where @stream ends; the call's to begin if @len is 0
 * @stream: its beginning
 */
struct mppe_ahead {
	u32		number;
	u32		len;
	u8		key[MPPE_KEY_MAX];
	u8		session[MPPE_KEY_MAX];
	struct mppe_rc4	rc4;
	u8		stream[MPPE_RING_STREAM] __aligned(8);
};

/**
 * struct mppe_ring - the streams of one direction
 * @next: number of the packet that comes next; written by the call
 * @len: how long streams should be; written by the call
 * @ask: the maker wants to be told; set by the maker, cleared by the call
 * @told_at: number that @told has the key of
 * @told: the call's chain, for the maker
 * @at: number of the stream that is made next; written by the maker
 * @idle: the maker has nothing to do, or has not been told; written by the maker
 * @behind: it has been overtaken, and has not begun anew; the maker's
 * @chain: the maker's chain
 * @streams: by their numbers
 */
struct mppe_ring {
	u32			next;
	u32			len;
	bool			ask;
	u32			told_at;
	struct mppe_chain	told;

	u32			at __aligned(64);
	bool			idle;
	bool			behind;
	struct mppe_chain	chain;
	struct mppe_ahead	streams[MPPE_RING_SIZE];
};

/* From number @from to number @to, negative if that is behind */
static inline s32 mppe_ring_distance(u32 from, u32 to)
{
	return (s32)(to - from);
}

static inline struct mppe_ahead *mppe_ring_place(struct mppe_ring *ring,
						 u32 number)
{
	return &ring->streams[number % MPPE_RING_SIZE];
}

/**
 * mppe_ring_init() - begin with an empty ring
 * @ring: the ring
 * @next: number of a packet that has been
 */
static inline void mppe_ring_init(struct mppe_ring *ring, u32 next)
{
	u32 number;

	ring->next = next;
	ring->at = next;
	ring->len = MPPE_RING_STREAM_MIN;
	ring->idle = true;
	/* None is taken for one that is to come. */
	for (number = next - MPPE_RING_SIZE; number != next; number++)
		mppe_ring_place(ring, number)->number = number;
	ring->behind = true;
	ring->ask = true;
}

/* ---- the call ---- */

/**
 * mppe_ring_find() - is there a stream for this packet, or its key?
 * @ring: the ring
 * @number: of the packet, less than MPPE_RING_SIZE ahead of @ring->next
 *
 * Return: the stream, which is the call's until mppe_ring_took(); or NULL.
 */
static inline struct mppe_ahead *mppe_ring_find(struct mppe_ring *ring,
						u32 number)
{
	struct mppe_ahead *ahead = mppe_ring_place(ring, number);

	/* Pairs with the release in mppe_ring_make(). */
	return smp_load_acquire(&ahead->number) == number ? ahead : NULL;
}

/* Up at once with longer packets, down slowly with shorter ones */
static inline void mppe_ring_learn_len(struct mppe_ring *ring, u32 len)
{
	u32 was = ring->len;

	if (len > MPPE_RING_STREAM)
		len = MPPE_RING_STREAM;
	if (len < MPPE_RING_STREAM_MIN)
		len = MPPE_RING_STREAM_MIN;
	if (len < was)
		len = was - (was - len + 31) / 32;
	if (len != was)
		WRITE_ONCE(ring->len, len);
}

/**
 * mppe_ring_took() - the call has gone on
 * @ring: the ring
 * @next: number of the packet that comes next
 * @chain: the call's chain, which has the key of it
 * @len: length of the packet that went
 */
static inline void mppe_ring_took(struct mppe_ring *ring, u32 next,
				  const struct mppe_chain *chain, u32 len)
{
	mppe_ring_learn_len(ring, len);
	/* Pairs with the acquire in mppe_ring_ahead(). */
	smp_store_release(&ring->next, next);
	/* Pairs with the release in mppe_ring_ask(). */
	if (likely(!smp_load_acquire(&ring->ask)))
		return;
	ring->told = *chain;
	ring->told_at = next;
	/* Pairs with the acquire in mppe_ring_hear(). */
	smp_store_release(&ring->ask, false);
}

/**
 * mppe_ring_is_low() - is it time to wake the maker?
 * @ring: the ring
 *
 * Return: true if it is idle, and has something to do.
 */
static inline bool mppe_ring_is_low(const struct mppe_ring *ring)
{
	return READ_ONCE(ring->idle) &&
	       mppe_ring_distance(ring->next, READ_ONCE(ring->at)) <=
	       MPPE_RING_SIZE / 2;
}

/* ---- the maker ---- */

static inline void mppe_ring_ask(struct mppe_ring *ring)
{
	ring->behind = true;
	/* Pairs with the acquire in mppe_ring_took(). */
	smp_store_release(&ring->ask, true);
}

/* Has the call said where it is? Then the maker begins anew there. */
static inline bool mppe_ring_hear(struct mppe_ring *ring)
{
	/* Pairs with the release in mppe_ring_took(). */
	if (smp_load_acquire(&ring->ask))
		return false;
	ring->chain = ring->told;
	ring->behind = false;
	WRITE_ONCE(ring->at, ring->told_at);
	return true;
}

/* How far ahead the stream with number @ring->at is; negative if it may not be made */
static inline s32 mppe_ring_ahead(struct mppe_ring *ring)
{
	/* Pairs with the release in mppe_ring_took(). */
	u32 next = smp_load_acquire(&ring->next);
	s32 ahead;

	ahead = mppe_ring_distance(next, ring->at);
	if (ahead < 0)
		mppe_ring_ask(ring);
	return ahead < MPPE_RING_SIZE ? ahead : -1;
}

static inline void mppe_ring_make_key(struct mppe_ring *ring,
				      struct mppe_ahead *ahead)
{
	ahead->len = 0;
	memcpy(ahead->key, ring->chain.session, sizeof(ahead->key));
	mppe_key_next(&ring->chain);
}

static inline void mppe_ring_make_stream(struct mppe_ring *ring,
					 struct mppe_ahead *ahead)
{
	ahead->len = (READ_ONCE(ring->len) + 7) & ~7u;
	mppe_key_stream_and_next(&ring->chain, &ahead->rc4);
	mppe_rc4_stream(&ahead->rc4, ahead->stream, ahead->len);
}

/**
 * mppe_ring_make() - make one stream more, or its key
 * @ring: the ring; one makes at a time
 *
 * Return: false if there is none to be made for now.
 */
static inline bool mppe_ring_make(struct mppe_ring *ring)
{
	struct mppe_ahead *ahead;
	s32 distance;

	if (ring->behind && !mppe_ring_hear(ring))
		return false;
	distance = mppe_ring_ahead(ring);
	if (distance < 0)
		return false;
	ahead = mppe_ring_place(ring, ring->at);
	if (distance < MPPE_RING_NEAR)
		mppe_ring_make_key(ring, ahead);
	else
		mppe_ring_make_stream(ring, ahead);
	memcpy(ahead->session, ring->chain.session, sizeof(ahead->session));
	/* Pairs with the acquire in mppe_ring_find(). */
	smp_store_release(&ahead->number, ring->at);
	WRITE_ONCE(ring->at, ring->at + 1);
	return true;
}

/**
 * mppe_ring_is_asking() - does the maker wait to be told where the call is?
 * @ring: the ring; for the maker
 */
static inline bool mppe_ring_is_asking(const struct mppe_ring *ring)
{
	return READ_ONCE(ring->ask);
}

#endif /* _MPPE_RING_H */
