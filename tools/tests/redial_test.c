// SPDX-License-Identifier: GPL-2.0
/* Whom to dial next, and when */
#include <string.h>

#include "redial.h"
#include "tap.h"

static const struct redial_bounds five = { 5, 60 };

static void test_bounds(void)
{
	static const char * const bad[] = {
		"", "5", "5-", "-5", "0-5", "5-4", "5-86401", "5-6s", " 5-6", "5--6", "+5-6",
		"99999999999999999999-99999999999999999999",
	};
	struct redial_bounds bounds = { 0, 0 };
	size_t i;

	ok(!redial_bounds_parse("5-300", &bounds) && bounds.first == 5 && bounds.most == 300,
	   "two numbers");
	ok(!redial_bounds_parse("86400-86400", &bounds) && bounds.first == 86400,
	   "which may be the same");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(redial_bounds_parse(bad[i], &bounds), bad[i]);
}

static void test_wait(void)
{
	static const unsigned int waits[] = { 5, 10, 20, 40, 60, 60 };
	struct redial redial;
	bool good = true;
	size_t i;

	redial_init(&redial, 1, five);
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		good = redial_ended(&redial, false) == waits[i] && good;
	ok(good, "the wait doubles until it is the longest");
	ok(redial_ended(&redial, true) == 0 && redial_ended(&redial, false) == 5,
	   "a call that held begins anew");
	redial_init(&redial, 1, (struct redial_bounds){ 86400, 86400 });
	ok(redial_ended(&redial, false) == 86400 && redial_ended(&redial, false) == 86400,
	   "the longest that there is");
	redial_init(&redial, 1, (struct redial_bounds){ 2, 5 });
	redial_ended(&redial, false);
	ok(redial_ended(&redial, false) == 4 && redial_ended(&redial, false) == 5,
	   "never longer than the longest");
}

static void test_servers(void)
{
	struct redial redial;

	redial_init(&redial, 3, five);
	ok(redial.server == 0, "the first server first");
	ok(redial_refused(&redial) && redial.server == 1 && redial_refused(&redial) &&
	   redial.server == 2, "the next one at once when one takes no call");
	ok(!redial_refused(&redial) && redial.server == 0, "but each only once");
	ok(redial_ended(&redial, false) == 5 && redial.server == 0,
	   "then a wait, and the first again");
	ok(redial_refused(&redial) && redial_ended(&redial, false) == 10 && redial.server == 2,
	   "a call that came to nothing is no reason to dial the same server again");
	ok(redial_refused(&redial) && redial.server == 0 && redial_ended(&redial, true) == 0 &&
	   redial.server == 0, "a server whose call held keeps its turn");
	ok(redial_refused(&redial) && redial_refused(&redial) && !redial_refused(&redial),
	   "and then all are asked again");
}

int main(void)
{
	test_bounds();
	test_wait();
	test_servers();
	return tap_done();
}
