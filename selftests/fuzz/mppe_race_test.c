// SPDX-License-Identifier: GPL-2.0
/*
 * Streams made ahead, by another thread while they are used (TAP): mppe_race_test
 * [PACKETS]. Built with ThreadSanitizer, which sees what the two share without order.
 *
 * The sender has a ring, the receiver none: so each packet that is decrypted shows that
 * its stream was that of its number, whoever made it. Now and then packets are lost and
 * the direction begins anew, while the maker goes on.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "mppe_cipher.h"

#define PACKETS		20000
#define OCTETS		200

static struct mppe_cipher sender, receiver;
static struct mppe_ring ring;
static bool over;

static void *maker(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		if (!mppe_ring_make(&ring))
			sched_yield();
	return NULL;
}

static void begin(u8 key)
{
	u8 start[16] = { key };

	mppe_cipher_init(&sender, start, MPPE_128, false);
	mppe_cipher_init(&receiver, start, MPPE_128, false);
}

static bool carry(unsigned int number)
{
	static const struct mppe_place nowhere;
	u8 plain[OCTETS] = { 0, 0x21, 0x45, number, number >> 8 };
	u8 wire[OCTETS + MPPE_HEADER_LEN], out[OCTETS + 1];
	struct mppe_packet packet = { .in = wire, .len = sizeof(wire), .out = out };

	mppe_encrypt(&sender, wire, plain, sizeof(plain));
	if (number % 101 == 7)
		return true;
	receiver.skipped = 0;
	return mppe_decrypt(&receiver, &packet, &nowhere) == MPPE_GOOD &&
	       packet.out_len == OCTETS && !memcmp(out, plain, OCTETS);
}

int main(int argc, char **argv)
{
	unsigned int packets = argc > 1 ? strtoul(argv[1], NULL, 10) : PACKETS, i;
	bool good = true;
	pthread_t thread;

	mppe_ring_init(&ring, 0);
	begin(0);
	sender.ring = &ring;
	if (pthread_create(&thread, NULL, maker, NULL))
		return 2;
	for (i = 0; i < packets && good; i++) {
		good = carry(i);
		if (i % 5000 == 4999)
			begin(i / 5000);
		/* The maker gets ahead of a call that rests now and then. */
		if (i % 16 == 15)
			sched_yield();
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("%sok 1 - who makes a stream does not show: %u packets, %llu streams made ahead were used\n",
	       good && sender.ahead ? "" : "not ", i,
	       (unsigned long long)sender.ahead);
	printf("1..1\n");
	return !good || !sender.ahead;
}
