// SPDX-License-Identifier: GPL-2.0
/* All clients, and what they are told to do */
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "clock.h"
#include "latency.h"
#include "tally.h"

/* Milliseconds between looks at whether the rate lets another one begin */
#define PACE		10
#define PING_PACE	1000

/**
 * struct task - the command that is carried out
 * @command: the command
 * @give_up: its seconds
 * @began: when it did
 * @wanted: so many begin; those that can when the command does, each once
 * @cursor: the first client that has not been looked at
 * @begun: how many have begun
 * @pending: how many of these are at it
 * @good: how many came to a good end
 * @failed: of those that dialled
 * @latency: of those that are up
 */
struct task {
	struct command		command;
	struct timeval		give_up;
	long long		began;
	unsigned int		wanted;
	unsigned int		cursor;
	unsigned int		begun;
	unsigned int		pending;
	unsigned int		good;
	struct tally		failed;
	struct latency		latency;
};

static struct client *clients;
static struct mschap_password *passwords;
static char **names;
static unsigned int count, alive;
static STAILQ_HEAD(, client) idle = STAILQ_HEAD_INITIALIZER(idle);
static struct task task;
static bool is_busy;
/* Calls that were up and ended, since the last answer */
static struct tally lost;
static struct event *pace, *timer;
static void (*is_done)(void);

static long long elapsed(void)
{
	return clock_ms() - task.began;
}

/* ---- answers ---- */

static void write_rate(struct json *json, long long ms)
{
	if (ms)
		json_number(json, "per-1000-s", task.good * 1000000LL / ms);
}

static void write_answer(struct json *json)
{
	long long ms = elapsed();

	json_object(json, NULL);
	json_string(json, "did", command_name(task.command.verb));
	json_number(json, "begun", task.begun);
	json_number(json, "good", task.good);
	json_number(json, "alive", alive);
	json_number(json, "wall-ms", ms);
	write_rate(json, ms);
	if (task.failed.all)
		tally_write(&task.failed, json, "failed");
	if (lost.all)
		tally_write(&lost, json, "lost");
	latency_write(&task.latency, json, "latency-ms");
	json_object_end(json);
}

static void finish(void)
{
	struct json json = { .out = stdout };

	is_busy = false;
	event_del(pace);
	event_del(timer);
	write_answer(&json);
	putchar('\n');
	fflush(stdout);
	memset(&lost, 0, sizeof(lost));
	is_done();
}

/* ---- dialling and hanging up: each begins as soon as it may ---- */

static bool may_begin(void)
{
	const struct command *command = &task.command;

	if (command->at_once && task.pending >= command->at_once)
		return false;
	return !command->rate || task.begun <= elapsed() * command->rate / 1000;
}

static bool dial_one(void)
{
	struct client *client = STAILQ_FIRST(&idle);

	if (!client || task.begun == task.wanted)
		return false;
	STAILQ_REMOVE_HEAD(&idle, idle);
	task.begun++;
	task.pending++;
	client_dial(client, &task.give_up);
	return true;
}

static bool hang_up_one(void)
{
	struct client *client;

	while (task.cursor < count) {
		client = &clients[task.cursor++];
		if (client->phase != CLIENT_UP)
			continue;
		task.begun++;
		task.pending++;
		alive--;
		client_hang_up(client, &task.give_up);
		return true;
	}
	return false;
}

static void begin_some(void)
{
	bool (*one)(void) = task.command.verb == COMMAND_DIAL ? dial_one : hang_up_one;

	while (may_begin()) {
		if (one())
			continue;
		if (!task.pending)
			finish();
		return;
	}
	if (task.command.rate)
		event_add(pace, &(struct timeval){ .tv_usec = PACE * 1000 });
}

/* ---- packets through each call, until all have come back ---- */

static void ping_all(void)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (clients[i].phase == CLIENT_UP && !clients[i].echoed)
			client_ping(&clients[i], task.command.octets);
	event_add(pace, &(struct timeval){ .tv_sec = PING_PACE / 1000 });
}

static void ping_begin(void)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		clients[i].echoed = false;
	task.begun = alive;
	if (!alive)
		event_active(timer, EV_TIMEOUT, 0);
	ping_all();
}

static void forget_all(void)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (clients[i].phase != CLIENT_UP)
			continue;
		client_forget(&clients[i]);
		STAILQ_INSERT_TAIL(&idle, &clients[i], idle);
		alive--;
		task.begun++;
		task.good++;
	}
	finish();
}

/* ---- clocks ---- */

static void on_pace(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (task.command.verb == COMMAND_PING)
		ping_all();
	else
		begin_some();
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	finish();
}

/* ---- what becomes of clients ---- */

static bool is_doing(enum command_verb verb)
{
	return is_busy && task.command.verb == verb;
}

/* The next one may begin, but not within the call of one that has just done so. */
static void one_less(void)
{
	task.pending--;
	event_active(pace, EV_TIMEOUT, 0);
}

static void on_up(struct client *client)
{
	alive++;
	task.good++;
	latency_add(&task.latency, client->took);
	one_less();
}

static void on_lost(enum cause cause, unsigned int code)
{
	alive--;
	tally_add(&lost, cause, code);
	if (is_doing(COMMAND_AWAIT) && alive <= task.command.alive)
		event_active(timer, EV_TIMEOUT, 0);
}

static void on_failed(struct client *client, enum cause cause, unsigned int code, bool was_up)
{
	STAILQ_INSERT_TAIL(&idle, client, idle);
	if (was_up) {
		on_lost(cause, code);
		return;
	}
	tally_add(&task.failed, cause, code);
	one_less();
}

static void on_gone(struct client *client, bool answered)
{
	STAILQ_INSERT_TAIL(&idle, client, idle);
	task.good += answered;
	one_less();
}

static void on_echoed(struct client *client)
{
	(void)client;
	if (is_doing(COMMAND_PING) && ++task.good >= alive)
		event_active(timer, EV_TIMEOUT, 0);
}

static const struct client_owner owner = {
	.up	= on_up,
	.failed	= on_failed,
	.gone	= on_gone,
	.echoed	= on_echoed,
};

/* ---- beginning and end ---- */

/* The name, with the client's number in the place of "%d"; NULL if there is no memory */
static char *name_of(const char *pattern, unsigned int number)
{
	const char *place = strstr(pattern, "%d");
	char *name;

	if (!place)
		return strdup(pattern);
	if (asprintf(&name, "%.*s%u%s", (int)(place - pattern), pattern, number, place + 2) < 0)
		return NULL;
	return name;
}

static int make_client(const struct options *options, unsigned int i)
{
	struct in_addr source = { .s_addr = htonl(options->first + i / options->per_source) };
	struct ppp_login login = { .password = &passwords[i], .encrypt = options->encrypt };

	names[i] = name_of(options->user, i);
	if (!names[i])
		return -1;
	login.user = names[i];
	mschap_password(&passwords[i], options->password ? options->password : names[i]);
	client_init(&clients[i], source, &login);
	STAILQ_INSERT_TAIL(&idle, &clients[i], idle);
	return 0;
}

static int make_clients(const struct options *options)
{
	unsigned int i;

	count = options->clients;
	clients = calloc(count, sizeof(*clients));
	passwords = calloc(count, sizeof(*passwords));
	names = calloc(count, sizeof(*names));
	if (!clients || !passwords || !names || latency_init(&task.latency, count))
		return -1;
	for (i = 0; i < count; i++)
		if (make_client(options, i))
			return -1;
	return 0;
}

/**
 * crowd_start - have clients, which do nothing yet
 * @base:	the loop
 * @options:	the command line
 * @done:	called when a command has been carried out, and answered
 *
 * Return: 0, or -1 with errno.
 */
int crowd_start(struct event_base *base, const struct options *options, void (*done)(void))
{
	is_done = done;
	pace = evtimer_new(base, on_pace, NULL);
	timer = evtimer_new(base, on_timer, NULL);
	errno = ENOMEM;
	if (!pace || !timer || client_start(base, options->server, &owner))
		return -1;
	return make_clients(options);
}

void crowd_stop(void)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		control_close(&clients[i].control);
		event_del(&clients[i].restart);
		event_del(&clients[i].deadline);
		free(names[i]);
	}
	client_stop();
	event_free(pace);
	event_free(timer);
	latency_free(&task.latency);
	free(names);
	free(passwords);
	free(clients);
}

/* Is there a command that has not been answered? */
bool crowd_is_busy(void)
{
	return is_busy;
}

static void begin_timer(void)
{
	event_add(timer, &task.give_up);
}

/**
 * crowd_do - carry out a command; the one before has been answered
 * @command:	the command
 */
void crowd_do(const struct command *command)
{
	struct latency latency = task.latency;
	unsigned int can = count - alive;

	latency.count = 0;
	task = (struct task){
		.wanted = command->count < can ? command->count : can,
		.command = *command,
		.give_up = { .tv_sec = command->seconds },
		.began = clock_ms(),
		.latency = latency,
	};
	is_busy = true;
	switch (command->verb) {
	case COMMAND_DIAL:
	case COMMAND_HANG_UP:
		event_active(pace, EV_TIMEOUT, 0);
		break;
	case COMMAND_PING:
		begin_timer();
		ping_begin();
		break;
	case COMMAND_AWAIT:
		begin_timer();
		if (alive <= command->alive)
			event_active(timer, EV_TIMEOUT, 0);
		break;
	case COMMAND_HOLD:
		begin_timer();
		break;
	case COMMAND_FORGET:
		forget_all();
		break;
	}
}
