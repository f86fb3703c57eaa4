/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounts: how much memory a channel may have on its way, one way.
 *
 * Knows bytes and frames, no skb, no channel, no lock. Each account has a share
 * that nobody can take from it, and borrows beyond that from a pool that all
 * accounts of a namespace have in common (Q172290: one pool without shares ran
 * "Out of Buffers", and calls died at random).
 *
 * Everything that changes with a frame is one 64-bit word, so that each change
 * of it has a before and an after on which all CPUs agree:
 *
 *	bits  0 to 27	bytes on their way
 *	bits 28 to 43	frames on their way
 *	bits 44 to 62	share, in KiB
 *	bit  63		closed
 *
 * What the pool is owed is a function of that word alone: whatever is on its
 * way beyond the share. Each change pays or takes back the difference that it
 * made itself, and so the pool is right whatever the order of the changes was.
 *
 * A field that ran below zero would take the ones above it along, and all that
 * they decide. So nothing is taken from the word that is not in it.
 */
#ifndef _NDISWAN_ACCOUNT_H
#define _NDISWAN_ACCOUNT_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/bitfield.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <uapi/linux/pptp_mux.h>

#define NDISWAN_ACCOUNT_BYTES	GENMASK_ULL(27, 0)
#define NDISWAN_ACCOUNT_FRAMES	GENMASK_ULL(43, 28)
#define NDISWAN_ACCOUNT_SHARE	GENMASK_ULL(62, 44)
#define NDISWAN_ACCOUNT_CLOSED	BIT_ULL(63)

/* Bytes on top of the limit that only PPP's control frames may take */
#define NDISWAN_ACCOUNT_RESERVE	32768

/**
 * struct ndiswan_pool - what the accounts of a namespace may borrow from
 * @size: bytes that there are, READ_ONCE
 * @borrowed: bytes that accounts have on their way beyond their shares. Control
 *	frames may take it above @size, by NDISWAN_ACCOUNT_RESERVE an account, and
 *	data by a frame a CPU.
 */
struct ndiswan_pool {
	u32			size;
	atomic64_t		borrowed;
};

/**
 * struct ndiswan_account - one channel, one way
 * @word: see above
 * @pool: where it borrows; constant
 * @limit: bytes of data that may be on their way, READ_ONCE
 * @written_off: bytes on their way that are not held against it any more
 * @high: most bytes that were ever on their way; written by charge only
 *
 * Whoever charges is serialised by the caller, since it looks before it takes.
 * Anybody may uncharge at any time: that only makes room.
 */
struct ndiswan_account {
	atomic64_t		word;
	struct ndiswan_pool	*pool;
	u32			limit;
	u32			written_off;
	u32			high;
};

static inline u32 ndiswan_account_bytes(u64 word)
{
	return FIELD_GET(NDISWAN_ACCOUNT_BYTES, word);
}

static inline u32 ndiswan_account_frames(u64 word)
{
	return FIELD_GET(NDISWAN_ACCOUNT_FRAMES, word);
}

static inline u32 ndiswan_account_share(u64 word)
{
	return FIELD_GET(NDISWAN_ACCOUNT_SHARE, word) * 1024;
}

static inline u64 ndiswan_account_read(const struct ndiswan_account *account)
{
	return atomic64_read(&account->word);
}

/* Nothing is on its way, and nothing will be. */
static inline bool ndiswan_account_over(u64 word)
{
	return (word & NDISWAN_ACCOUNT_CLOSED) && !ndiswan_account_frames(word);
}

static inline u32 ndiswan_account_beyond(u32 bytes, u64 word)
{
	u32 share = ndiswan_account_share(word);

	return bytes > share ? bytes - share : 0;
}

/* Is anything owed? */
static inline bool ndiswan_account_borrows(u64 word)
{
	return ndiswan_account_bytes(word) > ndiswan_account_share(word);
}

/* The word has gone from @old to @new. The pool is touched beyond shares only. */
static inline void ndiswan_account_settle(struct ndiswan_account *account,
					  u64 old, u64 new)
{
	s64 delta = (s64)ndiswan_account_beyond(ndiswan_account_bytes(new), new) -
		    ndiswan_account_beyond(ndiswan_account_bytes(old), old);

	if (delta)
		atomic64_add(delta, &account->pool->borrowed);
}

static inline u64 ndiswan_account_frame(u32 bytes)
{
	return FIELD_PREP(NDISWAN_ACCOUNT_FRAMES, 1) + bytes;
}

/* Bytes that are held against the account */
static inline u32 ndiswan_account_held(const struct ndiswan_account *account,
				       u64 word)
{
	u32 bytes = ndiswan_account_bytes(word);

	return bytes - min(bytes, READ_ONCE(account->written_off));
}

/**
 * ndiswan_account_fits() - may a frame be charged?
 * @account: the account
 * @word: what it says
 * @bytes: size of the frame
 * @control: whether it is one of PPP's own
 *
 * A frame always fits when there is none on its way, so nothing waits that no
 * end of a frame will wake up. An account may borrow no more than it leaves to
 * others: so those who want as much as they can get come to get the same.
 *
 * Context: any.
 */
static inline bool ndiswan_account_fits(const struct ndiswan_account *account,
					u64 word, u32 bytes, bool control)
{
	u32 held = ndiswan_account_held(account, word);
	u32 limit = READ_ONCE(account->limit);
	u32 beyond;

	if (!held)
		return true;
	if (control)
		return held + bytes <= limit + NDISWAN_ACCOUNT_RESERVE;
	if (held + bytes > limit)
		return false;
	beyond = ndiswan_account_beyond(held + bytes, word);
	return !beyond ||
	       beyond + atomic64_read(&account->pool->borrowed) <=
	       READ_ONCE(account->pool->size);
}

/* What was written off has come back in the end. For whoever charges. */
static inline void ndiswan_account_reclaim(struct ndiswan_account *account,
					   u64 word)
{
	u32 bytes = ndiswan_account_bytes(word);

	if (unlikely(READ_ONCE(account->written_off) > bytes))
		WRITE_ONCE(account->written_off, bytes);
}

/**
 * ndiswan_account_charge() - take a frame onto the account, if it fits
 * @account: the account, not closed
 * @bytes: size of the frame, at least 1
 * @control: whether it is one of PPP's own
 *
 * Context: any; the caller serialises charges of an account.
 * Return: false if it does not fit; nothing has changed then.
 */
static inline bool ndiswan_account_charge(struct ndiswan_account *account,
					  u32 bytes, bool control)
{
	u64 frame = ndiswan_account_frame(bytes);
	u64 word = ndiswan_account_read(account);

	ndiswan_account_reclaim(account, word);
	if (!ndiswan_account_fits(account, word, bytes, control))
		return false;
	word = atomic64_add_return(frame, &account->word);
	/* If not with the frame, then not without it either. */
	if (ndiswan_account_borrows(word))
		ndiswan_account_settle(account, word - frame, word);
	if (ndiswan_account_bytes(word) > account->high)
		WRITE_ONCE(account->high, ndiswan_account_bytes(word));
	return true;
}

/* Can a frame of this size be in the word? Without frames there are no bytes. */
static inline bool ndiswan_account_has(u64 word, u32 bytes)
{
	return likely(bytes <= ndiswan_account_bytes(word));
}

/**
 * ndiswan_account_less() - what a word says without a frame
 * @word: the word
 * @bytes: size of the frame
 *
 * Return: the word without the frame. If the frame cannot have been in it, one that
 * can be true: nothing is below zero, and no other field has changed.
 */
static inline u64 ndiswan_account_less(u64 word, u32 bytes)
{
	u64 frame = word & NDISWAN_ACCOUNT_FRAMES ? ndiswan_account_frame(0) : 0;

	if (ndiswan_account_has(word, bytes))
		return word - ndiswan_account_frame(bytes);
	return word - frame - min(bytes, ndiswan_account_bytes(word));
}

/*
 * A frame was taken off that cannot have been there when the word was @old. Whatever
 * has changed since, the difference puts it right.
 */
static noinline u64 ndiswan_account_mend(struct ndiswan_account *account,
					 u64 old, u32 bytes)
{
	u64 wrong = old - ndiswan_account_frame(bytes);

	WARN_ONCE(1, "pptp_mux: a frame of %u bytes is gone that was not on its account (%#llx); the account was set right\n",
		  bytes, old);
	return atomic64_add_return(ndiswan_account_less(old, bytes) - wrong,
				   &account->word);
}

/**
 * ndiswan_account_uncharge() - a frame is no longer on its way
 * @account: the account
 * @bytes: what it was charged with
 *
 * Context: any. A full barrier.
 * Return: what the account says now. If ndiswan_account_over() of that, the
 * caller is the one who ended it.
 */
static inline u64 ndiswan_account_uncharge(struct ndiswan_account *account,
					   u32 bytes)
{
	u64 frame = ndiswan_account_frame(bytes);
	u64 word = atomic64_sub_return(frame, &account->word);
	u64 old = word + frame;

	if (!ndiswan_account_has(old, bytes))
		word = ndiswan_account_mend(account, old, bytes);
	if (ndiswan_account_borrows(old))
		ndiswan_account_settle(account, old, word);
	return word;
}

/**
 * ndiswan_account_set() - change what an account may take
 * @account: the account
 * @share: bytes that nobody can take from it; counted in KiB
 * @limit: bytes of data that may be on their way
 *
 * What is on its way stays.
 *
 * Context: any; the caller serialises changes.
 */
static inline void ndiswan_account_set(struct ndiswan_account *account,
				       u32 share, u32 limit)
{
	u64 old = ndiswan_account_read(account);
	u64 new;

	WRITE_ONCE(account->limit, limit);
	do {
		new = (old & ~NDISWAN_ACCOUNT_SHARE) |
		      FIELD_PREP(NDISWAN_ACCOUNT_SHARE, share / 1024);
	} while (!atomic64_try_cmpxchg(&account->word, (s64 *)&old, new));
	ndiswan_account_settle(account, old, new);
}

/**
 * ndiswan_account_write_off() - no longer hold against it what is on its way
 * @account: the account
 *
 * The bytes stay counted, since the memory stays in use. Done once until it has
 * come back: an account never has more than twice its limit on its way.
 *
 * Context: any; the caller serialises write-offs.
 * Return: bytes written off.
 */
static inline u32 ndiswan_account_write_off(struct ndiswan_account *account)
{
	u64 word = ndiswan_account_read(account);
	u32 bytes = ndiswan_account_bytes(word);

	if (READ_ONCE(account->written_off))
		return 0;
	WRITE_ONCE(account->written_off, bytes);
	return bytes;
}

/**
 * ndiswan_account_close() - nothing will be charged any more
 * @account: the account
 *
 * Context: any.
 * Return: what the account said. Without frames on their way, it is over; else
 * it is over when the last of them is uncharged.
 */
static inline u64 ndiswan_account_close(struct ndiswan_account *account)
{
	return atomic64_fetch_or(NDISWAN_ACCOUNT_CLOSED, &account->word);
}

/**
 * ndiswan_account_init() - begin an account, with nothing on its way
 * @account: the account
 * @pool: where it borrows; outlives it
 */
static inline void ndiswan_account_init(struct ndiswan_account *account,
					struct ndiswan_pool *pool)
{
	atomic64_set(&account->word, 0);
	account->pool = pool;
	account->limit = 0;
	account->written_off = 0;
	account->high = 0;
}

#endif /* _NDISWAN_ACCOUNT_H */
