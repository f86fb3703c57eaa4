// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses that clients get: a queue, so that the one that has been free
 * for the longest time is the next to be used. What is left of its last user
 * somewhere in the network has had the most time to go away.
 */
#include "pool.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct pool {
	size_t size;
	size_t head;		/* the next to take */
	size_t left;
	uint32_t address[];	/* a ring, host byte order */
};

/**
 * pool_range_parse - "192.0.2.10-192.0.2.99" or a single address
 * @text:	as in the configuration
 * @range:	filled in
 *
 * Return: NULL, or what is wrong and how to write it.
 */
const char *pool_range_parse(const char *text, struct pool_range *range)
{
	char first[INET_ADDRSTRLEN];
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);
	struct in_addr address;

	if (len >= sizeof(first))
		return "not an address range: write it like \"192.168.7.10-192.168.7.200\"";
	memcpy(first, text, len);
	first[len] = '\0';
	if (inet_pton(AF_INET, first, &address) != 1)
		return "not an address range: write it like \"192.168.7.10-192.168.7.200\"";
	range->first = ntohl(address.s_addr);
	if (dash && inet_pton(AF_INET, dash + 1, &address) != 1)
		return "the range has no last address: write it like \"192.168.7.10-192.168.7.200\"";
	range->last = ntohl(address.s_addr);
	if (range->first > range->last)
		return "the range ends before it begins: put the lower address first";
	if (range->last - range->first >= POOL_MAX)
		return "the range has more than 65535 addresses, which is more than there can be slots";
	return NULL;
}

/**
 * pool_new - a pool of all addresses of some ranges
 * @ranges:	the ranges, which do not overlap
 * @count:	how many
 *
 * Return: the pool, or NULL without memory.
 */
struct pool *pool_new(const struct pool_range *ranges, size_t count)
{
	struct pool *pool;
	size_t i, size = 0;
	uint32_t offset;

	for (i = 0; i < count; i++)
		size += ranges[i].last - ranges[i].first + 1;
	pool = calloc(1, sizeof(*pool) + size * sizeof(pool->address[0]));
	if (!pool)
		return NULL;
	pool->size = size;
	for (i = 0; i < count; i++)
		for (offset = 0; offset <= ranges[i].last - ranges[i].first; offset++)
			pool->address[pool->left++] = ranges[i].first + offset;
	return pool;
}

void pool_free(struct pool *pool)
{
	free(pool);
}

/**
 * pool_take - the address that was released first
 * @pool:	the pool
 * @address:	filled in
 *
 * Return: whether there was one.
 */
bool pool_take(struct pool *pool, struct in_addr *address)
{
	if (!pool->left)
		return false;
	address->s_addr = htonl(pool->address[pool->head]);
	pool->head = (pool->head + 1) % pool->size;
	pool->left--;
	return true;
}

/* Gives back an address that pool_take() gave */
void pool_release(struct pool *pool, struct in_addr address)
{
	pool->address[(pool->head + pool->left) % pool->size] = ntohl(address.s_addr);
	pool->left++;
}

size_t pool_left(const struct pool *pool)
{
	return pool->left;
}

size_t pool_size(const struct pool *pool)
{
	return pool->size;
}
