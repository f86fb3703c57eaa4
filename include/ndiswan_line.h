/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_line: frames of a channel are sent outside of PPP's locks.
 */
#ifndef _NDISWAN_LINE_H
#define _NDISWAN_LINE_H

#include <linux/interrupt.h>
#include <linux/llist.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/**
 * struct ndiswan_line - the line of a channel
 * @joined: frames that wait, the last one first; transmit adds to them, the sender
 *	takes them all
 * @turn: of those that it took, the ones whose turn is still to come, the first one
 *	first; the sender's alone
 * @sender: sends them, one after the other
 * @count: how many have joined, modulo 2^32; transmit's
 * @sent: and how many of them were sent; the sender's
 */
struct ndiswan_line {
	struct llist_head	joined;
	struct llist_node	*turn;
	struct tasklet_struct	sender;
	u32			count;
	u32			sent;
};

/**
 * ndiswan_line_length() - how many frames wait
 * @line: the line of the channel
 *
 * Context: transmit of the channel. It may be one less by now.
 */
static inline u32 ndiswan_line_length(const struct ndiswan_line *line)
{
	return line->count - READ_ONCE(line->sent);
}

void ndiswan_line_init(struct ndiswan_line *line);
void ndiswan_line_join(struct ndiswan_line *line, struct sk_buff *skb);
void ndiswan_line_quiesce(struct ndiswan_line *line);

#endif /* _NDISWAN_LINE_H */
