/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One direction of an encrypted call: RFC 3078 sections 3 to 8, from the plain packet to
 * the header and what follows it, and back.
 *
 * Every octet that comes is hostile. A packet that is wrong is dropped, by a verdict
 * that says why; and whatever came, the next right one is decrypted. So a packet that
 * claims to be ahead of others does not move the chain of keys until it has shown, by
 * the protocol inside, that it was encrypted with the key of that place.
 *
 * Pure: no lock, no allocation, no clock. The caller serialises a direction.
 */
#ifndef _MPPE_CIPHER_H
#define _MPPE_CIPHER_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#include "mppe_count.h"
#include "mppe_key.h"
#include "mppe_ring.h"

/* Protocol field and header, as a compressed protocol field becomes one octet more */
#define MPPE_CIPHER_GROWTH	2

/* Key changes that were lost, and are looked for: Reset-Acks tell of them. */
#define MPPE_RESETS_MAX		4

/* Rounds of the count that may have been missed while out of step */
#define MPPE_LAPS_MAX		4

/* So many in a row are no chance: the ends have different keys. */
#define MPPE_NONSENSE_MAX	16

/* Of a chain begun anew: no stream made for the old one has such a number. */
#define MPPE_NUMBERS_APART	0x100000

/**
 * struct mppe_cipher - one direction
 * @next: number of the packet that comes next; its low 12 bits are its count
 * @stateful: the key changes with each 256th packet, not with each
 * @flush: sender, stateful: the next packet has a new key, as the peer has asked for
 * @out_of_step: receiver, stateful: packets were lost, and so the stream's place
 * @resets: receiver, stateful: Reset-Acks that came while out of step
 * @forms: receiver: what plain texts have begun like, mppe_cipher_form()
 * @nonsense: receiver: packets in a row that began like none, delivered or not
 * @skipped: receiver: keys that were stepped over; the caller sets it back to 0 as often
 *	as MPPE_COUNT_AHEAD_MAX of them may be
 * @ring: streams made ahead, or NULL; the caller sees to its lifetime
 * @lost: receiver: packets missing, in all
 * @rekeyed: new keys, in all
 * @ahead: packets whose stream, or key, had been made ahead, in all
 * @stream: of the packet, or of the packets in stateful mode
 * @trial: receiver, stateful: of a packet that may not be what it claims
 * @chain: stateless: has the key of packet @next; stateful: of @stream
 */
struct mppe_cipher {
	u32			next;
	bool			stateful;
	bool			flush;
	bool			out_of_step;
	u8			resets;
	u32			forms;
	u32			nonsense;
	u32			skipped;
	struct mppe_ring	*ring;
	u64			lost;
	u64			rekeyed;
	u64			ahead;
	struct mppe_rc4		stream;
	struct mppe_rc4		trial;
	struct mppe_chain	chain;
};

/**
 * mppe_cipher_init() - begin, or begin anew
 * @cipher: one direction, all zero at first
 * @start: start key
 * @strength: of the keys
 * @stateful: the mode
 *
 * The peer's count begins at 0. RFC 3078 says that of neither end, but all do.
 */
static inline void mppe_cipher_init(struct mppe_cipher *cipher, const u8 *start,
				    enum mppe_strength strength, bool stateful)
{
	cipher->next = (cipher->next + 2 * MPPE_NUMBERS_APART - 1) &
		       -(u32)MPPE_NUMBERS_APART;
	cipher->stateful = stateful;
	cipher->flush = false;
	cipher->out_of_step = false;
	cipher->resets = 0;
	cipher->forms = 0;
	cipher->nonsense = 0;
	mppe_key_init(&cipher->chain, start, strength);
	/* The first packet has the key behind the initial one. */
	if (!stateful)
		mppe_key_next(&cipher->chain);
	else
		mppe_key_stream(&cipher->chain, &cipher->stream);
}

/* ---- streams ---- */

static inline void mppe_cipher_xor(u8 *out, const u8 *in, const u8 *stream,
				   unsigned int len)
{
	u64 data, word;

	for (; len >= sizeof(data); len -= sizeof(data)) {
		memcpy(&data, in, sizeof(data));
		memcpy(&word, stream, sizeof(word));
		data ^= word;
		memcpy(out, &data, sizeof(data));
		in += sizeof(data);
		out += sizeof(data);
		stream += sizeof(data);
	}
	while (len--)
		*out++ = *in++ ^ *stream++;
}

/* Octets from @from on of a packet, with a stream that was made ahead */
static inline void mppe_cipher_ahead(struct mppe_ahead *ahead,
				     unsigned int from, u8 *out, const u8 *in,
				     unsigned int len)
{
	unsigned int there = from < ahead->len ? ahead->len - from : 0;

	if (there > len)
		there = len;
	mppe_cipher_xor(out, in, ahead->stream + from, there);
	if (len > there)
		mppe_rc4_crypt(&ahead->rc4, out + there, in + there,
			       len - there);
}

static inline void mppe_cipher_crypt(struct mppe_rc4 *stream,
				     struct mppe_ahead *ahead,
				     unsigned int from, u8 *out, const u8 *in,
				     unsigned int len)
{
	if (ahead)
		mppe_cipher_ahead(ahead, from, out, in, len);
	else
		mppe_rc4_crypt(stream, out, in, len);
}

/* The stream of packet @number, to which the chain has come if it is not there */
static inline struct mppe_ahead *mppe_cipher_find(struct mppe_cipher *cipher,
						  u32 number)
{
	if (likely(!cipher->ring))
		return NULL;
	return mppe_ring_find(cipher->ring, number);
}

/* The key of the next packet, and the stream of this one unless it was made ahead */
static inline void mppe_cipher_step(struct mppe_cipher *cipher,
				    struct mppe_ahead *ahead,
				    struct mppe_rc4 *stream)
{
	if (!ahead) {
		mppe_key_stream_and_next(&cipher->chain, stream);
		return;
	}
	if (!ahead->len)
		mppe_rc4_schedule(&ahead->rc4, ahead->key);
	memcpy(cipher->chain.session, ahead->session,
	       sizeof(cipher->chain.session));
}

static inline void mppe_cipher_took(struct mppe_cipher *cipher, u32 number,
				    const struct mppe_ahead *ahead,
				    unsigned int len)
{
	cipher->next = number + 1;
	cipher->rekeyed++;
	cipher->ahead += !!ahead;
	if (unlikely(cipher->ring))
		mppe_ring_took(cipher->ring, cipher->next, &cipher->chain, len);
}

static inline void mppe_cipher_rekey(struct mppe_cipher *cipher)
{
	mppe_key_next(&cipher->chain);
	mppe_key_stream(&cipher->chain, &cipher->stream);
	cipher->rekeyed++;
}

/* ---- sender ---- */

static inline void mppe_cipher_put_header(u8 *out, u16 header)
{
	out[0] = header >> 8;
	out[1] = header;
}

static inline void mppe_encrypt_stateless(struct mppe_cipher *cipher, u8 *out,
					  const u8 *in, unsigned int len)
{
	u32 number = cipher->next;
	struct mppe_ahead *ahead = mppe_cipher_find(cipher, number);

	mppe_cipher_step(cipher, ahead, &cipher->stream);
	mppe_cipher_put_header(out, MPPE_FLUSHED | MPPE_ENCRYPTED |
				    (number & MPPE_COUNT_MASK));
	mppe_cipher_crypt(&cipher->stream, ahead, 0, out + MPPE_HEADER_LEN, in,
			  len);
	mppe_cipher_took(cipher, number, ahead, len);
}

static inline void mppe_encrypt_stateful(struct mppe_cipher *cipher, u8 *out,
					 const u8 *in, unsigned int len)
{
	u32 number = cipher->next++;
	u16 header = MPPE_ENCRYPTED | (number & MPPE_COUNT_MASK);

	if (cipher->flush || mppe_count_is_flag(number)) {
		mppe_cipher_rekey(cipher);
		header |= MPPE_FLUSHED;
		cipher->flush = false;
	}
	mppe_cipher_put_header(out, header);
	mppe_rc4_crypt(&cipher->stream, out + MPPE_HEADER_LEN, in, len);
}

/**
 * mppe_encrypt() - encrypt a packet
 * @cipher: the direction
 * @out: room for @len octets and MPPE_HEADER_LEN
 * @in: the packet from its protocol field on
 * @len: its length
 */
static inline void mppe_encrypt(struct mppe_cipher *cipher, u8 *out,
				const u8 *in, unsigned int len)
{
	if (likely(!cipher->stateful))
		mppe_encrypt_stateless(cipher, out, in, len);
	else
		mppe_encrypt_stateful(cipher, out, in, len);
}

/* ---- receiver ---- */

/**
 * struct mppe_packet - a packet on its way to plain text
 * @in: from MPPE's header on
 * @len: its length, with the header
 * @out: room for @len - 1 octets
 * @out_len: what the plain text has, with a protocol field of two octets
 */
struct mppe_packet {
	const u8	*in;
	unsigned int	len;
	u8		*out;
	unsigned int	out_len;
};

#define MPPE_FORM_IP	0x001
#define MPPE_FORM_IPV6	0x002

/* A protocol's own form, if it is one that is encrypted: a bit; 0 if it is none */
static inline u32 mppe_cipher_protocol(u8 protocol)
{
	switch (protocol) {
	case 0x21:
		return MPPE_FORM_IP;
	case 0x57:
		return MPPE_FORM_IPV6;
	case 0x29:	/* AppleTalk */
		return 0x004;
	case 0x2b:	/* IPX */
		return 0x008;
	case 0x2d:	/* Van Jacobson's, compressed */
		return 0x010;
	case 0x2f:	/* and not */
		return 0x020;
	case 0x31:	/* bridging */
		return 0x040;
	case 0x3d:	/* multilink */
		return 0x080;
	case 0x3f:	/* NetBIOS */
		return 0x100;
	default:
		return 0;
	}
}

/* Does a packet of IP, or IPv6, begin like this? */
static inline bool mppe_cipher_is_ip(u32 form, u8 first)
{
	if (form == MPPE_FORM_IPV6)
		return first >> 4 == 6;
	return first >> 4 == 4 && (first & 0x0f) >= 5;
}

/*
 * What a plain text begins like: a bit for each protocol, another where its field is
 * compressed. A wrong key makes it IP's of one packet in 6,000, or fewer.
 */
static inline u32 mppe_cipher_form(const u8 *head, unsigned int len)
{
	bool compressed = head[0] & 1;
	unsigned int at = compressed ? 1 : 2;
	u32 form;

	if (len <= at || (!compressed && head[0]))
		return 0;
	form = mppe_cipher_protocol(head[at - 1]);
	if (form & (MPPE_FORM_IP | MPPE_FORM_IPV6) &&
	    !mppe_cipher_is_ip(form, head[at]))
		return 0;
	return compressed ? form << 16 : form;
}

/* IP, or what has come in order before? */
static inline bool mppe_cipher_knows(const struct mppe_cipher *cipher, u32 form)
{
	const u32 ip = (MPPE_FORM_IP | MPPE_FORM_IPV6) * 0x10001;

	return form & (cipher->forms | ip);
}

/* What is known; any protocol that there is if nothing has come before. */
static inline bool mppe_cipher_believes(const struct mppe_cipher *cipher,
					u32 form)
{
	return mppe_cipher_knows(cipher, form) || (form && !cipher->forms);
}

/*
 * A row of nonsense ends with what is known, or proves itself by more than its number:
 * one of forty packets that were decrypted with a wrong key has a number that there is.
 * What comes while there is sense is known from then on.
 */
static inline void mppe_cipher_learn(struct mppe_cipher *cipher, u32 form)
{
	if (!form)
		cipher->nonsense++;
	else if (mppe_cipher_knows(cipher, form))
		cipher->nonsense = 0;
	if (!cipher->nonsense)
		cipher->forms |= form;
}

/*
 * The first word of the plain text says whether its protocol field is compressed, and so
 * where the rest goes to. With @prove it has to begin as a packet does, or nothing is
 * written.
 */
static inline bool mppe_cipher_open(struct mppe_cipher *cipher,
				    struct mppe_packet *packet,
				    struct mppe_rc4 *stream,
				    struct mppe_ahead *ahead, bool prove)
{
	const u8 *in = packet->in + MPPE_HEADER_LEN;
	unsigned int len = packet->len - MPPE_HEADER_LEN;
	unsigned int first = len < MPPE_RC4_WORD ? len : MPPE_RC4_WORD;
	u8 head[MPPE_RC4_WORD], *out = packet->out;
	u32 form;

	mppe_cipher_crypt(stream, ahead, 0, head, in, first);
	form = mppe_cipher_form(head, first);
	if (prove && !mppe_cipher_believes(cipher, form))
		return false;
	mppe_cipher_learn(cipher, form);
	if (head[0] & 1)
		*out++ = 0;
	memcpy(out, head, first);
	mppe_cipher_crypt(stream, ahead, first, out + first, in + first,
			  len - first);
	packet->out_len = out - packet->out + len;
	return true;
}

/**
 * mppe_cipher_is_apart() - have the ends different keys?
 * @cipher: the receiving direction
 *
 * Return: whether too many packets in a row were nonsense for a chance.
 */
static inline bool mppe_cipher_is_apart(const struct mppe_cipher *cipher)
{
	return cipher->nonsense >= MPPE_NONSENSE_MAX;
}

/*
 * A packet in its place is delivered whatever is in it, as PPP rejects protocols that it
 * does not know; but for a row of them that is no chance.
 */
static inline enum mppe_verdict
mppe_cipher_in_place(const struct mppe_cipher *cipher)
{
	return likely(cipher->nonsense <= MPPE_NONSENSE_MAX) ?
	       MPPE_GOOD : MPPE_DROP_NONSENSE;
}

/* The packet that comes next: its place is beyond doubt, and so is its key. */
static inline enum mppe_verdict mppe_decrypt_next(struct mppe_cipher *cipher,
						  struct mppe_packet *packet)
{
	u32 number = cipher->next;
	struct mppe_ahead *ahead = mppe_cipher_find(cipher, number);

	mppe_cipher_step(cipher, ahead, &cipher->stream);
	mppe_cipher_open(cipher, packet, &cipher->stream, ahead, false);
	mppe_cipher_took(cipher, number, ahead,
			 packet->len - MPPE_HEADER_LEN);
	return mppe_cipher_in_place(cipher);
}

/* One ahead of those that are missing, or one that only says so */
static inline enum mppe_verdict mppe_decrypt_ahead(struct mppe_cipher *cipher,
						   struct mppe_packet *packet,
						   u32 missing)
{
	u32 number = cipher->next + missing, i;
	struct mppe_ahead *ahead = NULL;
	u8 session[MPPE_KEY_MAX];
	enum mppe_verdict verdict = MPPE_GOOD;

	memcpy(session, cipher->chain.session, sizeof(session));
	if (missing < MPPE_RING_SIZE)
		ahead = mppe_cipher_find(cipher, number);
	for (i = 0; i < missing && !ahead; i++)
		mppe_key_next(&cipher->chain);
	cipher->skipped += i;
	mppe_cipher_step(cipher, ahead, &cipher->stream);
	if (mppe_cipher_open(cipher, packet, &cipher->stream, ahead, true)) {
		cipher->lost += missing;
		mppe_cipher_took(cipher, number, ahead,
				 packet->len - MPPE_HEADER_LEN);
	} else {
		memcpy(cipher->chain.session, session, sizeof(session));
		cipher->nonsense++;
		verdict = MPPE_DROP_NONSENSE;
	}
	memzero_explicit(session, sizeof(session));
	return verdict;
}

static inline enum mppe_verdict
mppe_decrypt_stateless(struct mppe_cipher *cipher, struct mppe_packet *packet,
		       s32 missing)
{
	if (likely(!missing))
		return mppe_decrypt_next(cipher, packet);
	if (missing < 0)
		return MPPE_DROP_LATE;
	return mppe_decrypt_ahead(cipher, packet, missing);
}

/*
 * Stateful, and packets are missing, but this one has a new key. How many keys are
 * missing? One for each flag packet, those of packets that answered a reset and were
 * lost, and where nobody knows better 16 for each round of the count. The protocol
 * inside says which it is.
 */
static inline bool mppe_cipher_try(struct mppe_cipher *cipher,
				   struct mppe_packet *packet, u32 keys)
{
	u32 i;

	for (i = 0; i < keys; i++)
		mppe_key_next(&cipher->chain);
	cipher->skipped += keys;
	mppe_key_stream(&cipher->chain, &cipher->trial);
	return mppe_cipher_open(cipher, packet, &cipher->trial, NULL, true);
}

/* Reset-Acks that came may each have been followed by a new key that did not. */
static inline bool mppe_cipher_try_resets(struct mppe_cipher *cipher,
					  struct mppe_packet *packet, u32 keys)
{
	u32 i;

	for (i = 0; i <= cipher->resets; i++)
		if (mppe_cipher_try(cipher, packet, i ? 1 : keys))
			return true;
	return false;
}

static inline bool mppe_cipher_search(struct mppe_cipher *cipher,
				      struct mppe_packet *packet, u32 number,
				      bool known)
{
	u32 laps = known || !cipher->out_of_step ? 1 : MPPE_LAPS_MAX, lap;
	u32 keys = mppe_count_flags(cipher->next, number + 1) +
		   !mppe_count_is_flag(number);
	u8 session[MPPE_KEY_MAX];
	bool found = false;

	memcpy(session, cipher->chain.session, sizeof(session));
	for (lap = 0; lap < laps && !found; lap++) {
		memcpy(cipher->chain.session, session, sizeof(session));
		found = mppe_cipher_try_resets(cipher, packet,
					       keys + lap * MPPE_COUNTS / 256);
	}
	if (!found)
		memcpy(cipher->chain.session, session, sizeof(session));
	memzero_explicit(session, sizeof(session));
	return found;
}

static inline enum mppe_verdict
mppe_cipher_resync(struct mppe_cipher *cipher, struct mppe_packet *packet,
		   u32 missing, bool known)
{
	u32 number = cipher->next + missing;

	if (!mppe_cipher_search(cipher, packet, number, known)) {
		cipher->nonsense++;
		return MPPE_DROP_NONSENSE;
	}
	cipher->stream = cipher->trial;
	cipher->lost += missing;
	cipher->rekeyed++;
	cipher->next = number + 1;
	cipher->out_of_step = false;
	cipher->resets = 0;
	return MPPE_GOOD;
}

/* Where every packet before it has come, the stream just goes on. */
static inline enum mppe_verdict
mppe_decrypt_in_step(struct mppe_cipher *cipher, struct mppe_packet *packet,
		     bool flushed)
{
	cipher->next++;
	if (flushed)
		mppe_cipher_rekey(cipher);
	mppe_cipher_open(cipher, packet, &cipher->stream, NULL, false);
	if (mppe_cipher_is_apart(cipher))
		cipher->out_of_step = true;
	return MPPE_GOOD;
}

static inline enum mppe_verdict
mppe_decrypt_stateful(struct mppe_cipher *cipher, struct mppe_packet *packet,
		      s32 missing, u16 header, bool known)
{
	bool flushed = header & MPPE_FLUSHED;

	if (likely(!missing && !cipher->out_of_step))
		return mppe_decrypt_in_step(cipher, packet, flushed);
	if (missing < 0) {
		if (!cipher->out_of_step || known)
			return MPPE_DROP_LATE;
		missing += MPPE_COUNTS;
	}
	if (flushed && mppe_cipher_resync(cipher, packet, missing, known) ==
		       MPPE_GOOD)
		return MPPE_GOOD;
	cipher->out_of_step = true;
	return MPPE_DROP_OUT_OF_STEP;
}

static inline bool mppe_cipher_takes(const struct mppe_cipher *cipher,
				     u16 header)
{
	if (!(header & MPPE_ENCRYPTED) || header & MPPE_COMPRESSED)
		return false;
	if (header & MPPE_FLUSHED)
		return true;
	return cipher->stateful && !mppe_count_is_flag(header);
}

/* More keys than may be stepped over for now, to a packet before which so many miss */
static inline bool mppe_cipher_is_far(const struct mppe_cipher *cipher,
				      s32 missing)
{
	return missing > 0 && missing + cipher->skipped > MPPE_COUNT_AHEAD_MAX;
}

static inline enum mppe_verdict
mppe_decrypt_at(struct mppe_cipher *cipher, struct mppe_packet *packet,
		u16 header, const struct mppe_place *place)
{
	s32 missing = mppe_count_ahead(cipher->next, header & MPPE_COUNT_MASK,
				       place);

	if (mppe_cipher_is_far(cipher, missing))
		return MPPE_DROP_FAR;
	if (likely(!cipher->stateful))
		return mppe_decrypt_stateless(cipher, packet, missing);
	return mppe_decrypt_stateful(cipher, packet, missing, header,
				     place->known);
}

/* Stateless, and only the count is left. It must be proved, in order or not. */
static inline enum mppe_verdict
mppe_decrypt_by_count(struct mppe_cipher *cipher, struct mppe_packet *packet,
		      u16 count, const struct mppe_place *nowhere)
{
	s32 missing = mppe_count_ahead(cipher->next, count, nowhere);

	if (missing < 0)
		return MPPE_DROP_LATE;
	if (mppe_cipher_is_far(cipher, missing))
		return MPPE_DROP_FAR;
	return mppe_decrypt_ahead(cipher, packet, missing);
}

/*
 * So many are not missing, and so late is nothing delivered: what carries the packets
 * has begun to number them anew. Then only the count is left, and must be proved.
 */
static inline bool mppe_place_is_odd(const struct mppe_place *place)
{
	return place->known && (place->missing > MPPE_COUNT_AHEAD_MAX ||
				place->missing < -MPPE_COUNTS);
}

/**
 * mppe_decrypt() - decrypt a packet
 * @cipher: the direction
 * @packet: the packet
 * @place: what is known of its place
 *
 * Return: MPPE_GOOD, and the plain text is there; or why it is not.
 */
static inline enum mppe_verdict mppe_decrypt(struct mppe_cipher *cipher,
					     struct mppe_packet *packet,
					     const struct mppe_place *place)
{
	static const struct mppe_place nowhere;
	u16 header;

	if (packet->len <= MPPE_HEADER_LEN)
		return MPPE_DROP_SHORT;
	header = packet->in[0] << 8 | packet->in[1];
	if (!mppe_cipher_takes(cipher, header))
		return MPPE_DROP_BITS;
	if (likely(!mppe_place_is_odd(place)))
		return mppe_decrypt_at(cipher, packet, header, place);
	if (cipher->stateful)
		return mppe_decrypt_at(cipher, packet, header, &nowhere);
	return mppe_decrypt_by_count(cipher, packet, header & MPPE_COUNT_MASK,
				     &nowhere);
}

/**
 * mppe_cipher_reset_acked() - the peer has said that it will send a new key
 * @cipher: the receiving direction
 */
static inline void mppe_cipher_reset_acked(struct mppe_cipher *cipher)
{
	if (cipher->out_of_step && cipher->resets < MPPE_RESETS_MAX)
		cipher->resets++;
}

#endif /* _MPPE_CIPHER_H */
