// SPDX-License-Identifier: GPL-2.0
/* Limits by source address: their pace, their back-off, and what they may take */
#include <arpa/inet.h>
#include <string.h>

#include "config.h"
#include "sources.h"
#include "tap.h"

#define SECOND	1000000LL
#define START	(1000 * SECOND)

static struct config config = {
	.max_rate = 10, .login_failures = 3, .login_backoff = 10, .login_backoff_max = 60,
};

static struct in_addr address(uint32_t number)
{
	return (struct in_addr){ htonl(number) };
}

static unsigned int admitted(struct source *source, unsigned int tries, long long now)
{
	unsigned int count = 0;

	while (tries--)
		count += source_pace(source, &config, now);
	return count;
}

static void test_pace(void)
{
	struct sources *sources = sources_new();
	struct source *source = source_hold(sources, address(1), START);
	struct source *other = source_hold(sources, address(2), START);
	unsigned int second, count = 0;

	ok(admitted(source, 100, START) == 10, "ten connections at once");
	ok(admitted(other, 1, START) == 1, "which another source does not feel");
	ok(admitted(source, 1, START + SECOND / 10 - 1) == 0, "no eleventh");
	ok(admitted(source, 5, START + SECOND / 10) == 1, "one more after a tenth of a second");
	for (second = 2; second < 12; second++)
		count += admitted(source, 1000, START + second * SECOND);
	ok(count == 100, "a flood gets ten a second");
	config.max_rate = 0;
	ok(admitted(source, 1000, START) == 1000, "any without a limit");
	config.max_rate = 10;
	source_drop(sources, source, START + 11 * SECOND);
	source_drop(sources, other, START + 11 * SECOND);
	ok(sources_remembered(sources) == 1, "who came slowly is forgotten at once");
	source = source_hold(sources, address(1), START + 11 * SECOND);
	ok(admitted(source, 10, START + 11 * SECOND) == 0, "who did not is known when back");
	source_drop(sources, source, START + 11 * SECOND);
	sources_free(sources);
}

static void test_backoff(void)
{
	static const unsigned int pauses[] = { 0, 0, 10, 20, 40, 60, 60 };
	struct sources *sources = sources_new();
	struct source *source = source_hold(sources, address(1), START);
	long long now = START;
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		good &= source_login_failed(source, &config, now) == pauses[i] &&
			source_blocked(source, now) == pauses[i];
		now += pauses[i] * SECOND;
		good &= !source_blocked(source, now);
	}
	ok(good, "pauses: none, none, then 10 s, doubled up to 60");
	source_drop(sources, source, now);
	source = source_hold(sources, address(1), now + 500 * SECOND);
	ok(source_login_failed(source, &config, now + 500 * SECOND) == 60,
	   "who goes away and comes back is still known");
	source_login_good(source);
	ok(source_login_failed(source, &config, now + 501 * SECOND) == 0,
	   "a log-in that succeeds ends it");
	source_login_failed(source, &config, now + 502 * SECOND);
	ok(source_login_failed(source, &config, now + 2000 * SECOND) == 0,
	   "and so does enough time, for who stays");
	source_login_failed(source, &config, now + 2000 * SECOND);
	source_drop(sources, source, now + 2000 * SECOND);
	source = source_hold(sources, address(1), now + 4000 * SECOND);
	ok(source_login_failed(source, &config, now + 4000 * SECOND) == 0, "and for who was away");
	config.login_failures = 0;
	for (i = 0; i < 100; i++)
		good &= !source_login_failed(source, &config, now + 4000 * SECOND);
	ok(good, "any number without a limit");
	config.login_failures = 3;
	source_drop(sources, source, now + 4000 * SECOND);
	sources_free(sources);
}

/* Sources that each leave something to remember */
static void visit(struct sources *sources, uint32_t number, long long now)
{
	struct source *source = source_hold(sources, address(number), now);

	source_login_failed(source, &config, now);
	source_drop(sources, source, now);
}

static void test_memory(void)
{
	struct sources *sources = sources_new();
	struct source *held = source_hold(sources, address(1), START);
	size_t most = 0;
	uint32_t i;

	source_login_failed(held, &config, START);
	source_login_failed(held, &config, START);
	for (i = 2; i < 100000; i++) {
		visit(sources, i, START + i);
		if (sources_remembered(sources) > most)
			most = sources_remembered(sources);
	}
	ok(most == SOURCES_MEMORY, "100,000 sources are no more to remember than 4096");
	ok(source_login_failed(held, &config, START + SECOND) == 10,
	   "who is connected is not forgotten for them");
	source_drop(sources, held, START + SECOND);
	held = source_hold(sources, address(99999), START + SECOND);
	ok(held->failures == 1, "nor who was here last");
	source_drop(sources, held, START + SECOND);
	visit(sources, 7, START + 100000 * SECOND);
	ok(sources_remembered(sources) == 1, "with time, all are forgotten");
	sources_free(sources);
}

int main(void)
{
	test_pace();
	test_backoff();
	test_memory();
	return tap_done();
}
