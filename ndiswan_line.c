// SPDX-License-Identifier: GPL-2.0
/*
 * The line of a channel: between PPP, which transmits, and the miniport, which sends.
 *
 * PPP holds the locks of a unit and of its channel while it transmits. A call whose
 * packets come back into PPP would take another call's locks below its own: two that
 * lead to each other do it in both orders, on two processors, and for good (Q219380's
 * deadlock, in the kernel's own driver too). Where a packet goes in the end nobody can
 * tell beforehand: a rule of netfilter, a filter of tc or a port of a bridge may lead it
 * elsewhere with the next one. So no frame is sent where PPP transmits. Each is put in
 * line for a tasklet, which holds none of PPP's locks, and runs as soon as the processor
 * has left them; what PPP transmits at a time is sent at a time.
 *
 * Transmit of a channel is one at a time, and so is a tasklet: the frames stay in their
 * order. They are on the channel's account from before they join until they are gone
 * below, which bounds the line.
 */
#include <linux/interrupt.h>
#include <linux/skbuff.h>

#include "ndiswan_line.h"
#include "ndiswan.h"

/* Frames that the tasklet sends before others have their turn */
#define TURN			64

static struct ndiswan_channel *from_line(struct ndiswan_line *line)
{
	return container_of(line, struct ndiswan_channel, line);
}

/* All that have joined, the first one first; mostly there is one, or none. */
static struct llist_node *take_joined(struct ndiswan_line *line)
{
	struct llist_node *node;

	if (llist_empty(&line->joined))
		return NULL;
	node = llist_del_all(&line->joined);
	return likely(!node->next) ? node : llist_reverse_order(node);
}

/* The first of those that wait, and nobody's any more. */
static struct sk_buff *next_frame(struct ndiswan_line *line)
{
	struct llist_node *node = line->turn;
	struct sk_buff *skb;

	if (!node)
		node = take_joined(line);
	if (!node)
		return NULL;
	line->turn = node->next;
	skb = llist_entry(node, struct sk_buff, ll_node);
	skb_mark_not_on_list(skb);
	return skb;
}

/* Softirqs are off. Return: whether there was one. */
static bool send_next(struct ndiswan_line *line)
{
	struct ndiswan_channel *chan = from_line(line);
	struct sk_buff *skb = next_frame(line);

	if (!skb)
		return false;
	chan->miniport->xmit(chan, skb);
	WRITE_ONCE(line->sent, line->sent + 1);
	return true;
}

static void line_tasklet(struct tasklet_struct *tasklet)
{
	struct ndiswan_line *line = from_tasklet(line, tasklet, sender);
	unsigned int left = TURN;

	while (left && send_next(line))
		left--;
	if (!left)
		tasklet_schedule(&line->sender);
}

/**
 * ndiswan_line_join() - have a frame sent
 * @line: the line of the frame's channel
 * @skb: the frame, on the channel's account
 *
 * Context: transmit of the channel.
 */
void ndiswan_line_join(struct ndiswan_line *line, struct sk_buff *skb)
{
	line->count++;
	/* Where others wait already, so does the sender: for its turn, or for them. */
	if (llist_add(&skb->ll_node, &line->joined))
		tasklet_schedule(&line->sender);
}

/**
 * ndiswan_line_init() - begin, with nothing in line
 * @line: the line
 */
void ndiswan_line_init(struct ndiswan_line *line)
{
	init_llist_head(&line->joined);
	line->turn = NULL;
	line->count = 0;
	line->sent = 0;
	tasklet_setup(&line->sender, line_tasklet);
}

/**
 * ndiswan_line_quiesce() - send what is in line; nothing joins it any more
 * @line: the line; its channel's @closing is set, and a grace period has passed
 *
 * Transmit that had not seen @closing has put its frame in line by now, and there is
 * none that comes later: ndiswan_tx_frame().
 *
 * Context: may sleep.
 */
void ndiswan_line_quiesce(struct ndiswan_line *line)
{
	tasklet_kill(&line->sender);
	local_bh_disable();
	while (send_next(line))
		;
	local_bh_enable();
}
