// SPDX-License-Identifier: GPL-2.0
/*
 * How a call is encrypted, as netlink shows it.
 */
#include <net/netlink.h>
#include <uapi/linux/pptp_mux.h>

#include "ndiswan.h"
#include "ndiswan_mppe.h"

static int put_count(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PPTP_MUX_A_CIPHER_PAD);
}

static u32 key_bits(enum mppe_strength strength)
{
	return strength == MPPE_40 ? 40 : strength == MPPE_56 ? 56 : 128;
}

static int put_cipher_rx(struct sk_buff *msg, const struct ndiswan_mppe_info *info)
{
	const u64 *dropped = info->dropped;
	u64 malformed = dropped[MPPE_DROP_SHORT] + dropped[MPPE_DROP_LONG] +
			dropped[MPPE_DROP_BITS];

	if (put_count(msg, PPTP_MUX_A_CIPHER_LOST, info->lost) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_DROP_MALFORMED, malformed) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_DROP_LATE,
		      dropped[MPPE_DROP_LATE]) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_DROP_FAR, dropped[MPPE_DROP_FAR]) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_DROP_NONSENSE,
		      dropped[MPPE_DROP_NONSENSE]) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_DROP_OUT_OF_STEP,
		      dropped[MPPE_DROP_OUT_OF_STEP]))
		return -EMSGSIZE;
	return 0;
}

static int put_cipher(struct sk_buff *msg, const struct ndiswan_mppe_info *info)
{
	if (nla_put_u32(msg, PPTP_MUX_A_CIPHER_BITS, key_bits(info->strength)) ||
	    nla_put_u8(msg, PPTP_MUX_A_CIPHER_STATEFUL, info->stateful) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_KEYS, info->keys) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_AHEAD_MADE, info->made) ||
	    put_count(msg, PPTP_MUX_A_CIPHER_AHEAD_USED, info->used))
		return -EMSGSIZE;
	return 0;
}

/* Nothing, unless the module encrypts this direction */
static int fill_cipher(struct sk_buff *msg, struct ndiswan_channel *chan,
		       bool transmit)
{
	int unit = ppp_unit_number(&chan->ppp);
	struct ndiswan_mppe_info info;
	struct nlattr *nest;

	if (unit < 0 || !ndiswan_mppe_look(chan->net, unit, transmit, &info))
		return 0;
	nest = nla_nest_start(msg, transmit ? PPTP_MUX_A_CALL_TX_CIPHER :
					      PPTP_MUX_A_CALL_RX_CIPHER);
	if (!nest)
		return -EMSGSIZE;
	if (put_cipher(msg, &info) ||
	    (!transmit && put_cipher_rx(msg, &info))) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ndiswan_mppe_fill() - put PPTP_MUX_A_CALL_TX_CIPHER and RX_CIPHER into a message
 * @msg: the message
 * @chan: channel of the call, which PPP is asked for its unit
 *
 * Context: as ndiswan_miniport.fill_slot.
 * Return: 0 or -EMSGSIZE.
 */
int ndiswan_mppe_fill(struct sk_buff *msg, struct ndiswan_channel *chan)
{
	int err = fill_cipher(msg, chan, true);

	return err ?: fill_cipher(msg, chan, false);
}
