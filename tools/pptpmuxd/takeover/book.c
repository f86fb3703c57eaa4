// SPDX-License-Identifier: GPL-2.0
/*
 * The records of all that is to be taken over, in memory that outlives the process.
 *
 * A file without a name (memfd_create(2)): who is started in our place has its descriptor,
 * by exec or from systemd. Each record has a place of its own and is written whole, by one
 * system call within a page, whenever what it is about has changed: so it is right also
 * when the process is killed at any moment.
 */
#include "book.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record.h"

#define MAGIC		"pptpmux"
#define PLACES_MAX	(1 << 18)	/* more than there can be connections and calls */

/* In the first place */
struct title {
	char magic[8];
	uint32_t version;	/* KEPT_VERSION */
	uint32_t octets;	/* KEPT_OCTETS */
	uint32_t turns;		/* so often it was taken over */
	uint32_t drains;	/* no new calls are wanted */
	int64_t login_time;	/* microseconds that a log-in took of late, 0: not known */
};

struct book {
	int fd;
	struct title title;
	int places;		/* that were ever taken */
	int *vacant;		/* of these, the ones given back */
	size_t vacant_count;
	size_t vacant_room;
};

static off_t offset_of(int place)
{
	return (off_t)(place + 1) * KEPT_OCTETS;
}

static struct book *book_of(int fd)
{
	struct book *book = calloc(1, sizeof(*book));

	if (!book)
		return NULL;
	book->fd = fd;
	memcpy(book->title.magic, MAGIC, sizeof(MAGIC));
	book->title.version = KEPT_VERSION;
	book->title.octets = KEPT_OCTETS;
	return book;
}

static bool write_title(struct book *book)
{
	const struct title title = book->title;

	return pwrite(book->fd, &title, sizeof(title), 0) == sizeof(title);
}

/**
 * book_new - a book without records
 *
 * Return: the book, NULL with errno set.
 */
struct book *book_new(void)
{
	int fd = memfd_create("pptpmuxd", MFD_CLOEXEC);
	struct book *book = fd < 0 ? NULL : book_of(fd);

	if (book && write_title(book))
		return book;
	free(book);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static const char *title_fault(const struct title *title, const struct stat *status)
{
	if (strncmp(title->magic, MAGIC, sizeof(title->magic)))
		return "it is none";
	if (title->version != KEPT_VERSION || title->octets != KEPT_OCTETS)
		return "it is of another version of pptpmuxd, which does not write what this one reads";
	if (status->st_size > offset_of(PLACES_MAX))
		return "it is too long";
	return NULL;
}

/* Without memory for it, the place is not used again */
static void vacate(struct book *book, int place)
{
	size_t room = book->vacant_room ? 2 * book->vacant_room : 64;
	int *vacant;

	if (book->vacant_count == book->vacant_room) {
		vacant = reallocarray(book->vacant, room, sizeof(*vacant));
		if (!vacant)
			return;
		book->vacant = vacant;
		book->vacant_room = room;
	}
	book->vacant[book->vacant_count++] = place;
}

static void find_vacant(struct book *book)
{
	uint32_t kind;
	int place;

	for (place = book->places - 1; place >= 0; place--) {
		if (pread(book->fd, &kind, sizeof(kind), offset_of(place)) != sizeof(kind) ||
		    kind == KEPT_NOTHING)
			vacate(book, place);
	}
}

/**
 * book_open - what another pptpmuxd has written
 * @fd:		the file, closed with the book, or if it is none
 * @fault:	set to why it cannot be read
 *
 * Return: the book, or NULL.
 */
struct book *book_open(int fd, const char **fault)
{
	struct stat status;
	struct title title;
	struct book *book;

	*fault = "it cannot be read";
	book = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? book_of(fd) : NULL;
	memset(&title, 0, sizeof(title));
	/* one that ends within it has zeros there */
	if (book && pread(fd, &title, sizeof(title), 0) > 0)
		*fault = title_fault(&title, &status);
	if (!book || *fault) {
		free(book);
		close(fd);
		return NULL;
	}
	book->title = title;
	if (status.st_size > offset_of(0))
		book->places = (status.st_size - offset_of(0) + KEPT_OCTETS - 1) / KEPT_OCTETS;
	find_vacant(book);
	return book;
}

void book_free(struct book *book)
{
	if (!book)
		return;
	close(book->fd);
	free(book->vacant);
	free(book);
}

int book_fd(const struct book *book)
{
	return book->fd;
}

/* How often it was taken over */
unsigned int book_turns(const struct book *book)
{
	return book ? book->title.turns : 0;
}

/* It was taken over */
void book_turn(struct book *book)
{
	book->title.turns++;
	write_title(book);
}

/* Are no new calls wanted, as somebody has said to this one or to one before it? */
bool book_drains(const struct book *book)
{
	return book && book->title.drains;
}

void book_drain(struct book *book, bool drains)
{
	book->title.drains = drains;
	write_title(book);
}

/* What it takes here depends on how many do it: 0 if that is not known, or cannot be */
long long book_login_time(const struct book *book)
{
	long long most = 600 * 1000000LL;

	if (!book || book->title.login_time < 0 || book->title.login_time > most)
		return 0;
	return book->title.login_time;
}

void book_note_login_time(struct book *book, long long microseconds)
{
	book->title.login_time = microseconds;
	write_title(book);
}

/**
 * book_take - a place for one more record
 * @book:	the book, NULL: there is none
 *
 * Return: BOOK_NO_PLACE if there is none; then nothing can be kept.
 */
int book_take(struct book *book)
{
	if (!book)
		return BOOK_NO_PLACE;
	if (book->vacant_count)
		return book->vacant[--book->vacant_count];
	return book->places < PLACES_MAX ? book->places++ : BOOK_NO_PLACE;
}

/* Without memory for it the record is not kept, and the place is empty or as it was */
void book_write(struct book *book, int place, const struct kept *kept)
{
	if (book && place >= 0)
		(void)!pwrite(book->fd, kept, sizeof(*kept), offset_of(place));
}

/* Return: whether there is one. A shorter one of the end has zeros behind it. */
bool book_read(const struct book *book, int place, struct kept *kept)
{
	ssize_t got;

	memset(kept, 0, sizeof(*kept));
	if (place < 0 || place >= book->places)
		return false;
	got = pread(book->fd, kept, sizeof(*kept), offset_of(place));
	return got > (ssize_t)sizeof(kept->kind) && kept->kind != KEPT_NOTHING;
}

/**
 * book_next - the records, one after the other
 * @book:	the book
 * @place:	of the one before, BOOK_NO_PLACE: none
 * @kept:	filled in
 *
 * Return: its place, BOOK_NO_PLACE behind the last one.
 */
int book_next(const struct book *book, int place, struct kept *kept)
{
	for (place++; place < book_places(book); place++) {
		if (book_read(book, place, kept))
			return place;
	}
	return BOOK_NO_PLACE;
}

/* What was there is over */
void book_drop(struct book *book, int place)
{
	const uint32_t nothing = KEPT_NOTHING;

	if (!book || place < 0)
		return;
	(void)!pwrite(book->fd, &nothing, sizeof(nothing), offset_of(place));
	vacate(book, place);
}

/* One more than the last one that was ever taken; without a book there are none */
int book_places(const struct book *book)
{
	return book ? book->places : 0;
}
