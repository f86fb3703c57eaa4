// SPDX-License-Identifier: GPL-2.0
/*
 * Random packets of enhanced GRE, most of them nearly good: what a peer may send
 * that has lost its mind, or means harm.
 *
 *	gre_flood TO COUNT SECONDS SEED ID...
 *
 * sends COUNT of them to the calls ID, or as many as fit into SECONDS, and prints
 * how many that were. The same SEED makes the same packets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LONGEST		2100

static uint64_t state;

/* xorshift64*, of its published definition; never seeded with 0 */
static uint32_t random32(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d >> 32;
}

static uint32_t below(uint32_t limit)
{
	return random32() % limit;
}

static size_t put16(uint8_t *to, size_t at, uint16_t value)
{
	to[at] = value >> 8;
	to[at + 1] = value;
	return at + 2;
}

static size_t put32(uint8_t *to, size_t at, uint32_t value)
{
	return put16(to, put16(to, at, value >> 16), value);
}

static size_t put_random(uint8_t *to, size_t at, size_t count)
{
	while (count--)
		to[at++] = random32();
	return at;
}

/* A packet as it should be, of whatever kind */
static size_t good(uint8_t *to, uint16_t id)
{
	int has_seq = below(4) != 0, has_ack = !has_seq || below(2);
	uint16_t len = has_seq ? 1 + below(40) : 0;
	size_t at = 0;

	at = put16(to, at, 0x2001 | has_seq << 12 | has_ack << 7);
	at = put16(to, at, 0x880b);
	at = put16(to, at, len);
	at = put16(to, at, id);
	if (has_seq)
		at = put32(to, at, below(2) ? below(64) : random32());
	if (has_ack)
		at = put32(to, at, below(2) ? below(64) : random32());
	return put_random(to, at, len);
}

/* Bits change, the end is cut off, or there is more behind it */
static size_t mutate(uint8_t *packet, size_t len)
{
	static const unsigned int flips[] = { 0, 0, 1, 1, 2, 8 };
	unsigned int i, count = flips[below(6)];

	for (i = 0; i < count; i++)
		packet[below(len)] ^= 1 << below(8);
	if (!below(4))
		return below(len);
	if (!below(8))
		return put_random(packet, len, below(4) ? below(9) : 2000);
	return len;
}

static size_t make(uint8_t *packet, char **ids, int count)
{
	if (!below(20))
		return put_random(packet, 0, below(80));
	return mutate(packet, good(packet, strtoul(ids[below(count)], NULL, 10)));
}

static unsigned long flood(int fd, unsigned long count, time_t end, char **ids,
			   int id_count)
{
	uint8_t packet[LONGEST];
	unsigned long sent;

	for (sent = 0; sent < count; sent++) {
		if (sent % 1024 == 0 && time(NULL) >= end)
			break;
		/* What the network has no room for is lost on the way */
		if (send(fd, packet, make(packet, ids, id_count), 0) < 0 &&
		    errno != ENOBUFS && errno != EPERM) {
			perror("gre_flood: send");
			exit(1);
		}
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd;

	if (argc < 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: gre_flood TO COUNT SECONDS SEED ID...\n");
		return 2;
	}
	state = strtoul(argv[4], NULL, 10) | 1;
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("gre_flood: cannot send GRE (run it as root)");
		return 1;
	}
	/* The answers are not for this socket */
	shutdown(fd, SHUT_RD);
	printf("%lu\n", flood(fd, strtoul(argv[2], NULL, 10),
			      time(NULL) + strtol(argv[3], NULL, 10), argv + 5, argc - 5));
	return 0;
}
