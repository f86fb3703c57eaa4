// SPDX-License-Identifier: GPL-2.0
/*
 * What is in the clear in a fragment of a bundle (RFC 1990).
 *
 * The frame's protocol is at the beginning of its first fragment, and nothing says what
 * the others are of. It need not: PPP puts no frame together without its first fragment.
 */
#include <linux/ppp_defs.h>
#include <linux/skbuff.h>

#include "pptp_gre_session.h"

#define FIRST_FRAGMENT	0x80	/* B, in the first octet behind the protocol */
#define LAST_FRAGMENT	0x40	/* E */
#define LONG_NUMBERS	4	/* octets of the header behind the protocol */
#define SHORT_NUMBERS	2

/* Of a frame of which @len octets are there; yes if they are too few to say */
static bool is_network(const u8 *frame, unsigned int len)
{
	if (len > 0 && frame[0] & 1)
		return pptp_gre_is_network(frame[0]);
	return len < 2 || pptp_gre_is_network(frame[0] << 8 | frame[1]);
}

/**
 * pptp_gre_is_clear_fragment() - does an unencrypted frame begin in this fragment?
 * @skb: the fragment, its protocol first
 * @short_numbers: it has a number of 12 bits, not of 24
 *
 * Nobody means well who leaves less than the protocol to the first fragment, but for one
 * that is the last too and empty: it only has a number.
 *
 * Context: any.
 * Return: whether it does, as far as the first fragment can tell.
 */
bool pptp_gre_is_clear_fragment(const struct sk_buff *skb, bool short_numbers)
{
	unsigned int head = skb->data[0] & 1 ? 1 : 2, len;
	u8 buffer[2 + LONG_NUMBERS + 2];
	const u8 *data;
	bool last;

	len = min_t(unsigned int, skb->len, sizeof(buffer));
	data = skb_header_pointer(skb, 0, len, buffer);
	if (!data || len <= head || !(data[head] & FIRST_FRAGMENT))
		return false;
	last = data[head] & LAST_FRAGMENT;
	head += short_numbers ? SHORT_NUMBERS : LONG_NUMBERS;
	if (len <= head)
		return !last;
	return is_network(data + head, len - head);
}
