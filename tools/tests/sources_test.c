// SPDX-License-Identifier: GPL-2.0
/* Limits by source address: their pace, their back-off, what they may take; and by name */
#include <arpa/inet.h>
#include <string.h>

#include "config.h"
#include "guesses.h"
#include "login.h"
#include "sources.h"
#include "tap.h"

#define SECOND	1000000LL
#define START	(1000 * SECOND)

static struct config config = {
	.max_rate = 10, .login_failures = 3, .login_backoff = 10, .login_backoff_max = 60,
	.max_source_unauthenticated = 16,
};

/* Of whom nothing is known */
static const struct guess nobody;

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
		good &= source_login_failed(source, &config, &nobody, now) == pauses[i] &&
			source_blocked(source, now) == pauses[i];
		now += pauses[i] * SECOND;
		good &= !source_blocked(source, now);
	}
	ok(good, "pauses: none, none, then 10 s, doubled up to 60");
	source_drop(sources, source, now);
	source = source_hold(sources, address(1), now + 500 * SECOND);
	ok(source_login_failed(source, &config, &nobody, now + 500 * SECOND) == 60,
	   "who goes away and comes back is still known");
	source_drop(sources, source, now + 500 * SECOND);
	source = source_hold(sources, address(2), now + 500 * SECOND);
	source_login_failed(source, &config, &nobody, now + 501 * SECOND);
	source_login_failed(source, &config, &nobody, now + 502 * SECOND);
	ok(source_login_failed(source, &config, &nobody, now + 2000 * SECOND) == 0,
	   "and so does enough time, for who stays");
	source_login_failed(source, &config, &nobody, now + 2000 * SECOND);
	source_drop(sources, source, now + 2000 * SECOND);
	source = source_hold(sources, address(1), now + 4000 * SECOND);
	ok(source_login_failed(source, &config, &nobody, now + 4000 * SECOND) == 0, "and for who was away");
	config.login_failures = 0;
	for (i = 0; i < 100; i++)
		good &= !source_login_failed(source, &config, &nobody, now + 4000 * SECOND);
	ok(good, "any number without a limit");
	config.login_failures = 3;
	source_drop(sources, source, now + 4000 * SECOND);
	sources_free(sources);
}

/* Sources that each leave something to remember */
static void visit(struct sources *sources, uint32_t number, long long now)
{
	struct source *source = source_hold(sources, address(number), now);

	source_login_failed(source, &config, &nobody, now);
	source_drop(sources, source, now);
}

static void test_memory(void)
{
	struct sources *sources = sources_new();
	struct source *held = source_hold(sources, address(1), START);
	size_t most = 0;
	uint32_t i;

	source_login_failed(held, &config, &nobody, START);
	source_login_failed(held, &config, &nobody, START);
	for (i = 2; i < 100000; i++) {
		visit(sources, i, START + i);
		if (sources_remembered(sources) > most)
			most = sources_remembered(sources);
	}
	ok(most == SOURCES_MEMORY, "100,000 sources are no more to remember than 4096");
	ok(source_login_failed(held, &config, &nobody, START + SECOND) == 10,
	   "who is connected is not forgotten for them");
	source_drop(sources, held, START + SECOND);
	held = source_hold(sources, address(99999), START + SECOND);
	ok(held->failures == 1, "nor who was here last");
	source_drop(sources, held, START + SECOND);
	visit(sources, 7, START + 100000 * SECOND);
	ok(sources_remembered(sources) == 1, "with time, all are forgotten");
	sources_free(sources);
}

static unsigned int fails(struct source *source, struct guesses *guesses, const char *name)
{
	struct guess guess = guesses_failed(guesses, name, START);

	return source_login_failed(source, &config, &guess, START);
}

static void test_names(void)
{
	struct sources *sources = sources_new();
	struct guesses *guesses = guesses_new();
	struct source *source = source_hold(sources, address(1), START), *other;
	unsigned int pause = 0;
	uint32_t i;

	fails(source, guesses, "alice");
	fails(source, guesses, "alice");
	source_login_good(source, guesses_good(guesses, "alice"));
	ok(!source->failures && !fails(source, guesses, "alice") &&
	   !fails(source, guesses, "alice"), "who mistypes a password and logs in begins anew");
	source_login_good(source, guesses_good(guesses, "mallory"));
	ok(fails(source, guesses, "alice") == 10,
	   "who knows one password and guesses at another one does not");
	source_login_good(source, guesses_good(guesses, "alice"));
	for (i = 0; i < 2; i++) {
		fails(source, guesses, "bob");
		source_login_good(source, guesses_good(guesses, "mallory"));
	}
	fails(source, guesses, "carol");
	source_login_good(source, guesses_good(guesses, "bob"));
	ok(source->failures == 1, "each name's log-in forgives its own failures");
	for (i = 0; i < 4 && !pause; i++) {
		other = source_hold(sources, address(10 + i), START);
		pause = fails(other, guesses, "dave");
		source_drop(sources, other, START);
	}
	ok(pause == 10 && i == 4, "a name that is guessed at from everywhere: one guess each");
	other = source_hold(sources, address(20), START);
	source_login_good(other, guesses_good(guesses, "dave"));
	ok(!source_blocked(other, START), "but whose name it is logs in all the same");
	source_drop(sources, other, START);
	source_drop(sources, source, START);
	sources_free(sources);
	guesses_free(guesses);
}

static void test_names_memory(void)
{
	struct guesses *guesses = guesses_new();
	size_t most = 0;
	char name[16];
	uint32_t i;

	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		guesses_failed(guesses, name, START + i);
		if (guesses_count(guesses) > most)
			most = guesses_count(guesses);
	}
	ok(most == GUESSES_MEMORY, "20,000 names are no more to remember than 4096");
	ok(guesses_failed(guesses, name, START + i).failures == 2, "the last ones are known");
	guesses_failed(guesses, "", START + 10000 * SECOND);
	ok(guesses_count(guesses) == 0, "with time, all are forgotten");
	guesses_free(guesses);
}

static void test_timeouts(void)
{
	struct sources *sources = sources_new();
	struct source *source = source_hold(sources, address(1), START);
	static const unsigned int most[] = { 16, 8, 4, 2, 1, 1, 1 };
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		good &= source_strangers_max(source, &config, START) == most[i] &&
			source_is_doubtful(source, START) == (i >= 4);
		source_stayed_unknown(source, START);
	}
	ok(good, "each log-in that is not made halves what a source may have at once");
	ok(source_strangers_max(source, &config, START + 600 * SECOND) == 16 &&
	   !source_is_doubtful(source, START + 600 * SECOND), "for ten minutes");
	source->ranked[RANK_CALLED] = 1;
	ok(!source_is_doubtful(source, START), "who has a call that did is in no doubt");
	source->ranked[RANK_CALLED] = 0;
	source_login_good(source, 0);
	ok(source_strangers_max(source, &config, START) == 16 &&
	   !source_is_doubtful(source, START), "or until one is");
	good = true;
	for (i = 0; i < 16; i++) {
		good &= source_stranger_room(source, &config, START);
		source_stranger_began(source, &config, START);
	}
	ok(good && !source_stranger_room(source, &config, START) &&
	   source_stranger_room(source, &config, START + SECOND / 4),
	   "who hangs up at once cannot begin more of them either");
	for (i = 0; i < 5; i++)
		source_stayed_unknown(source, START);
	ok(!source_stranger_room(source, &config, START + 2 * SECOND) &&
	   source_stranger_room(source, &config, START + 3 * SECOND),
	   "in the end one in three seconds");
	source_drop(sources, source, START);
	sources_free(sources);
}

static const struct {
	const char *lines[3];
	bool guess;
	const char *user;
	bool silent;
} logins[] = {
	{ { "Peer alice failed CHAP authentication" }, true, "alice", false },
	{ { "Peer CORP\\\\alice failed CHAP authentication" }, true, "CORP\\alice", false },
	{ { "PAP peer authentication failed for alice" }, true, "alice", false },
	{ { "EAP: MSCHAPv2 failure for peer alice" }, true, "alice", false },
	{ { "Peer x failed CHAP authentication failed CHAP authentication" }, true,
	  "x failed CHAP authentication", false },
	{ { "peer refused to authenticate: terminating link" }, false, "", false },
	{ { "rc_send_server: no reply from RADIUS server 192.0.2.7:1812",
	    "Peer alice failed CHAP authentication" }, false, "alice", false },
	{ { "LCP: timeout sending Config-Requests" }, false, "", false },
	{ { "EAP: MSCHAPv2 failure for peer alice", "EAP: no response to Requests" }, true, "alice", true },
	{ { "EAP: no response to Requests" }, false, "", true },
	{ { "EAP: unauthenticated peer name \"alice\"" }, true, "", true },
	{ { "rc_send_server: no reply from RADIUS server 192.0.2.7:1812" }, false, "", true },
	/* names */
	{ { "EAP: unauthenticated peer name \"Peer x failed CHAP authentication\"" }, false, "", false },
	{ { "Peer rc_send_server: failed CHAP authentication" }, true, "rc_send_server:", false },
};

static void test_lines(void)
{
	struct login login;
	size_t i, j;

	for (i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		memset(&login, 0, sizeof(login));
		for (j = 0; j < 3 && logins[i].lines[j]; j++)
			login_read(&login, logins[i].lines[j]);
		ok(login_is_guess(&login, logins[i].silent) == logins[i].guess &&
		   !strcmp(login.user, logins[i].user), logins[i].lines[0]);
	}
}

int main(void)
{
	test_pace();
	test_backoff();
	test_names();
	test_names_memory();
	test_timeouts();
	test_lines();
	test_memory();
	return tap_done();
}
