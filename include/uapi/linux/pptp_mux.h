/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * pptp-mux: what user space sees beyond the ABI of the kernel's pptp driver.
 *
 * The generic netlink family is described by
 * Documentation/netlink/specs/pptp_mux.yaml; the names here are the ones that
 * the kernel's ynl tools derive from it.
 */
#ifndef _UAPI_LINUX_PPTP_MUX_H
#define _UAPI_LINUX_PPTP_MUX_H

#include <linux/types.h>

/* ---- socket options of a call (AF_PPPOX, SOCK_STREAM, PX_PROTO_PPTP) ---- */

#define SOL_PPTP_MUX		0x5054

/* 1 to 7 are about the slot, from 8 on about the session */
#define PPTP_MUX_SO_USAGE	1	/* __u32, one PPTP_MUX_USAGE_*, 0 = any; before bind */
#define PPTP_MUX_SO_SLOT	2	/* __u32, get only: number of the slot, 0 = none */
#define PPTP_MUX_SO_REFUSAL	3	/* struct pptp_mux_refusal, get only */
#define PPTP_MUX_SO_CAUSE	4	/* __u32, PPTP_MUX_CAUSE_*: why the call will end */
#define PPTP_MUX_SO_REORDER	8	/* __u32, ms, up to PPTP_MUX_REORDER_MAX; 0: hold nothing */
#define PPTP_MUX_SO_WINDOW	9	/* __u32, PPTP_MUX_WINDOW_* */
#define PPTP_MUX_SO_PEER_WINDOW	10	/* __u32, packets, up to 65535; 0: not known */
#define PPTP_MUX_SO_TOS		11	/* __u32, PPTP_MUX_TOS_* */
#define PPTP_MUX_SO_CLEAR_TEXT	12	/* __u32, PPTP_MUX_CLEAR_TEXT_* */

/* How long packets wait for one that they have overtaken: as the path is, or this */
#define PPTP_MUX_REORDER_ADAPTIVE	0xffffffff	/* default */
#define PPTP_MUX_REORDER_MAX		300		/* ms */

/* The send window: without PPTP_MUX_SO_PEER_WINDOW nothing limits */
#define PPTP_MUX_WINDOW_OFF	0
#define PPTP_MUX_WINDOW_ON	1
#define PPTP_MUX_WINDOW_AUTO	2	/* default: limits a peer that acknowledges alone */

/* The DSCP of the packets that carry frames; that of encrypted ones is not seen */
#define PPTP_MUX_TOS_OFF	0	/* default: 0 */
#define PPTP_MUX_TOS_INHERIT	1	/* that of the IP packet inside */

/* Frames of network protocols that MPPE has not encrypted, both ways */
#define PPTP_MUX_CLEAR_TEXT_PASS	0	/* default */
#define PPTP_MUX_CLEAR_TEXT_DROP	1	/* where PPP requires MPPE */
/* with it, in a bundle that has agreed to short numbers (RFC 1990 section 3): */
#define PPTP_MUX_CLEAR_TEXT_RX_SHORT	2	/* the peer's fragments have them */
#define PPTP_MUX_CLEAR_TEXT_TX_SHORT	4	/* ours have them */

/*
 * Why the last bind() on this socket was refused, and how many slots said so:
 * slots == not_usage + disabled + busy + no_resource. An enabled slot of
 * another usage counts as not_usage, a disabled one as disabled whatever its
 * usage is.
 */
struct pptp_mux_refusal {
	__u32	reason;		/* enum pptp_mux_refusal_reason */
	__u32	slots;		/* in the table */
	__u32	not_usage;
	__u32	disabled;
	__u32	busy;
	__u32	no_resource;
};

/* ---- generic netlink ---- */

#define PPTP_MUX_FAMILY_NAME	"pptp_mux"
#define PPTP_MUX_FAMILY_VERSION	1
#define PPTP_MUX_MCGRP_EVENTS	"events"

#define PPTP_MUX_SLOTS_MAX	65535
#define PPTP_MUX_QUARANTINE_MAX	3600000		/* ms */
#define PPTP_MUX_ACCOUNT_MAX	8388608		/* bytes that a call may have on its way */
#define PPTP_MUX_POOL_MAX	1073741824	/* bytes that calls may borrow in all */

enum pptp_mux_state {
	PPTP_MUX_STATE_FREE,
	PPTP_MUX_STATE_CLAIMED,
	PPTP_MUX_STATE_CONNECTED,
	PPTP_MUX_STATE_DRAINING,
};

enum pptp_mux_usage {
	PPTP_MUX_USAGE_RECEIVE = 1,
	PPTP_MUX_USAGE_DIAL_OUT = 2,
	PPTP_MUX_USAGE_DEMAND_DIAL = 4,
};

#define PPTP_MUX_USAGE_MASK	7

/* Why a call was refused. bind() fails with the errno beside it. */
enum pptp_mux_refusal_reason {
	PPTP_MUX_REFUSAL_NONE,
	PPTP_MUX_REFUSAL_NO_USAGE,	/* EACCES */
	PPTP_MUX_REFUSAL_ALL_BUSY,	/* EBUSY */
	PPTP_MUX_REFUSAL_NO_RESOURCE,	/* ENOBUFS */
};

/* Why a slot handed a call on to the next one, or why a call ended. */
enum pptp_mux_cause {
	PPTP_MUX_CAUSE_NONE,
	PPTP_MUX_CAUSE_DRAINING,	/* hand-over: last call not yet gone */
	PPTP_MUX_CAUSE_QUARANTINE,	/* hand-over: kept out after its last call */
	PPTP_MUX_CAUSE_DISABLED,	/* hand-over: disabled meanwhile */
	PPTP_MUX_CAUSE_NO_MEMORY,	/* hand-over */
	PPTP_MUX_CAUSE_NO_CHANNEL,	/* hand-over: PPP refused the channel */
	PPTP_MUX_CAUSE_CLOSED,		/* end: the socket was closed */
	PPTP_MUX_CAUSE_PEER,		/* end: the peer hung up */
	PPTP_MUX_CAUSE_ADMIN,		/* end: the administrator hung up */
	PPTP_MUX_CAUSE_LOST,		/* end: the control connection was lost */
	PPTP_MUX_CAUSE_PPP,		/* end: PPP ended (authentication, LCP, idle) */
};

enum pptp_mux_event_type {
	PPTP_MUX_EVENT_TYPE_CLAIM = 1,
	PPTP_MUX_EVENT_TYPE_HAND_OVER,
	PPTP_MUX_EVENT_TYPE_REFUSAL,
	PPTP_MUX_EVENT_TYPE_CONNECTED,
	PPTP_MUX_EVENT_TYPE_HANG_UP,
	PPTP_MUX_EVENT_TYPE_TX_OVER,	/* transmit is over its account; call kept */
	PPTP_MUX_EVENT_TYPE_RX_OVER,	/* receive is; a hole was given up */
	PPTP_MUX_EVENT_TYPE_TX_STALL,	/* nothing got away; written off */
	PPTP_MUX_EVENT_TYPE_LOOP,	/* its packets come back to it */
	PPTP_MUX_EVENT_TYPE_CLEAR_TEXT,	/* dropped: not encrypted, as is required */
};

/* One call in a slot */
enum {
	PPTP_MUX_A_CALL_ID = 1,		/* u16 */
	PPTP_MUX_A_CALL_PEER_ID,	/* u16 */
	PPTP_MUX_A_CALL_LOCAL,		/* u32, big-endian IPv4 address */
	PPTP_MUX_A_CALL_PEER,		/* u32, big-endian IPv4 address */
	PPTP_MUX_A_CALL_CHANNEL,	/* u32, PPP channel index */
	PPTP_MUX_A_CALL_IFNAME,		/* string, PPP interface if attached */
	PPTP_MUX_A_CALL_USAGE,		/* u32, what the call asked for */
	PPTP_MUX_A_CALL_UPTIME,		/* u64, ms since connect */
	PPTP_MUX_A_CALL_STATS,		/* nest of PPTP_MUX_A_STATS_* */
	PPTP_MUX_A_CALL_PAD,
	PPTP_MUX_A_CALL_TX,		/* nest of PPTP_MUX_A_ACCOUNT_* */
	PPTP_MUX_A_CALL_RX,		/* nest of PPTP_MUX_A_ACCOUNT_* */
	/* in a slot, of a call that the module encrypts: */
	PPTP_MUX_A_CALL_TX_CIPHER,	/* nest of PPTP_MUX_A_CIPHER_* */
	PPTP_MUX_A_CALL_RX_CIPHER,	/* nest of PPTP_MUX_A_CIPHER_* */

	__PPTP_MUX_A_CALL_MAX,
	PPTP_MUX_A_CALL_MAX = (__PPTP_MUX_A_CALL_MAX - 1)
};

/* Counters of a call. The drop reasons are named one by one. */
enum {
	PPTP_MUX_A_STATS_PAD = 1,
	PPTP_MUX_A_STATS_TX_PACKETS,	/* u64 and so on */
	PPTP_MUX_A_STATS_TX_BYTES,
	PPTP_MUX_A_STATS_TX_ACKS,	/* acknowledgements sent alone */
	PPTP_MUX_A_STATS_TX_DROP_UNCONNECTED,
	PPTP_MUX_A_STATS_TX_DROP_NO_ROUTE,
	PPTP_MUX_A_STATS_TX_DROP_LOOP,	/* would have come back to the call */
	PPTP_MUX_A_STATS_TX_DROP_NO_MEMORY,
	PPTP_MUX_A_STATS_TX_DROP_MALFORMED,
	PPTP_MUX_A_STATS_RX_PACKETS,
	PPTP_MUX_A_STATS_RX_BYTES,
	PPTP_MUX_A_STATS_RX_ACKS,	/* acknowledgements received alone */
	PPTP_MUX_A_STATS_RX_LOST,	/* waited for in vain */
	PPTP_MUX_A_STATS_RX_RESYNC,
	PPTP_MUX_A_STATS_RX_DROP_LATE,	/* waited for in vain before it came */
	PPTP_MUX_A_STATS_RX_DROP_JUMP,	/* too far ahead */
	PPTP_MUX_A_STATS_RX_DROP_MALFORMED,
	PPTP_MUX_A_STATS_TX_DROP_BELOW,	/* netfilter, queue full, device down */
	PPTP_MUX_A_STATS_RX_REORDERED,	/* came too early, delivered in order */
	PPTP_MUX_A_STATS_RX_DROP_NO_ROOM,	/* faster than they could be delivered */
	PPTP_MUX_A_STATS_RX_DROP_DUPLICATE,	/* received before */
	PPTP_MUX_A_STATS_RX_DROP_NO_MEMORY,
	PPTP_MUX_A_STATS_RX_DROP_FLAGS,	/* bits that must be 0 are not */
	PPTP_MUX_A_STATS_RX_DROP_NOTHING,	/* neither sequence nor ack number */
	PPTP_MUX_A_STATS_RX_DROP_NO_SEQ,	/* a payload without sequence number */
	PPTP_MUX_A_STATS_RX_DROP_NO_PAYLOAD,	/* a sequence number without payload */
	PPTP_MUX_A_STATS_RX_DROP_LENGTH,	/* longer than its packet */
	PPTP_MUX_A_STATS_RX_ACKS_ON_DATA,	/* received with data */
	PPTP_MUX_A_STATS_RX_HOLE_TIME,	/* us, how long a hole is left open */
	PPTP_MUX_A_STATS_RTT,	/* us, smoothed */
	PPTP_MUX_A_STATS_ATO,	/* us, adaptive time-out */
	PPTP_MUX_A_STATS_TX_WINDOW,	/* packets, 0 = nothing limits */
	PPTP_MUX_A_STATS_TX_STALLS,	/* times that the send window was full */
	PPTP_MUX_A_STATS_TX_TIMEOUTS,	/* of the send window */
	PPTP_MUX_A_STATS_RX_UNREACHABLE,	/* ICMP: destination unreachable */
	PPTP_MUX_A_STATS_RX_FRAG_NEEDED,	/* ICMP: the path has a smaller MTU */
	PPTP_MUX_A_STATS_RX_REDIRECT,	/* ICMP: there is a better gateway */
	PPTP_MUX_A_STATS_RX_ICMP_OTHER,	/* ICMP: time exceeded and others */
	PPTP_MUX_A_STATS_TX_DROP_CLEAR_TEXT,	/* not encrypted, as is required */
	PPTP_MUX_A_STATS_RX_DROP_CLEAR_TEXT,	/* the same */

	__PPTP_MUX_A_STATS_MAX,
	PPTP_MUX_A_STATS_MAX = (__PPTP_MUX_A_STATS_MAX - 1)
};

/*
 * The memory that a call has on its way, one way: in bytes of what its packets
 * take up, not of what they carry. accepted = sent + dropped + frames.
 */
enum {
	PPTP_MUX_A_ACCOUNT_PAD = 1,
	PPTP_MUX_A_ACCOUNT_SHARE,	/* u32, bytes that nobody can take from it */
	PPTP_MUX_A_ACCOUNT_LIMIT,	/* u32, bytes of data at most */
	PPTP_MUX_A_ACCOUNT_BYTES,	/* u32, on their way now */
	PPTP_MUX_A_ACCOUNT_FRAMES,	/* u32, on their way now */
	PPTP_MUX_A_ACCOUNT_HIGH,	/* u32, most bytes that ever were */
	PPTP_MUX_A_ACCOUNT_OVER,	/* u64, times that it was full */
	/* transmit only: */
	PPTP_MUX_A_ACCOUNT_QUEUE,	/* u32, bytes the path is given at once */
	PPTP_MUX_A_ACCOUNT_WRITTEN_OFF,	/* u32, bytes stuck below */
	PPTP_MUX_A_ACCOUNT_STALLS,	/* u32, times that nothing got away */
	PPTP_MUX_A_ACCOUNT_ACCEPTED,	/* u64, frames taken from PPP */
	PPTP_MUX_A_ACCOUNT_CONTROL,	/* u64, of these, PPP's own */
	PPTP_MUX_A_ACCOUNT_STOPS,	/* u64, times that PPP was told to wait */

	__PPTP_MUX_A_ACCOUNT_MAX,
	PPTP_MUX_A_ACCOUNT_MAX = (__PPTP_MUX_A_ACCOUNT_MAX - 1)
};

/* One way of an encrypted call; of a bundle, that of all its links. */
enum {
	PPTP_MUX_A_CIPHER_PAD = 1,
	PPTP_MUX_A_CIPHER_BITS,		/* u32, of the key: 40, 56 or 128 */
	PPTP_MUX_A_CIPHER_STATEFUL,	/* u8, 1: the key changes with each 256th packet */
	PPTP_MUX_A_CIPHER_KEYS,		/* u64, keys that packets had */
	PPTP_MUX_A_CIPHER_AHEAD_MADE,	/* u64, streams made before their packets, or keys */
	PPTP_MUX_A_CIPHER_AHEAD_USED,	/* u64, of these, by packets */
	/* receive only: */
	PPTP_MUX_A_CIPHER_LOST,		/* u64, packets stepped over */
	PPTP_MUX_A_CIPHER_DROP_MALFORMED, /* u64, too short or too long, or odd bits */
	PPTP_MUX_A_CIPHER_DROP_LATE,	/* u64, overtaken */
	PPTP_MUX_A_CIPHER_DROP_FAR,	/* u64, too many are missing before them */
	PPTP_MUX_A_CIPHER_DROP_NONSENSE, /* u64, with another key than their place has */
	PPTP_MUX_A_CIPHER_DROP_OUT_OF_STEP, /* u64, stateful: while a new key is awaited */

	__PPTP_MUX_A_CIPHER_MAX,
	PPTP_MUX_A_CIPHER_MAX = (__PPTP_MUX_A_CIPHER_MAX - 1)
};

enum {
	PPTP_MUX_A_SLOT_NUMBER = 1,	/* u32, 1 = VPN1 */
	PPTP_MUX_A_SLOT_STATE,		/* u32, enum pptp_mux_state */
	PPTP_MUX_A_SLOT_ENABLED,	/* u8, 0 or 1 */
	PPTP_MUX_A_SLOT_USAGE,		/* u32, mask of PPTP_MUX_USAGE_* */
	PPTP_MUX_A_SLOT_QUARANTINE,	/* u32, ms */
	PPTP_MUX_A_SLOT_GENERATION,	/* u32, calls this slot has carried */
	PPTP_MUX_A_SLOT_REFUSED,	/* u64, calls it handed on */
	PPTP_MUX_A_SLOT_SINCE,		/* u64, ms in this state */
	PPTP_MUX_A_SLOT_CALL,		/* nest of PPTP_MUX_A_CALL_* */
	PPTP_MUX_A_SLOT_PAD,
	PPTP_MUX_A_SLOT_TX_SHARE,	/* u32, bytes, 0 = as in the table, and so on */
	PPTP_MUX_A_SLOT_TX_LIMIT,
	PPTP_MUX_A_SLOT_RX_SHARE,
	PPTP_MUX_A_SLOT_RX_LIMIT,

	__PPTP_MUX_A_SLOT_MAX,
	PPTP_MUX_A_SLOT_MAX = (__PPTP_MUX_A_SLOT_MAX - 1)
};

/* The table of a network namespace */
enum {
	PPTP_MUX_A_TABLE_SLOTS = 1,	/* u32 */
	PPTP_MUX_A_TABLE_FREE,		/* u32, slots in this state, and so on */
	PPTP_MUX_A_TABLE_CLAIMED,
	PPTP_MUX_A_TABLE_CONNECTED,
	PPTP_MUX_A_TABLE_DRAINING,
	PPTP_MUX_A_TABLE_DISABLED,	/* u32, slots in any state */
	PPTP_MUX_A_TABLE_CLAIMS,	/* u64, calls that got a slot */
	PPTP_MUX_A_TABLE_HAND_OVERS,	/* u64 */
	PPTP_MUX_A_TABLE_EARLY,		/* u64, slots taken while still draining */
	PPTP_MUX_A_TABLE_REFUSED_NO_USAGE,	/* u64 */
	PPTP_MUX_A_TABLE_REFUSED_ALL_BUSY,	/* u64 */
	PPTP_MUX_A_TABLE_REFUSED_NO_RESOURCE,	/* u64 */
	PPTP_MUX_A_TABLE_EVENTS_SUPPRESSED,	/* u64 */
	PPTP_MUX_A_TABLE_RX_MALFORMED,	/* u64, GRE that no call could be told for */
	PPTP_MUX_A_TABLE_RX_NO_CALL,	/* u64, GRE for no call of ours */
	PPTP_MUX_A_TABLE_PAD,
	PPTP_MUX_A_TABLE_TX_SHARE,	/* u32, bytes, of slots without their own */
	PPTP_MUX_A_TABLE_TX_LIMIT,
	PPTP_MUX_A_TABLE_RX_SHARE,
	PPTP_MUX_A_TABLE_RX_LIMIT,
	PPTP_MUX_A_TABLE_TX_POOL,	/* u32, bytes to borrow beyond shares */
	PPTP_MUX_A_TABLE_RX_POOL,
	PPTP_MUX_A_TABLE_TX_BORROWED,	/* u64, bytes */
	PPTP_MUX_A_TABLE_RX_BORROWED,
	PPTP_MUX_A_TABLE_TX_ACCEPTED,	/* u64, frames, of all calls there ever were */
	PPTP_MUX_A_TABLE_TX_FRAMES,	/* u64, on their way */
	PPTP_MUX_A_TABLE_TX_BYTES,	/* u64, on their way */
	PPTP_MUX_A_TABLE_RX_BYTES,	/* u64, held until what is missing has come */
	PPTP_MUX_A_TABLE_STATS,		/* nest of PPTP_MUX_A_STATS_*, of all calls */
	/*
	 * u64 each: malformed, by what is wrong with the header. Most of what is too
	 * short or of another version the kernel's demultiplexer drops before.
	 */
	PPTP_MUX_A_TABLE_RX_SHORT,
	PPTP_MUX_A_TABLE_RX_VERSION,
	PPTP_MUX_A_TABLE_RX_PROTOCOL,
	PPTP_MUX_A_TABLE_RX_CHECKSUM,
	PPTP_MUX_A_TABLE_RX_ROUTING,
	PPTP_MUX_A_TABLE_RX_NO_KEY,
	PPTP_MUX_A_TABLE_RX_FLAGS,
	PPTP_MUX_A_TABLE_RX_NOTHING,
	PPTP_MUX_A_TABLE_RX_NO_SEQ,
	PPTP_MUX_A_TABLE_RX_NO_PAYLOAD,
	PPTP_MUX_A_TABLE_RX_LENGTH,

	__PPTP_MUX_A_TABLE_MAX,
	PPTP_MUX_A_TABLE_MAX = (__PPTP_MUX_A_TABLE_MAX - 1)
};

enum {
	PPTP_MUX_A_EVENT_TYPE = 1,	/* u32, enum pptp_mux_event_type */
	PPTP_MUX_A_EVENT_ID,		/* u32, RRAS event id, absent if it has none */
	PPTP_MUX_A_EVENT_TIME,		/* u64, ns of the wall clock */
	PPTP_MUX_A_EVENT_SLOT,		/* u32, number */
	PPTP_MUX_A_EVENT_NEXT,		/* u32, hand-over: attempts so far */
	PPTP_MUX_A_EVENT_CAUSE,		/* u32, enum pptp_mux_cause */
	PPTP_MUX_A_EVENT_REASON,	/* u32, refusal: enum pptp_mux_refusal_reason */
	PPTP_MUX_A_EVENT_USAGE,		/* u32, what the call asked for */
	PPTP_MUX_A_EVENT_SLOTS,		/* u32, refusal: slots in the table */
	PPTP_MUX_A_EVENT_NOT_USAGE,	/* u32, refusal: of another usage */
	PPTP_MUX_A_EVENT_DISABLED,	/* u32, refusal */
	PPTP_MUX_A_EVENT_BUSY,		/* u32, refusal */
	PPTP_MUX_A_EVENT_NO_RESOURCE,	/* u32, refusal */
	PPTP_MUX_A_EVENT_CALL,		/* nest of PPTP_MUX_A_CALL_* */
	PPTP_MUX_A_EVENT_SUPPRESSED,	/* u64, events not sent before this one */
	PPTP_MUX_A_EVENT_PAD,
	PPTP_MUX_A_EVENT_COUNT,		/* u32, times since it was last said */
	PPTP_MUX_A_EVENT_BELOW,		/* string, device that the call sends on */

	__PPTP_MUX_A_EVENT_MAX,
	PPTP_MUX_A_EVENT_MAX = (__PPTP_MUX_A_EVENT_MAX - 1)
};

enum {
	PPTP_MUX_CMD_SLOT_GET = 1,	/* do by number; dump */
	PPTP_MUX_CMD_SLOT_SET,		/* do: usage, enabled, quarantine, accounts of a slot */
	PPTP_MUX_CMD_TABLE_GET,		/* do */
	PPTP_MUX_CMD_TABLE_SET,		/* do: number of slots, accounts, pools */
	PPTP_MUX_CMD_EVENT,		/* notification */

	__PPTP_MUX_CMD_MAX,
	PPTP_MUX_CMD_MAX = (__PPTP_MUX_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_PPTP_MUX_H */
