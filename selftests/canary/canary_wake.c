// SPDX-License-Identifier: GPL-2.0
/*
 * NdisWanSend again (Q219380): PPP is woken up from the destructor of a frame that
 * is freed within our own transmit, so under the lock of PPP that it takes then.
 *
 * Transmit is ours, from its source. PPP is two functions here: one that calls
 * transmit with its lock held, and one that is the wake-up and takes it. The lock
 * is a map of lockdep's and nothing else, so that what is reported does not hang.
 * With wrong=0 the wake-up is scheduled, as it is in the module, and lockdep has
 * nothing to say; with wrong=1 it is called.
 */
#include <linux/interrupt.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/ppp_channel.h>
#include <net/sock.h>

static bool wrong;
module_param(wrong, bool, 0444);
MODULE_PARM_DESC(wrong, "wake PPP up from the destructor itself");

static struct lock_class_key ppp_key;
static struct lockdep_map ppp_lock = STATIC_LOCKDEP_MAP_INIT("ppp_lock", &ppp_key);
static atomic_t woken;

static void canary_output_wakeup(struct ppp_channel *ppp)
{
	lock_map_acquire(&ppp_lock);
	atomic_inc(&woken);
	lock_map_release(&ppp_lock);
}

static void canary_schedule(struct tasklet_struct *tasklet)
{
	if (wrong)
		tasklet->callback(tasklet);
	else
		tasklet_schedule(tasklet);
}

#define CREATE_TRACE_POINTS
#include "../../trace.h"
#undef CREATE_TRACE_POINTS
#define ppp_output_wakeup	canary_output_wakeup
#define tasklet_schedule	canary_schedule
#include "../../ndiswan_tx.c"
#include "../../ndiswan_line.c"

/* What ndiswan_tx.c calls, and what this channel has no use for */
struct workqueue_struct *ndiswan_wq;

u32 ndiswan_slot_number(const struct ndiswan_slot *slot)
{
	return 1;
}

void ndiswan_slot_retire(struct ndiswan_slot *slot, u64 accepted, u64 word)
{
}

void ndiswan_slot_late_frame(struct ndiswan_slot *slot, u32 bytes)
{
}

void ndiswan_report(struct ndiswan_channel *chan, enum pptp_mux_event_type type)
{
}

static void canary_xmit(struct ndiswan_channel *chan, struct sk_buff *skb)
{
	kfree_skb(skb);
}

static void canary_free(struct ndiswan_channel *chan)
{
}

static const struct ndiswan_miniport canary_miniport = {
	.xmit	= canary_xmit,
	.free	= canary_free,
};

static struct ndiswan_pool pool = { .size = PPTP_MUX_POOL_MAX };
static struct ndiswan_channel chan = { .miniport = &canary_miniport };
static struct sock sk;

/* As PPP transmits: a frame of data, while the channel waits to be woken up */
static void transmit(struct sk_buff *skb)
{
	local_bh_disable();
	lock_map_acquire(&ppp_lock);
	WRITE_ONCE(chan.tx.stopped, true);
	ndiswan_tx_frame(&chan, skb);
	lock_map_release(&ppp_lock);
	local_bh_enable();
}

static int __init canary_wake_init(void)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	ndiswan_wq = alloc_workqueue("canary_wake", 0, 0);
	if (!skb || !ndiswan_wq) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	sk.sk_user_data = &chan;
	refcount_set(&sk.sk_wmem_alloc, 1);
	chan.sk = &sk;
	ndiswan_tx_init(&chan, &pool);
	skb_put_data(skb, "\x00\x21", 2);
	transmit(skb);

	WRITE_ONCE(chan.closing, true);
	cancel_delayed_work_sync(&chan.tx.watch);
	ndiswan_line_quiesce(&chan.line);
	tasklet_kill(&chan.tx.wake);
	pr_info("canary_wake: woken up %d times\n", atomic_read(&woken));
	return 0;
}

static void __exit canary_wake_exit(void)
{
	destroy_workqueue(ndiswan_wq);
}

module_init(canary_wake_init);
module_exit(canary_wake_exit);

MODULE_DESCRIPTION("Canary: a wake-up from the destructor of a frame");
MODULE_LICENSE("GPL");
