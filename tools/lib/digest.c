// SPDX-License-Identifier: GPL-2.0
/* A number for a piece of data: FNV-1a, for data that nobody gains by forging */
#include "digest.h"

/**
 * digest_add - go on with more data
 * @digest:	of what came before, DIGEST_OF_NOTHING at first
 * @octets:	the data
 * @len:	its octets
 *
 * Return: the digest of all of it.
 */
uint64_t digest_add(uint64_t digest, const void *octets, size_t len)
{
	const unsigned char *at = octets;

	while (len--)
		digest = (digest ^ *at++) * 0x100000001b3ULL;
	return digest;
}
