// SPDX-License-Identifier: GPL-2.0
/*
 * What it takes to get UDP packets from one network namespace to another: the time
 * from the first send to the last receive, by packet. Whoever calls this subtracts
 * what the same takes without the tunnel.
 *
 *	packet_cost FROM TO ADDRESS OCTETS ROUNDS PACKETS [DEVICE SOURCE]
 *
 * FROM and TO are files of network namespaces. Datagrams of OCTETS go to ADDRESS,
 * which is in TO, PACKETS of them in each round; the first round is not counted.
 * With DEVICE, a tun device of FROM, they come in by it, from SOURCE, and are to be
 * forwarded: each has the headroom that a network card leaves. Without UDP checksum:
 * whether a device computes those is not what is measured.
 *
 * Prints nanoseconds a packet: of the median round, the least and the most. Exits
 * with 1 if a packet does not come.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#define PORT		7777
#define OCTETS_MAX	8192
#define ROUNDS_MAX	1000
#define PACKETS_MAX	100000
#define RECEIVE_BUFFER	(64 << 20)
#define PATIENCE	10	/* s */

/* A packet as it is given to @fd: with its IP header, or without */
struct sender {
	int	fd;
	size_t	octets;
	uint8_t	packet[OCTETS_MAX + sizeof(struct iphdr) + sizeof(struct udphdr)];
};

static void fail(const char *what)
{
	fprintf(stderr, "packet_cost: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void enter(const char *namespace)
{
	int fd = open(namespace, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		fail(namespace);
	close(fd);
}

static struct sockaddr_in address_of(const char *text)
{
	struct sockaddr_in address = {
		.sin_family	= AF_INET,
		.sin_port	= htons(PORT),
	};

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fprintf(stderr, "packet_cost: \"%s\" is no IPv4 address\n", text);
		exit(2);
	}
	return address;
}

static int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		fail("socket");
	return fd;
}

static void set_option(int fd, int option, const void *value, socklen_t size)
{
	if (setsockopt(fd, SOL_SOCKET, option, value, size))
		fail("setsockopt");
}

static int receiver(const struct sockaddr_in *to)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int room = RECEIVE_BUFFER;
	int fd = udp_socket();

	set_option(fd, SO_RCVBUFFORCE, &room, sizeof(room));
	set_option(fd, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(fd, (const struct sockaddr *)to, sizeof(*to)))
		fail("bind");
	return fd;
}

static void send_by_socket(struct sender *s, const struct sockaddr_in *to,
			   size_t octets)
{
	int yes = 1;

	s->fd = udp_socket();
	s->octets = octets;
	set_option(s->fd, SO_NO_CHECK, &yes, sizeof(yes));
	if (connect(s->fd, (const struct sockaddr *)to, sizeof(*to)))
		fail("connect");
}

static uint16_t ip_checksum(const struct iphdr *ip)
{
	const uint8_t *octet = (const uint8_t *)ip;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < sizeof(*ip); i += 2)
		sum += octet[i] << 8 | octet[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void write_headers(struct sender *s, const struct sockaddr_in *to,
			  const struct sockaddr_in *from)
{
	struct iphdr ip = {
		.version	= IPVERSION,
		.ihl		= sizeof(ip) / 4,
		.tot_len	= htons(s->octets),
		.ttl		= IPDEFTTL,
		.protocol	= IPPROTO_UDP,
		.saddr		= from->sin_addr.s_addr,
		.daddr		= to->sin_addr.s_addr,
	};
	struct udphdr udp = {
		.source	= htons(PORT),
		.dest	= htons(PORT),
		.len	= htons(s->octets - sizeof(ip)),
	};

	ip.check = ip_checksum(&ip);
	memcpy(s->packet, &ip, sizeof(ip));
	memcpy(s->packet + sizeof(ip), &udp, sizeof(udp));
}

static void send_by_device(struct sender *s, const struct sockaddr_in *to,
			   size_t octets, const char *device, const char *source)
{
	const struct sockaddr_in from = address_of(source);
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	s->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		fail("/dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	if (ioctl(s->fd, TUNSETIFF, &ifr))
		fail(device);
	s->octets = octets + sizeof(struct iphdr) + sizeof(struct udphdr);
	write_headers(s, to, &from);
}

static double measure_round(struct sender *s, int in, int packets)
{
	uint64_t start = now();
	uint8_t packet[OCTETS_MAX];
	int i;

	for (i = 0; i < packets; i++)
		if (write(s->fd, s->packet, s->octets) < 0)
			fail("send");
	for (i = 0; i < packets; i++)
		if (recv(in, packet, sizeof(packet), 0) < 0)
			fail("receive");
	return (double)(now() - start) / packets;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Nothing, but for scripts/lib/profile.c, which counts from one to the other */
static void mark_begin(void)
{
#ifdef __x86_64__
	asm volatile("nopl 0x5050542a(%rax)");
#endif
}

static void mark_end(void)
{
#ifdef __x86_64__
	asm volatile("nopl 0x5050542b(%rax)");
#endif
}

static void measure(struct sender *s, int in, int rounds, int packets)
{
	double found[ROUNDS_MAX];
	int i;

	measure_round(s, in, packets);
	mark_begin();
	for (i = 0; i < rounds; i++)
		found[i] = measure_round(s, in, packets);
	mark_end();
	qsort(found, rounds, sizeof(*found), compare);
	printf("%.1f %.1f %.1f\n", found[rounds / 2], found[0], found[rounds - 1]);
}

static int number(const char *text, int most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || value < 1 || value > most) {
		fprintf(stderr, "packet_cost: \"%s\" is no number from 1 to %d\n",
			text, most);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static struct sender sender;
	struct sockaddr_in to;
	size_t octets;
	int in;

	if (argc != 7 && argc != 9) {
		fprintf(stderr, "usage: packet_cost FROM TO ADDRESS OCTETS ROUNDS PACKETS [DEVICE SOURCE]\n");
		return 2;
	}
	to = address_of(argv[3]);
	octets = number(argv[4], OCTETS_MAX);
	enter(argv[2]);
	in = receiver(&to);
	enter(argv[1]);
	if (argc == 9)
		send_by_device(&sender, &to, octets, argv[7], argv[8]);
	else
		send_by_socket(&sender, &to, octets);
	measure(&sender, in, number(argv[5], ROUNDS_MAX),
		number(argv[6], PACKETS_MAX));
	return 0;
}
