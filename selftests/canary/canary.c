// SPDX-License-Identifier: GPL-2.0
/*
 * A module that does on purpose, when it is loaded, the one thing wrong that its
 * parameter names; "none" does nothing. Only for a kernel under test: it proves
 * that the detectors there work, and that the test run looks at them.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "ndiswan.h"

#define CANARY_SIZE	96
#define CANARY_LEAKS	200	/* kmemleak is statistical: stale pointers hide some */
#define CANARY_RACES	500000	/* KCSAN looks at one access of hundreds */

static char *kind = "none";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "none, leak, abba, uaf, overflow, atomic, refcount, race, nesting, account or pin");

static int fd = -1;
module_param(fd, int, 0444);
MODULE_PARM_DESC(fd, "of account and pin: a call of the process that loads this");

static DEFINE_MUTEX(canary_a);
static DEFINE_MUTEX(canary_b);
static DEFINE_SPINLOCK(canary_spin);
static DEFINE_RAW_SPINLOCK(canary_raw);
static struct socket *canary_call;	/* here, so that it is not leaked */

static void canary_none(void)
{
}

static void canary_leak(void)
{
	int i;

	for (i = 0; i < CANARY_LEAKS; i++) {
		char *lost = kmalloc(CANARY_SIZE, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(lost);
	}
}

/* One thread is enough: lockdep reports the order, not the deadlock. */
static void canary_abba(void)
{
	mutex_lock(&canary_a);
	mutex_lock(&canary_b);
	mutex_unlock(&canary_b);
	mutex_unlock(&canary_a);

	mutex_lock(&canary_b);
	mutex_lock(&canary_a);
	mutex_unlock(&canary_a);
	mutex_unlock(&canary_b);
}

static void canary_uaf(void)
{
	char *dead = kmalloc(CANARY_SIZE, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(dead);
	kfree(dead);
	if (dead)
		WRITE_ONCE(dead[0], 1);
}

static void canary_overflow(void)
{
	char *small = kmalloc(CANARY_SIZE, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(small);
	if (small)
		WRITE_ONCE(small[CANARY_SIZE], 1);
	kfree(small);
}

static void canary_atomic(void)
{
	spin_lock(&canary_spin);
	mutex_lock(&canary_a);	/* might sleep, and that is enough */
	mutex_unlock(&canary_a);
	spin_unlock(&canary_spin);
}

static void canary_refcount(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
}

static int canary_raced;

static void canary_race_work(struct work_struct *work)
{
	int i;

	for (i = 0; i < CANARY_RACES; i++) {
		canary_raced++;
		barrier();	/* each access by itself */
	}
}

static DECLARE_WORK(canary_race_here, canary_race_work);
static DECLARE_WORK(canary_race_there, canary_race_work);

/* On two processors; with one there is no race to be seen. */
static void canary_race(void)
{
	schedule_work_on(cpumask_first(cpu_online_mask), &canary_race_here);
	schedule_work_on(cpumask_last(cpu_online_mask), &canary_race_there);
	flush_work(&canary_race_here);
	flush_work(&canary_race_there);
}

/* With PREEMPT_RT a spinlock may sleep, and a raw one must not. */
static void canary_nesting(void)
{
	raw_spin_lock(&canary_raw);
	spin_lock(&canary_spin);
	spin_unlock(&canary_spin);
	raw_spin_unlock(&canary_raw);
}

/* The file of a call is held, and so the call, whoever closes it. */
static void canary_pin(void)
{
	int err;

	canary_call = sockfd_lookup(fd, &err);
}

/* From here on there are bytes on their way that no frame has. */
static void canary_account(void)
{
	struct ndiswan_channel *chan;

	canary_pin();
	if (!canary_call)
		return;
	chan = canary_call->sk->sk_user_data;
	atomic64_add(CANARY_SIZE, &chan->tx.account.word);
	sockfd_put(canary_call);
}

static const struct {
	const char *name;
	void (*act)(void);
} canaries[] = {
	{ "none", canary_none },
	{ "leak", canary_leak },
	{ "abba", canary_abba },
	{ "uaf", canary_uaf },
	{ "overflow", canary_overflow },
	{ "atomic", canary_atomic },
	{ "refcount", canary_refcount },
	{ "race", canary_race },
	{ "nesting", canary_nesting },
	{ "account", canary_account },
	{ "pin", canary_pin },
};

static int __init canary_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(canaries); i++) {
		if (strcmp(kind, canaries[i].name) == 0) {
			canaries[i].act();
			return 0;
		}
	}
	pr_err("canary: no kind \"%s\": see modinfo canary\n", kind);
	return -EINVAL;
}

static void __exit canary_exit(void)
{
}

module_init(canary_init);
module_exit(canary_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults on purpose, to prove that a test run sees them");
