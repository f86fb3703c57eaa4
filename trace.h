/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: events/pptp_mux of tracefs */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pptp_mux

#if !defined(_PPTP_MUX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PPTP_MUX_TRACE_H

#include <linux/tracepoint.h>

#include "mppe_cipher.h"
#include "ndiswan_account.h"
#include "pptp_gre.h"

/* @word: of the account, see ndiswan_account.h */
DECLARE_EVENT_CLASS(pptp_mux_account,
	TP_PROTO(u32 slot, u64 word),
	TP_ARGS(slot, word),
	TP_STRUCT__entry(
		__field(u32, slot)
		__field(u32, frames)
		__field(u32, bytes)
	),
	TP_fast_assign(
		__entry->slot = slot;
		__entry->frames = ndiswan_account_frames(word);
		__entry->bytes = ndiswan_account_bytes(word);
	),
	TP_printk("VPN%u: %u frames, %u bytes on their way",
		  __entry->slot, __entry->frames, __entry->bytes)
);

/* PPP is told to hold its frames. */
DEFINE_EVENT(pptp_mux_account, pptp_mux_tx_stop,
	TP_PROTO(u32 slot, u64 word), TP_ARGS(slot, word));

/* PPP is woken up. */
DEFINE_EVENT(pptp_mux_account, pptp_mux_tx_wake,
	TP_PROTO(u32 slot, u64 word), TP_ARGS(slot, word));

/* Nothing got away for too long, and was written off. */
DEFINE_EVENT(pptp_mux_account, pptp_mux_tx_stall,
	TP_PROTO(u32 slot, u64 word), TP_ARGS(slot, word));

#define show_tx_drop(reason) \
	__print_symbolic(reason, \
			 { PPTP_GRE_TX_UNCONNECTED,	"unconnected" }, \
			 { PPTP_GRE_TX_NO_ROUTE,	"no route" }, \
			 { PPTP_GRE_TX_LOOP,		"loop" }, \
			 { PPTP_GRE_TX_NO_MEMORY,	"no memory" }, \
			 { PPTP_GRE_TX_MALFORMED,	"malformed" }, \
			 { PPTP_GRE_TX_BELOW,		"below" }, \
			 { PPTP_GRE_TX_CLEAR_TEXT,	"clear text" })

#define show_rx_drop(reason) \
	__print_symbolic(reason, \
			 { PPTP_GRE_RX_LATE,		"late" }, \
			 { PPTP_GRE_RX_DUPLICATE,	"duplicate" }, \
			 { PPTP_GRE_RX_JUMP,		"jump" }, \
			 { PPTP_GRE_RX_MALFORMED,	"malformed" }, \
			 { PPTP_GRE_RX_NO_ROOM,		"no room" }, \
			 { PPTP_GRE_RX_NO_MEMORY,	"no memory" }, \
			 { PPTP_GRE_RX_CLEAR_TEXT,	"clear text" })

#define show_fault(fault) \
	__print_symbolic(fault, \
			 { PPTP_HEADER_GOOD,		"for no call" }, \
			 { PPTP_HEADER_SHORT,		"short" }, \
			 { PPTP_HEADER_VERSION,		"version" }, \
			 { PPTP_HEADER_PROTOCOL,	"protocol" }, \
			 { PPTP_HEADER_CHECKSUM,	"checksum" }, \
			 { PPTP_HEADER_ROUTING,		"routing" }, \
			 { PPTP_HEADER_NO_KEY,		"no key" }, \
			 { PPTP_HEADER_FLAGS,		"flags" }, \
			 { PPTP_HEADER_NOTHING,		"neither S nor A" }, \
			 { PPTP_HEADER_NO_SEQ,		"payload without S" }, \
			 { PPTP_HEADER_NO_PAYLOAD,	"S without payload" }, \
			 { PPTP_HEADER_LENGTH,		"length" })

/* What became of a packet of a call, and why; call 0: no call is known. */
DECLARE_EVENT_CLASS(pptp_mux_reason,
	TP_PROTO(u16 call_id, u32 reason),
	TP_ARGS(call_id, reason),
	TP_STRUCT__entry(
		__field(u16, call_id)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->call_id = call_id;
		__entry->reason = reason;
	),
	TP_printk("call %u: %s", __entry->call_id, show_fault(__entry->reason))
);

/* A frame of PPP was not sent: enum pptp_gre_tx_drop. */
DEFINE_EVENT_PRINT(pptp_mux_reason, pptp_mux_tx_drop,
	TP_PROTO(u16 call_id, u32 reason), TP_ARGS(call_id, reason),
	TP_printk("call %u: %s", __entry->call_id, show_tx_drop(__entry->reason)));

/* A packet of the peer was not delivered: enum pptp_gre_rx_drop. */
DEFINE_EVENT_PRINT(pptp_mux_reason, pptp_mux_rx_drop,
	TP_PROTO(u16 call_id, u32 reason), TP_ARGS(call_id, reason),
	TP_printk("call %u: %s", __entry->call_id, show_rx_drop(__entry->reason)));

/* It was malformed, or for no call of ours: enum pptp_header_fault. */
DEFINE_EVENT(pptp_mux_reason, pptp_mux_rx_fault,
	TP_PROTO(u16 call_id, u32 reason), TP_ARGS(call_id, reason));

#define show_mppe_drop(reason) \
	__print_symbolic(reason, \
			 { MPPE_DROP_SHORT,		"short" }, \
			 { MPPE_DROP_LONG,		"long" }, \
			 { MPPE_DROP_BITS,		"bits" }, \
			 { MPPE_DROP_LATE,		"late" }, \
			 { MPPE_DROP_FAR,		"far" }, \
			 { MPPE_DROP_NONSENSE,		"nonsense" }, \
			 { MPPE_DROP_OUT_OF_STEP,	"out of step" })

/* An encrypted packet was not delivered: enum mppe_verdict; @next would have been. */
TRACE_EVENT(pptp_mux_mppe_drop,
	TP_PROTO(int unit, u32 reason, u32 next),
	TP_ARGS(unit, reason, next),
	TP_STRUCT__entry(
		__field(int, unit)
		__field(u32, reason)
		__field(u32, next)
	),
	TP_fast_assign(
		__entry->unit = unit;
		__entry->reason = reason;
		__entry->next = next;
	),
	TP_printk("ppp%d: %s, next is %u", __entry->unit,
		  show_mppe_drop(__entry->reason), __entry->next)
);

/* A direction of an encrypted call ends. */
TRACE_EVENT(pptp_mux_mppe_end,
	TP_PROTO(int unit, const struct mppe_cipher *cipher),
	TP_ARGS(unit, cipher),
	TP_STRUCT__entry(
		__field(int, unit)
		__field(u64, rekeyed)
		__field(u64, ahead)
		__field(u64, lost)
	),
	TP_fast_assign(
		__entry->unit = unit;
		__entry->rekeyed = cipher->rekeyed;
		__entry->ahead = cipher->ahead;
		__entry->lost = cipher->lost;
	),
	TP_printk("ppp%d: %llu keys, %llu streams made ahead, %llu packets lost",
		  __entry->unit, __entry->rekeyed, __entry->ahead,
		  __entry->lost)
);

#endif /* _PPTP_MUX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
