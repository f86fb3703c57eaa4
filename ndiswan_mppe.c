// SPDX-License-Identifier: GPL-2.0
/*
 * PPP's compressor 18: Microsoft's encryption, RFC 3078 and 3079.
 *
 * It is registered with PPP, and serves every PPP unit of this kernel, whatever carries
 * it. Where another is registered already (ppp_mppe, whose place it takes), that one goes
 * on serving. What is decided of a packet is in mppe_cipher.h; here is PPP's side of it:
 * options, frames and what to answer.
 *
 * PPP serialises a direction: compress() runs under the unit's transmit lock,
 * decompress() under its receive lock, with softirqs off, and so do the calls that begin
 * a direction anew. It is freed when PPP has taken it out under that lock.
 */
#include <linux/fips.h>
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nsproxy.h>
#include <linux/ppp-comp.h>
#include <linux/ppp_defs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "mppe_cipher.h"
#include "ndiswan_ahead.h"
#include "ndiswan_mppe.h"
#include "trace.h"

/* The option of CCP: kind, length and four octets of bits (RFC 3078 section 2) */
#define OPTION_LEN	CILEN_MPPE
#define STATELESS	0x01	/* H, in the first of the four */
#define STRENGTH_128	0x40	/* S, in the last */
#define STRENGTH_56	0x80	/* M */
#define STRENGTH_40	0x20	/* L */
#define COMPRESSION	0x01	/* C: MPPC */

/*
 * What a frame may grow by: the header, and a protocol number before it. PPP allocates
 * that much more.
 */
#define GROWTH		(MPPE_HEADER_LEN + 2)

/* pppd is told so often of what does not change. */
#define TELL_INTERVAL	(HZ / 4)

DEFINE_PER_CPU(struct ndiswan_mppe_frame, ndiswan_mppe_frame);

/**
 * struct mppe_direction - what PPP calls the state of a compressor, or decompressor
 * @cipher: the direction
 * @ahead: streams made ahead
 * @start: start key
 * @transmit: a compressor's
 * @net: namespace of the unit, which is pppd's own when it asks for the direction: PPP
 *	finds units so. A pointer that is only compared.
 * @unit: number of PPP's unit
 * @listed: in @units, from when CCP has agreed; hash_del() is harmless before
 * @last: frame that was decrypted last, with its number
 * @steps_since: when @cipher.skipped was last set back
 * @told: when pppd was last told that the ends have different keys
 * @dropped: packets, by verdict
 * @stats: PPP's counters
 */
struct mppe_direction {
	struct mppe_cipher		cipher;
	struct ndiswan_ahead		ahead;
	u8				start[MPPE_KEY_MAX];
	bool				transmit;
	const struct net		*net;
	int				unit;
	struct hlist_node		listed;
	struct ndiswan_mppe_frame	last;
	unsigned long			steps_since;
	unsigned long			told;
	u64				dropped[MPPE_VERDICTS];
	struct compstat			stats;
};

/* Directions by unit, for those who ask; PPP gives numbers out from 0 on. */
static DEFINE_HASHTABLE(units, 10);
static DEFINE_SPINLOCK(units_lock);

/* ---- life ---- */

/* Often in vain, as long as CCP negotiates: so no key is made here. */
static void *direction_alloc(const unsigned char *options, int len,
			     bool transmit)
{
	struct mppe_direction *dir;

	if (len != OPTION_LEN + MPPE_KEY_MAX || options[0] != CI_MPPE ||
	    options[1] != OPTION_LEN || fips_enabled)
		return NULL;
	dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	if (!dir)
		return NULL;
	memcpy(dir->start, options + OPTION_LEN, sizeof(dir->start));
	dir->transmit = transmit;
	dir->net = current->nsproxy->net_ns;
	ndiswan_ahead_start(&dir->ahead);
	return dir;
}

static void *comp_alloc(unsigned char *options, int len)
{
	return direction_alloc(options, len, true);
}

static void *decomp_alloc(unsigned char *options, int len)
{
	return direction_alloc(options, len, false);
}

static void direction_free(void *state)
{
	struct mppe_direction *dir = state;

	if (!dir)
		return;
	spin_lock_bh(&units_lock);
	hash_del(&dir->listed);
	spin_unlock_bh(&units_lock);
	ndiswan_ahead_end(&dir->ahead);
	if (dir->cipher.rekeyed)
		trace_pptp_mux_mppe_end(dir->unit, &dir->cipher);
	kfree_sensitive(dir);
}

static bool option_strength(u8 bits, enum mppe_strength *strength)
{
	if (bits & STRENGTH_128)
		*strength = MPPE_128;
	else if (bits & STRENGTH_56)
		*strength = MPPE_56;
	else if (bits & STRENGTH_40)
		*strength = MPPE_40;
	else
		return false;
	return !(bits & COMPRESSION);
}

static void direction_list(struct mppe_direction *dir, int unit)
{
	spin_lock_bh(&units_lock);
	hash_del(&dir->listed);
	dir->unit = unit;
	hash_add(units, &dir->listed, unit);
	spin_unlock_bh(&units_lock);
}

/* CCP has agreed. Return: 0 if it is not for us, as PPP has it. */
static int direction_init(struct mppe_direction *dir,
			  const unsigned char *options, int len, int unit)
{
	enum mppe_strength strength;

	if (len < OPTION_LEN || options[0] != CI_MPPE ||
	    options[1] != OPTION_LEN ||
	    !option_strength(options[5], &strength))
		return 0;
	mppe_cipher_init(&dir->cipher, dir->start, strength,
			 !(options[2] & STATELESS));
	direction_list(dir, unit);
	dir->last.channel = NULL;
	dir->told = jiffies - TELL_INTERVAL;
	dir->steps_since = jiffies;
	return 1;
}

static int comp_init(void *state, unsigned char *options, int len, int unit,
		     int hdrlen, int debug)
{
	return direction_init(state, options, len, unit);
}

static int decomp_init(void *state, unsigned char *options, int len, int unit,
		       int hdrlen, int mru, int debug)
{
	return direction_init(state, options, len, unit);
}

static void direction_stats(void *state, struct compstat *stats)
{
	struct mppe_direction *dir = state;

	*stats = dir->stats;
}

/* ---- streams made ahead ---- */

/* PPP has softirqs off, which RCU waits for: the ring is there as long as the packet. */
static void ahead_begin(struct mppe_direction *dir)
{
	dir->cipher.ring = rcu_dereference_bh(dir->ahead.ring);
}

static void ahead_end(struct mppe_direction *dir)
{
	struct mppe_ring *ring = dir->cipher.ring;

	if (likely(!ring)) {
		if (!dir->cipher.stateful)
			ndiswan_ahead_count(&dir->ahead, dir->cipher.next);
		return;
	}
	if (mppe_ring_is_low(ring))
		ndiswan_ahead_refill(&dir->ahead);
	dir->cipher.ring = NULL;
}

/* ---- frames ---- */

/*
 * PPP's header, as it was but for the protocol. Return: its length, which is that of a
 * frame with nothing in it.
 */
static int put_head(unsigned char *out, const unsigned char *in, u16 protocol)
{
	out[0] = PPP_ADDRESS(in);
	out[1] = PPP_CONTROL(in);
	out[2] = protocol >> 8;
	out[3] = protocol & 0xff;
	return PPP_HDRLEN;
}

/* ---- sender ---- */

/* The key changes with the next packet, however often the peer asks before. */
static void comp_reset(void *state)
{
	struct mppe_direction *dir = state;

	dir->cipher.flush = true;
}

static void count_frame(struct mppe_direction *dir, int plain, int encrypted)
{
	dir->stats.unc_bytes += plain;
	dir->stats.unc_packets++;
	dir->stats.comp_bytes += encrypted;
	dir->stats.comp_packets++;
}

/*
 * Return: the frame's length; 0 if it is of a protocol that is not encrypted, and -1 if
 * it should be and cannot: then PPP drops it.
 */
static int compress(void *state, unsigned char *in, unsigned char *out,
		    int in_size, int out_size)
{
	struct mppe_direction *dir = state;
	int protocol = PPP_PROTOCOL(in);

	if (protocol < 0x0021 || protocol > 0x00fa)
		return 0;
	if (out_size < in_size + GROWTH)
		return -1;
	put_head(out, in, PPP_COMP);
	/* From the protocol number on */
	ahead_begin(dir);
	mppe_encrypt(&dir->cipher, out + PPP_HDRLEN, in + 2, in_size - 2);
	ahead_end(dir);
	count_frame(dir, in_size - 2, in_size + GROWTH);
	return in_size + GROWTH;
}

/* ---- receiver ---- */

static void decomp_reset(void *state)
{
	struct mppe_direction *dir = state;

	mppe_cipher_reset_acked(&dir->cipher);
}

/* Keys that packets claim to be ahead cost time, and so there are some a second. */
static void give_steps(struct mppe_cipher *cipher, unsigned long *since)
{
	if (likely(!cipher->skipped) || time_before(jiffies, *since + HZ))
		return;
	cipher->skipped = 0;
	*since = jiffies;
}

static struct mppe_place place_of(const struct mppe_direction *dir,
				  const struct ndiswan_mppe_frame *frame)
{
	struct mppe_place place = { };

	if (!frame->channel || frame->channel != dir->last.channel)
		return place;
	place.known = true;
	place.missing = frame->number - dir->last.number - 1;
	return place;
}

static enum mppe_verdict decrypt(struct mppe_direction *dir,
				 struct mppe_packet *packet)
{
	const struct ndiswan_mppe_frame *frame =
		this_cpu_ptr(&ndiswan_mppe_frame);
	struct mppe_place place = place_of(dir, frame);
	enum mppe_verdict verdict;
	u32 next = dir->cipher.next;

	give_steps(&dir->cipher, &dir->steps_since);
	ahead_begin(dir);
	verdict = mppe_decrypt(&dir->cipher, packet, &place);
	ahead_end(dir);
	/* It was the one that came next, or ahead of it: whatever was in it */
	if (likely(dir->cipher.next != next))
		dir->last = *frame;
	return verdict;
}

/* Have the ends different keys, and is it time to say so? */
static bool is_to_be_told(struct mppe_direction *dir)
{
	if (!mppe_cipher_is_apart(&dir->cipher) ||
	    time_before(jiffies, dir->told + TELL_INTERVAL))
		return false;
	dir->told = jiffies;
	return true;
}

/*
 * A frame that is dropped. For PPP an error is one that a reset mends: it gives nothing
 * more to the decompressor until the peer has answered, and so would make a call deaf for
 * a round trip for each late packet, or for ever where the peer does not answer. So only
 * a stateful direction that is out of step returns one. For all else there is a frame that
 * PPP counts as a receive error and drops itself: Van Jacobson's, with nothing in it.
 *
 * That the ends have different keys is for pppd to know, which alone can end the call.
 * It gets a frame of MPPE's own with nothing in it. A peer's becomes one only where PPP
 * asks no decompressor (before CCP is up, or while a reset is awaited).
 */
static int drop(struct mppe_direction *dir, enum mppe_verdict verdict,
		unsigned char *in, unsigned char *out)
{
	dir->dropped[verdict]++;
	trace_pptp_mux_mppe_drop(dir->unit, verdict, dir->cipher.next);
	if (is_to_be_told(dir))
		return put_head(out, in, PPP_COMP);
	if (verdict == MPPE_DROP_OUT_OF_STEP)
		return DECOMP_ERROR;
	return put_head(out, in, PPP_VJC_UNCOMP);
}

static int decompress(void *state, unsigned char *in, int in_size,
		      unsigned char *out, int out_size)
{
	struct mppe_direction *dir = state;
	struct mppe_packet packet = {
		.in	= in + PPP_HDRLEN,
		.len	= in_size - PPP_HDRLEN,
		.out	= out + 2,
	};
	enum mppe_verdict verdict;

	if (in_size <= PPP_HDRLEN)
		return drop(dir, MPPE_DROP_SHORT, in, out);
	/* Two octets of address and control; a protocol number may become one longer. */
	if (2 + (int)packet.len - 1 > out_size)
		return drop(dir, MPPE_DROP_LONG, in, out);
	verdict = decrypt(dir, &packet);
	if (unlikely(verdict != MPPE_GOOD))
		return drop(dir, verdict, in, out);
	out[0] = PPP_ADDRESS(in);
	out[1] = PPP_CONTROL(in);
	count_frame(dir, packet.out_len, packet.len);
	return 2 + packet.out_len;
}

/* Unencrypted; PPP does not ask whether it may be delivered. */
static void incomp(void *state, unsigned char *in, int size)
{
	struct mppe_direction *dir = state;

	dir->stats.inc_bytes += size;
	dir->stats.inc_packets++;
	dir->stats.unc_bytes += size;
	dir->stats.unc_packets++;
}

/* ---- what is shown ---- */

static struct mppe_direction *find_direction(const struct net *net, int unit,
					     bool transmit)
{
	struct mppe_direction *dir;

	hash_for_each_possible(units, dir, listed, unit)
		if (dir->unit == unit && dir->net == net &&
		    dir->transmit == transmit)
			return dir;
	return NULL;
}

/* Packets go on meanwhile; where a word has 32 bits, a counter may be read in its middle. */
static void read_direction(const struct mppe_direction *dir,
			   struct ndiswan_mppe_info *info)
{
	const struct mppe_cipher *cipher = &dir->cipher;
	unsigned int i;

	info->strength = READ_ONCE(cipher->chain.strength);
	info->stateful = READ_ONCE(cipher->stateful);
	info->keys = READ_ONCE(cipher->rekeyed);
	info->made = READ_ONCE(dir->ahead.made);
	info->used = READ_ONCE(cipher->ahead);
	info->lost = READ_ONCE(cipher->lost);
	for (i = 0; i < MPPE_VERDICTS; i++)
		info->dropped[i] = READ_ONCE(dir->dropped[i]);
}

/**
 * ndiswan_mppe_look() - read one direction of an encrypted unit
 * @net: namespace of the unit
 * @unit: its number
 * @transmit: which direction
 * @info: filled in, if it is there
 *
 * Context: any but hard interrupts.
 * Return: whether the module encrypts it.
 */
bool ndiswan_mppe_look(const struct net *net, int unit, bool transmit,
		       struct ndiswan_mppe_info *info)
{
	const struct mppe_direction *dir;

	spin_lock_bh(&units_lock);
	dir = find_direction(net, unit, transmit);
	if (dir)
		read_direction(dir, info);
	spin_unlock_bh(&units_lock);
	return dir;
}

static struct compressor mppe_compressor = {
	.compress_proto	= CI_MPPE,
	.comp_alloc	= comp_alloc,
	.comp_free	= direction_free,
	.comp_init	= comp_init,
	.comp_reset	= comp_reset,
	.compress	= compress,
	.comp_stat	= direction_stats,
	.decomp_alloc	= decomp_alloc,
	.decomp_free	= direction_free,
	.decomp_init	= decomp_init,
	.decomp_reset	= decomp_reset,
	.decompress	= decompress,
	.incomp		= incomp,
	.decomp_stat	= direction_stats,
	.owner		= THIS_MODULE,
	.comp_extra	= GROWTH,
};

/* Whether it encrypts; changed under the module's parameter lock, as is @live. */
static bool mppe = true;
static bool live;

static int encrypt(bool whether)
{
	int err = 0;

	if (mppe == whether)
		return 0;
	if (whether)
		err = ppp_register_compressor(&mppe_compressor);
	else
		ppp_unregister_compressor(&mppe_compressor);
	if (!err)
		mppe = whether;
	return err;
}

/* Calls that are encrypted stay so: they hold the module, and not the registration. */
static int mppe_set(const char *text, const struct kernel_param *param)
{
	bool whether;
	int err;

	err = kstrtobool(text, &whether);
	if (err)
		return err;
	if (live)
		return encrypt(whether && !fips_enabled);
	mppe = whether;
	return 0;
}

static const struct kernel_param_ops mppe_ops = {
	.set	= mppe_set,
	.get	= param_get_bool,
};

module_param_cb(mppe, &mppe_ops, &mppe, 0644);
MODULE_PARM_DESC(mppe, "encrypt new calls (MPPE) of all of PPP (default Y; N once ppp_mppe is loaded)");

/*
 * Calls are encrypted by whoever is registered. So it is no failure if that is another,
 * nor if the kernel is to use approved ciphers only.
 */
static int encrypt_first(void)
{
	bool wanted = mppe && !fips_enabled;
	int err;

	mppe = false;
	err = encrypt(wanted);
	if (err != -EEXIST)
		return err;
	pr_info("pptp_mux: ppp_mppe is loaded, and goes on encrypting calls: to have pptp-mux encrypt new ones, end all calls, run \"rmmod ppp_mppe\", and write 1 to /sys/module/pptp_mux/parameters/mppe\n");
	return 0;
}

/**
 * ndiswan_mppe_init() - offer encryption to PPP
 *
 * Return: 0, or -errno.
 */
int __init ndiswan_mppe_init(void)
{
	int err;

	err = ndiswan_ahead_init();
	if (err)
		return err;
	kernel_param_lock(THIS_MODULE);
	err = encrypt_first();
	live = !err;
	kernel_param_unlock(THIS_MODULE);
	if (err)
		ndiswan_ahead_exit();
	return err;
}

/* A unit that is encrypted holds the module: none is left. */
void ndiswan_mppe_exit(void)
{
	kernel_param_lock(THIS_MODULE);
	encrypt(false);
	live = false;
	kernel_param_unlock(THIS_MODULE);
	ndiswan_ahead_exit();
}

MODULE_ALIAS("ppp-compress-" __stringify(CI_MPPE));
