/* SPDX-License-Identifier: GPL-2.0 */
/* MS-CHAPv2 (RFC 2759) and the keys that come of it (RFC 3079): a client's part */
#ifndef MSCHAP_H
#define MSCHAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSCHAP_CHALLENGE	16
#define MSCHAP_RESPONSE		24
#define MSCHAP_HASH		16
#define MSCHAP_KEY		16
/* "S=" and 40 digits */
#define MSCHAP_PROOF		42

/**
 * struct mschap_password - what is computed of a password once
 * @hash: its MD4
 * @hash_hash: and that one's
 */
struct mschap_password {
	uint8_t	hash[MSCHAP_HASH];
	uint8_t	hash_hash[MSCHAP_HASH];
};

/* One log-in: of these all else follows */
struct mschap {
	uint8_t	theirs[MSCHAP_CHALLENGE];
	uint8_t	ours[MSCHAP_CHALLENGE];
	uint8_t	response[MSCHAP_RESPONSE];
};

int mschap_start(void);
void mschap_password(struct mschap_password *password, const char *text);
void mschap_respond(struct mschap *mschap, const struct mschap_password *password,
		    const char *user);
bool mschap_is_proved(const struct mschap *mschap, const struct mschap_password *password,
		      const char *user, const uint8_t *proof, size_t len);
void mschap_keys(const struct mschap *mschap, const struct mschap_password *password,
		 uint8_t *send, uint8_t *receive);

#endif /* MSCHAP_H */
