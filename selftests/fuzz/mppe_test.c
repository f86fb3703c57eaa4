// SPDX-License-Identifier: GPL-2.0
/*
 * MPPE against a model (TAP): mppe_test FILE, which mppe_model.py has written.
 *
 * Both ends take streams that were made ahead whenever there are some, and whoever makes
 * them is now ahead and now behind; so each packet is made in every way that there is.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mppe_cipher.h"

#define OCTETS_MAX	2048
#define LINE_MAX	(4 * OCTETS_MAX + 64)

struct octets {
	unsigned int	len;
	u8		octet[OCTETS_MAX];
};

static struct mppe_cipher sender, receiver;
static struct mppe_ring ahead_of_sender, ahead_of_receiver;
static struct mppe_place place;
static unsigned long packets, line_number;

static bool fail(const char *what)
{
	printf("# line %lu: %s\n", line_number, what);
	return false;
}

static void read_hex(const char *text, struct octets *to)
{
	unsigned int octet;

	for (to->len = 0; to->len < OCTETS_MAX; to->len++, text += 2) {
		if (sscanf(text, "%2x", &octet) != 1)
			break;
		to->octet[to->len] = octet;
	}
}

static void begin_ring(struct mppe_cipher *cipher, struct mppe_ring *ring)
{
	mppe_ring_init(ring, 0);
	cipher->ring = cipher->stateful ? NULL : ring;
}

static bool begin(const char *strength, const char *mode, const char *key)
{
	enum mppe_strength bits = !strcmp(strength, "40") ? MPPE_40 :
				  !strcmp(strength, "56") ? MPPE_56 : MPPE_128;
	bool stateful = !strcmp(mode, "stateful");
	struct octets start;

	read_hex(key, &start);
	mppe_cipher_init(&sender, start.octet, bits, stateful);
	mppe_cipher_init(&receiver, start.octet, bits, stateful);
	begin_ring(&sender, &ahead_of_sender);
	begin_ring(&receiver, &ahead_of_receiver);
	place.known = false;
	return true;
}

/* Some streams, none, or all that there is room for */
static void make_some(struct mppe_ring *ring)
{
	static unsigned int turn;
	unsigned int some = turn++ / 64 % 5;

	while (some-- && mppe_ring_make(ring))
		;
}

static bool send(const char *text, const char *wanted)
{
	struct octets plain, wire;
	u8 made[OCTETS_MAX + MPPE_HEADER_LEN];

	read_hex(text, &plain);
	read_hex(wanted, &wire);
	mppe_encrypt(&sender, made, plain.octet, plain.len);
	make_some(&ahead_of_sender);
	packets++;
	if (wire.len != plain.len + MPPE_HEADER_LEN ||
	    memcmp(made, wire.octet, wire.len))
		return fail("encrypts to something else");
	return true;
}

static enum mppe_verdict receive(const char *text, struct octets *to)
{
	struct octets wire;
	struct mppe_packet packet = { .out = to->octet, .in = wire.octet };
	enum mppe_verdict verdict;

	read_hex(text, &wire);
	packet.len = wire.len;
	verdict = mppe_decrypt(&receiver, &packet, &place);
	make_some(&ahead_of_receiver);
	to->len = packet.out_len;
	receiver.skipped = 0;
	place.known = false;
	return verdict;
}

static bool get(const char *text, const char *wanted)
{
	static struct octets made, plain;

	read_hex(wanted, &plain);
	if (receive(text, &made) != MPPE_GOOD)
		return fail("is not decrypted");
	if (made.len != plain.len || memcmp(made.octet, plain.octet, made.len))
		return fail("decrypts to something else");
	return true;
}

static bool drop(const char *text)
{
	static struct octets made;

	return receive(text, &made) != MPPE_GOOD || fail("is decrypted");
}

static bool play(char *line)
{
	const char *words[4] = { "", "", "", "" };
	unsigned int i;

	for (i = 0; i < 4; i++, line = NULL) {
		words[i] = strtok(line, " \n");
		if (!words[i])
			break;
	}
	if (!strcmp(words[0], "begin"))
		return begin(words[1], words[2], words[3]);
	if (!strcmp(words[0], "send"))
		return send(words[1], words[2]);
	if (!strcmp(words[0], "get"))
		return get(words[1], words[2]);
	if (!strcmp(words[0], "drop"))
		return drop(words[1]);
	if (!strcmp(words[0], "place")) {
		place.known = true;
		place.missing = atoi(words[1]);
		return true;
	}
	if (!strcmp(words[0], "reset")) {
		sender.flush = true;
		mppe_cipher_reset_acked(&receiver);
		return true;
	}
	return fail("no such line");
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	static char line[LINE_MAX];
	bool good = true;

	if (!file) {
		fprintf(stderr, "usage: mppe_test FILE, of mppe_model.py\n");
		return 2;
	}
	while (good && fgets(line, sizeof(line), file)) {
		line_number++;
		good = play(line);
	}
	fclose(file);
	good = good && packets && sender.ahead && receiver.ahead;
	printf("%sok 1 - encrypted calls are as their model: %lu packets\n",
	       good ? "" : "not ", packets);
	printf("1..1\n");
	return !good;
}
