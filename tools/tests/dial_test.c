// SPDX-License-Identifier: GPL-2.0
/*
 * Dialling while pppd gets signals: a server on loopback that answers only after the
 * dialler has been interrupted a few times. pppd itself is what stands below.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "dial.h"
#include "tap.h"

#define INTERRUPTIONS	3
#define SERVER_CALL_ID	99

/* ---- pppd, of both versions ---- */

extern int got_sigterm, got_sighup;
bool ppp_signaled(int number);
__attribute__((format(printf, 1, 2)))
void error(const char *format, ...);

int got_sigterm, got_sighup;
static char errors[1024];

bool ppp_signaled(int number)
{
	return number == SIGTERM ? got_sigterm : got_sighup;
}

void error(const char *format, ...)
{
	size_t len = strlen(errors);
	va_list args;

	va_start(args, format);
	vsnprintf(errors + len, sizeof(errors) - len, format, args);
	va_end(args);
}

/* ---- the kernel ---- */

int call_socket_claim(struct call_socket *call, struct in_addr local, uint32_t usage,
		      struct call_refusal *refusal)
{
	(void)local;
	(void)usage;
	(void)refusal;
	*call = (struct call_socket){ .fd = -1, .call_id = 7, .slot = 1 };
	return 0;
}

int call_socket_connect(const struct call_socket *call, struct in_addr peer,
			uint16_t peer_call_id, struct call_refusal *refusal)
{
	(void)call;
	(void)peer;
	(void)refusal;
	return peer_call_id == SERVER_CALL_ID ? 0 : -1;
}

void call_socket_peer_window(const struct call_socket *call, uint16_t packets)
{
	(void)call;
	(void)packets;
}

void call_socket_close(struct call_socket *call)
{
	(void)call;
}

void call_refusal_text(const struct call_refusal *refusal, uint32_t usage, char *text, size_t size)
{
	(void)refusal;
	(void)usage;
	snprintf(text, size, "refused by the test");
}

/* ---- name servers ---- */

static struct sockaddr_in named[2];	/* of "two.example"; "silent.example" gets no answer */

/* In a process of its own, where nothing but this is known of the test */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
		struct addrinfo **list)
{
	static struct addrinfo found[2];
	int i;

	(void)service;
	(void)hints;
	while (!strcmp(name, "silent.example"))
		pause();
	if (strcmp(name, "two.example"))
		return EAI_NONAME;
	for (i = 0; i < 2; i++) {
		found[i].ai_addr = (struct sockaddr *)&named[i];
		found[i].ai_next = i ? NULL : &found[1];
	}
	*list = found;
	return 0;
}

/* ---- signals ---- */

static int interrupted[2];	/* a pipe, an octet each time */

static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGTERM)
		got_sigterm = 1;
	else if (write(interrupted[1], "", 1) < 0)
		abort();
	errno = saved;
}

/* Interrupts whatever waits, every few milliseconds, until @interval is 0 */
static void interrupt_every(int interval)
{
	const struct itimerval timer = {
		.it_interval.tv_usec = interval * 1000, .it_value.tv_usec = interval * 1000,
	};
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* In the server, which shares the pipe: the dialler has waited in vain so often */
static void await_interruptions(void)
{
	char octet;
	int i;

	/* those of before are of another wait */
	while (poll(&(struct pollfd){ interrupted[0], POLLIN, 0 }, 1, 0) > 0)
		if (read(interrupted[0], &octet, 1) != 1)
			_exit(1);
	for (i = 0; i < INTERRUPTIONS; i++)
		if (read(interrupted[0], &octet, 1) != 1)
			_exit(1);
}

/* ---- the server ---- */

static struct sockaddr_in address = { .sin_family = AF_INET };

/* Return: -1 where somebody listens at all addresses */
static int listen_somewhere(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	/* the port is always the same, so the address is our own */
	address.sin_port = htons(1723);
	address.sin_addr.s_addr = htonl(0x7f170000 | (getpid() & 0xffff));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0)
		return fd;
	if (errno != EADDRINUSE)
		abort();
	close(fd);
	return -1;
}

static void take(struct stream *stream, enum pptp_type type)
{
	const char *reason;
	struct pptp_msg msg;

	if (stream_next(stream, &msg, &reason) != STREAM_MESSAGE || msg.type != type)
		_exit(1);
}

static void answer(struct stream *stream, const struct pptp_msg *msg)
{
	await_interruptions();
	if (!stream_send(stream, msg))
		_exit(1);
}

/* Takes the call, as late as is said above */
static void serve_call(struct stream *stream)
{
	static const struct pptp_msg started = {
		.type = PPTP_SCCRP,
		.start = { .version = PPTP_VERSION, .result = PPTP_START_OK },
	};
	static const struct pptp_msg connected = {
		.type = PPTP_OCRP,
		.out_reply = {
			.call_id = SERVER_CALL_ID, .peer_call_id = 7,
			.result = PPTP_OUT_CONNECTED, .window = 16,
		},
	};

	take(stream, PPTP_SCCRQ);
	answer(stream, &started);
	take(stream, PPTP_OCRQ);
	answer(stream, &connected);
}

static void serve_nothing(struct stream *stream)
{
	take(stream, PPTP_SCCRQ);
	pause();
}

/* Starts the connection, and then sends without end what the dialler has no use for */
static void flood(struct stream *stream)
{
	static const struct pptp_msg started = {
		.type = PPTP_SCCRP,
		.start = { .version = PPTP_VERSION, .result = PPTP_START_OK },
	};
	static const struct pptp_msg echo = {
		.type = PPTP_ECHO_RP, .echo = { .result = PPTP_RESULT_OK },
	};

	take(stream, PPTP_SCCRQ);
	stream_send(stream, &started);
	take(stream, PPTP_OCRQ);
	while (stream_send(stream, &echo))
		;
}

static void serve_flood(struct stream *stream)
{
	signal(SIGPIPE, SIG_IGN);
	flood(stream);
}

/* The same, while pppd is told to end */
static void serve_flood_to_end(struct stream *stream)
{
	pid_t dialler = getppid();

	if (fork() == 0) {
		await_interruptions();
		kill(dialler, SIGTERM);
		_exit(0);
	}
	serve_flood(stream);
}

/* Has pppd told to end, and then answers nothing */
static void serve_end(struct stream *stream)
{
	take(stream, PPTP_SCCRQ);
	await_interruptions();
	kill(getppid(), SIGTERM);
	pause();
}

/* Connections until the server's queue is full, so that the next one has to wait */
static int fill_queue(void)
{
	struct pollfd filler = { .events = POLLOUT };
	int count = 0;

	for (;;) {
		filler.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(filler.fd, (struct sockaddr *)&address, sizeof(address));
		if (poll(&filler, 1, 0) != 1)
			break;
		count++;
	}
	close(filler.fd);
	return count;
}

/* @waiting: so many are in its queue, and it is slow to take them */
static pid_t serve(int listener, int waiting, void (*service)(struct stream *stream))
{
	struct stream stream;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (waiting)
		await_interruptions();
	while (waiting-- > 0)
		close(accept(listener, NULL, NULL));
	stream_init(&stream, accept(listener, NULL, NULL));
	service(&stream);
	_exit(0);
}

static bool served(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- the tests ---- */

/* Returns what dial() does; @ms: how long it took */
static int dial_name(const char *server, int reply_timeout, long long *ms)
{
	const struct dial_plan plan = { .server = server, .reply_timeout = reply_timeout };
	long long begun = clock_ms();
	struct dialled dialled;
	int rc;

	errors[0] = '\0';
	got_sigterm = 0;
	interrupt_every(5);
	rc = dial(&plan, &dialled);
	*ms = clock_ms() - begun;
	if (rc == 0)
		stream_close(&dialled.line.stream);
	return rc;
}

static int dial_it(int reply_timeout, long long *ms)
{
	char server[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address.sin_addr, server, sizeof(server));
	return dial_name(server, reply_timeout, ms);
}

static void test_interrupted(int listener)
{
	pid_t pid = serve(listener, 0, serve_call);
	long long ms;

	ok(dial_it(60, &ms) == 0, "signals that do not end pppd do not end a dial");
	ok(served(pid) && !*errors, "nor is there a word about them");
	interrupt_every(0);
}

static void test_connecting(int listener)
{
	int waiting = fill_queue();
	pid_t pid = serve(listener, waiting, serve_call);
	long long ms;

	ok(waiting > 0 && dial_it(60, &ms) == 0, "the same while TCP connects");
	ok(served(pid) && !*errors, "and here too without a word");
	interrupt_every(0);
}

static void test_silent(int listener)
{
	pid_t pid = serve(listener, 0, serve_nothing);
	long long ms;

	ok(dial_it(1, &ms) == -1 && ms >= 1000 && ms < 30000,
	   "a silent server is given its time, and no more");
	ok(strstr(errors, "within 1 s"), "which is said");
	interrupt_every(0);
	kill(pid, SIGKILL);
	served(pid);
}

static void test_ended(int listener)
{
	pid_t pid = serve(listener, 0, serve_end);
	long long ms;

	ok(dial_it(60, &ms) == -1 && ms < 30000, "what ends pppd ends a dial at once");
	ok(got_sigterm && !*errors, "and is not called a fault of the server's");
	interrupt_every(0);
	kill(pid, SIGKILL);
	served(pid);
}

static void test_flooded(int listener)
{
	pid_t pid = serve(listener, 0, serve_flood);
	long long ms;

	ok(dial_it(1, &ms) == -1 && ms >= 1000 && ms < 30000 && strstr(errors, "within 1 s"),
	   "a server that sends without end is given no more time than a silent one");
	interrupt_every(0);
	served(pid);
	pid = serve(listener, 0, serve_flood_to_end);
	ok(dial_it(60, &ms) == -1 && ms < 30000 && got_sigterm && !*errors,
	   "what ends pppd ends a dial to it, too");
	interrupt_every(0);
	served(pid);
}

/* No answer from any name server: the C library waits for half a minute and more */
static void test_names(int listener)
{
	pid_t pid = fork();
	long long ms;

	if (pid == 0) {
		await_interruptions();
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	ok(dial_name("silent.example", 60, &ms) == -1 && ms < 1000 && got_sigterm && !*errors,
	   "what ends pppd ends the wait for a name server, within a second");
	interrupt_every(0);
	served(pid);
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no process of it is left");
	ok(dial_name("nobody.example", 60, &ms) == -1 && strstr(errors, "nobody.example: "),
	   "a name that nobody knows is told of");
	interrupt_every(0);
	named[0] = address;
	named[0].sin_addr.s_addr ^= htonl(0x00010000);
	named[1] = address;
	pid = serve(listener, 0, serve_call);
	ok(dial_name("two.example", 60, &ms) == 0 && strstr(errors, "cannot connect to two.example (127."),
	   "all addresses of a name are tried");
	interrupt_every(0);
	ok(served(pid), "until one answers");
}

int main(void)
{
	int listener = listen_somewhere();

	if (listener < 0) {
		puts("1..0 # SKIP this host serves TCP port 1723");
		return 0;
	}
	if (pipe(interrupted) < 0)
		return 1;
	test_interrupted(listener);
	test_connecting(listener);
	test_silent(listener);
	test_ended(listener);
	test_flooded(listener);
	test_names(listener);
	return tap_done();
}
