// SPDX-License-Identifier: GPL-2.0
/*
 * Client of the pptp_mux generic netlink family, of one network namespace.
 *
 * Every command is answered to its end before the next one is sent, so one
 * buffer does, and an answer with another sequence number is a leftover.
 */
#include "genl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

/* As large as the kernel makes the messages of a dump */
#define BUFFER_SIZE	32768
#define EXTACK_SIZE	256
/* A table that changes under this many dumps in a row is not worth waiting for */
#define DUMP_TRIES	16

struct pmux {
	struct mnl_socket	*socket;
	uint16_t		family;
	uint32_t		group;		/* of the events */
	uint32_t		seq;
	bool			interrupted;	/* the last dump was not consistent */
	char			extack[EXTACK_SIZE];
	/* Read as netlink headers */
	char			buffer[BUFFER_SIZE] __attribute__((aligned(8)));
};

typedef int (*message_fn)(const struct nlmsghdr *nlh, void *data);

/* All slots of a dump, kept until it is known to be consistent */
struct slots {
	struct pmux_slot	*slot;
	size_t			count;
	size_t			room;
};

static struct nlmsghdr *request(struct pmux *client, uint16_t type, uint8_t command,
				uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(client->buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++client->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	return nlh;
}

static struct nlmsghdr *command(struct pmux *client, uint8_t number, uint16_t flags)
{
	return request(client, client->family, number, PPTP_MUX_FAMILY_VERSION, flags);
}

/* An acknowledgement, or the end of a dump: 0 or the negative errno in it */
static int result(struct pmux *client, const struct nlmsghdr *nlh)
{
	int err;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(err))
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err >= 0)
		return 0;
	pmux_extack_text(nlh, client->extack, sizeof(client->extack));
	return err;
}

/*
 * Return: 1 to go on, 0 at the end, a negative errno. After an error of @fn
 * the rest of the answer is left to be skipped by its number.
 */
static int one_message(struct pmux *client, const struct nlmsghdr *nlh,
		       message_fn fn, void *data)
{
	int err;

	if (nlh->nlmsg_seq != client->seq)
		return 1;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		client->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
		return result(client, nlh);
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !fn)
		return 1;
	err = fn(nlh, data);
	return err < 0 ? err : 1;
}

/* Return: what is in the buffer now, in octets, or -errno */
static int receive_some(struct pmux *client)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(client->socket, client->buffer, sizeof(client->buffer));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int receive(struct pmux *client, message_fn fn, void *data)
{
	int rc = 1;

	while (rc > 0) {
		const struct nlmsghdr *nlh = (const void *)client->buffer;
		int len = receive_some(client);

		if (len < 0)
			return len;
		while (rc > 0 && mnl_nlmsg_ok(nlh, len)) {
			rc = one_message(client, nlh, fn, data);
			nlh = mnl_nlmsg_next(nlh, &len);
		}
	}
	return rc;
}

static int transact(struct pmux *client, const struct nlmsghdr *nlh, message_fn fn, void *data)
{
	client->extack[0] = '\0';
	client->interrupted = false;
	if (mnl_socket_sendto(client->socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return receive(client, fn, data);
}

static void read_group(struct pmux *client, const struct nlattr *group)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
			 mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			id = mnl_attr_get_u32(attr);
	}
	if (name && strcmp(name, PPTP_MUX_MCGRP_EVENTS) == 0)
		client->group = id;
}

static int read_family(const struct nlmsghdr *nlh, void *data)
{
	struct pmux *client = data;
	const struct nlattr *attr, *group;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) == 0)
			client->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr)
			read_group(client, group);
	}
	return 0;
}

static int resolve(struct pmux *client)
{
	struct nlmsghdr *nlh = request(client, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	int err;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, PPTP_MUX_FAMILY_NAME);
	err = transact(client, nlh, read_family, client);
	if (err)
		return err;
	return client->family && client->group ? 0 : -EPROTO;
}

static int open_socket(struct pmux *client)
{
	int on = 1;

	client->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!client->socket)
		return -errno;
	if (mnl_socket_bind(client->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(client->socket, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(client->socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

int pmux_open(struct pmux **out)
{
	struct pmux *client = calloc(1, sizeof(*client));
	int err;

	*out = NULL;
	if (!client)
		return -ENOMEM;
	err = open_socket(client);
	if (!err)
		err = resolve(client);
	if (err) {
		pmux_close(client);
		return err;
	}
	*out = client;
	return 0;
}

void pmux_close(struct pmux *client)
{
	if (!client)
		return;
	if (client->socket)
		mnl_socket_close(client->socket);
	free(client);
}

const char *pmux_extack(const struct pmux *client)
{
	return client->extack;
}

static int keep_slot(const struct nlmsghdr *nlh, void *data)
{
	struct slots *all = data;

	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 128;
		struct pmux_slot *slot = reallocarray(all->slot, room, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		all->slot = slot;
		all->room = room;
	}
	return pmux_slot_decode(nlh, &all->slot[all->count++]);
}

static int dump_consistent(struct pmux *client, struct slots *all)
{
	int tries, err;

	for (tries = 0; tries < DUMP_TRIES; tries++) {
		all->count = 0;
		err = transact(client, command(client, PPTP_MUX_CMD_SLOT_GET, NLM_F_DUMP),
			       keep_slot, all);
		if (err || !client->interrupted)
			return err;
	}
	return -EAGAIN;
}

int pmux_slot_dump(struct pmux *client, pmux_slot_fn fn, void *data)
{
	struct slots all = { 0 };
	int rc = dump_consistent(client, &all);
	size_t i;

	for (i = 0; i < all.count && !rc; i++)
		rc = fn(&all.slot[i], data);
	free(all.slot);
	return rc;
}

static int read_slot(const struct nlmsghdr *nlh, void *data)
{
	return pmux_slot_decode(nlh, data);
}

int pmux_slot_get(struct pmux *client, uint32_t number, struct pmux_slot *slot)
{
	struct nlmsghdr *nlh = command(client, PPTP_MUX_CMD_SLOT_GET, NLM_F_ACK);

	memset(slot, 0, sizeof(*slot));
	mnl_attr_put_u32(nlh, PPTP_MUX_A_SLOT_NUMBER, number);
	return transact(client, nlh, read_slot, slot);
}

/* Puts an attribute if the bit of @mask says so */
static void put_if(struct nlmsghdr *nlh, unsigned int mask, unsigned int bit, uint16_t attr,
		   uint32_t value)
{
	if (mask & bit)
		mnl_attr_put_u32(nlh, attr, value);
}

/* They follow each other in slots and in tables, in one order, from @first on */
static void put_limits(struct nlmsghdr *nlh, unsigned int mask, uint16_t first,
		       const struct pmux_limits *limits)
{
	put_if(nlh, mask, PMUX_SET_TX_SHARE, first, limits->tx_share);
	put_if(nlh, mask, PMUX_SET_TX_LIMIT, first + 1, limits->tx_limit);
	put_if(nlh, mask, PMUX_SET_RX_SHARE, first + 2, limits->rx_share);
	put_if(nlh, mask, PMUX_SET_RX_LIMIT, first + 3, limits->rx_limit);
}

int pmux_slot_set(struct pmux *client, uint32_t number, const struct pmux_slot_change *change)
{
	struct nlmsghdr *nlh = command(client, PPTP_MUX_CMD_SLOT_SET, NLM_F_ACK);

	mnl_attr_put_u32(nlh, PPTP_MUX_A_SLOT_NUMBER, number);
	if (change->mask & PMUX_SET_ENABLED)
		mnl_attr_put_u8(nlh, PPTP_MUX_A_SLOT_ENABLED, change->enabled);
	put_if(nlh, change->mask, PMUX_SET_USAGE, PPTP_MUX_A_SLOT_USAGE, change->usage);
	put_if(nlh, change->mask, PMUX_SET_QUARANTINE, PPTP_MUX_A_SLOT_QUARANTINE,
	       change->quarantine);
	put_limits(nlh, change->mask, PPTP_MUX_A_SLOT_TX_SHARE, &change->limits);
	return transact(client, nlh, NULL, NULL);
}

static int read_table(const struct nlmsghdr *nlh, void *data)
{
	return pmux_table_decode(nlh, data);
}

int pmux_table_get(struct pmux *client, struct pmux_table *table)
{
	memset(table, 0, sizeof(*table));
	return transact(client, command(client, PPTP_MUX_CMD_TABLE_GET, NLM_F_ACK),
			read_table, table);
}

int pmux_table_look(struct pmux_table *table)
{
	struct pmux *client;
	int err = pmux_open(&client);

	if (err)
		return err;
	err = pmux_table_get(client, table);
	pmux_close(client);
	return err;
}

int pmux_table_set(struct pmux *client, const struct pmux_table_change *change)
{
	struct nlmsghdr *nlh = command(client, PPTP_MUX_CMD_TABLE_SET, NLM_F_ACK);

	put_if(nlh, change->mask, PMUX_SET_SLOTS, PPTP_MUX_A_TABLE_SLOTS, change->slots);
	put_limits(nlh, change->mask, PPTP_MUX_A_TABLE_TX_SHARE, &change->limits);
	put_if(nlh, change->mask, PMUX_SET_TX_POOL, PPTP_MUX_A_TABLE_TX_POOL, change->tx_pool);
	put_if(nlh, change->mask, PMUX_SET_RX_POOL, PPTP_MUX_A_TABLE_RX_POOL, change->rx_pool);
	return transact(client, nlh, NULL, NULL);
}

int pmux_events_join(struct pmux *client)
{
	int fd = mnl_socket_get_fd(client->socket);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	if (mnl_socket_setsockopt(client->socket, NETLINK_ADD_MEMBERSHIP,
				  &client->group, sizeof(client->group)) < 0)
		return -errno;
	return fd;
}

static int one_event(const struct pmux *client, const struct nlmsghdr *nlh,
		     pmux_event_fn fn, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct pmux_event event;
	int err;

	if (nlh->nlmsg_type != client->family ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) || genl->cmd != PPTP_MUX_CMD_EVENT)
		return 0;
	err = pmux_event_decode(nlh, &event);
	return err ? err : fn(&event, data);
}

int pmux_events_read(struct pmux *client, pmux_event_fn fn, void *data)
{
	int rc = 0;

	while (!rc) {
		const struct nlmsghdr *nlh = (const void *)client->buffer;
		int len = receive_some(client);

		if (len < 0)
			return len == -EAGAIN ? 0 : len;
		for (; !rc && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			rc = one_event(client, nlh, fn, data);
	}
	return rc;
}
