/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_mppe: PPP's compressor 18, Microsoft's encryption (RFC 3078).
 */
#ifndef _NDISWAN_MPPE_H
#define _NDISWAN_MPPE_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "mppe_count.h"
#include "mppe_key.h"

struct ndiswan_channel;
struct net;
struct sk_buff;

/**
 * struct ndiswan_mppe_frame - the frame that this CPU hands to PPP
 * @channel: whose numbering it is: a pointer that is only compared; NULL for none
 * @number: of the frame
 */
struct ndiswan_mppe_frame {
	const void	*channel;
	u32		number;
};

DECLARE_PER_CPU(struct ndiswan_mppe_frame, ndiswan_mppe_frame);

/**
 * ndiswan_mppe_number() - say which frame is handed to ppp_input() next
 * @channel: whose numbering it is; another one after a numbering that began anew
 * @number: of the frame. Numbers go up by one for each frame that the peer has sent, and
 *	so tell how many are missing, beyond the 4096 that MPPE's own count can tell. Those
 *	of frames that are known to be unencrypted should be left out.
 *
 * A decompressor is told nothing of a frame but its octets, yet it runs before
 * ppp_input() returns: so what is said here is of that frame. Only for frames that are
 * MPPE's own (protocol 0x00fd): a fragment of a bundle is delivered with others.
 *
 * Context: softirq, or softirqs off, until ndiswan_mppe_number_end().
 */
static inline void ndiswan_mppe_number(const void *channel, u32 number)
{
	struct ndiswan_mppe_frame *frame = this_cpu_ptr(&ndiswan_mppe_frame);

	frame->channel = channel;
	frame->number = number;
}

/* After ppp_input(): what comes next has no number until it is given one. */
static inline void ndiswan_mppe_number_end(void)
{
	this_cpu_write(ndiswan_mppe_frame.channel, NULL);
}

/**
 * struct ndiswan_mppe_info - one direction of an encrypted unit at one moment
 * @strength: of its keys
 * @stateful: the mode
 * @keys: that packets had, in all
 * @made: streams that were made ahead
 * @used: packets that had one of these
 * @lost: receiver: packets that were stepped over
 * @dropped: receiver: packets, by verdict
 */
struct ndiswan_mppe_info {
	enum mppe_strength	strength;
	bool			stateful;
	u64			keys;
	u64			made;
	u64			used;
	u64			lost;
	u64			dropped[MPPE_VERDICTS];
};

bool ndiswan_mppe_look(const struct net *net, int unit, bool transmit,
		       struct ndiswan_mppe_info *info);
int ndiswan_mppe_fill(struct sk_buff *msg, struct ndiswan_channel *chan);

int ndiswan_mppe_init(void);
void ndiswan_mppe_exit(void);

#endif /* _NDISWAN_MPPE_H */
