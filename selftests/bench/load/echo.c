// SPDX-License-Identifier: GPL-2.0
/* An echo of ICMP, which shows that a call carries packets both ways */
#include "echo.h"

#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "octets.h"

/* RFC 1071 */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (; len > 1; data += 2, len -= 2)
		sum += get_u16(data);
	if (len)
		sum += *data << 8;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~((sum >> 16) + sum);
}

/* No two calls send the same, so that what comes to the wrong one shows */
static void fill(const struct echo *echo, uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = i + echo->id + (echo->id >> 8) + echo->sequence;
}

/**
 * echo_write - make a request
 * @echo:	from whom to whom, ECHO_MIN to ECHO_MAX octets
 * @packet:	where to
 */
void echo_write(const struct echo *echo, uint8_t *packet)
{
	struct iphdr ip = {
		.version	= 4,
		.ihl		= sizeof(ip) / 4,
		.tot_len	= htons(echo->len),
		.ttl		= IPDEFTTL,
		.protocol	= IPPROTO_ICMP,
		.saddr		= echo->from.s_addr,
		.daddr		= echo->to.s_addr,
	};
	struct icmphdr icmp = { .type = ICMP_ECHO };
	uint8_t *message = packet + sizeof(ip);
	size_t len = echo->len - sizeof(ip);

	ip.check = htons(checksum((const uint8_t *)&ip, sizeof(ip)));
	memcpy(packet, &ip, sizeof(ip));
	icmp.un.echo.id = htons(echo->id);
	icmp.un.echo.sequence = htons(echo->sequence);
	memcpy(message, &icmp, sizeof(icmp));
	fill(echo, message + sizeof(icmp), len - sizeof(icmp));
	put_u16(message + offsetof(struct icmphdr, checksum), checksum(message, len));
}

/**
 * echo_is_answer - is this what comes back?
 * @echo:	the request
 * @packet:	what has come
 * @len:	its length
 *
 * Return: whether all of it is as it was sent.
 */
bool echo_is_answer(const struct echo *echo, const uint8_t *packet, size_t len)
{
	uint8_t data[ECHO_MAX];
	struct icmphdr icmp;
	struct iphdr ip;

	if (len != echo->len)
		return false;
	memcpy(&ip, packet, sizeof(ip));
	memcpy(&icmp, packet + sizeof(ip), sizeof(icmp));
	if (ip.version != 4 || ip.ihl != sizeof(ip) / 4 || ip.protocol != IPPROTO_ICMP ||
	    ip.saddr != echo->to.s_addr || ip.daddr != echo->from.s_addr ||
	    icmp.type != ICMP_ECHOREPLY || icmp.un.echo.id != htons(echo->id) ||
	    icmp.un.echo.sequence != htons(echo->sequence) ||
	    checksum(packet + sizeof(ip), len - sizeof(ip)))
		return false;
	fill(echo, data, len - ECHO_MIN);
	return !memcmp(data, packet + ECHO_MIN, len - ECHO_MIN);
}
