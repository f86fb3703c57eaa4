/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header of enhanced GRE, RFC 2637 section 4.1, as it is received.
 *
 * Pure: bytes come in as an argument, and what they say goes out as a value, in
 * host order. Every byte is hostile; none is read before it is known to be there.
 */
#ifndef _PPTP_HEADER_H
#define _PPTP_HEADER_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Without sequence and acknowledgment numbers, and with both */
#define PPTP_HEADER_MIN		8
#define PPTP_HEADER_MAX		16

/* The first 16 bits: C R K S s Recur(3) A Flags(4) Ver(3) */
#define PPTP_HEADER_C		0x8000
#define PPTP_HEADER_R		0x4000
#define PPTP_HEADER_K		0x2000
#define PPTP_HEADER_S		0x1000
#define PPTP_HEADER_A		0x0080
#define PPTP_HEADER_ZERO	0x0f78	/* s, Recur and Flags */
#define PPTP_HEADER_VER		0x0007

#define PPTP_HEADER_VERSION_1	1
#define PPTP_HEADER_PPP		0x880b

/* What is the same in all headers: the first 32 bits but for S and A */
#define PPTP_HEADER_FIXED_BITS	\
	((u32)(PPTP_HEADER_C | PPTP_HEADER_R | PPTP_HEADER_K | \
	       PPTP_HEADER_ZERO | PPTP_HEADER_VER) << 16 | 0xffff)
#define PPTP_HEADER_FIXED	\
	((u32)(PPTP_HEADER_K | PPTP_HEADER_VERSION_1) << 16 | PPTP_HEADER_PPP)

/*
 * Why a header is refused; 0 is good. Up to PPTP_HEADER_NO_KEY it is not known
 * to be one of PPTP, so no call id can be read from it.
 */
enum pptp_header_fault {
	PPTP_HEADER_GOOD,
	PPTP_HEADER_SHORT,	/* less than the shortest header */
	PPTP_HEADER_VERSION,
	PPTP_HEADER_PROTOCOL,
	PPTP_HEADER_CHECKSUM,	/* C: there is none in version 1 */
	PPTP_HEADER_ROUTING,	/* R: the same */
	PPTP_HEADER_NO_KEY,
	PPTP_HEADER_FLAGS,	/* bits that must be 0 are not */
	PPTP_HEADER_NOTHING,	/* neither S nor A */
	PPTP_HEADER_NO_SEQ,	/* a payload without S */
	PPTP_HEADER_NO_PAYLOAD,	/* S without a payload */
	PPTP_HEADER_LENGTH,	/* longer than the packet */
	PPTP_HEADER_FAULTS,
};

/**
 * struct pptp_header - what a header says
 * @call_id: whom it is for
 * @payload_len: bytes of payload; what follows them is padding
 * @header_len: bytes in front of them
 * @has_seq: there is a payload, with number @seq
 * @has_ack: everything up to @ack is acknowledged
 * @seq: sequence number
 * @ack: acknowledgment number
 */
struct pptp_header {
	u16	call_id;
	u16	payload_len;
	u16	header_len;
	bool	has_seq;
	bool	has_ack;
	u32	seq;
	u32	ack;
};

static inline u16 pptp_header_u16(const u8 *data)
{
	return data[0] << 8 | data[1];
}

static inline u32 pptp_header_u32(const u8 *data)
{
	return (u32)pptp_header_u16(data) << 16 | pptp_header_u16(data + 2);
}

/* Is it a header of PPTP, with its key where the key belongs? */
static inline enum pptp_header_fault pptp_header_kind(const u8 *data)
{
	u16 flags = pptp_header_u16(data);

	if ((flags & PPTP_HEADER_VER) != PPTP_HEADER_VERSION_1)
		return PPTP_HEADER_VERSION;
	if (pptp_header_u16(data + 2) != PPTP_HEADER_PPP)
		return PPTP_HEADER_PROTOCOL;
	if (flags & PPTP_HEADER_C)
		return PPTP_HEADER_CHECKSUM;
	if (flags & PPTP_HEADER_R)
		return PPTP_HEADER_ROUTING;
	if (!(flags & PPTP_HEADER_K))
		return PPTP_HEADER_NO_KEY;
	return PPTP_HEADER_GOOD;
}

/* Do its first 32 bits say what those of all good headers say? */
static inline bool pptp_header_is_usual(const u8 *data)
{
	return (pptp_header_u32(data) & PPTP_HEADER_FIXED_BITS) ==
	       PPTP_HEADER_FIXED;
}

/* Do S, A, lengths and the packet agree? */
static inline enum pptp_header_fault
pptp_header_agrees(const struct pptp_header *hdr, unsigned int len)
{
	if (hdr->has_seq) {
		if (!hdr->payload_len)
			return PPTP_HEADER_NO_PAYLOAD;
	} else {
		if (hdr->payload_len)
			return PPTP_HEADER_NO_SEQ;
		if (!hdr->has_ack)
			return PPTP_HEADER_NOTHING;
	}
	if (len < (unsigned int)hdr->header_len + hdr->payload_len)
		return PPTP_HEADER_LENGTH;
	return PPTP_HEADER_GOOD;
}

/**
 * pptp_header_has_id() - can the call be told, whatever else is wrong?
 * @fault: what pptp_header_read() said
 *
 * Return: true if the header's call_id is valid.
 */
static inline bool pptp_header_has_id(enum pptp_header_fault fault)
{
	return fault == PPTP_HEADER_GOOD || fault > PPTP_HEADER_NO_KEY;
}

/**
 * pptp_header_read() - read a header, as strictly as RFC 2637 writes it
 * @data: the packet from its GRE header on: its first PPTP_HEADER_MAX bytes, or
 *	all of them if it is shorter
 * @len: length of the whole packet from there on, in bytes
 * @hdr: where to put what it says; see pptp_header_has_id()
 *
 * Source: RFC 2637 section 4.1: C, R and s are 0, K is 1, Recur and Flags are
 * 0, Ver is 1; S with a payload and never without; A with an acknowledgment.
 *
 * Context: any.
 * Return: PPTP_HEADER_GOOD, or why the packet is to be dropped.
 */
static inline enum pptp_header_fault
pptp_header_read(const u8 *data, unsigned int len, struct pptp_header *hdr)
{
	enum pptp_header_fault fault = PPTP_HEADER_GOOD;
	u16 flags;

	if (len < PPTP_HEADER_MIN)
		return PPTP_HEADER_SHORT;
	if (unlikely(!pptp_header_is_usual(data)))
		fault = pptp_header_kind(data) ?: PPTP_HEADER_FLAGS;
	if (!pptp_header_has_id(fault))
		return fault;
	hdr->call_id = pptp_header_u16(data + 6);
	if (fault)
		return fault;

	hdr->payload_len = pptp_header_u16(data + 4);
	flags = pptp_header_u16(data);
	hdr->has_seq = flags & PPTP_HEADER_S;
	hdr->has_ack = flags & PPTP_HEADER_A;
	hdr->header_len = PPTP_HEADER_MIN + 4 * hdr->has_seq + 4 * hdr->has_ack;
	fault = pptp_header_agrees(hdr, len);
	if (fault)
		return fault;

	data += PPTP_HEADER_MIN;
	if (hdr->has_seq)
		hdr->seq = pptp_header_u32(data);
	if (hdr->has_ack)
		hdr->ack = pptp_header_u32(data + 4 * hdr->has_seq);
	return PPTP_HEADER_GOOD;
}

#endif /* _PPTP_HEADER_H */
