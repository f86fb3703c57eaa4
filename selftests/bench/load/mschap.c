// SPDX-License-Identifier: GPL-2.0
/* MS-CHAPv2 (RFC 2759) and the keys that come of it (RFC 3079): a client's part */
#include "mschap.h"

#include <stdio.h>
#include <string.h>

#include <gcrypt.h>

#define SHA1	20
#define DES_KEY	8
#define DES	8
#define PADDING	40

/* RFC 2759, section 8.7 */
static const char magic_proof[] = "Magic server to client signing constant";
static const char magic_proof_pad[] = "Pad to make it do more than one iteration";

/* RFC 3079, section 3.4: a client sends with the second, and receives with the third */
static const char magic_master[] = "This is the MPPE Master Key";
static const char magic_send[] =
	"On the client side, this is the send key; "
	"on the server side, it is the receive key.";
static const char magic_receive[] =
	"On the client side, this is the receive key; "
	"on the server side, it is the send key.";

static gcry_cipher_hd_t des;

/**
 * mschap_start - be ready to compute
 *
 * Return: 0, or -1 if the library does not work.
 */
int mschap_start(void)
{
	if (!gcry_check_version(NULL))
		return -1;
	gcry_control(GCRYCTL_DISABLE_SECMEM);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED);
	return gcry_cipher_open(&des, GCRY_CIPHER_DES, GCRY_CIPHER_MODE_ECB, 0) ? -1 : 0;
}

static void md4(uint8_t *digest, const void *data, size_t len)
{
	gcry_md_hash_buffer(GCRY_MD_MD4, digest, data, len);
}

/* The password in UTF-16; it is plain ASCII, as the command line says. */
void mschap_password(struct mschap_password *password, const char *text)
{
	uint8_t wide[2 * 256] = { 0 };
	size_t i;

	for (i = 0; text[i] && i < sizeof(wide) / 2; i++)
		wide[2 * i] = text[i];
	md4(password->hash, wide, 2 * i);
	md4(password->hash_hash, password->hash, MSCHAP_HASH);
}

struct part {
	const void	*data;
	size_t		len;
};

static void sha1(uint8_t *digest, const struct part *parts, unsigned int count)
{
	uint8_t message[256];
	size_t len = 0;

	while (count--) {
		memcpy(message + len, parts->data, parts->len);
		len += parts->len;
		parts++;
	}
	gcry_md_hash_buffer(GCRY_MD_SHA1, digest, message, len);
}

/* RFC 2759, section 8.2. The name goes without a domain before it. */
static void challenge_hash(uint8_t *digest, const struct mschap *mschap, const char *user)
{
	const char *backslash = strrchr(user, '\\');
	const char *name = backslash ? backslash + 1 : user;
	struct part parts[] = {
		{ mschap->ours, MSCHAP_CHALLENGE },
		{ mschap->theirs, MSCHAP_CHALLENGE },
		{ name, strnlen(name, 128) },
	};

	sha1(digest, parts, 3);
}

/* 56 bits to 8 octets, whose last bit is the parity that nobody looks at */
static void des_key(uint8_t *key, const uint8_t *bits)
{
	uint64_t all = 0;
	int i;

	for (i = 0; i < 7; i++)
		all = all << 8 | bits[i];
	for (i = 7; i >= 0; i--, all >>= 7)
		key[i] = all << 1;
}

static void des_encrypt(uint8_t *to, const uint8_t *data, const uint8_t *bits)
{
	uint8_t key[DES_KEY];

	des_key(key, bits);
	gcry_cipher_setkey(des, key, sizeof(key));
	gcry_cipher_encrypt(des, to, DES, data, DES);
}

/**
 * mschap_respond - the response to a challenge (RFC 2759, section 8.1)
 * @mschap:	both challenges; the response goes there
 * @password:	the password
 * @user:	the name
 */
void mschap_respond(struct mschap *mschap, const struct mschap_password *password,
		    const char *user)
{
	uint8_t digest[SHA1], keys[21] = { 0 };
	int i;

	challenge_hash(digest, mschap, user);
	memcpy(keys, password->hash, MSCHAP_HASH);
	for (i = 0; i < 3; i++)
		des_encrypt(mschap->response + DES * i, digest, keys + 7 * i);
}

/**
 * mschap_is_proved - does the server know the password too? (RFC 2759, section 8.7)
 * @mschap:	the log-in
 * @password:	the password
 * @user:	the name
 * @proof:	what it says
 * @len:	how much of that there is
 *
 * Return: whether it does.
 */
bool mschap_is_proved(const struct mschap *mschap, const struct mschap_password *password,
		      const char *user, const uint8_t *proof, size_t len)
{
	char wanted[MSCHAP_PROOF + 1] = "S=";
	uint8_t challenge[SHA1], digest[SHA1];
	struct part first[] = {
		{ password->hash_hash, MSCHAP_HASH },
		{ mschap->response, MSCHAP_RESPONSE },
		{ magic_proof, strlen(magic_proof) },
	};
	struct part second[] = {
		{ digest, SHA1 },
		{ challenge, 8 },
		{ magic_proof_pad, strlen(magic_proof_pad) },
	};
	int i;

	sha1(digest, first, 3);
	challenge_hash(challenge, mschap, user);
	sha1(digest, second, 3);
	for (i = 0; i < SHA1; i++)
		sprintf(wanted + 2 + 2 * i, "%02X", digest[i]);
	return len >= MSCHAP_PROOF && !memcmp(proof, wanted, MSCHAP_PROOF);
}

static void start_key(uint8_t *key, const uint8_t *master, const char *magic)
{
	static const uint8_t zeros[PADDING];
	uint8_t digest[SHA1], f2[PADDING];
	struct part parts[] = {
		{ master, MSCHAP_KEY },
		{ zeros, PADDING },
		{ magic, strlen(magic) },
		{ f2, PADDING },
	};

	memset(f2, 0xf2, PADDING);
	sha1(digest, parts, 4);
	memcpy(key, digest, MSCHAP_KEY);
}

/**
 * mschap_keys - start keys of MPPE, 128 bits (RFC 3079, section 3)
 * @mschap:	the log-in
 * @password:	the password
 * @send:	where the client's key for what it sends goes
 * @receive:	and for what it receives
 */
void mschap_keys(const struct mschap *mschap, const struct mschap_password *password,
		 uint8_t *send, uint8_t *receive)
{
	uint8_t master[SHA1];
	struct part parts[] = {
		{ password->hash_hash, MSCHAP_HASH },
		{ mschap->response, MSCHAP_RESPONSE },
		{ magic_master, strlen(magic_master) },
	};

	sha1(master, parts, 3);
	start_key(send, master, magic_send);
	start_key(receive, master, magic_receive);
}
