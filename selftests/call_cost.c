// SPDX-License-Identifier: GPL-2.0
/*
 * What PPTP calls cost, of whichever module answers to the socket: pptp-mux, or
 * the kernel's pptp. Prints nanoseconds, the least of several rounds, as what
 * else the machine does can only add to them.
 *
 *	call_cost churn ROUNDS CALLS	one call: bind, connect, close
 *	call_cost mass CALLS		many calls: bind and connect, then close
 *	call_cost claim ROUNDS CALLS BUSY	one bind() while BUSY calls are up
 *	call_cost scale CALLS SOME	bind and connect, by call: of the first SOME of
 *					many calls, and of the last SOME; then close
 *					of all
 *	call_cost same CALLS ERRORS	calls that all have one far end: bind and connect,
 *					then one ICMP error about them, of so many, then
 *					close
 *	call_cost hold FIRST CALLS	nothing: says "up", and keeps them until its
 *					standard input ends. Another one that does so
 *					has other numbers, from its FIRST on
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <linux/if_pppox.h>

#define CALLS_MAX	65535
#define SPARE_FILES	64

static int calls[CALLS_MAX];
/* The peer's call id of all calls, 0 if each has one of its own */
static uint16_t one_peer_id;

static void fail(const char *what)
{
	fprintf(stderr, "call_cost: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static struct sockaddr_pppox loopback(uint16_t call_id)
{
	struct sockaddr_pppox name = {
		.sa_family	= AF_PPPOX,
		.sa_protocol	= PX_PROTO_PPTP,
	};

	name.sa_addr.pptp.call_id = call_id;
	name.sa_addr.pptp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return name;
}

static int call_socket(void)
{
	int fd = socket(AF_PPPOX, SOCK_STREAM, PX_PROTO_PPTP);

	if (fd < 0)
		fail("socket");
	return fd;
}

static void call_bind(int fd)
{
	struct sockaddr_pppox name = loopback(0);
	const void *address = &name;

	if (bind(fd, address, sizeof(name)))
		fail("bind");
}

/* The kernel's pptp wants each peer's call id only once. */
static void call_connect(int fd, uint16_t peer_id)
{
	struct sockaddr_pppox name = loopback(peer_id);
	const void *address = &name;

	if (connect(fd, address, sizeof(name)))
		fail("connect");
}

static void least(uint64_t *found, uint64_t ns)
{
	if (!*found || ns < *found)
		*found = ns;
}

static uint64_t churn_round(int count)
{
	uint64_t start = now();
	int i, fd;

	for (i = 0; i < count; i++) {
		fd = call_socket();
		call_bind(fd);
		call_connect(fd, i + 1);
		close(fd);
	}
	return (now() - start) / count;
}

static void churn(int rounds, int count)
{
	uint64_t best = 0;

	while (rounds--)
		least(&best, churn_round(count));
	printf("%llu\n", (unsigned long long)best);
}

static void open_calls_from(int first, int count)
{
	int i;

	for (i = first; i < first + count; i++) {
		calls[i] = call_socket();
		call_bind(calls[i]);
		call_connect(calls[i], one_peer_id ? one_peer_id : i + 1);
	}
}

static void open_calls(int count)
{
	open_calls_from(0, count);
}

static void close_calls_from(int first, int count)
{
	int i;

	for (i = first; i < first + count; i++)
		close(calls[i]);
}

static void close_calls(int count)
{
	close_calls_from(0, count);
}

static void mass(int count)
{
	uint64_t start = now();
	uint64_t opened, closed;

	open_calls(count);
	opened = now();
	close_calls(count);
	closed = now();
	printf("%llu %llu\n", (unsigned long long)(opened - start),
	       (unsigned long long)(closed - opened));
}

/* ---- ICMP ---- */

#define GRE_OCTETS	8

struct icmp_error {
	struct icmphdr	icmp;
	struct iphdr	quoted;
	uint8_t		gre[GRE_OCTETS];
};

static uint16_t checksum(const void *data, size_t octets)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (; octets; octets -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* A router says that a packet of a call did not arrive: RFC 2637 section 4.1 */
static struct icmp_error error_about(uint16_t peer_id)
{
	struct icmp_error error = {
		.icmp = {
			.type	= ICMP_DEST_UNREACH,
			.code	= ICMP_HOST_UNREACH,
		},
		.quoted = {
			.version  = 4,
			.ihl	  = 5,
			.ttl	  = 64,
			.tot_len  = htons(sizeof(struct iphdr) + GRE_OCTETS),
			.protocol = IPPROTO_GRE,
			.saddr	  = htonl(INADDR_LOOPBACK),
			.daddr	  = htonl(INADDR_LOOPBACK),
		},
		.gre = { 0x30, 0x01, 0x88, 0x0b, 0, 0, peer_id >> 8, peer_id },
	};

	error.quoted.check = checksum(&error.quoted, sizeof(error.quoted));
	error.icmp.checksum = checksum(&error, sizeof(error));
	return error;
}

/* Over the loopback device a packet has been received when it is sent. */
static uint64_t timed_errors(int count)
{
	const struct sockaddr_in to = {
		.sin_family	 = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct icmp_error error = error_about(one_peer_id);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	uint64_t start, best = 0;

	if (fd < 0)
		fail("socket(SOCK_RAW)");
	while (count--) {
		start = now();
		if (sendto(fd, &error, sizeof(error), 0,
			   (const void *)&to, sizeof(to)) < 0)
			fail("sendto");
		least(&best, now() - start);
	}
	close(fd);
	return best;
}

static void same(int count, int errors)
{
	uint64_t start = now();
	uint64_t opened, one, closed;

	one_peer_id = 1;
	open_calls(count);
	opened = now() - start;
	one = timed_errors(errors);
	start = now();
	close_calls(count);
	closed = now() - start;
	printf("%llu %llu %llu\n", (unsigned long long)opened,
	       (unsigned long long)one, (unsigned long long)closed);
}

/* ---- claims ---- */

static uint64_t claim_round(int count)
{
	uint64_t start, sum = 0;
	int i, fd;

	for (i = 0; i < count; i++) {
		fd = call_socket();
		start = now();
		call_bind(fd);
		sum += now() - start;
		close(fd);
	}
	return sum / count;
}

static void claim(int rounds, int count, int busy)
{
	uint64_t best = 0;

	open_calls(busy);
	while (rounds--)
		least(&best, claim_round(count));
	printf("%llu\n", (unsigned long long)best);
	close_calls(busy);
}

static uint64_t timed_open(int first, int count)
{
	uint64_t start = now();

	open_calls_from(first, count);
	return (now() - start) / count;
}

static void scale(int count, int some)
{
	uint64_t first, last, start;

	/* What is done once is no cost of a call. */
	open_calls(1);
	first = timed_open(1, some);
	open_calls_from(1 + some, count - 1 - 2 * some);
	last = timed_open(count - some, some);
	start = now();
	close_calls(count);
	printf("%llu %llu %llu\n", (unsigned long long)first,
	       (unsigned long long)last, (unsigned long long)(now() - start));
}

static void hold(int first, int count)
{
	char octet;

	open_calls_from(first, count);
	printf("up\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &octet, 1) > 0)
		;
	close_calls_from(first, count);
}

static int number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || value < 0 || value > CALLS_MAX) {
		fprintf(stderr, "call_cost: \"%s\" is no number from 0 to %d\n",
			text, CALLS_MAX);
		exit(2);
	}
	return value;
}

static void raise_file_limit(void)
{
	struct rlimit limit = {
		.rlim_cur = CALLS_MAX + SPARE_FILES,
		.rlim_max = CALLS_MAX + SPARE_FILES,
	};

	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("setrlimit(RLIMIT_NOFILE)");
}

int main(int argc, char **argv)
{
	raise_file_limit();
	if (argc == 4 && !strcmp(argv[1], "churn")) {
		churn(number(argv[2]), number(argv[3]));
	} else if (argc == 3 && !strcmp(argv[1], "mass")) {
		mass(number(argv[2]));
	} else if (argc == 4 && !strcmp(argv[1], "same")) {
		same(number(argv[2]), number(argv[3]));
	} else if (argc == 5 && !strcmp(argv[1], "claim")) {
		claim(number(argv[2]), number(argv[3]), number(argv[4]));
	} else if (argc == 4 && !strcmp(argv[1], "scale") &&
		   number(argv[2]) > 2 * number(argv[3])) {
		scale(number(argv[2]), number(argv[3]));
	} else if (argc == 4 && !strcmp(argv[1], "hold") &&
		   number(argv[2]) + number(argv[3]) <= CALLS_MAX) {
		hold(number(argv[2]), number(argv[3]));
	} else {
		fprintf(stderr, "usage: call_cost churn ROUNDS CALLS | mass CALLS | claim ROUNDS CALLS BUSY | scale CALLS SOME | same CALLS ERRORS | hold FIRST CALLS\n");
		return 2;
	}
	return 0;
}
