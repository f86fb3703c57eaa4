/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chain of MPPE's session keys: RFC 3078 section 7, RFC 3079 section 2.
 *
 * A key comes of the one before: d is hashed from the start key and that one, and what
 * RC4 with d makes of d is the next. In stateless mode each packet has its own. The
 * stream of a packet and the key of the next one need the same key, and nothing of each
 * other: so they are scheduled side by side, and the key is always one ahead.
 *
 * Pure. Whoever owns a chain wipes it.
 */
#ifndef _MPPE_KEY_H
#define _MPPE_KEY_H

#include <linux/string.h>
#include <linux/types.h>

#include "mppe_rc4.h"
#include "mppe_sha1.h"

#define MPPE_KEY_MAX	16

enum mppe_strength {
	MPPE_40,
	MPPE_56,
	MPPE_128,
};

/**
 * struct mppe_chain - where a chain of keys is
 * @sha1: the start key, and what d is hashed with
 * @rc4: what the next key is made with
 * @d: its key; one of 8 octets is there twice
 * @session: the session key, likewise
 * @strength: of the keys
 */
struct mppe_chain {
	struct mppe_sha1	sha1;
	struct mppe_rc4		rc4;
	u8			d[MPPE_KEY_MAX];
	u8			session[MPPE_KEY_MAX];
	enum mppe_strength	strength;
};

static inline unsigned int mppe_key_len(enum mppe_strength strength)
{
	return strength == MPPE_128 ? 16 : 8;
}

/* Octets that everybody knows make shorter keys of 64 bits; RC4 repeats those. */
static inline void mppe_key_weaken(struct mppe_chain *chain)
{
	u8 *key = chain->session;

	if (chain->strength == MPPE_128)
		return;
	key[0] = 0xd1;
	if (chain->strength == MPPE_40) {
		key[1] = 0x26;
		key[2] = 0x9e;
	}
	memcpy(key + 8, key, 8);
}

static inline void mppe_key_hash(struct mppe_chain *chain, const u8 *session)
{
	mppe_sha1_digest(&chain->sha1, session, chain->d);
	if (chain->strength != MPPE_128)
		memcpy(chain->d + 8, chain->d, 8);
}

/**
 * mppe_key_init() - begin a chain
 * @chain: the chain
 * @start: start key: 16 octets, or 8 of a weaker one
 * @strength: how long keys are
 */
static inline void mppe_key_init(struct mppe_chain *chain, const u8 *start,
				 enum mppe_strength strength)
{
	chain->strength = strength;
	mppe_sha1_init(&chain->sha1, start, mppe_key_len(strength));
	mppe_key_hash(chain, start);
	memcpy(chain->session, chain->d, sizeof(chain->session));
	mppe_key_weaken(chain);
}

static inline void mppe_key_step(struct mppe_chain *chain)
{
	mppe_rc4_crypt(&chain->rc4, chain->session, chain->d, MPPE_KEY_MAX);
	mppe_key_weaken(chain);
}

/**
 * mppe_key_next() - change to the next session key
 * @chain: the chain
 */
static inline void mppe_key_next(struct mppe_chain *chain)
{
	mppe_key_hash(chain, chain->session);
	mppe_rc4_schedule(&chain->rc4, chain->d);
	mppe_key_step(chain);
}

/**
 * mppe_key_stream() - begin the stream of the session key
 * @chain: the chain
 * @rc4: the stream
 */
static inline void mppe_key_stream(const struct mppe_chain *chain,
				   struct mppe_rc4 *rc4)
{
	mppe_rc4_schedule(rc4, chain->session);
}

/**
 * mppe_key_stream_and_next() - both at once
 * @chain: the chain
 * @rc4: the stream of the session key that the chain leaves
 */
static inline void mppe_key_stream_and_next(struct mppe_chain *chain,
					    struct mppe_rc4 *rc4)
{
	mppe_key_hash(chain, chain->session);
	mppe_rc4_schedule_two(rc4, chain->session, &chain->rc4, chain->d);
	mppe_key_step(chain);
}

#endif /* _MPPE_KEY_H */
