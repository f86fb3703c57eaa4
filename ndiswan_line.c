// SPDX-License-Identifier: GPL-2.0
/*
 * The line of a channel: frames that must not be sent where PPP transmits.
 *
 * PPP holds the locks of a unit and of its channel while it transmits. A call that is
 * routed over another call's interface would take those of the other one below its
 * own: two that are routed over each other do it in both orders, on two processors,
 * and for good (Q219380's deadlock, in the kernel's own driver too). So frames of a
 * call whose packets may come back into PPP wait here for a tasklet, which holds none
 * of PPP's locks when it sends them.
 *
 * Whoever of the two sends, transmit or the tasklet, is alone: transmit does so only
 * while the line is empty and the tasklet through with its last frame, and only
 * transmit adds to the line. So the frames of a channel stay in their order. They are
 * on its account from before they join until they are gone below, which bounds the line.
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

/* Softirqs are off. Return: whether there was one. */
static bool send_next(struct ndiswan_line *line)
{
	struct ndiswan_channel *chan = from_line(line);
	struct sk_buff *skb = skb_dequeue(&line->frames);

	if (!skb)
		return false;
	chan->miniport->xmit(chan, skb, false);
	/* Pairs with the acquire in ndiswan_line_is_empty(). */
	atomic_dec_return_release(&line->length);
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
 * ndiswan_line_join() - have a frame sent outside of PPP's locks
 * @line: the line of the frame's channel
 * @skb: the frame, on the channel's account
 *
 * Context: transmit of the channel.
 */
void ndiswan_line_join(struct ndiswan_line *line, struct sk_buff *skb)
{
	atomic_inc(&line->length);
	skb_queue_tail(&line->frames, skb);
	tasklet_schedule(&line->sender);
}

/**
 * ndiswan_line_init() - begin, with nothing in line
 * @line: the line
 */
void ndiswan_line_init(struct ndiswan_line *line)
{
	skb_queue_head_init(&line->frames);
	atomic_set(&line->length, 0);
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
