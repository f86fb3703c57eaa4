// SPDX-License-Identifier: GPL-2.0
/*
 * The journal of the pools: what it costs, and what a restart knows of it, however
 * the pptpmuxd before has ended and whatever the disk has done.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "logged.h"
#include "pool_journal.h"
#include "pool_journal_read.h"
#include "tap.h"

#define BASE	0x0a000001u

static char directory[] = "/tmp/pptpmuxd-journal-XXXXXX";
static char path[64], fresh_path[72];

static const struct pool_owner somebody = { .user = "alice", .pid = 77, .started = 99 };

static struct in_addr nth(uint32_t number)
{
	return (struct in_addr){ htonl(BASE + number) };
}

static struct pool *pool_of(uint32_t size)
{
	const struct pool_range range = { BASE, BASE + size - 1 };
	const struct pool_spec spec = { .name = "default", .ranges = &range, .range_count = 1 };

	return pool_new(&spec, 1, NULL, 0);
}

/* A call comes and gets an address, and the one of before goes */
static void change(struct pool *pool, struct pool_journal *journal, time_t now)
{
	const struct pool_time at = { .shown = now, .steady = now };
	const struct pool_address *entry = pool_take(pool, 0, &somebody, at);
	struct in_addr address = { htonl(entry->address) };

	pool_journal_note(journal, address);
	pool_release(pool, address, now);
	pool_journal_note(journal, address);
}

static size_t file_size(void)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : 0;
}

/* Both know the same of each address, and give them in the same order */
static bool same(struct pool *one, struct pool *other)
{
	const struct pool_address *a, *b;
	size_t i;

	for (i = 0; (a = pool_at(one, i)) && (b = pool_at(other, i)); i++) {
		if (a->state != b->state || a->released != b->released ||
		    (a->owner && strcmp(a->owner->user, b->owner->user)))
			return false;
	}
	a = pool_first_free(one, 0);
	b = pool_first_free(other, 0);
	for (; a && b && a->address == b->address; a = TAILQ_NEXT(a, next))
		b = TAILQ_NEXT(b, next);
	return !a && !b;
}

static bool restart_knows(struct pool *pool, size_t size)
{
	struct pool *fresh = pool_of(size);
	bool good = pool_journal_read(fresh, path) && same(pool, fresh);

	pool_free(fresh);
	return good;
}

/* At random for so many steps; after each of them a restart would know all */
static void test_steps(void)
{
	struct pool *pool = pool_of(40);
	struct pool_journal *journal = pool_journal_open(pool, path);
	bool good = true, grown = false;
	unsigned int seed = 233048;
	uint32_t which;
	int step;

	for (step = 1; step <= 5000 && good; step++) {
		which = rand_r(&seed) % 40;
		if (rand_r(&seed) % 2)
			pool_reserve(pool, nth(which), &somebody, step);
		else
			pool_release(pool, nth(which), step);
		good = pool_journal_note(journal, nth(which));
		good = good && (step % 7 || restart_knows(pool, 40));
		grown |= access(fresh_path, F_OK) == 0;
	}
	if (!good)
		printf("# step %d\n", step);
	ok(good, "at any moment a restart knows who has what, and the order of the rest");
	ok(grown && file_size() < 40 * 5000, "and the file does not grow without end");
	pool_journal_close(journal);
	ok(access(fresh_path, F_OK) < 0, "nothing is left beside it");
	pool_free(pool);
}

/* Killed while it wrote: half a line is no damage, and no state of an address */
static void test_killed(void)
{
	static const char half[] = "held 10.0.0.3 5 0 0 7";
	struct pool *pool = pool_of(9);
	struct pool_journal *journal;
	int fd;

	unlink(path);
	journal = pool_journal_open(pool, path);
	change(pool, journal, 5);
	fd = open(path, O_WRONLY | O_APPEND);
	if (write(fd, half, strlen(half)) < 0)
		abort();
	close(fd);
	log_anew();
	ok(restart_knows(pool, 9) && !logged("damaged"), "a last line that is cut off is passed over");
	pool_journal_close(journal);
	journal = pool_journal_open(pool, path);
	change(pool, journal, 6);
	ok(restart_knows(pool, 9), "and nothing is written behind it");
	pool_journal_close(journal);
	pool_free(pool);
}

/* No file may be longer than @octets */
static void disk_of(rlim_t octets)
{
	const struct rlimit limit = { octets, RLIM_INFINITY };

	setrlimit(RLIMIT_FSIZE, &limit);
}

static void test_full(void)
{
	struct pool *pool = pool_of(200);
	struct pool_journal *journal;
	int i;

	unlink(path);
	journal = pool_journal_open(pool, path);
	log_anew();
	disk_of(4000);
	for (i = 0; i < 200; i++)
		change(pool, journal, 5);
	ok(!pool_journal_note(journal, nth(0)) && !pool_journal_mend(journal) &&
	   !pool_journal_mend(journal), "a full disk is told of");
	disk_of(RLIM_INFINITY);
	ok(logged("cannot write"), "in the log too");
	change(pool, journal, 6);
	ok(!logged("is written again") && pool_journal_mend(journal) && restart_knows(pool, 200),
	   "when it has room again all is written");
	ok(logged("is written again") && pool_journal_note(journal, nth(0)), "which is said");
	pool_journal_close(journal);
	pool_free(pool);
}

/* As a pptpmuxd before has written it: calls survive an upgrade */
static void test_upgrade(void)
{
	FILE *file = fopen(path, "w");
	struct pool *pool = pool_of(4);
	const struct pool_address *entry;

	fputs("pptpmuxd pool 1\nfree 10.0.0.3 100\nfree 10.0.0.1 200\n"
	      "held 10.0.0.2 300 250 7 9 al%20ice\nend 3\n", file);
	fclose(file);
	pool_journal_close(pool_journal_open(pool, path));
	entry = pool_find(pool, nth(1));
	ok(entry->state == POOL_HELD && !strcmp(entry->owner->user, "al ice") &&
	   entry->owner->pid == 7 && entry->owner->started == 9 && entry->since == 300,
	   "version 1 is read");
	entry = pool_first_free(pool, 0);
	ok(entry->address == BASE + 3 && TAILQ_NEXT(entry, next)->address == BASE + 2 &&
	   restart_knows(pool, 4), "in its order, and written as version 2");
	pool_free(pool);
}

/* ---- the cost ---- */

/* Octets that this process has written so far */
static unsigned long long written(void)
{
	unsigned long long octets = 0;
	FILE *file = fopen("/proc/self/io", "r");
	char line[64];

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "wchar: %llu", &octets);
	if (file)
		fclose(file);
	return octets;
}

struct cost {
	unsigned long long octets, most;	/* of a change: on average, and at most */
	double us;
};

#define CHANGES	20000

/* Of so many changes, the most expensive one */
static unsigned long long most_of(struct pool *pool, struct pool_journal *journal)
{
	unsigned long long before, one, most = 0;
	int i;

	for (i = 0; i < CHANGES; i++) {
		before = written();
		change(pool, journal, 1 + i);
		one = written() - before;
		if (one > most)
			most = one;
	}
	return most;
}

static struct cost cost_of(uint32_t size)
{
	struct pool *pool = pool_of(size);
	struct pool_journal *journal;
	struct cost cost = { 0 };
	unsigned long long begun;
	long long clock;
	int i;

	unlink(path);
	journal = pool_journal_open(pool, path);
	/* all have had an owner: each has something to be written */
	for (i = 0; i < (int)size; i++)
		change(pool, journal, 1 + i);
	begun = written();
	clock = clock_ms();
	for (i = 0; i < CHANGES; i++)
		change(pool, journal, 1 + i);
	cost.us = (clock_ms() - clock) * 1000.0 / CHANGES;
	cost.octets = (written() - begun) / CHANGES;
	cost.most = most_of(pool, journal);
	pool_journal_close(journal);
	pool_free(pool);
	return cost;
}

static void test_cost(void)
{
	struct cost few = cost_of(200), many = cost_of(60000);

	printf("# a grant and its end among 200 addresses: %llu octets, %llu at most, %.1f us\n",
	       few.octets, few.most, few.us);
	printf("# among 60000: %llu octets, %llu at most, %.1f us; ratio %.2f\n", many.octets,
	       many.most, many.us, (double)many.octets / few.octets);
	ok(few.octets && many.octets < 3 * few.octets,
	   "a grant costs the same among 60000 addresses as among 200");
	ok(many.most < 3 * few.most && many.most < 8192, "the most expensive one too");
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	snprintf(path, sizeof(path), "%s/pool", directory);
	snprintf(fresh_path, sizeof(fresh_path), "%s.new", path);
	log_anew();
	signal(SIGXFSZ, SIG_IGN);
	test_steps();
	test_killed();
	test_full();
	test_upgrade();
	test_cost();
	unlink(path);
	unlink(log_path);
	rmdir(directory);
	return tap_done();
}
