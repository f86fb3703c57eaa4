// SPDX-License-Identifier: GPL-2.0
/*
 * pptp-mux: calls of RFC 2637 as sockets.
 *
 * The ABI of the kernel's pptp driver, so that what was written for that one
 * runs on this one: AF_PPPOX, SOCK_STREAM, PX_PROTO_PPTP; bind() claims, with
 * call id 0 for any; getsockname() tells the id; connect() names the peer;
 * PPPIOCGCHAN gives the channel for /dev/ppp; close() hangs up. What is added
 * is in <linux/pptp_mux.h>.
 *
 * A call is a socket that embeds a GRE session (pptp_gre*.c) and a PPP channel
 * (ndiswan.c); neither of these two knows the other.
 *
 * Lifetime: the socket's reference count. The file holds one until close();
 * from bind() to the end of the drain, and of the last frame on its way, the
 * channel holds another, so the session, the namespace and this module stay
 * until the channel is gone from PPP, and from the skbs that it has sent. The
 * memory is freed after a grace period more (SOCK_RCU_FREE), for a look-up that
 * found a call whose bind() was being undone.
 */
#include <linux/compat.h>
#include <linux/if_pppox.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_channel.h>
#include <linux/ppp_defs.h>
#include <net/inet_sock.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "compat.h"
#include "ndiswan.h"
#include "ndiswan_mppe.h"
#include "pptp_gre.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * struct pptp_call - a call
 * @inet: its socket, in whose name its packets are sent: netfilter, BPF and qdiscs
 *	take the socket of an IP packet for one of IP, and ask it for its addresses.
 *	sk_state is PPPOX_BOUND, PPPOX_CONNECTED and PPPOX_DEAD, and the socket lock
 *	serialises what changes it
 * @chan: its end of PPP
 * @gre: its session with the peer
 * @local: what it was bound to
 * @wanted: id that bind() asked for, 0 for any; while bind() runs
 * @refusal: why its last bind() was refused
 * @reorder: PPTP_MUX_SO_REORDER, as it was set last
 * @window: PPTP_MUX_SO_WINDOW, the same
 * @peer_window: PPTP_MUX_SO_PEER_WINDOW, the same
 */
struct pptp_call {
	struct inet_sock		inet;	/* first: the core allocates it */
	struct ndiswan_channel		chan;
	struct pptp_gre			gre;
	struct pptp_addr		local;
	u16				wanted;
	struct pptp_mux_refusal		refusal;
	u32				reorder;
	u32				window;
	u32				peer_window;
};

static struct pptp_call *from_sk(struct sock *sk)
{
	return container_of(sk, struct pptp_call, inet.sk);
}

static struct pptp_call *from_chan(struct ndiswan_channel *chan)
{
	return container_of(chan, struct pptp_call, chan);
}

static struct pptp_call *from_gre(struct pptp_gre *gre)
{
	return container_of(gre, struct pptp_call, gre);
}

/* ---- the session's owner ---- */

/* A frame of MPPE's, its protocol field compressed or not */
static bool is_encrypted(const struct sk_buff *skb)
{
	return skb->len >= 2 && pptp_gre_protocol(skb) == PPP_COMP;
}

/* How many packets are missing before it, its number tells MPPE. */
static void call_deliver(struct pptp_gre *gre, struct sk_buff *skb, u32 seq)
{
	struct ndiswan_channel *chan = &from_gre(gre)->chan;

	if (!is_encrypted(skb)) {
		ppp_input(&chan->ppp, skb);
		return;
	}
	ndiswan_mppe_number(chan, seq);
	ppp_input(&chan->ppp, skb);
	ndiswan_mppe_number_end();
}

static bool call_hold(struct pptp_gre *gre, u32 bytes)
{
	return ndiswan_hold(&from_gre(gre)->chan, bytes);
}

static void call_unhold(struct pptp_gre *gre, u32 bytes)
{
	ndiswan_unhold(&from_gre(gre)->chan, bytes);
}

static void call_looped(struct pptp_gre *gre)
{
	ndiswan_report(&from_gre(gre)->chan, PPTP_MUX_EVENT_TYPE_LOOP);
}

static void call_clear_text(struct pptp_gre *gre)
{
	ndiswan_report(&from_gre(gre)->chan, PPTP_MUX_EVENT_TYPE_CLEAR_TEXT);
}

static void call_wake(struct pptp_gre *gre)
{
	ndiswan_tx_wake(&from_gre(gre)->chan);
}

static const struct pptp_gre_owner call_gre_owner = {
	.deliver	= call_deliver,
	.hold		= call_hold,
	.unhold		= call_unhold,
	.looped		= call_looped,
	.clear_text	= call_clear_text,
	.wake		= call_wake,
};

/* ---- the channel's miniport ---- */

static int call_open(struct ndiswan_channel *chan)
{
	struct pptp_call *call = from_chan(chan);
	int err;

	err = pptp_gre_take_id(&call->gre, call->wanted);
	if (err)
		return err;
	/* Before anybody can see the call in its slot */
	call->local.call_id = call->gre.id;
	return 0;
}

static void call_close(struct ndiswan_channel *chan)
{
	pptp_gre_drop_id(&from_chan(chan)->gre);
}

static void call_drain(struct ndiswan_channel *chan)
{
	pptp_gre_quiesce(&from_chan(chan)->gre);
}

static void call_free(struct ndiswan_channel *chan)
{
	sock_put(&from_chan(chan)->inet.sk);
}

static bool call_may_send(struct ndiswan_channel *chan, u32 waiting)
{
	return pptp_gre_may_send(&from_chan(chan)->gre, waiting);
}

static void call_xmit(struct ndiswan_channel *chan, struct sk_buff *skb)
{
	pptp_gre_xmit(&from_chan(chan)->gre, skb);
}

static void call_below(struct ndiswan_channel *chan, char *name)
{
	pptp_gre_below(&from_chan(chan)->gre, name);
}

/* What PPP negotiated for frames that we send: ACFC and PFC. */
static int call_ppp_ioctl(struct ndiswan_channel *chan, unsigned int cmd,
			  unsigned long arg)
{
	struct pptp_gre *gre = &from_chan(chan)->gre;
	int __user *argp = (int __user *)arg;
	int flags;

	switch (cmd) {
	case PPPIOCGFLAGS:
		return put_user((int)READ_ONCE(gre->ppp_flags), argp);
	case PPPIOCSFLAGS:
		if (get_user(flags, argp))
			return -EFAULT;
		flags &= ~(SC_RCV_B7_0 | SC_RCV_B7_1 | SC_RCV_EVNP | SC_RCV_ODDP);
		WRITE_ONCE(gre->ppp_flags, flags);
		return 0;
	default:
		return -ENOTTY;
	}
}

static int call_fill(struct sk_buff *msg, const struct ndiswan_channel *chan)
{
	const struct pptp_call *call = container_of(chan, struct pptp_call,
						    chan);
	const struct pptp_gre *gre = &call->gre;

	if (nla_put_u16(msg, PPTP_MUX_A_CALL_ID, call->local.call_id) ||
	    nla_put_in_addr(msg, PPTP_MUX_A_CALL_LOCAL,
			    call->local.sin_addr.s_addr))
		return -EMSGSIZE;
	/* Pairs with the release in pptp_gre_connect(). */
	if (smp_load_acquire(&gre->connected) &&
	    (nla_put_u16(msg, PPTP_MUX_A_CALL_PEER_ID, gre->peer_id) ||
	     nla_put_in_addr(msg, PPTP_MUX_A_CALL_PEER, gre->peer)))
		return -EMSGSIZE;
	return pptp_gre_fill_stats(msg, PPTP_MUX_A_CALL_STATS, gre);
}

static const struct ndiswan_miniport call_miniport = {
	.open		= call_open,
	.close		= call_close,
	.drain		= call_drain,
	.free		= call_free,
	.may_send	= call_may_send,
	.xmit		= call_xmit,
	.below		= call_below,
	.ioctl		= call_ppp_ioctl,
	.fill_call	= call_fill,
	.fill_slot	= ndiswan_mppe_fill,
	.fill_table	= pptp_gre_fill_net,
};

/* ---- bind and connect ---- */

static int check_address(const struct sockaddr_pppox *addr, int len)
{
	if (len < (int)sizeof(*addr) || addr->sa_family != AF_PPPOX ||
	    addr->sa_protocol != PX_PROTO_PPTP)
		return -EINVAL;
	return 0;
}

static int call_claim(struct pptp_call *call, const struct pptp_addr *addr)
{
	int err;

	if (call->inet.sk.sk_state & PPPOX_DEAD)
		return -EALREADY;
	if (call->inet.sk.sk_state & PPPOX_BOUND)
		return -EBUSY;

	memset(&call->refusal, 0, sizeof(call->refusal));
	call->local = *addr;
	call->wanted = addr->call_id;
	call->chan.ppp.hdrlen = pptp_gre_headroom(call->chan.net,
						  addr->sin_addr.s_addr);
	call->chan.ppp.mtu = ETH_DATA_LEN - PPTP_GRE_OVERHEAD - 2;
	err = ndiswan_claim(&call->chan, &call->refusal);
	if (err) {
		memset(&call->local, 0, sizeof(call->local));
		return err;
	}
	sock_hold(&call->inet.sk);	/* the channel's, until call_free() */
	call->inet.inet_saddr = addr->sin_addr.s_addr;
	call->inet.inet_rcv_saddr = addr->sin_addr.s_addr;
	call->inet.sk.sk_state |= PPPOX_BOUND;
	return 0;
}

/*
 * bind(): claim a slot and a call id. EBUSY for a particular id says that it is
 * in use; all other refusals are explained by PPTP_MUX_SO_REFUSAL.
 */
static int pptp_bind(struct socket *sock, COMPAT_SOCKADDR_PTR uaddr,
		     int len)
{
	const struct sockaddr_pppox *addr = (const void *)uaddr;
	struct sock *sk = sock->sk;
	int err;

	err = check_address(addr, len);
	if (err)
		return err;
	if (!ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN))
		return -EPERM;

	lock_sock(sk);
	err = call_claim(from_sk(sk), &addr->sa_addr.pptp);
	release_sock(sk);
	return err;
}

static int call_connect(struct pptp_call *call, const struct pptp_addr *peer)
{
	__be32 local = call->local.sin_addr.s_addr;
	unsigned int mtu;
	int err;

	if (call->inet.sk.sk_state & PPPOX_CONNECTED)
		return -EBUSY;
	if (call->inet.sk.sk_state & PPPOX_DEAD)
		return -EALREADY;
	if (!(call->inet.sk.sk_state & PPPOX_BOUND) || !local ||
	    !peer->sin_addr.s_addr)
		return -EINVAL;

	err = pptp_gre_connect(&call->gre, local, peer->sin_addr.s_addr,
			       peer->call_id, &mtu);
	if (err)
		return err;
	call->inet.inet_daddr = peer->sin_addr.s_addr;
	call->chan.ppp.mtu = mtu;
	call->inet.sk.sk_state |= PPPOX_CONNECTED;
	ndiswan_connected(&call->chan);
	return 0;
}

static int pptp_connect(struct socket *sock, COMPAT_SOCKADDR_PTR uaddr,
			int len, int flags)
{
	const struct sockaddr_pppox *addr = (const void *)uaddr;
	struct sock *sk = sock->sk;
	int err;

	err = check_address(addr, len);
	if (err)
		return err;
	lock_sock(sk);
	err = call_connect(from_sk(sk), &addr->sa_addr.pptp);
	release_sock(sk);
	return err;
}

static int pptp_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	struct pptp_call *call = from_sk(sock->sk);
	struct sockaddr_pppox addr = {
		.sa_family	= AF_PPPOX,
		.sa_protocol	= PX_PROTO_PPTP,
	};

	lock_sock(&call->inet.sk);
	addr.sa_addr.pptp = call->local;
	release_sock(&call->inet.sk);
	memcpy(uaddr, &addr, sizeof(addr));
	return sizeof(addr);
}

static int call_channel_index(struct pptp_call *call)
{
	int index = -ENOTCONN;

	lock_sock(&call->inet.sk);
	if (call->inet.sk.sk_state & PPPOX_CONNECTED)
		index = ppp_channel_index(&call->chan.ppp);
	release_sock(&call->inet.sk);
	return index;
}

static int pptp_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	int index;

	if (cmd != PPPIOCGCHAN)
		return -ENOTTY;
	index = call_channel_index(from_sk(sock->sk));
	if (index < 0)
		return index;
	return put_user(index, (int __user *)arg);
}

#ifdef CONFIG_COMPAT
static int pptp_compat_ioctl(struct socket *sock, unsigned int cmd,
			     unsigned long arg)
{
	return pptp_ioctl(sock, cmd, (unsigned long)compat_ptr(arg));
}
#endif

/* ---- socket options ---- */

static int set_usage(struct pptp_call *call, u32 usage)
{
	if (usage & ~PPTP_MUX_USAGE_MASK || (usage && !is_power_of_2(usage)))
		return -EINVAL;
	if (call->inet.sk.sk_state & PPPOX_BOUND)
		return -EISCONN;
	call->chan.usage = usage;
	return 0;
}

static int set_cause(struct pptp_call *call, u32 cause)
{
	if (cause < PPTP_MUX_CAUSE_CLOSED || cause > PPTP_MUX_CAUSE_PPP)
		return -EINVAL;
	call->chan.cause = cause;
	return 0;
}

static int set_reorder(struct pptp_call *call, u32 ms)
{
	u32 us = PPTP_REORDER_ADAPTIVE;

	if (ms != PPTP_MUX_REORDER_ADAPTIVE) {
		if (ms > PPTP_MUX_REORDER_MAX)
			return -EINVAL;
		us = ms * PPTP_MS;
	}
	call->reorder = ms;
	pptp_gre_set_reorder(&call->gre, us);
	return 0;
}

static int set_window(struct pptp_call *call, u32 mode)
{
	static const enum pptp_window_mode modes[] = {
		[PPTP_MUX_WINDOW_OFF]	= PPTP_WINDOW_OFF,
		[PPTP_MUX_WINDOW_ON]	= PPTP_WINDOW_ON,
		[PPTP_MUX_WINDOW_AUTO]	= PPTP_WINDOW_AUTO,
	};

	if (mode >= ARRAY_SIZE(modes))
		return -EINVAL;
	call->window = mode;
	pptp_gre_set_window(&call->gre, modes[mode]);
	return 0;
}

static int set_peer_window(struct pptp_call *call, u32 packets)
{
	if (packets > U16_MAX)
		return -EINVAL;
	call->peer_window = packets;
	pptp_gre_set_peer_window(&call->gre, packets);
	return 0;
}

static int set_tos(struct pptp_call *call, u32 tos)
{
	if (tos > PPTP_MUX_TOS_INHERIT)
		return -EINVAL;
	WRITE_ONCE(call->gre.copy_dscp, tos == PPTP_MUX_TOS_INHERIT);
	return 0;
}

/* Before the call is connected, it holds from its first packet on. */
static int set_clear_text(struct pptp_call *call, u32 clear_text)
{
	const u32 all = PPTP_MUX_CLEAR_TEXT_DROP | PPTP_MUX_CLEAR_TEXT_RX_SHORT |
			PPTP_MUX_CLEAR_TEXT_TX_SHORT;

	if (clear_text & ~all ||
	    (clear_text && !(clear_text & PPTP_MUX_CLEAR_TEXT_DROP)))
		return -EINVAL;
	WRITE_ONCE(call->gre.encrypted_only, clear_text);
	return 0;
}

static int call_set_option(struct pptp_call *call, int name, u32 value)
{
	switch (name) {
	case PPTP_MUX_SO_USAGE:
		return set_usage(call, value);
	case PPTP_MUX_SO_CAUSE:
		return set_cause(call, value);
	case PPTP_MUX_SO_REORDER:
		return set_reorder(call, value);
	case PPTP_MUX_SO_WINDOW:
		return set_window(call, value);
	case PPTP_MUX_SO_PEER_WINDOW:
		return set_peer_window(call, value);
	case PPTP_MUX_SO_TOS:
		return set_tos(call, value);
	case PPTP_MUX_SO_CLEAR_TEXT:
		return set_clear_text(call, value);
	default:
		return -ENOPROTOOPT;
	}
}

static int pptp_setsockopt(struct socket *sock, int level, int name,
			   sockptr_t optval, unsigned int len)
{
	struct sock *sk = sock->sk;
	u32 value;
	int err;

	if (level != SOL_PPTP_MUX)
		return -ENOPROTOOPT;
	if (len < sizeof(value))
		return -EINVAL;
	if (copy_from_sockptr(&value, optval, sizeof(value)))
		return -EFAULT;
	lock_sock(sk);
	err = call_set_option(from_sk(sk), name, value);
	release_sock(sk);
	return err;
}

union option_value {
	u32			number;
	struct pptp_mux_refusal	refusal;
};

/* Return: how long the value is, or -errno. */
static int call_get_option(struct pptp_call *call, int name,
			   union option_value *value)
{
	switch (name) {
	case PPTP_MUX_SO_USAGE:
		value->number = call->chan.usage;
		return sizeof(value->number);
	case PPTP_MUX_SO_SLOT:
		value->number = 0;
		if (call->inet.sk.sk_state & PPPOX_BOUND)
			value->number = ndiswan_slot_number(call->chan.slot);
		return sizeof(value->number);
	case PPTP_MUX_SO_REFUSAL:
		value->refusal = call->refusal;
		return sizeof(value->refusal);
	case PPTP_MUX_SO_CAUSE:
		value->number = call->chan.cause;
		return sizeof(value->number);
	case PPTP_MUX_SO_REORDER:
		value->number = call->reorder;
		return sizeof(value->number);
	case PPTP_MUX_SO_WINDOW:
		value->number = call->window;
		return sizeof(value->number);
	case PPTP_MUX_SO_PEER_WINDOW:
		value->number = call->peer_window;
		return sizeof(value->number);
	case PPTP_MUX_SO_TOS:
		value->number = call->gre.copy_dscp;
		return sizeof(value->number);
	case PPTP_MUX_SO_CLEAR_TEXT:
		value->number = call->gre.encrypted_only;
		return sizeof(value->number);
	default:
		return -ENOPROTOOPT;
	}
}

static int pptp_getsockopt(struct socket *sock, int level, int name,
			   char __user *optval, int __user *optlen)
{
	struct sock *sk = sock->sk;
	union option_value value;
	int room, len;

	if (level != SOL_PPTP_MUX)
		return -ENOPROTOOPT;
	if (get_user(room, optlen))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	lock_sock(sk);
	len = call_get_option(from_sk(sk), name, &value);
	release_sock(sk);
	if (len < 0)
		return len;
	len = min(len, room);
	if (put_user(len, optlen) || copy_to_user(optval, &value, len))
		return -EFAULT;
	return 0;
}

/* ---- the socket's life ---- */

/* The drain of the channel goes on after the file is gone; see the head. */
static int pptp_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct pptp_call *call;

	if (!sk)
		return 0;
	call = from_sk(sk);
	lock_sock(sk);
	if (sk->sk_state & PPPOX_BOUND)
		ndiswan_release(&call->chan);
	sk->sk_state = PPPOX_DEAD;
	sock_orphan(sk);
	sock->sk = NULL;
	release_sock(sk);
	sock_put(sk);
	return 0;
}

static void pptp_destruct(struct sock *sk)
{
	pptp_gre_destroy(&from_sk(sk)->gre);
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
}

static const struct proto_ops pptp_ops = {
	.family		= AF_PPPOX,
	.owner		= THIS_MODULE,
	.release	= pptp_release,
	.bind		= pptp_bind,
	.connect	= pptp_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= sock_no_accept,
	.getname	= pptp_getname,
	.ioctl		= pptp_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl	= pptp_compat_ioctl,
#endif
	.listen		= sock_no_listen,
	.shutdown	= sock_no_shutdown,
	.setsockopt	= pptp_setsockopt,
	.getsockopt	= pptp_getsockopt,
	.sendmsg	= sock_no_sendmsg,
	.recvmsg	= sock_no_recvmsg,
	.mmap		= sock_no_mmap,
};

static struct proto pptp_proto __read_mostly = {
	.name		= "PPTP_MUX",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct pptp_call),
};

/* IP charges the fragments of a frame to the frame's socket. */
static void pptp_write_space(struct sock *sk)
{
	rcu_read_lock();
	ndiswan_tx_fragment_gone(&from_sk(sk)->chan);
	rcu_read_unlock();
}

static void call_init(struct pptp_call *call, struct net *net)
{
	call->chan.miniport = &call_miniport;
	call->chan.net = net;
	call->chan.sk = &call->inet.sk;
	call->reorder = PPTP_MUX_REORDER_ADAPTIVE;
	call->window = PPTP_MUX_WINDOW_AUTO;
}

static int pptp_create(struct net *net, struct socket *sock, int kern)
{
	struct pptp_call *call;
	struct sock *sk;
	int err;

	/* Slots are allocated here, before the first call and not on its path. */
	err = ndiswan_table_prepare(net);
	if (err)
		return err;
	sk = sk_alloc(net, PF_PPPOX, GFP_KERNEL, &pptp_proto, kern);
	if (!sk)
		return -ENOMEM;
	call = from_sk(sk);
	call_init(call, net);
	pptp_gre_create(&call->gre, sk, &call_gre_owner);

	sock_init_data(sock, sk);
	sock->state = SS_UNCONNECTED;
	sock->ops = &pptp_ops;
	sk->sk_family = PF_PPPOX;
	sk->sk_type = SOCK_STREAM;
	sk->sk_protocol = PX_PROTO_PPTP;
	sk->sk_state = PPPOX_NONE;
	sk->sk_destruct = pptp_destruct;
	sk->sk_user_data = &call->chan;
	sk->sk_write_space = pptp_write_space;
	/* Time stamps of frames have been given to whom they belong. */
	sk->sk_rcvbuf = 0;
	sock_set_flag(sk, SOCK_RCU_FREE);
	return 0;
}

static const struct pppox_proto pptp_pppox_proto = {
	.create	= pptp_create,
	.owner	= THIS_MODULE,
};

/* ---- module ---- */

static int explain_init(int err)
{
	if (err == -EBUSY || err == -EALREADY)
		pr_err("pptp_mux: pptp.ko is loaded and owns GRE version 1: end its calls, run \"rmmod pptp\", and load pptp-mux again\n");
	return err;
}

static int __init pptp_mux_init(void)
{
	int err;

	/* First: netlink, which ndiswan_init() begins, asks sessions too. */
	err = pptp_gre_init();
	if (err)
		return explain_init(err);
	err = ndiswan_init(&call_miniport);
	if (err)
		goto err_gre;
	err = ndiswan_mppe_init();
	if (err)
		goto err_ndiswan;
	err = proto_register(&pptp_proto, 1);
	if (err)
		goto err_mppe;
	err = register_pppox_proto(PX_PROTO_PPTP, &pptp_pppox_proto);
	if (err)
		goto err_proto;
	return 0;

err_proto:
	proto_unregister(&pptp_proto);
err_mppe:
	ndiswan_mppe_exit();
err_ndiswan:
	ndiswan_exit();
err_gre:
	pptp_gre_exit();
	return explain_init(err);
}

/* A call holds the module until its memory is given back: there are none. */
static void __exit pptp_mux_exit(void)
{
	unregister_pppox_proto(PX_PROTO_PPTP);
	ndiswan_mppe_exit();
	ndiswan_exit();
	pptp_gre_exit();
	proto_unregister(&pptp_proto);
}

module_init(pptp_mux_init);
module_exit(pptp_mux_exit);

MODULE_DESCRIPTION("PPTP calls, VPN slots and PPP channel multiplexer");
MODULE_AUTHOR("The pptp-mux maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(PPTP_MUX_VERSION);
MODULE_ALIAS_NET_PF_PROTO(PF_PPPOX, PX_PROTO_PPTP);
