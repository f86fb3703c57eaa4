/* SPDX-License-Identifier: GPL-2.0 */
/* The table of slots, as ndiswan.c sees it; the rest is in ndiswan.h. */
#ifndef _NDISWAN_SLOT_H
#define _NDISWAN_SLOT_H

#include "ndiswan.h"

/**
 * struct ndiswan_walk - a claim on its way from slot to slot
 * @net: whose table
 * @usage: what is asked for, one PPTP_MUX_USAGE_* or 0 for any
 * @cookie: names this claim, so that no slot is asked twice
 * @refused: slots that had no resource
 * @attempts: slots that have refused in all
 * @passed: number of the slot that was next in turn, and was passed over
 *	because it is still draining; 0 if there was none
 * @passed_cause: why it was passed over
 */
struct ndiswan_walk {
	struct net		*net;
	u32			usage;
	u64			cookie;
	u32			refused;
	u32			attempts;
	u32			passed;
	enum pptp_mux_cause	passed_cause;
};

int ndiswan_slots_init(struct workqueue_struct *wq);
void ndiswan_slots_exit(void);

void ndiswan_walk_begin(struct ndiswan_walk *walk, struct net *net, u32 usage);
struct ndiswan_slot *ndiswan_slot_take(struct ndiswan_walk *walk,
				       u32 *generation);
bool ndiswan_slot_publish(struct ndiswan_slot *slot,
			  struct ndiswan_channel *chan);
void ndiswan_slot_refuse(struct ndiswan_slot *slot, struct ndiswan_walk *walk,
			 enum pptp_mux_cause cause);
void ndiswan_slot_return(struct ndiswan_slot *slot);
void ndiswan_walk_refusal(struct ndiswan_walk *walk,
			  struct pptp_mux_refusal *refusal);

void ndiswan_slot_connected(struct ndiswan_slot *slot);
void ndiswan_slot_release(struct ndiswan_slot *slot);
void ndiswan_slot_drained(struct ndiswan_slot *slot, u32 generation);

struct ndiswan_pool *ndiswan_tx_pool(struct net *net);
struct ndiswan_pool *ndiswan_rx_pool(struct net *net);
void ndiswan_slot_retire(struct ndiswan_slot *slot, u64 accepted, u64 word);
void ndiswan_slot_late_frame(struct ndiswan_slot *slot, u32 bytes);

#endif /* _NDISWAN_SLOT_H */
