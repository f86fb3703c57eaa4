// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet's encryption costs on this processor: nanoseconds, the least of many
 * runs, of the module's parts beside those of the same as they are usually written (one
 * octet at a time, tables of 32-bit words) and of OpenSSL's, where its headers are.
 *
 *	make -C selftests/fuzz cost
 */
#include <stdio.h>
#include <time.h>

#include "mppe_cipher.h"

#if __has_include(<openssl/sha.h>)
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rc4.h>
#include <openssl/sha.h>
#define HAS_OPENSSL
#endif

#define RUNS	100
#define TIMES	300
#define OCTETS	1328

static u8 key[16], other_key[16], in[OCTETS], out[OCTETS + 64], digest[16];
static struct mppe_rc4 table, other_table;
static struct mppe_sha1 sha1;
static struct mppe_cipher cipher;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Other keys each time, so that nothing is learnt by heart */
static void measure(const char *what, void (*work)(void))
{
	double least = 1e18, took;
	unsigned int run, i;

	for (run = 0; run < RUNS; run++) {
		took = now();
		for (i = 0; i < TIMES; i++) {
			key[i % 16] += i;
			work();
		}
		took = (now() - took) / TIMES;
		if (took < least)
			least = took;
	}
	printf("%-52s %6.0f ns\n", what, least);
}

/* ---- as it is usually written ---- */

static struct {
	u32	s[256];
	u32	i;
	u32	j;
} usual;

static void usual_schedule(void)
{
	u32 i, j = 0, a;

	for (i = 0; i < 256; i++)
		usual.s[i] = i;
	for (i = 0; i < 256; i++) {
		a = usual.s[i];
		j = (j + a + key[i % 16]) & 0xff;
		usual.s[i] = usual.s[j];
		usual.s[j] = a;
	}
	usual.i = usual.j = 0;
}

static void usual_stream(void)
{
	u32 *s = usual.s, i = usual.i, j = usual.j, a, b;
	unsigned int n;

	for (n = 0; n < OCTETS; n++) {
		i = (i + 1) & 0xff;
		a = s[i];
		j = (j + a) & 0xff;
		b = s[j];
		s[i] = b;
		s[j] = a;
		out[n] = in[n] ^ s[(a + b) & 0xff];
	}
	usual.i = i;
	usual.j = j;
}

/* ---- ours ---- */

static void schedule(void)
{
	mppe_rc4_schedule(&table, key);
}

static void schedule_two(void)
{
	mppe_rc4_schedule_two(&table, key, &other_table, other_key);
}

static void stream(void)
{
	mppe_rc4_crypt(&table, out, in, OCTETS);
}

static void hash(void)
{
	mppe_sha1_digest(&sha1, key, digest);
}

static void short_packet(void)
{
	mppe_encrypt(&cipher, out, in, 94);
}

static void long_packet(void)
{
	mppe_encrypt(&cipher, out, in, OCTETS);
}

static void xor_packet(void)
{
	static u8 made[OCTETS];

	mppe_cipher_xor(out, in, made, OCTETS);
}

/* ---- OpenSSL's, and a processor's own ---- */

#ifdef HAS_OPENSSL

static RC4_KEY rc4_key;
static SHA_CTX sha_ctx;

static void openssl_stream(void)
{
	RC4(&rc4_key, OCTETS, in, out);
}

static void openssl_two_blocks(void)
{
	SHA1_Transform(&sha_ctx, in);
	SHA1_Transform(&sha_ctx, in + 64);
}

static void measure_openssl(void)
{
	RC4_set_key(&rc4_key, sizeof(key), key);
	SHA1_Init(&sha_ctx);
	measure("OpenSSL: stream of 1328 octets", openssl_stream);
	measure("OpenSSL: two blocks of SHA-1", openssl_two_blocks);
}

#else

static void measure_openssl(void)
{
	printf("no OpenSSL to compare with: apt install libssl-dev\n");
}

#endif

#ifdef __x86_64__

/* What a kernel does before and after it uses such instructions */
__attribute__((target("xsave")))
static void save_and_restore(void)
{
	static u8 area[16384] __aligned(64);

	__builtin_ia32_xsave64(area, 0xe7);
	__builtin_ia32_xrstor64(area, 0xe7);
}

static void measure_state(void)
{
	if (__builtin_cpu_supports("avx"))
		measure("vector registers saved and restored", save_and_restore);
}

#else

static void measure_state(void)
{
}

#endif

int main(void)
{
	mppe_sha1_init(&sha1, key, sizeof(key));
	mppe_cipher_init(&cipher, key, MPPE_128, false);
	measure("as usual: key schedule", usual_schedule);
	measure("as usual: stream of 1328 octets", usual_stream);
	measure("ours: key schedule", schedule);
	measure("ours: two key schedules at once", schedule_two);
	measure("ours: stream of 1328 octets", stream);
	measure("ours: SHA-1 of MPPE's message", hash);
	measure("ours: a packet of 94 octets", short_packet);
	measure("ours: a packet of 1328 octets", long_packet);
	measure("ours: a stream made ahead of 1328 octets, used", xor_packet);
	measure_openssl();
	measure_state();
	return 0;
}
