// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors that systemd keeps for a pptpmuxd that is started when this one has died.
 *
 * By FDSTORE=1 of sd_notify(3) it gets copies: of the book, the listener, each TCP
 * connection, and of each pppd its output and the socket to its plugin; under the name of
 * their place in the book. The next process has them as descriptors from 3 on, sd_listen_fds(3),
 * and tells by what they are which is which.
 *
 * The calls' own sockets are not among them: their slots would be free only when systemd
 * has closed its copies, some time after the calls' ends. Their pppds have them.
 *
 * systemd reads what it is told when it gets round to it, and takes few datagrams before
 * that; so they wait in a line here, and nothing waits for them.
 */
#include "store.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "book.h"
#include "claim_fd.h"
#include "clock.h"
#include "log.h"
#include "record.h"
#include "supervisor.h"

#define LISTEN_FDS_START	3	/* sd_listen_fds(3) */
#define FDS_MAX		24000	/* of 5 octets of name each: the next one's environment has them all */
#define LEAVE_MS	5000	/* for systemd to hear all before we end */
#define BOOK_NAME	"book"
#define LISTENER_NAME	"listener"

/* What is to be told */
struct message {
	TAILQ_ENTRY(message) entry;
	char text[64];
	int place;		/* of what it brings, BOOK_NO_PLACE: nothing */
	int fds[STORE_FDS];
	unsigned int count;
};

static TAILQ_HEAD(, message) line = TAILQ_HEAD_INITIALIZER(line);
static struct event *room;	/* for a datagram; NULL: there is no store */
static unsigned char *counts;	/* of each place, the descriptors that it has, or will have */
static int count_places;
static unsigned int stored;	/* all of these */

/* ---- telling ---- */

static bool tell_first(void)
{
	struct message *message = TAILQ_FIRST(&line);

	if (!supervisor_pass(message->text, message->fds, message->count))
		return false;
	TAILQ_REMOVE(&line, message, entry);
	free(message);
	return true;
}

static void tell_all(void)
{
	while (!TAILQ_EMPTY(&line)) {
		if (tell_first())
			continue;
		event_add(room, NULL);
		return;
	}
}

static void on_room(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	tell_all();
}

/* Without memory systemd does not have it, and a crash ends that one call */
static struct message *add(int place)
{
	struct message *message = calloc(1, sizeof(*message));

	if (!message)
		return NULL;
	message->place = place;
	TAILQ_INSERT_TAIL(&line, message, entry);
	return message;
}

static void put(const char *name, int place, const int *fds, unsigned int count)
{
	struct message *message = add(place);

	if (!message)
		return;
	snprintf(message->text, sizeof(message->text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	memcpy(message->fds, fds, count * sizeof(*fds));
	message->count = count;
	tell_all();
}

static void drop(const char *name)
{
	struct message *message = add(BOOK_NO_PLACE);

	if (!message)
		return;
	snprintf(message->text, sizeof(message->text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	tell_all();
}

static const char *name_of(int place, char *name, size_t size)
{
	snprintf(name, size, "%x", (unsigned int)place);
	return name;
}

/* Return: false without memory; then it is as it was */
static bool set_count(int place, unsigned int count)
{
	int places = count_places ? count_places : 64;
	unsigned char *more;

	while (places <= place)
		places *= 2;
	if (places != count_places) {
		more = realloc(counts, places);
		if (!more)
			return false;
		memset(more + count_places, 0, places - count_places);
		counts = more;
		count_places = places;
	}
	stored += count - counts[place];
	counts[place] = count;
	return true;
}

/**
 * store_put - have a place's descriptors kept
 * @place:	in the book
 * @fds:	STORE_FDS of them, -1: none; open until store_drop()
 */
void store_put(int place, const int *fds)
{
	unsigned int i, count = 0;
	int those[STORE_FDS];
	char name[16];

	for (i = 0; i < STORE_FDS; i++) {
		if (fds[i] >= 0)
			those[count++] = fds[i];
	}
	if (room && place >= 0 && count && stored + count <= FDS_MAX && set_count(place, count))
		put(name_of(place, name, sizeof(name)), place, those, count);
}

/* Return: whether that was still in the line, of which systemd hears nothing then */
static bool take_back(int place)
{
	struct message *message;

	TAILQ_FOREACH(message, &line, entry) {
		if (message->place != place)
			continue;
		TAILQ_REMOVE(&line, message, entry);
		free(message);
		return true;
	}
	return false;
}

/**
 * store_drop - a place's descriptors, if any are kept, are about to be closed
 * @place:	in the book
 */
void store_drop(int place)
{
	char name[16];

	if (!room || place < 0 || place >= count_places || !counts[place])
		return;
	set_count(place, 0);
	if (!take_back(place))
		drop(name_of(place, name, sizeof(name)));
}

/* ---- life ---- */

/* What systemd has already, of a book that was taken over: all but calls' own sockets */
static void count_kept(const struct book *book)
{
	struct kept kept;
	int place = BOOK_NO_PLACE;

	while ((place = book_next(book, place, &kept)) != BOOK_NO_PLACE)
		set_count(place, (kept.fds[KEPT_FD_STREAM] >= 0) +
			  (kept.fds[KEPT_FD_OUTPUT] >= 0) + (kept.fds[KEPT_FD_SOCKET] >= 0));
}

/**
 * store_open - begin to keep, if there is somebody to keep it
 * @base:	the event loop
 * @book:	the book, NULL: there is none
 */
void store_open(struct event_base *base, const struct book *book)
{
	int fd = supervisor_store();

	room = fd >= 0 && book ? event_new(base, fd, EV_WRITE, on_room, NULL) : NULL;
	if (!room)
		return;
	count_kept(book);
	drop(BOOK_NAME);
	put(BOOK_NAME, BOOK_NO_PLACE, (int []){ book_fd(book) }, 1);
}

/* The socket that listens is this one */
void store_listener(int fd)
{
	if (!room)
		return;
	drop(LISTENER_NAME);
	put(LISTENER_NAME, BOOK_NO_PLACE, &fd, 1);
}

static bool wait_for(int fd, short events, long long deadline)
{
	struct pollfd one = { .fd = fd, .events = events };
	long long left = deadline - clock_ms();

	return left > 0 && poll(&one, 1, left) == 1;
}

/* systemd closes the other end of the pipe when it has heard all that came before */
static bool heard_all(long long deadline)
{
	int ends[2];
	bool heard;

	if (pipe(ends) < 0)
		return false;
	while (!supervisor_pass("BARRIER=1", &ends[1], 1)) {
		if (!wait_for(supervisor_store(), POLLOUT, deadline))
			break;
	}
	close(ends[1]);
	heard = wait_for(ends[0], 0, deadline);
	close(ends[0]);
	return heard;
}

/**
 * store_flush - we end: wait until systemd has it all
 *
 * Return: false if there is no store, or it does not hear within LEAVE_MS.
 */
bool store_flush(void)
{
	long long deadline = clock_ms() + LEAVE_MS;

	if (!room)
		return false;
	while (!TAILQ_EMPTY(&line)) {
		if (!tell_first() && !wait_for(supervisor_store(), POLLOUT, deadline))
			return false;
	}
	return heard_all(deadline);
}

void store_close(void)
{
	struct message *message;

	while ((message = TAILQ_FIRST(&line))) {
		TAILQ_REMOVE(&line, message, entry);
		free(message);
	}
	if (room)
		event_free(room);
	free(counts);
	room = NULL;
	counts = NULL;
	count_places = 0;
	stored = 0;
}

/* ---- what was kept ---- */

/* Of each place, as they came; freed with the process that has them */
static struct entry {
	int place;
	int fd;
} *entries;

static size_t entry_count;

static void receive_one(const char *name, int fd, int *book, int *listener)
{
	char *end;

	if (!strcmp(name, BOOK_NAME)) {
		*book = claim_fd(fd);
		return;
	}
	if (!strcmp(name, LISTENER_NAME)) {
		*listener = claim_fd(fd);
		return;
	}
	entries[entry_count].fd = fd;
	entries[entry_count].place = strtol(name, &end, 16);
	if (*end || !*name)
		entries[entry_count].place = BOOK_NO_PLACE;
	entry_count++;
}

static bool is_for_us(void)
{
	const char *pid = getenv("LISTEN_PID");

	return pid && atoll(pid) == getpid() && getenv("LISTEN_FDNAMES");
}

/**
 * store_receive - find what systemd has kept of a pptpmuxd that has died
 * @book:	set if there is one
 * @listener:	the same
 *
 * Return: whether there is anything.
 */
bool store_receive(int *book, int *listener)
{
	const char *number = getenv("LISTEN_FDS");
	long i, count = number && is_for_us() ? strtol(number, NULL, 10) : 0;
	char *names, *rest, *name;

	names = count > 0 && count <= FDS_MAX ? strdup(getenv("LISTEN_FDNAMES")) : NULL;
	entries = names ? calloc(count, sizeof(*entries)) : NULL;
	rest = names;
	for (i = 0; entries && i < count && (name = strsep(&rest, ":")); i++)
		receive_one(name, LISTEN_FDS_START + i, book, listener);
	free(names);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return entries;
}

static int kind_of(int fd)
{
	if (fd_is_socket(fd, AF_INET, SOCK_STREAM))
		return KEPT_FD_STREAM;
	if (fd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET))
		return KEPT_FD_SOCKET;
	return fd_is_pipe(fd) ? KEPT_FD_OUTPUT : -1;
}

/* The numbers of another process mean nothing here */
static void forget_fds(struct book *book)
{
	struct kept kept;
	unsigned int i;
	int place = BOOK_NO_PLACE;

	while ((place = book_next(book, place, &kept)) != BOOK_NO_PLACE) {
		for (i = 0; i < KEPT_FDS; i++)
			kept.fds[i] = -1;
		book_write(book, place, &kept);
	}
}

/**
 * store_sort - put what was kept into its records
 * @book:	the book that was kept with it
 */
void store_sort(struct book *book)
{
	struct kept kept;
	size_t i;
	int kind;

	forget_fds(book);
	for (i = 0; i < entry_count; i++) {
		kind = kind_of(entries[i].fd);
		if (kind < 0 || !book_read(book, entries[i].place, &kept))
			continue;
		kept.fds[kind] = entries[i].fd;
		book_write(book, entries[i].place, &kept);
	}
}

/**
 * store_sweep - all is taken that is wanted: the rest goes
 * @book:	the book
 */
void store_sweep(struct book *book)
{
	struct kept kept;
	char name[16];
	size_t i;
	int fd;

	for (i = 0; i < entry_count; i++) {
		fd = claim_fd(entries[i].fd);
		if (fd >= 0)
			close(fd);
		if (room && entries[i].place >= 0 && !book_read(book, entries[i].place, &kept))
			drop(name_of(entries[i].place, name, sizeof(name)));
	}
	free(entries);
	entries = NULL;
	entry_count = 0;
}
