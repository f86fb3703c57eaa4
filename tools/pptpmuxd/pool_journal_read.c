// SPDX-License-Identifier: GPL-2.0
/*
 * The journal of the pools as a pptpmuxd before has left it; pool_journal.c says what
 * stands there. Lines are taken in their order, the last one of an address counts.
 *
 * A pptpmuxd that was killed may have left half a last line: that change is not known.
 * An older pptpmuxd has written version 1, each time as a whole, with an end:
 *
 *	pptpmuxd pool 1
 *	held ADDRESS SINCE RELEASED PID STARTED USER
 *	free ADDRESS RELEASED
 *	end COUNT
 *
 * There the order of the lines is that in which addresses are to be taken.
 */
#include "pool_journal_read.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define FIRST_LINE_1	"pptpmuxd pool 1\n"

struct reader {
	struct pool *pool;
	FILE *file;
	unsigned int line;	/* number of the last one that was read */
	unsigned int version;
};

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

static bool read_owner(const char *user, long long pid, struct pool_owner *owner)
{
	owner->pid = pid;
	snprintf(owner->call, sizeof(owner->call), "before the restart");
	return pid > 0 && read_user(user, owner->user, sizeof(owner->user));
}

/* What the configuration no longer has is nobody's concern: that is no damage */
static bool read_held(const struct reader *reader, const char *line)
{
	char text[INET_ADDRSTRLEN], user[POOL_JOURNAL_LINE] = "";
	unsigned long long turn = reader->line;
	struct pool_owner owner = { 0 };
	long long since, released, pid;
	struct in_addr address;
	int fields;

	if (reader->version == 1)
		fields = sscanf(line, "held %15s %lld %lld %lld %llu %1279s", text, &since,
				&released, &pid, &owner.started, user) + 1;
	else
		fields = sscanf(line, "held %15s %lld %lld %llu %lld %llu %1279s", text, &since,
				&released, &turn, &pid, &owner.started, user);
	if (fields < 6 || !read_address(text, &address) || !read_owner(user, pid, &owner))
		return false;
	pool_release(reader->pool, address, released);
	pool_restore(reader->pool, address, released, turn);
	pool_reserve(reader->pool, address, &owner, since);
	return true;
}

static bool read_free(const struct reader *reader, const char *line)
{
	unsigned long long turn = reader->line;
	char text[INET_ADDRSTRLEN];
	struct in_addr address;
	long long released;
	int fields;

	if (reader->version == 1)
		fields = sscanf(line, "free %15s %lld", text, &released) + 1;
	else
		fields = sscanf(line, "free %15s %lld %llu", text, &released, &turn);
	if (fields != 3 || !read_address(text, &address))
		return false;
	pool_release(reader->pool, address, released);
	pool_restore(reader->pool, address, released, turn);
	return true;
}

/* Returns whether there is another line, with its end */
static bool next_line(struct reader *reader, char *line)
{
	if (!fgets(line, POOL_JOURNAL_LINE, reader->file))
		return false;
	reader->line++;
	return strchr(line, '\n');
}

static bool read_first(struct reader *reader, char *line)
{
	if (!next_line(reader, line))
		return false;
	reader->version = !strcmp(line, FIRST_LINE_1) ? 1 : 2;
	return reader->version == 1 || !strcmp(line, POOL_JOURNAL_FIRST);
}

/* Version 1 says how many lines there are, and nothing follows */
static bool is_end(const struct reader *reader, const char *line)
{
	unsigned int want;

	return reader->version == 1 && sscanf(line, "end %u", &want) == 1 &&
	       want == reader->line - 2 && fgetc(reader->file) == EOF;
}

/* Return: whether all makes sense; @reader->line is where it does not */
static bool read_lines(struct reader *reader)
{
	char line[POOL_JOURNAL_LINE];

	if (!read_first(reader, line))
		return false;
	while (next_line(reader, line)) {
		if (is_end(reader, line))
			return true;
		if (!read_held(reader, line) && !read_free(reader, line))
			return false;
	}
	return reader->version != 1 && feof(reader->file);
}

static void set_aside(const char *path, unsigned int line)
{
	char damaged[POOL_JOURNAL_PATH];

	snprintf(damaged, sizeof(damaged), "%s.damaged", path);
	if (rename(path, damaged) < 0)
		snprintf(damaged, sizeof(damaged), "nowhere: %s", strerror(errno));
	log_error("%s:%u: damaged, and put aside to %s: what stands after it is not known, addresses are examined before their use all the same; look at the disk, then delete that file",
		  path, line, damaged);
}

/**
 * pool_journal_read - restore what a pptpmuxd before has known
 * @pool:	the pools, as made
 * @path:	the file; that there is none is no fault
 *
 * A damaged file is reported and put aside.
 *
 * Return: whether all is known.
 */
bool pool_journal_read(struct pool *pool, const char *path)
{
	struct reader reader = { .pool = pool, .file = fopen(path, "re") };
	bool good;

	if (!reader.file && errno == ENOENT)
		return true;
	if (!reader.file) {
		log_error("cannot read %s: %s; correct its permissions", path, strerror(errno));
		return false;
	}
	good = read_lines(&reader);
	fclose(reader.file);
	if (!good)
		set_aside(path, reader.line ? reader.line : 1);
	pool_sort(pool);
	return good;
}
