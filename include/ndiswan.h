/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan: VPN slots and the PPP channels in them.
 *
 * Knows no GRE and no PPTP. It serves miniports, which is what NT called the
 * drivers that carried the frames; ours are PPTP and, in KUnit, a loopback.
 *
 * Locks, outermost first:
 *
 *	socket lock of a call		(the miniport's)
 *	  table->resize			mutex: the number of slots
 *	    table->lock			spinlock: everything that says so below
 *
 * table->lock is held for a few instructions and never across a call out: not
 * to a miniport, not to PPP, not to netlink. Neither lock is taken in transmit
 * or receive, nor anywhere in softirq context.
 */
#ifndef _NDISWAN_H
#define _NDISWAN_H

#include <linux/if.h>
#include <linux/ppp_channel.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <uapi/linux/pptp_mux.h>

#include "ndiswan_line.h"
#include "ndiswan_tx.h"

struct ndiswan_channel;
struct ndiswan_slot;
struct net;
struct sk_buff;

/**
 * struct ndiswan_miniport - carries the frames of PPP channels
 * @open: whatever can fail in setting up a call (for PPTP: take a call id).
 *	Called once for each slot that is tried. May sleep. Returns 0, or
 *	-ENOMEM or -ENOBUFS to have the call handed on to the next slot, or
 *	any other errno, with which the claim then fails.
 * @close: undo @open: no look-up may find the channel any more. Readers under
 *	RCU may still be using it. May sleep.
 * @drain: a grace period after @close, before PPP's channel goes: stop what may
 *	still call into PPP. May sleep.
 * @free: the last thing that happens to a channel; drops the memory, after a
 *	grace period. In any context, also with PPP's locks held around it.
 * @may_send: whether a frame of data may be sent behind those that wait for @xmit,
 *	@waiting of them; if not, the miniport calls ndiswan_tx_wake() when it may. As
 *	ppp_channel_ops.start_xmit. NULL: always.
 * @xmit: send a frame, which it consumes: softirqs are off, the channel's frames
 *	come one after the other, and no lock is held.
 * @below: name of the device that the channel's frames go to now, if it is
 *	known; @name has IFNAMSIZ bytes, empty before. May sleep.
 * @ioctl: as ppp_channel_ops.ioctl
 * @fill_call: put PPTP_MUX_A_CALL_* attributes into a message, which may be
 *	under RCU: must not sleep. Returns 0 or -EMSGSIZE.
 * @fill_slot: the same for what only who asks for a slot is shown, and no event:
 *	PPP may be asked. NULL: nothing.
 * @fill_table: as @fill_call, with PPTP_MUX_A_TABLE_* for what the miniport counts
 *	without being able to name a call
 */
struct ndiswan_miniport {
	int	(*open)(struct ndiswan_channel *chan);
	void	(*close)(struct ndiswan_channel *chan);
	void	(*drain)(struct ndiswan_channel *chan);
	void	(*free)(struct ndiswan_channel *chan);
	bool	(*may_send)(struct ndiswan_channel *chan, u32 waiting);
	void	(*xmit)(struct ndiswan_channel *chan, struct sk_buff *skb);
	void	(*below)(struct ndiswan_channel *chan, char *name);
	int	(*ioctl)(struct ndiswan_channel *chan, unsigned int cmd,
			 unsigned long arg);
	int	(*fill_call)(struct sk_buff *msg,
			     const struct ndiswan_channel *chan);
	int	(*fill_slot)(struct sk_buff *msg,
			     struct ndiswan_channel *chan);
	int	(*fill_table)(struct sk_buff *msg, struct net *net);
};

/* Events that ndiswan_report() takes */
#define NDISWAN_REPORT_FIRST	PPTP_MUX_EVENT_TYPE_TX_OVER
#define NDISWAN_REPORTS		(PPTP_MUX_EVENT_TYPE_CLEAR_TEXT - \
				 NDISWAN_REPORT_FIRST + 1)

/**
 * struct ndiswan_channel - one call's end of PPP
 * @ppp: what PPP knows of it
 * @miniport: carries its frames
 * @net: its network namespace, for as long as the channel lives
 * @sk: in whose name its frames are sent: sk_user_data is the channel, and
 *	sk_write_space calls ndiswan_tx_fragment_gone()
 * @slot: the slot it sits in; set by the claim, constant until release
 * @generation: which of the slot's calls this one is
 * @usage: what was asked for, one PPTP_MUX_USAGE_* or 0 for any
 * @cause: why it ended, enum pptp_mux_cause
 * @connected_at: boot time in ns, 0 before
 * @closing: it is over: nothing is to be scheduled that calls PPP. Set before
 *	the grace period that @drain waits for, read under RCU
 * @tx: transmit, and its account
 * @line: frames that are not to be sent where PPP transmits
 * @rx: account of what waits to be in order; the miniport serialises charges
 * @rx_over: times that it was full; as charges
 * @reports: enum pptp_mux_event_type that happened since the last look
 * @counts: how often, from NDISWAN_REPORT_FIRST on
 * @reported: when one was sent last, jiffies
 * @report: sends them, one a second at most
 * @drain: ends it, after a grace period
 *
 * Embedded in the miniport's call. The slot stays when the call goes, so a
 * slot can take its next call while the channel of the last one is still being
 * taken down.
 */
struct ndiswan_channel {
	struct ppp_channel		ppp;
	const struct ndiswan_miniport	*miniport;
	struct net			*net;
	struct sock			*sk;
	struct ndiswan_slot		*slot;
	u32				generation;
	u32				usage;
	u32				cause;
	u64				connected_at;
	bool				closing;
	struct ndiswan_tx		tx;
	struct ndiswan_line		line;
	struct ndiswan_account		rx;
	u32				rx_over;
	unsigned long			reports;
	atomic_t			counts[NDISWAN_REPORTS];
	unsigned long			reported;
	struct delayed_work		report;
	struct rcu_work			drain;
};

/**
 * struct ndiswan_limits - what the accounts of a channel may take, in bytes
 * @tx_share: transmit: nobody can take it from the channel
 * @tx_limit: transmit: data on its way at most
 * @rx_share: receive
 * @rx_limit: receive
 */
struct ndiswan_limits {
	u32	tx_share;
	u32	tx_limit;
	u32	rx_share;
	u32	rx_limit;
};

/**
 * struct ndiswan_slot_info - what a slot looks like at one moment
 * @number: 1 for VPN1
 * @state: enum pptp_mux_state
 * @usage: mask of PPTP_MUX_USAGE_*
 * @quarantine: ms that it rests after a call
 * @generation: times that it was claimed
 * @refused: calls that it handed on
 * @since: ms that it has been in @state
 * @enabled: may take calls
 * @limits: of its own; 0: as in the table
 * @chan: channel in it, valid under the RCU read lock that the caller holds
 */
struct ndiswan_slot_info {
	u32			number;
	u32			state;
	u32			usage;
	u32			quarantine;
	u32			generation;
	u64			refused;
	u64			since;
	bool			enabled;
	struct ndiswan_limits	limits;
	struct ndiswan_channel	*chan;
};

/* Settings of a slot; a bit of @set says that the field is to be changed. */
#define NDISWAN_SET_ENABLED	BIT(0)
#define NDISWAN_SET_USAGE	BIT(1)
#define NDISWAN_SET_QUARANTINE	BIT(2)
#define NDISWAN_SET_TX_SHARE	BIT(3)
#define NDISWAN_SET_TX_LIMIT	BIT(4)
#define NDISWAN_SET_RX_SHARE	BIT(5)
#define NDISWAN_SET_RX_LIMIT	BIT(6)
#define NDISWAN_SET_LIMITS	GENMASK(6, 3)
#define NDISWAN_SET_TX_POOL	BIT(7)
#define NDISWAN_SET_RX_POOL	BIT(8)

struct ndiswan_slot_settings {
	unsigned long		set;
	bool			enabled;
	u32			usage;
	u32			quarantine;
	struct ndiswan_limits	limits;
};

/* The same of a table: limits of slots that have none of their own, and pools */
struct ndiswan_table_settings {
	unsigned long		set;
	struct ndiswan_limits	limits;
	u32			tx_pool;
	u32			rx_pool;
};

/**
 * struct ndiswan_table_info - what a table looks like at one moment
 * @slots: number of slots
 * @state: how many are in each state
 * @disabled: how many are disabled, in any state
 * @resized: changes whenever @slots does
 * @claims: calls that got a slot
 * @hand_overs: times that a slot handed a call on
 * @early: slots taken while draining, because no other was left
 * @refused: calls refused, by enum pptp_mux_refusal_reason
 * @suppressed: events that were not sent
 * @limits: of slots that have none of their own
 * @tx_pool: bytes that accounts may borrow
 * @rx_pool: the same
 * @tx_borrowed: bytes that they have borrowed
 * @rx_borrowed: the same
 * @ended_accepted: frames that channels took that are gone
 * @ended_frames: of these, still on their way
 * @ended_bytes: of these, still on their way
 */
struct ndiswan_table_info {
	u32	slots;
	u32	state[PPTP_MUX_STATE_DRAINING + 1];
	u32	disabled;
	u32	resized;
	u64	claims;
	u64	hand_overs;
	u64	early;
	u64	refused[PPTP_MUX_REFUSAL_NO_RESOURCE + 1];
	u64	suppressed;
	struct ndiswan_limits	limits;
	u32	tx_pool;
	u32	rx_pool;
	u64	tx_borrowed;
	u64	rx_borrowed;
	u64	ended_accepted;
	u64	ended_frames;
	u64	ended_bytes;
};

/**
 * struct ndiswan_event - something an administrator may want to know
 * @type: enum pptp_mux_event_type
 * @id: number of the like event of RRAS, 0 if it has none
 * @slot: number of the slot, 0 if none is concerned
 * @attempts: hand-over: slots that have refused this call so far
 * @cause: enum pptp_mux_cause
 * @usage: what the call asked for
 * @count: how often since it was last said, 0: does not apply
 * @below: device that the call sends on, empty if it does not apply
 * @refusal: refusal: the counts
 * @chan: the call, or NULL
 */
struct ndiswan_event {
	enum pptp_mux_event_type	type;
	u32				id;
	u32				slot;
	u32				attempts;
	u32				cause;
	u32				usage;
	u32				count;
	char				below[IFNAMSIZ];
	const struct pptp_mux_refusal	*refusal;
	struct ndiswan_channel		*chan;
};

/* RRAS numbers: "connected ... and disconnected ... bytes were sent" */
#define NDISWAN_RRAS_USER_ACTIVE_TIME	20048
/* "... out of buffers": transmit and receive */
#define NDISWAN_RRAS_TX_OVER		20073
#define NDISWAN_RRAS_RX_OVER		20095

/* ndiswan.c: channels, and the claim that puts them into slots */
extern struct workqueue_struct *ndiswan_wq;

int ndiswan_init(const struct ndiswan_miniport *miniport);
void ndiswan_exit(void);

int ndiswan_claim(struct ndiswan_channel *chan,
		  struct pptp_mux_refusal *refusal);
void ndiswan_connected(struct ndiswan_channel *chan);
void ndiswan_release(struct ndiswan_channel *chan);
void ndiswan_report(struct ndiswan_channel *chan,
		    enum pptp_mux_event_type type);
bool ndiswan_hold(struct ndiswan_channel *chan, u32 bytes);
void ndiswan_unhold(struct ndiswan_channel *chan, u32 bytes);

/* ndiswan_slot.c: the table of slots, as its users see it */
int ndiswan_table_prepare(struct net *net);
void ndiswan_table_look(struct net *net, struct ndiswan_table_info *info);
int ndiswan_table_resize(struct net *net, u32 slots, const char **why);
bool ndiswan_slot_look(struct net *net, u32 number,
		       struct ndiswan_slot_info *info);
int ndiswan_slot_set(struct net *net, u32 number,
		     const struct ndiswan_slot_settings *settings);
int ndiswan_table_set(struct net *net,
		      const struct ndiswan_table_settings *settings);
u32 ndiswan_slot_number(const struct ndiswan_slot *slot);
bool ndiswan_event_allowed(struct net *net, enum pptp_mux_event_type type,
			   u64 *suppressed);

/* ndiswan_nl.c: generic netlink */
int ndiswan_nl_init(const struct ndiswan_miniport *miniport);
void ndiswan_nl_exit(void);
void ndiswan_nl_event(struct net *net, const struct ndiswan_event *event);

#endif /* _NDISWAN_H */
