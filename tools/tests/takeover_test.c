// SPDX-License-Identifier: GPL-2.0
/*
 * What a pptpmuxd makes of the book that another one has left: of one that is right, and of
 * one in which anything may stand, as after a crash, or from a version that errs. Whatever it
 * is, the server comes up, and serves who calls.
 */
#include "peer.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/un.h>

#include "call.h"
#include "control.h"
#include "interface.h"
#include "log.h"
#include "rundir.h"
#include "supervisor.h"
#include "takeover/book.h"
#include "takeover/handover.h"
#include "takeover/record.h"
#include "takeover/store.h"
#include "tap.h"

#define ROUNDS	3000
#define FDS	1024	/* more are never open here */

static char directory[] = "/tmp/takeover_test.XXXXXX";
static struct server *forgotten;	/* reachable, as far as who looks for leaks is concerned */

/* This program is its own pppd: it is there until its socket is closed */
static int be_pppd(void)
{
	char octet;

	while (recv(4, &octet, 1, 0) > 0)
		;
	return 0;
}

static struct event *child;

static void base_up(void)
{
	base = event_base_new();
	child = evsignal_new(base, SIGCHLD, on_child, NULL);
	event_add(child, NULL);
}

static void server_up(void)
{
	server = server_new(base, peer_config(directory,
		"localip = \"192.0.2.1\"\nremoteip = { \"192.0.2.10-192.0.2.20\" }\nlogin-timeout = 600\n"));
	if (!server || !interfaces_start(server))
		abort();
}

static bool ended(void)
{
	return LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls);
}

static void server_down(void)
{
	server_stop(server);
	server_kill(server);
	if (!pump_until(ended))
		abort();
	server_free(server);
	fake_held = 0;
}

static void remove_files(void)
{
	char path[128], top[64];

	snprintf(top, sizeof(top), "%s/run", directory);
	if (rundir_path(top, "pool", path, sizeof(path)))
		unlink(path);
	if (rundir_path(top, NULL, path, sizeof(path)))
		rmdir(path);
	rmdir(top);
	rmdir(directory);
}

static bool serves(void)
{
	struct client client;
	struct pptp_msg reply;
	bool good = client_start(&client) && client_call(&client, &reply);

	client_close(&client);
	return good;
}

/* As an exec would leave it: the book, and the listener */
static void leave(int book, int listener)
{
	char text[16];

	if (book >= 0) {
		snprintf(text, sizeof(text), "%d", book);
		setenv("PPTPMUXD_BOOK", text, 1);
	}
	if (listener >= 0) {
		snprintf(text, sizeof(text), "%d", listener);
		setenv("PPTPMUXD_LISTENER", text, 1);
	}
	handover_receive();
}

static int copy_of(int fd)
{
	int copy = fcntl(fd, F_DUPFD, 100);

	if (copy < 0)
		abort();
	return copy;
}

/* ---- a book that is right ---- */

/*
 * What stands in the book now, with copies of its descriptors: then the server that has
 * written it can end, and its clients see nothing of that, as the copies are open.
 */
static int photograph(const struct book *from)
{
	struct book *book = book_new();
	struct kept kept;
	unsigned int i;
	int place, fd;

	for (place = 0; place < book_places(from); place++) {
		book_read(from, place, &kept);
		for (i = 0; i < KEPT_FDS; i++) {
			if (kept.fds[i] >= 0)
				kept.fds[i] = copy_of(kept.fds[i]);
		}
		book_write(book, book_take(book), &kept);
	}
	fd = copy_of(book_fd(book));
	book_free(book);
	return fd;
}

/* As the start of another program has it: what that is not to have is closed, and forgotten */
static void crash(const struct client *first, const struct client *second)
{
	int fd;

	event_free(child);
	for (fd = STDERR_FILENO + 1; fd < FDS; fd++) {
		if (fd != first->fd && fd != second->fd && fcntl(fd, F_GETFD) == FD_CLOEXEC)
			close(fd);
	}
	forgotten = server;
	fake_held = 0;
	base_up();
}

static void test_taken_over(void)
{
	struct client client, half;
	struct pptp_msg reply, msg = { .type = PPTP_ECHO_RQ, .echo.identifier = 4711 };
	uint8_t data[PPTP_MSG_MAX];
	size_t len = pptp_msg_encode(&msg, data, sizeof(data));
	int book, listener;

	server_up();
	if (!client_start(&client) || !client_call(&client, &reply) || !client_start(&half))
		abort();
	/* the first part of a message has come */
	client_write(&client, data, 7);
	pump();
	pump();
	book = photograph(server->book);
	listener = copy_of(acceptor_fd(server->acceptor));
	crash(&client, &half);
	leave(book, listener);
	server_up();
	ok(book_turns(server->book) == 1, "a book that was left is taken");
	ok(server->control_count == 2 && calls_count(server) == 1, "with its connections and calls");
	ok(server->ranked[RANK_STRANGER] == 1 && server->ranked[RANK_UNCALLED] == 1 &&
	   server->stranger_count == 1, "each of which is worth what it was");
	client_write(&client, data + 7, len - 7);
	ok(client_receive(&client, &reply) == PPTP_ECHO_RP && reply.echo.identifier == 4711,
	   "a message that had come in part is answered when it is whole");
	ok(client_ask(&client, &ccrq, &reply) == PPTP_CDN, "and the call can be cleared");
	ok(serves(), "who calls is served");
	client_close(&client);
	client_close(&half);
	server_down();
}

/* ---- books that are not ---- */

static unsigned int seed;

static unsigned int draw(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* A descriptor of some kind, or none, or one that is not open, or of this process */
static int any_fd(void)
{
	int pair[2];

	switch (draw(6)) {
	case 0:
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
			abort();
		close(pair[1]);
		return pair[0];
	case 1:
		if (pipe2(pair, O_NONBLOCK) < 0)
			abort();
		close(pair[1]);
		return pair[0];
	case 2:
		return socket(AF_INET, SOCK_STREAM, 0);
	case 3:
		return draw(12);
	case 4:
		return (int)draw(UINT32_MAX);
	default:
		return -1;
	}
}

/* Right in most, or nobody would look at the rest */
static void spoil(struct kept *kept)
{
	uint8_t *octets = (uint8_t *)kept;
	unsigned int i, count = draw(2) ? draw(8) : draw(200);

	kept_init(kept, draw(KEPT_KINDS + 1));
	for (i = 0; i < KEPT_FDS; i++)
		kept->fds[i] = any_fd();
	if (kept->kind == KEPT_CALL) {
		kept->call.state = PPTP_ESTABLISHED;
		kept->call.has_pppd = draw(2);
		kept->call.control = (int)draw(6) - 1;
		kept->call.has_address = draw(2);
		kept->call.waiting = draw(2);
		kept->call.queued = draw(4) == 0;
		kept->call.address.s_addr = htonl(0xc0000200 + draw(30));
	} else if (kept->kind == KEPT_CONTROL) {
		kept->control.state = draw(2) ? PPTP_ESTABLISHED : PPTP_IDLE;
		kept->control.partial_len = draw(240);
	}
	while (count--)
		octets[sizeof(kept->kind) + sizeof(kept->fds) +
		       draw(sizeof(*kept) - sizeof(kept->kind) - sizeof(kept->fds))] = draw(256);
	/* no process of this machine's is meant */
	if (kept->kind == KEPT_CALL && kept->call.pppd.pid > 0)
		kept->call.pppd.pid = INT32_MAX - (int)draw(9);
	if (kept->kind == KEPT_INTERFACE && kept->interface.pppd.pid > 0)
		kept->interface.pppd.pid = INT32_MAX - (int)draw(9);
}

/* What a round has left open, as far as nobody has taken it */
static void close_rest(void)
{
	int fd;

	for (fd = STDERR_FILENO + 1; fd < FDS; fd++) {
		if (fcntl(fd, F_GETFD) == 0)
			close(fd);
	}
}

static unsigned int count_fds(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < FDS; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void test_spoilt(void)
{
	unsigned int round, i, served = 0, open = count_fds();
	struct kept kept;
	struct book *book;
	int fd;

	for (round = 0; round < ROUNDS; round++) {
		seed = round;
		book = book_new();
		for (i = draw(8); i; i--) {
			spoil(&kept);
			book_write(book, book_take(book), &kept);
		}
		fd = copy_of(book_fd(book));
		book_free(book);
		leave(fd, draw(2) ? any_fd() : -1);
		server_up();
		/* all come, but not in each round */
		served += round % 100 || serves();
		server_down();
		close_rest();
	}
	ok(served == ROUNDS, "whatever stands in a book, the server comes up, serves and ends");
	ok(count_fds() == open, "and nothing stays open of what stood in it");
}

static void test_no_book(void)
{
	char text[64] = "something else";
	int pipe_ends[2], fd = memfd_create("other", 0);

	if (pipe(pipe_ends) < 0 || write(fd, text, sizeof(text)) != sizeof(text))
		abort();
	leave(fd, -1);
	server_up();
	ok(book_turns(server->book) == 0 && serves(), "what is no book is none");
	server_down();
	leave(pipe_ends[0], pipe_ends[1]);
	server_up();
	ok(book_turns(server->book) == 0 && serves(), "nor is a pipe, or a listener");
	server_down();
}

static void test_long_book(void)
{
	struct book *book = book_new();
	const char *fault;
	int fd = copy_of(book_fd(book));

	book_free(book);
	if (ftruncate(fd, 1LL << 40) < 0)
		abort();
	book = book_open(fd, &fault);
	ok(!book && !strcmp(fault, "it is too long"), "a book that is too long is not read");
}

static void test_places(void)
{
	struct book *book = book_new();
	struct kept kept, again;
	int first, second;

	kept_init(&kept, KEPT_CALL);
	first = book_take(book);
	second = book_take(book);
	book_write(book, second, &kept);
	ok(!book_read(book, first, &again) && book_read(book, second, &again) &&
	   !memcmp(&kept, &again, sizeof(kept)), "a record is read as it was written");
	book_drop(book, first);
	ok(book_take(book) == first && book_places(book) == 2, "a place is used again");
	book_free(book);
}

/* ---- systemd's store ---- */

static int supervisor;

static void listen_as_supervisor(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64];

	snprintf(name, sizeof(name), "@takeover-%d", getpid());
	memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
	supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(supervisor, (struct sockaddr *)&address,
		 offsetof(struct sockaddr_un, sun_path) + strlen(name)) < 0)
		abort();
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("FDSTORE", "1", 1);
	supervisor_open();
}

/* The last of what it has been told, "" if that is nothing */
static const char *told(void)
{
	static char last[256];
	ssize_t got;

	*last = '\0';
	while ((got = recv(supervisor, last, sizeof(last) - 1, MSG_DONTWAIT)) > 0)
		last[got] = '\0';
	return last;
}

/* More than it has room for at a time */
static void test_store(void)
{
	struct book *book = book_new();
	const int fds[STORE_FDS] = { STDOUT_FILENO, STDERR_FILENO };
	unsigned int i, good = 0;

	listen_as_supervisor();
	store_open(base, book);
	told();
	for (i = 0; i < 30000; i++) {
		store_put(i % 7, fds);
		good += !strncmp(told(), "FDSTORE=1\n", strlen("FDSTORE=1\n"));
		store_drop(i % 7);
		good += !strncmp(told(), "FDSTOREREMOVE=1\n", strlen("FDSTOREREMOVE=1\n"));
	}
	ok(good == 2 * i, "as many calls as come are stored, one after the other");
	store_drop(3);
	ok(!*told(), "and nothing is said of what is not stored");
	store_close();
	supervisor_close();
	book_free(book);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc > 1)
		return be_pppd();
	if (!mkdtemp(directory))
		return 1;
	log_open(LOG_TO_STDERR, LOG_EMERG);
	signal(SIGPIPE, SIG_IGN);
	handover_init(argv);
	/* what this program has from who started it is in no book */
	for (fd = STDERR_FILENO + 1; fd < FDS; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	base_up();
	test_places();
	test_store();
	test_long_book();
	test_no_book();
	test_spoilt();
	test_taken_over();
	event_free(child);
	event_base_free(base);
	remove_files();
	return tap_done();
}
