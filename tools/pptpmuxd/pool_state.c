// SPDX-License-Identifier: GPL-2.0
/*
 * What a restarted pptpmuxd must know of the pools: who holds which address, and
 * in which order the others were released. A text file, replaced as a whole:
 *
 *	pptpmuxd pool 1
 *	held ADDRESS SINCE RELEASED PID STARTED USER
 *	free ADDRESS RELEASED
 *	end COUNT
 *
 * Free addresses stand in the order in which they are to be taken; those that
 * nobody has had yet are left out, and come before. An address that is set aside
 * is written as free, since it is examined anew before its use anyway.
 *
 * It lies in a directory that a boot empties (see rundir.c): with the boot all
 * calls have ended, so it need not outlive a loss of power, and is not synced.
 */
#include "pool_state.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define FIRST_LINE	"pptpmuxd pool 1\n"
#define LINE_OCTETS	1024	/* more than a user of 255 octets, each escaped, takes */
#define PATH_OCTETS	256

/* ---- writing ---- */

/* Blanks and what does not print would break the line up */
static void write_user(FILE *file, const char *user)
{
	for (; *user; user++) {
		if (*user > ' ' && *user < 127 && *user != '%')
			fputc(*user, file);
		else
			fprintf(file, "%%%02x", (unsigned char)*user);
	}
}

static void write_address(FILE *file, const char *state, const struct pool_address *entry)
{
	struct in_addr address = { htonl(entry->address) };
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	fprintf(file, "%s %s ", state, text);
}

static void write_held(FILE *file, const struct pool_address *entry)
{
	write_address(file, "held", entry);
	fprintf(file, "%lld %lld %lld %llu ", (long long)entry->since,
		(long long)entry->released, (long long)entry->owner->pid,
		entry->owner->started);
	write_user(file, entry->owner->user);
	fputc('\n', file);
}

static void write_free(FILE *file, const struct pool_address *entry)
{
	write_address(file, "free", entry);
	fprintf(file, "%lld\n", (long long)entry->released);
}

static size_t write_all(FILE *file, const struct pool *pool)
{
	const struct pool_address *entry;
	size_t i, part, count = 0;

	for (part = 0; part < pool_parts(pool); part++) {
		for (entry = pool_first_free(pool, part); entry; entry = TAILQ_NEXT(entry, next)) {
			if (!entry->released)
				continue;
			write_free(file, entry);
			count++;
		}
	}
	for (i = 0; (entry = pool_at(pool, i)); i++) {
		bool queued = entry->state == POOL_FREE && !entry->fixed;

		if (entry->state == POOL_HELD)
			write_held(file, entry);
		else if (!queued && entry->released)
			write_free(file, entry);
		else
			continue;
		count++;
	}
	return count;
}

static bool write_file(const struct pool *pool, const char *path)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (!file)
		return false;
	fputs(FIRST_LINE, file);
	fprintf(file, "end %zu\n", write_all(file, pool));
	good = !ferror(file);
	return fclose(file) == 0 && good;
}

/**
 * pool_save - write down who has which address
 * @pool:	the pools
 * @path:	the file; it is the old one or the new one at any moment
 *
 * Return: false after a log line.
 */
bool pool_save(const struct pool *pool, const char *path)
{
	char fresh[PATH_OCTETS];

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	if (write_file(pool, fresh) && rename(fresh, path) == 0)
		return true;
	log_error("cannot write %s: %s; until that is mended, a restart does not know who has which address: see \"df\" and the directory's permissions",
		  path, strerror(errno));
	return false;
}

/* ---- reading ---- */

static bool read_user(const char *text, char *user, size_t size)
{
	unsigned int octet;
	size_t len = 0;

	while (*text && len + 1 < size) {
		if (*text != '%') {
			user[len++] = *text++;
			continue;
		}
		if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
			return false;
		sscanf(text, "%%%2x", &octet);
		user[len++] = octet;
		text += 3;
	}
	user[len] = '\0';
	return !*text;
}

static bool read_address(const char *text, struct in_addr *address)
{
	return inet_pton(AF_INET, text, address) == 1;
}

/* What the configuration no longer has is nobody's concern: that is no damage */
static bool read_held(struct pool *pool, const char *line)
{
	char text[INET_ADDRSTRLEN], user[LINE_OCTETS] = "";
	struct pool_owner owner = { .call = "before the restart" };
	long long since, released, pid;
	struct in_addr address;

	if (sscanf(line, "held %15s %lld %lld %lld %llu %1023s", text, &since, &released, &pid,
		   &owner.started, user) < 5 ||
	    !read_address(text, &address) || pid <= 0 ||
	    !read_user(user, owner.user, sizeof(owner.user)))
		return false;
	owner.pid = pid;
	pool_restore(pool, address, released);
	pool_reserve(pool, address, &owner, since);
	return true;
}

static bool read_free(struct pool *pool, const char *line)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr address;
	long long released;

	if (sscanf(line, "free %15s %lld", text, &released) != 2 || !read_address(text, &address))
		return false;
	pool_restore(pool, address, released);
	return true;
}

/* Return: 0, or the number of the line that makes no sense */
static unsigned int read_lines(struct pool *pool, FILE *file)
{
	char line[LINE_OCTETS];
	unsigned int number = 1;
	size_t count = 0, want;

	if (!fgets(line, sizeof(line), file) || strcmp(line, FIRST_LINE))
		return number;
	while (fgets(line, sizeof(line), file)) {
		number++;
		if (sscanf(line, "end %zu", &want) == 1)
			return want == count && fgetc(file) == EOF ? 0 : number;
		if (!read_held(pool, line) && !read_free(pool, line))
			return number;
		count++;
	}
	return number + 1;
}

static void set_aside(const char *path, unsigned int line)
{
	char damaged[PATH_OCTETS];

	snprintf(damaged, sizeof(damaged), "%s.damaged", path);
	if (rename(path, damaged) < 0)
		snprintf(damaged, sizeof(damaged), "nowhere: %s", strerror(errno));
	log_error("%s:%u: damaged, and put aside to %s: what stands after it is not known, addresses are examined before their use all the same; look at the disk, then delete that file",
		  path, line, damaged);
}

/**
 * pool_load - read what pool_save() wrote
 * @pool:	the pools, as made
 * @path:	the file; that there is none is no fault
 *
 * A damaged file is reported and put aside.
 *
 * Return: whether all is known.
 */
bool pool_load(struct pool *pool, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int line;

	if (!file && errno == ENOENT)
		return true;
	if (!file) {
		log_error("cannot read %s: %s; correct its permissions", path, strerror(errno));
		return false;
	}
	line = read_lines(pool, file);
	fclose(file);
	if (line)
		set_aside(path, line);
	return !line;
}
