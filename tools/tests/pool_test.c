// SPDX-License-Identifier: GPL-2.0
/* The address pool: who gets which address, and when again */
#include <arpa/inet.h>
#include <string.h>

#include "pool.h"
#include "tap.h"

static struct pool *pool_of(const char *first, const char *second)
{
	struct pool_range ranges[2];

	pool_range_parse(first, &ranges[0]);
	pool_range_parse(second, &ranges[1]);
	return pool_new(ranges, 2);
}

static bool takes(struct pool *pool, const char *want)
{
	struct in_addr address;

	return pool_take(pool, &address) && !strcmp(inet_ntoa(address), want);
}

static void gives_back(struct pool *pool, const char *text)
{
	struct in_addr address;

	inet_pton(AF_INET, text, &address);
	pool_release(pool, address);
}

static void test_order(void)
{
	struct pool *pool = pool_of("10.0.0.254-10.0.1.1", "192.0.2.7");
	struct in_addr none;

	ok(pool_size(pool) == 5 && pool_left(pool) == 5, "a pool has the addresses of its ranges");
	ok(takes(pool, "10.0.0.254") && takes(pool, "10.0.0.255") && takes(pool, "10.0.1.0") &&
	   takes(pool, "10.0.1.1") && takes(pool, "192.0.2.7"), "in the order of the ranges");
	ok(!pool_take(pool, &none) && pool_left(pool) == 0, "an empty pool gives none");
	gives_back(pool, "10.0.1.1");
	gives_back(pool, "10.0.0.254");
	ok(takes(pool, "10.0.1.1"), "the first released is the first taken");
	gives_back(pool, "192.0.2.7");
	ok(takes(pool, "10.0.0.254") && takes(pool, "192.0.2.7"), "and so on, around the ring");
	pool_free(pool);
}

/* An address that has just been released rests while there are others */
static void test_rest(void)
{
	struct pool *pool = pool_of("10.0.0.1-10.0.0.3", "10.0.0.9");
	struct in_addr last = { 0 }, address;
	bool repeated = false;
	int i;

	for (i = 0; i < 1000; i++) {
		pool_take(pool, &address);
		repeated |= address.s_addr == last.s_addr;
		last = address;
		pool_release(pool, address);
	}
	ok(!repeated && pool_left(pool) == 4, "1000 calls: no address twice in a row, none lost");
	pool_free(pool);
}

static void test_faults(void)
{
	static const char * const faults[] = {
		"", "-", "x", "10.0.0.1-", "10.0.0.9-10.0.0.1", "10.0.0.1-10.0.0", "10.0.0.1 ",
		"10.0.0.1-10.0.0.2-10.0.0.3", "1.2.3.4.5.6.7.8.9.10", "0.0.0.0-255.255.255.255",
		"10.0.0.0-10.1.0.0", "10.0.0.0/24", "::1",
	};
	struct pool_range range;
	char what[80];
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		snprintf(what, sizeof(what), "no range: \"%s\"", faults[i]);
		ok(pool_range_parse(faults[i], &range), what);
	}
	ok(!pool_range_parse("10.0.0.1-10.0.255.255", &range), "65535 addresses are allowed");
}

int main(void)
{
	test_order();
	test_rest();
	test_faults();
	return tap_done();
}
