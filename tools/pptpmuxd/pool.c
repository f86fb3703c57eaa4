// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses that clients get. Each pool is a queue, so that the address that
 * has been free for the longest time is the next to be used: what is left of its
 * last user somewhere in the network has had the most time to go away.
 *
 * Every address stands once in one sorted array, in whichever pool it is, so that
 * none can be given twice by two of them.
 */
#include "pool.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

TAILQ_HEAD(address_queue, pool_address);

struct part {
	char *name;
	struct address_queue free;	/* the longest free one first */
	struct address_queue aside;	/* the longest set aside first */
	struct pool_counts counts;
};

struct pool {
	struct part *parts;
	size_t part_count;
	struct pool_address *all;	/* sorted */
	size_t size;
	unsigned long long turns;	/* so many addresses have been released */
};

#define WRITE_IT	"write it like \"192.168.7.10-192.168.7.200\" or \"192.168.7.0/24\""

static bool parse_address(const char *text, size_t len, uint32_t *address)
{
	char copy[INET_ADDRSTRLEN];
	struct in_addr parsed;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, &parsed) != 1)
		return false;
	*address = ntohl(parsed.s_addr);
	return true;
}

/* Network and broadcast address are nobody's, but in networks too small for them */
static const char *parse_network(const char *bits, struct pool_range *range)
{
	unsigned long len;
	uint32_t hosts;
	char *end;

	len = strtoul(bits, &end, 10);
	if (*bits < '0' || *bits > '9' || *end || len > 32)
		return "not a network: " WRITE_IT;
	if (len < 16)
		return "the network has more than 65535 addresses, which is more than there can be slots";
	hosts = len == 32 ? 0 : UINT32_MAX >> len;
	if (range->first & hosts)
		return "the network has bits set behind its length: write its first address";
	range->last = range->first | hosts;
	if (len <= 30) {
		range->first++;
		range->last--;
	}
	return NULL;
}

/* Networks whose addresses no client can have (RFC 6890) */
static bool usable(const struct pool_range *range)
{
	uint32_t first = range->first >> 24, last = range->last >> 24;

	return first > 0 && last < 224 && (last < 127 || first > 127);
}

/**
 * pool_range_parse - "192.0.2.10-192.0.2.99", "192.0.2.0/24" or a single address
 * @text:	as in the configuration
 * @range:	filled in
 *
 * Return: NULL, or what is wrong and how to write it.
 */
const char *pool_range_parse(const char *text, struct pool_range *range)
{
	size_t len = strcspn(text, "-/");
	const char *rest = text + len, *fault = NULL;

	if (!parse_address(text, len, &range->first))
		return "not an address range: " WRITE_IT;
	range->last = range->first;
	if (*rest == '/')
		fault = parse_network(rest + 1, range);
	else if (*rest == '-' && !parse_address(rest + 1, strlen(rest + 1), &range->last))
		fault = "the range has no last address: " WRITE_IT;
	if (fault)
		return fault;
	if (range->first > range->last)
		return "the range ends before it begins: put the lower address first";
	if (range->last - range->first >= POOL_MAX)
		return "the range has more than 65535 addresses, which is more than there can be slots";
	if (!usable(range))
		return "no client can have these addresses (this network, loopback or multicast): take a network of your own, such as 192.168.7.0/24";
	return NULL;
}

/* ---- making a pool ---- */

static bool excluded(const struct pool_spec *spec, uint32_t address)
{
	size_t i;

	for (i = 0; i < spec->excluded_count; i++) {
		if (address >= spec->excluded[i].first && address <= spec->excluded[i].last)
			return true;
	}
	return false;
}

static size_t addresses_of(const struct pool_spec *spec)
{
	size_t i, count = 0;

	for (i = 0; i < spec->range_count; i++)
		count += spec->ranges[i].last - spec->ranges[i].first + 1;
	return count;
}

static void add_address(struct pool *pool, size_t part, uint32_t address)
{
	struct pool_address *entry = &pool->all[pool->size++];

	entry->address = address;
	entry->part = part;
}

static void add_part(struct pool *pool, const struct pool_spec *spec, size_t part)
{
	uint32_t offset;
	size_t i;

	for (i = 0; i < spec->range_count; i++) {
		for (offset = 0; offset <= spec->ranges[i].last - spec->ranges[i].first; offset++) {
			if (!excluded(spec, spec->ranges[i].first + offset))
				add_address(pool, part, spec->ranges[i].first + offset);
		}
	}
}

static int by_address(const void *one, const void *other)
{
	const struct pool_address *a = one, *b = other;

	return a->address < b->address ? -1 : a->address > b->address;
}

static struct pool_address *find(const struct pool *pool, uint32_t address)
{
	struct pool_address key = { .address = address };

	return bsearch(&key, pool->all, pool->size, sizeof(key), by_address);
}

static bool in_parts(const struct pool_spec *specs, size_t count, uint32_t address)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < specs[i].range_count; k++) {
			if (address >= specs[i].ranges[k].first &&
			    address <= specs[i].ranges[k].last && !excluded(&specs[i], address))
				return true;
		}
	}
	return false;
}

static bool name_parts(struct pool *pool, const struct pool_spec *specs)
{
	size_t i;

	for (i = 0; i < pool->part_count; i++) {
		TAILQ_INIT(&pool->parts[i].free);
		TAILQ_INIT(&pool->parts[i].aside);
		pool->parts[i].name = strdup(specs[i].name);
		if (!pool->parts[i].name)
			return false;
	}
	return true;
}

static bool fix(struct pool *pool, const struct pool_fixed *fixed, size_t count)
{
	struct pool_address *entry;
	size_t i;

	for (i = 0; i < count; i++) {
		entry = find(pool, fixed[i].address);
		entry->fixed = strdup(fixed[i].user);
		if (!entry->fixed)
			return false;
	}
	return true;
}

/* In the order of the configuration, for people; the array is in another */
static void queue_part(struct pool *pool, const struct pool_spec *spec, size_t part)
{
	struct pool_address *entry;
	uint32_t offset;
	size_t i;

	for (i = 0; i < spec->range_count; i++) {
		for (offset = 0; offset <= spec->ranges[i].last - spec->ranges[i].first; offset++) {
			entry = find(pool, spec->ranges[i].first + offset);
			if (!entry || entry->fixed)
				continue;
			pool->parts[part].counts.size++;
			TAILQ_INSERT_TAIL(&pool->parts[part].free, entry, next);
		}
	}
}

static bool fill(struct pool *pool, const struct pool_spec *specs,
		 const struct pool_fixed *fixed, size_t fixed_count)
{
	size_t i;

	for (i = 0; i < pool->part_count; i++)
		add_part(pool, &specs[i], i);
	for (i = 0; i < fixed_count; i++) {
		if (!in_parts(specs, pool->part_count, fixed[i].address))
			add_address(pool, POOL_NONE, fixed[i].address);
	}
	qsort(pool->all, pool->size, sizeof(pool->all[0]), by_address);
	if (!name_parts(pool, specs) || !fix(pool, fixed, fixed_count))
		return false;
	for (i = 0; i < pool->part_count; i++)
		queue_part(pool, &specs[i], i);
	return true;
}

/**
 * pool_new - pools of all addresses of some ranges
 * @specs:		the pools; their ranges do not overlap
 * @count:		how many
 * @fixed:		addresses that belong to one user, each once
 * @fixed_count:	how many
 *
 * Return: the pools, or NULL without memory.
 */
struct pool *pool_new(const struct pool_spec *specs, size_t count,
		      const struct pool_fixed *fixed, size_t fixed_count)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	size_t i, size = fixed_count;

	if (!pool)
		return NULL;
	for (i = 0; i < count; i++)
		size += addresses_of(&specs[i]);
	pool->all = calloc(size ? size : 1, sizeof(pool->all[0]));
	pool->parts = calloc(count ? count : 1, sizeof(pool->parts[0]));
	pool->part_count = pool->parts ? count : 0;
	if (pool->all && pool->parts && fill(pool, specs, fixed, fixed_count))
		return pool;
	pool_free(pool);
	return NULL;
}

void pool_free(struct pool *pool)
{
	size_t i;

	if (!pool)
		return;
	for (i = 0; i < pool->size; i++) {
		free((char *)pool->all[i].fixed);
		free(pool->all[i].owner);
		free(pool->all[i].note);
	}
	for (i = 0; i < pool->part_count; i++)
		free(pool->parts[i].name);
	free(pool->all);
	free(pool->parts);
	free(pool);
}

/* ---- giving and taking back ---- */

/*
 * Whose queues and counts an address is in; NULL: a user's own is in none, as nobody
 * else can get it
 */
static struct part *part_of(const struct pool *pool, const struct pool_address *entry)
{
	return entry->fixed ? NULL : &pool->parts[entry->part];
}

/* Out of its queue and its state; the caller puts it into another one at once */
static void leave_state(struct pool *pool, struct pool_address *entry)
{
	struct part *part = part_of(pool, entry);

	switch (entry->state) {
	case POOL_FREE:
		if (part)
			TAILQ_REMOVE(&part->free, entry, next);
		break;
	case POOL_ASIDE:
		if (part) {
			TAILQ_REMOVE(&part->aside, entry, next);
			part->counts.aside--;
		}
		free(entry->note);
		entry->note = NULL;
		break;
	case POOL_HELD:
		if (part)
			part->counts.held--;
		free(entry->owner);
		entry->owner = NULL;
		break;
	}
}

static void enter_state(struct pool *pool, struct pool_address *entry, enum pool_state state,
			time_t now)
{
	struct part *part = part_of(pool, entry);

	entry->state = state;
	entry->since = now;
	if (!part)
		return;
	if (state != POOL_HELD)
		TAILQ_INSERT_TAIL(state == POOL_FREE ? &part->free : &part->aside, entry, next);
	part->counts.held += state == POOL_HELD;
	part->counts.aside += state == POOL_ASIDE;
}

static bool hold(struct pool *pool, struct pool_address *entry, const struct pool_owner *owner,
		 time_t now)
{
	struct pool_owner *copy = malloc(sizeof(*copy));

	if (!copy)
		return false;
	*copy = *owner;
	leave_state(pool, entry);
	enter_state(pool, entry, POOL_HELD, now);
	entry->owner = copy;
	return true;
}

/* What was set aside long enough ago gets another chance, behind all others */
static void readmit(struct pool *pool, struct part *part, time_t steady)
{
	struct pool_address *entry;

	while ((entry = TAILQ_FIRST(&part->aside)) && entry->until <= steady) {
		leave_state(pool, entry);
		enter_state(pool, entry, POOL_FREE, entry->since);
	}
}

/**
 * pool_readmit - end what is over, so that states and counts are those of now
 * @pool:	the pools
 * @steady:	the time
 */
void pool_readmit(struct pool *pool, time_t steady)
{
	size_t i;

	for (i = 0; i < pool->part_count; i++)
		readmit(pool, &pool->parts[i], steady);
}

/**
 * pool_take - the address that has been free for the longest time
 * @pool:	the pools
 * @part:	which of them
 * @owner:	whose it will be; copied
 * @now:	the time
 *
 * Return: the address, or NULL when there is none, or no memory.
 */
struct pool_address *pool_take(struct pool *pool, size_t part, const struct pool_owner *owner,
			       struct pool_time now)
{
	struct pool_address *entry;

	readmit(pool, &pool->parts[part], now.steady);
	entry = TAILQ_FIRST(&pool->parts[part].free);
	return entry && hold(pool, entry, owner, now.shown) ? entry : NULL;
}

/**
 * pool_reserve - take a certain address, which somebody else has chosen
 * @pool:	the pools
 * @address:	the address
 * @owner:	whose it will be; copied
 * @now:	the time
 *
 * Return: POOL_UNKNOWN for an address in none of the pools, which they cannot
 * keep from being given twice.
 */
enum pool_result pool_reserve(struct pool *pool, struct in_addr address,
			      const struct pool_owner *owner, time_t now)
{
	struct pool_address *entry = pool_find(pool, address);

	if (!entry)
		return POOL_UNKNOWN;
	if (entry->state == POOL_HELD)
		return POOL_TAKEN;
	return hold(pool, entry, owner, now) ? POOL_OK : POOL_NO_MEMORY;
}

/* Gives back an address that is held; it goes behind all others that are free */
void pool_release(struct pool *pool, struct in_addr address, time_t now)
{
	struct pool_address *entry = pool_find(pool, address);

	if (!entry || entry->state != POOL_HELD)
		return;
	leave_state(pool, entry);
	enter_state(pool, entry, POOL_FREE, now);
	entry->released = now;
	entry->turn = ++pool->turns;
}

/**
 * pool_set_aside - keep an address out for POOL_ASIDE_SECONDS
 * @pool:	the pools
 * @address:	the address, free or held
 * @note:	who claims it, for people
 * @now:	the time
 */
void pool_set_aside(struct pool *pool, struct in_addr address, const char *note,
		    struct pool_time now)
{
	struct pool_address *entry = pool_find(pool, address);

	if (!entry)
		return;
	leave_state(pool, entry);
	enter_state(pool, entry, POOL_ASIDE, now.shown);
	entry->until = now.steady + POOL_ASIDE_SECONDS;
	entry->note = strdup(note);
}

/**
 * pool_restore - what is known of a free address from before a restart
 * @pool:	the pools
 * @address:	the address
 * @released:	when its last owner gave it back
 * @turn:	the place in the order in which they were released
 *
 * When all that is known has been restored, pool_sort() puts them into that order.
 *
 * Return: whether it is in a pool, and free.
 */
bool pool_restore(struct pool *pool, struct in_addr address, time_t released,
		  unsigned long long turn)
{
	struct pool_address *entry = pool_find(pool, address);

	if (!entry || entry->state != POOL_FREE)
		return false;
	leave_state(pool, entry);
	enter_state(pool, entry, POOL_FREE, released);
	entry->released = released;
	entry->turn = turn;
	if (turn > pool->turns)
		pool->turns = turn;
	return true;
}

static int by_turn(const void *one, const void *other)
{
	const struct pool_address *a = *(struct pool_address * const *)one;
	const struct pool_address *b = *(struct pool_address * const *)other;

	return a->turn < b->turn ? -1 : a->turn > b->turn;
}

/**
 * pool_sort - put free addresses into the order in which they were released
 * @pool:	the pools
 *
 * Those that nobody has had yet stay before all others. Without memory the order is
 * that in which they were restored.
 */
void pool_sort(struct pool *pool)
{
	struct pool_address **order = malloc((pool->size + 1) * sizeof(*order));
	size_t i, count = 0;

	for (i = 0; order && i < pool->size; i++) {
		if (pool->all[i].state == POOL_FREE && pool->all[i].released)
			order[count++] = &pool->all[i];
	}
	if (order)
		qsort(order, count, sizeof(*order), by_turn);
	for (i = 0; i < count; i++) {
		leave_state(pool, order[i]);
		enter_state(pool, order[i], POOL_FREE, order[i]->since);
	}
	free(order);
}

/* ---- looking ---- */

struct pool_address *pool_find(const struct pool *pool, struct in_addr address)
{
	return find(pool, ntohl(address.s_addr));
}

/* In the order of addresses, over all pools; NULL behind the last */
const struct pool_address *pool_at(const struct pool *pool, size_t index)
{
	return index < pool->size ? &pool->all[index] : NULL;
}

/* The next to be taken; those after it by TAILQ_NEXT() */
const struct pool_address *pool_first_free(const struct pool *pool, size_t part)
{
	return TAILQ_FIRST(&pool->parts[part].free);
}

const char *pool_name(const struct pool *pool, size_t part)
{
	return part == POOL_NONE ? "-" : pool->parts[part].name;
}

struct pool_counts pool_count(const struct pool *pool, size_t part)
{
	return pool->parts[part].counts;
}

size_t pool_parts(const struct pool *pool)
{
	return pool->part_count;
}

/* Addresses in all */
size_t pool_size(const struct pool *pool)
{
	return pool->size;
}
