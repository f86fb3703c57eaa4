// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's routes, interfaces and proxy-ARP entries of one network
 * namespace, over rtnetlink.
 *
 * Every request asks for an acknowledgement and is answered to its end before
 * the next one is sent; an answer with another sequence number is a leftover.
 */
#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define BUFFER_SIZE	8192	/* one object at a time */

struct rtnl {
	struct mnl_socket *socket;
	uint32_t seq;
	/* Read as netlink headers */
	char buffer[BUFFER_SIZE] __attribute__((aligned(8)));
};

typedef void (*answer_fn)(const struct nlmsghdr *nlh, void *data);

static struct nlmsghdr *request(struct rtnl *rtnl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(rtnl->buffer);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++rtnl->seq;
	return nlh;
}

/* Return: 1 to go on; at the acknowledgement 0 or the negative errno in it */
static int one_message(struct rtnl *rtnl, const struct nlmsghdr *nlh, answer_fn fn, void *data)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_seq != rtnl->seq)
		return 1;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return mnl_nlmsg_get_payload_len(nlh) < sizeof(*error) ? -EBADMSG : error->error;
	if (fn && nlh->nlmsg_type >= NLMSG_MIN_TYPE)
		fn(nlh, data);
	return 1;
}

static int receive(struct rtnl *rtnl, answer_fn fn, void *data)
{
	int rc = 1;

	while (rc > 0) {
		const struct nlmsghdr *nlh = (const void *)rtnl->buffer;
		ssize_t n = mnl_socket_recvfrom(rtnl->socket, rtnl->buffer, sizeof(rtnl->buffer));
		int len = n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (; rc > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			rc = one_message(rtnl, nlh, fn, data);
	}
	return rc;
}

static int transact(struct rtnl *rtnl, const struct nlmsghdr *nlh, answer_fn fn, void *data)
{
	if (mnl_socket_sendto(rtnl->socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return receive(rtnl, fn, data);
}

/*
 * The kernel keeps bound requests to one object and refuses attributes that it
 * does not know, instead of ignoring them, only for who asks for it.
 */
static int open_socket(struct rtnl *rtnl)
{
	int on = 1;

	rtnl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!rtnl->socket ||
	    mnl_socket_bind(rtnl->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(rtnl->socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(rtnl->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

int rtnl_open(struct rtnl **out)
{
	struct rtnl *rtnl = calloc(1, sizeof(*rtnl));
	int err = rtnl ? open_socket(rtnl) : -ENOMEM;

	*out = err ? NULL : rtnl;
	if (err)
		rtnl_close(rtnl);
	return err;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (!rtnl)
		return;
	if (rtnl->socket)
		mnl_socket_close(rtnl->socket);
	free(rtnl);
}

/* ---- routes ---- */

static uint32_t read_u32(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attr);
}

static int read_route_attr(const struct nlattr *attr, void *data)
{
	struct rtnl_route *route = data;

	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		route->dst.s_addr = read_u32(attr);
		break;
	case RTA_PREFSRC:
		route->source.s_addr = read_u32(attr);
		break;
	case RTA_OIF:
		route->ifindex = read_u32(attr);
		break;
	case RTA_TABLE:
		route->table = read_u32(attr);
		break;
	case RTA_PRIORITY:
		route->metric = read_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static void read_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct rtnl_route *route = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm))
		return;
	route->dst_len = rtm->rtm_dst_len;
	route->type = rtm->rtm_type;
	route->protocol = rtm->rtm_protocol;
	route->scope = rtm->rtm_scope;
	route->table = rtm->rtm_table;
	mnl_attr_parse(nlh, sizeof(*rtm), read_route_attr, route);
}

int rtnl_route_get(struct rtnl *rtnl, struct in_addr address, struct rtnl_route *route)
{
	struct nlmsghdr *nlh = request(rtnl, RTM_GETROUTE, 0);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	memset(route, 0, sizeof(*route));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_flags = RTM_F_FIB_MATCH;
	mnl_attr_put_u32(nlh, RTA_DST, address.s_addr);
	return transact(rtnl, nlh, read_route, route);
}

static struct nlmsghdr *route_request(struct rtnl *rtnl, uint16_t type, uint16_t flags,
				      const struct rtnl_route *route)
{
	struct nlmsghdr *nlh = request(rtnl, type, flags);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = route->dst_len;
	rtm->rtm_type = route->type;
	rtm->rtm_protocol = route->protocol;
	rtm->rtm_scope = route->scope;
	rtm->rtm_table = RT_TABLE_UNSPEC;
	mnl_attr_put_u32(nlh, RTA_TABLE, route->table);
	mnl_attr_put_u32(nlh, RTA_DST, route->dst.s_addr);
	if (route->ifindex)
		mnl_attr_put_u32(nlh, RTA_OIF, route->ifindex);
	if (route->metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, route->metric);
	if (route->source.s_addr)
		mnl_attr_put_u32(nlh, RTA_PREFSRC, route->source.s_addr);
	return nlh;
}

int rtnl_route_add(struct rtnl *rtnl, const struct rtnl_route *route, enum rtnl_meeting meeting)
{
	uint16_t flags = NLM_F_CREATE | (meeting == RTNL_REPLACE ? NLM_F_REPLACE : NLM_F_EXCL);

	return transact(rtnl, route_request(rtnl, RTM_NEWROUTE, flags, route), NULL, NULL);
}

int rtnl_route_del(struct rtnl *rtnl, const struct rtnl_route *route)
{
	return transact(rtnl, route_request(rtnl, RTM_DELROUTE, 0, route), NULL, NULL);
}

static const char *protocol_name(uint8_t protocol, char *text, size_t size)
{
	switch (protocol) {
	case RTPROT_KERNEL:
		return "kernel";
	case RTPROT_BOOT:
		return "boot";
	case RTPROT_STATIC:
		return "static";
	}
	snprintf(text, size, "%u", protocol);
	return text;
}

const char *rtnl_route_text(const struct rtnl_route *route, char *text, size_t size)
{
	char address[INET_ADDRSTRLEN], length[8] = "", metric[24] = "", number[8];

	inet_ntop(AF_INET, &route->dst, address, sizeof(address));
	if (route->dst_len < 32)
		snprintf(length, sizeof(length), "/%u", route->dst_len);
	if (route->metric)
		snprintf(metric, sizeof(metric), " metric %u", route->metric);
	snprintf(text, size, "%s%s proto %s%s", address, length,
		 protocol_name(route->protocol, number, sizeof(number)), metric);
	return text;
}

/* ---- interfaces ---- */

static int read_link_info(const struct nlattr *attr, void *data)
{
	struct rtnl_link *link = data;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		snprintf(link->kind, sizeof(link->kind), "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int read_link_attr(const struct nlattr *attr, void *data)
{
	struct rtnl_link *link = data;

	if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
	if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
		mnl_attr_parse_nested(attr, read_link_info, link);
	return MNL_CB_OK;
}

static void read_link(const struct nlmsghdr *nlh, void *data)
{
	if (nlh->nlmsg_type == RTM_NEWLINK &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct ifinfomsg))
		mnl_attr_parse(nlh, sizeof(struct ifinfomsg), read_link_attr, data);
}

static struct nlmsghdr *link_request(struct rtnl *rtnl, uint16_t type, int ifindex)
{
	struct nlmsghdr *nlh = request(rtnl, type, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	info->ifi_family = AF_UNSPEC;
	info->ifi_index = ifindex;
	return nlh;
}

int rtnl_link_get(struct rtnl *rtnl, int ifindex, struct rtnl_link *link)
{
	memset(link, 0, sizeof(*link));
	return transact(rtnl, link_request(rtnl, RTM_GETLINK, ifindex), read_link, link);
}

int rtnl_link_del(struct rtnl *rtnl, int ifindex)
{
	return transact(rtnl, link_request(rtnl, RTM_DELLINK, ifindex), NULL, NULL);
}

/* ---- proxy ARP ---- */

static int read_neighbour_attr(const struct nlattr *attr, void *data)
{
	uint8_t *protocol = data;

	if (mnl_attr_get_type(attr) == NDA_PROTOCOL &&
	    mnl_attr_validate(attr, MNL_TYPE_U8) == 0)
		*protocol = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

static void read_neighbour(const struct nlmsghdr *nlh, void *data)
{
	if (nlh->nlmsg_type == RTM_NEWNEIGH &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct ndmsg))
		mnl_attr_parse(nlh, sizeof(struct ndmsg), read_neighbour_attr, data);
}

static struct nlmsghdr *proxy_request(struct rtnl *rtnl, uint16_t type, uint16_t flags,
				      struct in_addr address, int ifindex)
{
	struct nlmsghdr *nlh = request(rtnl, type, flags);
	struct ndmsg *neighbour = mnl_nlmsg_put_extra_header(nlh, sizeof(*neighbour));

	neighbour->ndm_family = AF_INET;
	neighbour->ndm_ifindex = ifindex;
	neighbour->ndm_flags = NTF_PROXY;
	mnl_attr_put_u32(nlh, NDA_DST, address.s_addr);
	return nlh;
}

int rtnl_proxy_get(struct rtnl *rtnl, struct in_addr address, int ifindex, uint8_t *protocol)
{
	*protocol = RTPROT_UNSPEC;
	return transact(rtnl, proxy_request(rtnl, RTM_GETNEIGH, 0, address, ifindex),
			read_neighbour, protocol);
}

int rtnl_proxy_add(struct rtnl *rtnl, struct in_addr address, int ifindex)
{
	struct nlmsghdr *nlh = proxy_request(rtnl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
					     address, ifindex);

	((struct ndmsg *)mnl_nlmsg_get_payload(nlh))->ndm_state = NUD_PERMANENT;
	mnl_attr_put_u8(nlh, NDA_PROTOCOL, RTNL_PROTOCOL);
	return transact(rtnl, nlh, NULL, NULL);
}

int rtnl_proxy_del(struct rtnl *rtnl, struct in_addr address, int ifindex)
{
	return transact(rtnl, proxy_request(rtnl, RTM_DELNEIGH, 0, address, ifindex),
			NULL, NULL);
}
