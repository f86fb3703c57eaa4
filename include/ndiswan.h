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
 * @free: the last thing that happens to a channel; drops the memory. May sleep.
 * @xmit: send a frame, as ppp_channel_ops.start_xmit: softirqs are off, PPP
 *	serialises a channel's frames.
 * @ioctl: as ppp_channel_ops.ioctl
 * @fill_call: put PPTP_MUX_A_CALL_* attributes into a message, which may be
 *	under RCU: must not sleep. Returns 0 or -EMSGSIZE.
 * @fill_table: the same with PPTP_MUX_A_TABLE_* for what the miniport counts
 *	without being able to name a call
 */
struct ndiswan_miniport {
	int	(*open)(struct ndiswan_channel *chan);
	void	(*close)(struct ndiswan_channel *chan);
	void	(*drain)(struct ndiswan_channel *chan);
	void	(*free)(struct ndiswan_channel *chan);
	int	(*xmit)(struct ndiswan_channel *chan, struct sk_buff *skb);
	int	(*ioctl)(struct ndiswan_channel *chan, unsigned int cmd,
			 unsigned long arg);
	int	(*fill_call)(struct sk_buff *msg,
			     const struct ndiswan_channel *chan);
	int	(*fill_table)(struct sk_buff *msg, struct net *net);
};

/**
 * struct ndiswan_channel - one call's end of PPP
 * @ppp: what PPP knows of it
 * @miniport: carries its frames
 * @net: its network namespace, for as long as the channel lives
 * @slot: the slot it sits in; set by the claim, constant until release
 * @generation: which of the slot's calls this one is
 * @usage: what was asked for, one PPTP_MUX_USAGE_* or 0 for any
 * @cause: why it ended, enum pptp_mux_cause
 * @connected_at: boot time in ns, 0 before
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
	struct ndiswan_slot		*slot;
	u32				generation;
	u32				usage;
	u32				cause;
	u64				connected_at;
	struct rcu_work			drain;
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
	struct ndiswan_channel	*chan;
};

/* Settings of a slot; a bit of @set says that the field is to be changed. */
#define NDISWAN_SET_ENABLED	BIT(0)
#define NDISWAN_SET_USAGE	BIT(1)
#define NDISWAN_SET_QUARANTINE	BIT(2)

struct ndiswan_slot_settings {
	unsigned long	set;
	bool		enabled;
	u32		usage;
	u32		quarantine;
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
};

/**
 * struct ndiswan_event - something an administrator may want to know
 * @type: enum pptp_mux_event_type
 * @id: number of the like event of RRAS, 0 if it has none
 * @slot: number of the slot, 0 if none is concerned
 * @attempts: hand-over: slots that have refused this call so far
 * @cause: enum pptp_mux_cause
 * @usage: what the call asked for
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
	const struct pptp_mux_refusal	*refusal;
	struct ndiswan_channel		*chan;
};

/* RRAS numbers: "connected ... and disconnected ... bytes were sent" */
#define NDISWAN_RRAS_USER_ACTIVE_TIME	20048

/* ndiswan.c: channels, and the claim that puts them into slots */
int ndiswan_init(const struct ndiswan_miniport *miniport);
void ndiswan_exit(void);

int ndiswan_claim(struct ndiswan_channel *chan,
		  struct pptp_mux_refusal *refusal);
void ndiswan_connected(struct ndiswan_channel *chan);
void ndiswan_release(struct ndiswan_channel *chan);

/* ndiswan_slot.c: the table of slots, as its users see it */
int ndiswan_table_prepare(struct net *net);
void ndiswan_table_look(struct net *net, struct ndiswan_table_info *info);
int ndiswan_table_resize(struct net *net, u32 slots, const char **why);
bool ndiswan_slot_look(struct net *net, u32 number,
		       struct ndiswan_slot_info *info);
bool ndiswan_slot_set(struct net *net, u32 number,
		      const struct ndiswan_slot_settings *settings);
u32 ndiswan_slot_number(const struct ndiswan_slot *slot);
bool ndiswan_event_allowed(struct net *net, enum pptp_mux_event_type type,
			   u64 *suppressed);

/* ndiswan_nl.c: generic netlink */
int ndiswan_nl_init(const struct ndiswan_miniport *miniport);
void ndiswan_nl_exit(void);
void ndiswan_nl_event(struct net *net, const struct ndiswan_event *event);

#endif /* _NDISWAN_H */
