/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_line: frames of a channel that wait to be sent outside of PPP's locks.
 */
#ifndef _NDISWAN_LINE_H
#define _NDISWAN_LINE_H

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/**
 * struct ndiswan_line - the line of a channel
 * @frames: those that wait; its own lock is innermost
 * @length: how many there are, the one that is being sent among them; made more
 *	in transmit only
 * @sender: sends them, one after the other
 */
struct ndiswan_line {
	struct sk_buff_head	frames;
	atomic_t		length;
	struct tasklet_struct	sender;
};

/**
 * ndiswan_line_is_empty() - may transmit send by itself?
 * @line: the line of the channel
 *
 * Context: transmit of the channel.
 */
static inline bool ndiswan_line_is_empty(const struct ndiswan_line *line)
{
	/* Pairs with the release when a frame has been sent. */
	return !atomic_read_acquire(&line->length);
}

void ndiswan_line_init(struct ndiswan_line *line);
void ndiswan_line_join(struct ndiswan_line *line, struct sk_buff *skb);
void ndiswan_line_quiesce(struct ndiswan_line *line);

#endif /* _NDISWAN_LINE_H */
