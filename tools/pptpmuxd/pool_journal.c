// SPDX-License-Identifier: GPL-2.0
/*
 * What a restarted pptpmuxd must know of the pools: who holds which address, and in
 * which order the others were released. A text file, to which each change is added:
 *
 *	pptpmuxd pool 2
 *	held ADDRESS SINCE RELEASED TURN PID STARTED USER
 *	free ADDRESS RELEASED TURN
 *
 * The last line of an address counts; that with the least TURN is the next free one to
 * be taken. Those that nobody has had yet are left out, and come before. An address
 * that is set aside is written as free, since it is examined anew before its use anyway.
 *
 * When more lines have been added than there are addresses, a fresh file is begun
 * beside it, which gets each change too and, with each change, the state of a few
 * addresses more; when it has them all it takes the other one's place. So a change
 * costs the same whether there are ten addresses or sixty thousand.
 *
 * The file lies in a directory that a boot empties (see rundir.c): with the boot all
 * calls have ended, so it need not outlive a loss of power, and is not synced. A line
 * is written by one system call: a pptpmuxd that is killed leaves at most the last one
 * cut off.
 */
#include "pool_journal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pool_journal_read.h"

#define SPARE_LINES	1024	/* before a small pool's file is written anew */
#define SLICE		8	/* addresses that a change brings into a fresh file */

struct pool_journal {
	const struct pool *pool;
	char path[POOL_JOURNAL_PATH];
	char fresh_path[POOL_JOURNAL_PATH + 4];
	int fd;			/* -1: it could not be written, and is not of now */
	int fresh;		/* -1: none */
	size_t next;		/* address that the fresh one gets */
	size_t lines;		/* that were added since it was begun */
	size_t fresh_lines;	/* the same of the fresh one */
};

/* ---- a line ---- */

/* Blanks and what does not print would break the line up */
static size_t put_user(char *text, const char *user)
{
	char *at = text;

	for (; *user; user++) {
		if (*user > ' ' && *user < 127 && *user != '%')
			*at++ = *user;
		else
			at += sprintf(at, "%%%02x", (unsigned char)*user);
	}
	return at - text;
}

static size_t put_held(char *line, const char *address, const struct pool_address *entry)
{
	size_t len = sprintf(line, "held %s %lld %lld %llu %lld %llu ", address,
			     (long long)entry->since, (long long)entry->released, entry->turn,
			     (long long)entry->owner->pid, entry->owner->started);

	len += put_user(line + len, entry->owner->user);
	line[len] = '\n';
	return len + 1;
}

/* Returns its octets, 0: there is nothing to be said of it */
static size_t put_address(char *line, const struct pool_address *entry)
{
	struct in_addr address = { htonl(entry->address) };
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	if (entry->state == POOL_HELD)
		return put_held(line, text, entry);
	if (!entry->released)
		return 0;
	return sprintf(line, "free %s %lld %llu\n", text, (long long)entry->released, entry->turn);
}

/* ---- files ---- */

static bool put(int fd, const char *text, size_t len)
{
	ssize_t put = write(fd, text, len);

	if (put >= 0 && (size_t)put < len)
		errno = ENOSPC;
	return put == (ssize_t)len;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool begin_fresh(struct pool_journal *journal)
{
	journal->fresh = open(journal->fresh_path,
			      O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	journal->next = 0;
	journal->fresh_lines = 0;
	return journal->fresh >= 0 &&
	       put(journal->fresh, POOL_JOURNAL_FIRST, strlen(POOL_JOURNAL_FIRST));
}

/* The fresh file knows all: it is the journal */
static bool take_fresh(struct pool_journal *journal)
{
	if (rename(journal->fresh_path, journal->path) < 0)
		return false;
	shut(&journal->fd);
	journal->fd = journal->fresh;
	journal->lines = journal->fresh_lines;
	journal->fresh = -1;
	return true;
}

/* A few addresses more for the fresh file */
static bool go_on(struct pool_journal *journal)
{
	char lines[SLICE * POOL_JOURNAL_LINE];
	const struct pool_address *entry;
	size_t len = 0, i;

	for (i = 0; i < SLICE && (entry = pool_at(journal->pool, journal->next)); i++) {
		len += put_address(lines + len, entry);
		journal->next++;
	}
	if (len && !put(journal->fresh, lines, len))
		return false;
	return journal->next < pool_size(journal->pool) || take_fresh(journal);
}

static bool is_long(const struct pool_journal *journal)
{
	return journal->lines >= pool_size(journal->pool) + SPARE_LINES;
}

static void report(const struct pool_journal *journal)
{
	log_error("cannot write %s: %s; until that is mended, a restart does not know who has which address: see \"df\" and the directory's permissions",
		  journal->path, strerror(errno));
}

/* What has failed may have left half a line: it is written anew, later */
static bool give_up(struct pool_journal *journal)
{
	report(journal);
	shut(&journal->fd);
	shut(&journal->fresh);
	return false;
}

static bool add(struct pool_journal *journal, const char *line, size_t len)
{
	if (!put(journal->fd, line, len))
		return false;
	journal->lines++;
	if (journal->fresh < 0)
		return !is_long(journal) || begin_fresh(journal);
	journal->fresh_lines++;
	return put(journal->fresh, line, len) && go_on(journal);
}

/**
 * pool_journal_note - write down what an address is now
 * @journal:	the journal
 * @address:	the address; one of no pool is none of ours
 *
 * Before a call gets it: a restart must not give it to another one.
 *
 * Return: false if it could not be written, which the log says once; then nothing is
 * until pool_journal_mend() is called.
 */
bool pool_journal_note(struct pool_journal *journal, struct in_addr address)
{
	const struct pool_address *entry = pool_find(journal->pool, address);
	char line[POOL_JOURNAL_LINE];
	size_t len;

	if (journal->fd < 0)
		return false;
	len = entry ? put_address(line, entry) : 0;
	return !len || add(journal, line, len) || give_up(journal);
}

static bool write_all(struct pool_journal *journal)
{
	if (!begin_fresh(journal))
		return false;
	while (journal->fresh >= 0) {
		if (!go_on(journal))
			return false;
	}
	return true;
}

/**
 * pool_journal_mend - write all that is known, after a failure
 * @journal:	the journal
 *
 * Takes time for each address, so it is nothing to be done for each call.
 *
 * Return: whether it is as it should be now.
 */
bool pool_journal_mend(struct pool_journal *journal)
{
	if (journal->fd >= 0)
		return true;
	if (!write_all(journal)) {
		shut(&journal->fresh);
		return false;
	}
	log_warning("%s is written again: a restart knows who has which address", journal->path);
	return true;
}

/**
 * pool_journal_open - restore what is known, and write it from now on
 * @pool:	the pools, as made; must outlive the journal
 * @path:	the file; it is the old one or the new one at any moment
 *
 * Return: the journal, or NULL without memory.
 */
struct pool_journal *pool_journal_open(struct pool *pool, const char *path)
{
	struct pool_journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return NULL;
	journal->pool = pool;
	journal->fd = -1;
	journal->fresh = -1;
	snprintf(journal->path, sizeof(journal->path), "%s", path);
	snprintf(journal->fresh_path, sizeof(journal->fresh_path), "%s.new", journal->path);
	pool_journal_read(pool, path);
	if (!write_all(journal))
		give_up(journal);
	return journal;
}

void pool_journal_close(struct pool_journal *journal)
{
	if (!journal)
		return;
	shut(&journal->fd);
	shut(&journal->fresh);
	unlink(journal->fresh_path);
	free(journal);
}
