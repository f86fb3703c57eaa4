// SPDX-License-Identifier: GPL-2.0
/* The address pools: who gets which address, and when again */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "tap.h"

static const struct pool_owner somebody = { .user = "alice", .call = "VPN1", .pid = 1 };

static struct in_addr address_of(const char *text)
{
	struct in_addr address;

	inet_pton(AF_INET, text, &address);
	return address;
}

static struct pool_range range_of(const char *text)
{
	struct pool_range range;

	if (pool_range_parse(text, &range))
		abort();
	return range;
}

static struct pool *pool_of(const char *first, const char *second)
{
	struct pool_range ranges[] = { range_of(first), range_of(second) };
	struct pool_spec spec = { .name = "default", .ranges = ranges, .range_count = 2 };

	return pool_new(&spec, 1, NULL, 0);
}

/* Both clocks, which say the same unless somebody sets one */
static struct pool_time at(time_t now)
{
	return (struct pool_time){ now, now };
}

static bool takes_from(struct pool *pool, size_t part, const char *want, time_t now)
{
	const struct pool_address *entry = pool_take(pool, part, &somebody, at(now));

	return entry && entry->address == ntohl(address_of(want).s_addr) &&
	       entry->state == POOL_HELD && entry->since == now;
}

static bool takes(struct pool *pool, const char *want)
{
	return takes_from(pool, 0, want, 1);
}

static void gives_back(struct pool *pool, const char *text)
{
	pool_release(pool, address_of(text), 2);
}

static size_t left(const struct pool *pool)
{
	struct pool_counts counts = pool_count(pool, 0);

	return counts.size - counts.held - counts.aside;
}

static void test_order(void)
{
	struct pool *pool = pool_of("10.0.0.254-10.0.1.1", "192.0.2.7");

	ok(pool_size(pool) == 5 && left(pool) == 5, "a pool has the addresses of its ranges");
	ok(takes(pool, "10.0.0.254") && takes(pool, "10.0.0.255") && takes(pool, "10.0.1.0") &&
	   takes(pool, "10.0.1.1") && takes(pool, "192.0.2.7"), "in the order of the ranges");
	ok(!pool_take(pool, 0, &somebody, at(1)) && left(pool) == 0, "an empty pool gives none");
	gives_back(pool, "10.0.1.1");
	gives_back(pool, "10.0.0.254");
	ok(takes(pool, "10.0.1.1"), "the first released is the first taken");
	gives_back(pool, "192.0.2.7");
	ok(takes(pool, "10.0.0.254") && takes(pool, "192.0.2.7"), "and so on");
	gives_back(pool, "10.0.1.0");
	gives_back(pool, "10.0.1.0");
	gives_back(pool, "203.0.113.1");
	ok(left(pool) == 1, "what is free, or not of the pool, cannot be given back");
	pool_free(pool);
}

/* An address that has just been released rests while there are others */
static void test_rest(void)
{
	struct pool *pool = pool_of("10.0.0.1-10.0.0.3", "10.0.0.9");
	const struct pool_address *entry;
	uint32_t last = 0;
	bool repeated = false;
	int i;

	for (i = 0; i < 1000; i++) {
		entry = pool_take(pool, 0, &somebody, at(i));
		repeated |= entry->address == last;
		last = entry->address;
		pool_release(pool, (struct in_addr){ htonl(last) }, i);
	}
	ok(!repeated && left(pool) == 4, "1000 calls: no address twice in a row, none lost");
	pool_free(pool);
}

static void test_reserve(void)
{
	struct pool *pool = pool_of("10.0.0.1-10.0.0.3", "10.0.0.9");

	ok(pool_reserve(pool, address_of("10.0.0.2"), &somebody, 1) == POOL_OK &&
	   pool_reserve(pool, address_of("10.0.0.2"), &somebody, 1) == POOL_TAKEN,
	   "an address that somebody else has chosen is reserved, once");
	ok(takes(pool, "10.0.0.1") && takes(pool, "10.0.0.3"), "and is not given to others");
	ok(pool_reserve(pool, address_of("10.0.0.4"), &somebody, 1) == POOL_UNKNOWN,
	   "an address of no pool is none that it can keep");
	gives_back(pool, "10.0.0.2");
	ok(takes(pool, "10.0.0.9") && takes(pool, "10.0.0.2"), "given back, it is everybody's");
	pool_free(pool);
}

static void test_aside(void)
{
	struct pool *pool = pool_of("10.0.0.1-10.0.0.2", "10.0.0.9");

	takes_from(pool, 0, "10.0.0.1", 100);
	pool_set_aside(pool, address_of("10.0.0.1"), "route of somebody", at(100));
	ok(pool_count(pool, 0).aside == 1 && left(pool) == 2 &&
	   !strcmp(pool_find(pool, address_of("10.0.0.1"))->note, "route of somebody"),
	   "an address is set aside, and says why");
	ok(takes_from(pool, 0, "10.0.0.2", 101) && takes_from(pool, 0, "10.0.0.9", 102) &&
	   !pool_take(pool, 0, &somebody, at(100 + POOL_ASIDE_SECONDS - 1)),
	   "it is not given to anybody");
	pool_release(pool, address_of("10.0.0.9"), 103);
	ok(takes_from(pool, 0, "10.0.0.9", 100 + POOL_ASIDE_SECONDS) &&
	   takes_from(pool, 0, "10.0.0.1", 100 + POOL_ASIDE_SECONDS),
	   "until its time is over; then it goes behind the others");
	pool_free(pool);
}

/* Somebody sets the clock back by two hours while an address is aside */
static void test_clock(void)
{
	struct pool *pool = pool_of("10.0.0.1", "10.0.0.9");
	const struct pool_address *entry;

	takes_from(pool, 0, "10.0.0.1", 10000);
	takes_from(pool, 0, "10.0.0.9", 10000);
	pool_set_aside(pool, address_of("10.0.0.1"), "claimed", at(10000));
	pool_set_aside(pool, address_of("10.0.0.9"), "claimed", at(10001));
	entry = pool_take(pool, 0, &somebody,
			  (struct pool_time){ 2800, 10000 + POOL_ASIDE_SECONDS });
	ok(entry && entry->address == 0x0a000001 && entry->since == 2800 &&
	   pool_count(pool, 0).aside == 1, "an address is aside no longer if the clock is set back");
	pool_readmit(pool, 10000 + POOL_ASIDE_SECONDS);
	ok(pool_count(pool, 0).aside == 1, "nor any shorter");
	pool_readmit(pool, 10001 + POOL_ASIDE_SECONDS);
	ok(pool_count(pool, 0).aside == 0 && left(pool) == 1 &&
	   pool_find(pool, address_of("10.0.0.9"))->state == POOL_FREE,
	   "and is free when its time is over, whether it is taken or not");
	pool_free(pool);
}

static void test_named(void)
{
	struct pool_range one = range_of("10.1.0.0/29"), other = range_of("10.2.0.1-10.2.0.4");
	struct pool_range hole = range_of("10.1.0.2-10.1.0.4");
	struct pool_spec specs[] = {
		{ .name = "one", .ranges = &one, .range_count = 1,
		  .excluded = &hole, .excluded_count = 1 },
		{ .name = "other", .ranges = &other, .range_count = 1 },
	};
	struct pool_fixed fixed[] = {
		{ (char *)"bob", ntohl(address_of("10.2.0.1").s_addr) },
		{ (char *)"carol", ntohl(address_of("172.16.0.1").s_addr) },
	};
	struct pool *pool = pool_new(specs, 2, fixed, 2);

	ok(takes_from(pool, 0, "10.1.0.1", 1) && takes_from(pool, 0, "10.1.0.5", 1) &&
	   takes_from(pool, 0, "10.1.0.6", 1) && !pool_take(pool, 0, &somebody, at(1)),
	   "a network without its two ends and without what is excluded");
	ok(takes_from(pool, 1, "10.2.0.2", 1) && pool_count(pool, 1).held == 1,
	   "another pool has its own queue, without a user's own address");
	ok(pool_reserve(pool, address_of("10.2.0.1"), &somebody, 1) == POOL_OK &&
	   pool_reserve(pool, address_of("172.16.0.1"), &somebody, 1) == POOL_OK &&
	   pool_reserve(pool, address_of("10.1.0.3"), &somebody, 1) == POOL_UNKNOWN,
	   "which can be reserved, in a pool or outside of all");
	ok(pool_count(pool, 1).size == 3 && pool_count(pool, 1).held == 1,
	   "and is not counted among those that anybody can get");
	pool_set_aside(pool, address_of("10.2.0.1"), "claimed", at(1));
	ok(pool_count(pool, 1).aside == 0 && pool_count(pool, 1).held == 1,
	   "nor while it is set aside");
	pool_reserve(pool, address_of("10.2.0.1"), &somebody, 1);
	gives_back(pool, "10.2.0.1");
	gives_back(pool, "172.16.0.1");
	ok(takes_from(pool, 1, "10.2.0.3", 1) && takes_from(pool, 1, "10.2.0.4", 1) &&
	   !pool_take(pool, 1, &somebody, at(1)), "and never becomes anybody's");
	pool_free(pool);
}

/* ---- 10,000 steps beside a model that is too simple to be wrong ---- */

#define ADDRESSES	23
#define STEPS		10000
#define BASE		0x0a000001u

struct model {
	enum pool_state state[ADDRESSES];
	long place[ADDRESSES];	/* in the queue: the least is the next */
	time_t aside[ADDRESSES];
	long tail;
};

static int model_next(const struct model *model)
{
	int i, next = -1;

	for (i = 0; i < ADDRESSES; i++) {
		if (model->state[i] == POOL_FREE &&
		    (next < 0 || model->place[i] < model->place[next]))
			next = i;
	}
	return next;
}

/* The longest set aside first */
static void model_readmit(struct model *model, time_t now)
{
	int i, oldest;

	do {
		oldest = -1;
		for (i = 0; i < ADDRESSES; i++) {
			if (model->state[i] == POOL_ASIDE &&
			    model->aside[i] + POOL_ASIDE_SECONDS <= now &&
			    (oldest < 0 || model->place[i] < model->place[oldest]))
				oldest = i;
		}
		if (oldest >= 0) {
			model->state[oldest] = POOL_FREE;
			model->place[oldest] = model->tail++;
		}
	} while (oldest >= 0);
}

static bool step_take(struct pool *pool, struct model *model, time_t now)
{
	const struct pool_address *entry = pool_take(pool, 0, &somebody, at(now));
	int next;

	model_readmit(model, now);
	next = model_next(model);
	if (next < 0)
		return !entry;
	model->state[next] = POOL_HELD;
	return entry && entry->address == BASE + next;
}

static bool step_reserve(struct pool *pool, struct model *model, int which, time_t now)
{
	struct in_addr address = { htonl(BASE + which) };
	enum pool_result want = model->state[which] == POOL_HELD ? POOL_TAKEN : POOL_OK;

	model->state[which] = POOL_HELD;
	return pool_reserve(pool, address, &somebody, now) == want;
}

static void step_release(struct pool *pool, struct model *model, int which, time_t now)
{
	pool_release(pool, (struct in_addr){ htonl(BASE + which) }, now);
	if (model->state[which] != POOL_HELD)
		return;
	model->state[which] = POOL_FREE;
	model->place[which] = model->tail++;
}

static void step_aside(struct pool *pool, struct model *model, int which, time_t now)
{
	if (model->state[which] != POOL_HELD)
		return;
	pool_set_aside(pool, (struct in_addr){ htonl(BASE + which) }, "claimed", at(now));
	model->state[which] = POOL_ASIDE;
	model->aside[which] = now;
	model->place[which] = model->tail++;
}

static bool same_state(const struct pool *pool, const struct model *model)
{
	size_t held = 0, aside = 0;
	int i;

	for (i = 0; i < ADDRESSES; i++) {
		if (pool_at(pool, i)->state != model->state[i])
			return false;
		held += model->state[i] == POOL_HELD;
		aside += model->state[i] == POOL_ASIDE;
	}
	return pool_count(pool, 0).held == held && pool_count(pool, 0).aside == aside;
}

static void test_model(void)
{
	struct pool *pool = pool_of("10.0.0.1-10.0.0.20", "10.0.0.21-10.0.0.23");
	struct model model = { .tail = ADDRESSES };
	unsigned int seed = 233048;
	bool good = true;
	int i, which, step;

	for (i = 0; i < ADDRESSES; i++)
		model.place[i] = i;
	for (step = 0; step < STEPS && good; step++) {
		which = rand_r(&seed) % ADDRESSES;
		switch (rand_r(&seed) % 8) {
		case 0: case 1: case 2:
			good = step_take(pool, &model, step);
			break;
		case 3:
			good = step_reserve(pool, &model, which, step);
			break;
		case 4:
			step_aside(pool, &model, which, step);
			break;
		default:
			step_release(pool, &model, which, step);
		}
		good = good && same_state(pool, &model);
	}
	ok(good && step == STEPS, "10000 random steps, as the model does them");
	if (!good)
		printf("# step %d\n", step);
	pool_free(pool);
}

static void test_parse(void)
{
	static const char * const faults[] = {
		"", "-", "x", "10.0.0.1-", "10.0.0.9-10.0.0.1", "10.0.0.1-10.0.0", "10.0.0.1 ",
		"10.0.0.1-10.0.0.2-10.0.0.3", "1.2.3.4.5.6.7.8.9.10", "0.0.0.0-255.255.255.255",
		"10.0.0.0-10.1.0.0", "::1", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/15", "10.0.0.1/24", "10.0.0.0/24x", "0.0.0.1", "127.0.0.1",
		"126.255.255.255-127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.0/24",
	};
	struct pool_range range;
	char what[80];
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		snprintf(what, sizeof(what), "no range: \"%s\"", faults[i]);
		ok(pool_range_parse(faults[i], &range), what);
	}
	ok(!pool_range_parse("10.0.0.1-10.0.255.255", &range), "65535 addresses are allowed");
	ok(!pool_range_parse("10.0.0.0/24", &range) && range.first == 0x0a000001 &&
	   range.last == 0x0a0000fe, "a network is what lies between its two ends");
	ok(!pool_range_parse("10.0.0.6/31", &range) && range.last - range.first == 1,
	   "a network of two has no ends");
	ok(!pool_range_parse("10.0.0.7/32", &range) && range.first == range.last,
	   "a network of one is an address");
}

int main(void)
{
	test_order();
	test_rest();
	test_reserve();
	test_aside();
	test_clock();
	test_named();
	test_model();
	test_parse();
	return tap_done();
}
