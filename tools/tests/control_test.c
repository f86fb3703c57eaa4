// SPDX-License-Identifier: GPL-2.0
/*
 * Control connections and their calls, over loopback TCP, with the daemon's own
 * code in this process; pppd is replaced by a script.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.h"
#include "collision.h"
#include "control.h"
#include "peer.h"
#include "rundir.h"
#include "sources.h"
#include "tap.h"

/* ---- the server ---- */

static char directory[] = "/tmp/pptpmuxd-control-XXXXXX";

static void write_file(const char *name, mode_t mode, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	chmod(path, mode);
}

/* A pppd that notes its arguments, then stays or ends as FAKE_EXIT says */
static void make_files(void)
{
	char conf[1024];

	if (!mkdtemp(directory))
		abort();
	write_file("pppd", 0755,
		   "#!/bin/sh\n"
		   "echo \"$@\" >\"$FAKE_DIRECTORY/arguments.new\"\n"
		   "mv \"$FAKE_DIRECTORY/arguments.new\" \"$FAKE_DIRECTORY/arguments\"\n"
		   "[ -n \"$FAKE_LINE\" ] && echo \"$FAKE_LINE\"\n"
		   "[ -n \"$FAKE_EXIT\" ] && exit \"$FAKE_EXIT\"\n"
		   "exec sleep 1000\n");
	snprintf(conf, sizeof(conf),
		 "warm-pppd = false\nlocalip = \"192.0.2.1\"\nremoteip = { \"192.0.2.10-192.0.2.13\" }\n"
		 "pppd = \"%s/pppd\"\nlisten = \"127.0.0.1\"\nhostname = \"testhost\"\n"
		 "options = { \"ms-dns 192.0.2.53\" }\nrun-directory = \"%s/run\"\n", directory,
		 directory);
	write_file("conf", 0644, conf);
	setenv("FAKE_DIRECTORY", directory, 1);
}

static void remove_files(void)
{
	static const char * const names[] = { "pppd", "conf", "arguments" };
	char path[128], state[128];
	size_t i;

	snprintf(path, sizeof(path), "%s/run", directory);
	if (rundir_path(path, NULL, state, sizeof(state)))
		rmdir(state);
	rmdir(path);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

static void server_up_at(const char *address)
{
	struct config *config;
	char path[128];

	snprintf(path, sizeof(path), "%s/conf", directory);
	config = config_load(path);
	if (!config)
		abort();
	inet_pton(AF_INET, address, &config->listen);
	config->port = 0;	/* any that is free */
	server = server_new(base, config);
	if (!server)
		abort();
	unsetenv("FAKE_EXIT");
	memset(&fake_refusal, 0, sizeof(fake_refusal));
}

static void server_up(void)
{
	server_up_at("127.0.0.1");
}

static bool nothing_left(void)
{
	return LIST_EMPTY(&server->controls) && LIST_EMPTY(&server->calls) &&
	       pool_count(server->pool, 0).held == 0;
}

static bool one_connection(void)
{
	return server->control_count == 1;
}

static bool has_arguments(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/arguments", directory);
	return access(path, R_OK) == 0;
}

static void server_down(void)
{
	if (!pump_until(nothing_left))
		abort();
	server_free(server);
}

static unsigned int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* ---- the tests ---- */

/* An echo comes back, and nothing else before it */
static bool client_alive(struct client *client)
{
	static uint32_t identifier = 0x12345678;
	struct pptp_msg reply, echo = { .type = PPTP_ECHO_RQ, .echo.identifier = ++identifier };

	return client_ask(client, &echo, &reply) == PPTP_ECHO_RP &&
	       reply.echo.identifier == identifier && reply.echo.result == PPTP_RESULT_OK;
}

/* What answers each type, in an established connection; 0: nothing */
static const struct {
	int reply;
	int result;		/* or reason, where the reply has one */
} answers[PPTP_TYPES] = {
	[PPTP_SCCRQ] = { PPTP_SCCRP, PPTP_START_EXISTS },
	[PPTP_SCCRP] = { PPTP_STOP_RQ, PPTP_STOP_PROTOCOL },
	[PPTP_STOP_RQ] = { PPTP_STOP_RP, PPTP_RESULT_OK },
	[PPTP_STOP_RP] = { PPTP_STOP_RQ, PPTP_STOP_PROTOCOL },
	[PPTP_ECHO_RQ] = { PPTP_ECHO_RP, PPTP_RESULT_OK },
	[PPTP_ECHO_RP] = { 0, 0 },
	[PPTP_OCRQ] = { PPTP_OCRP, PPTP_OUT_GENERAL },	/* all fields zero: bad value */
	[PPTP_OCRP] = { PPTP_STOP_RQ, PPTP_STOP_PROTOCOL },
	[PPTP_ICRQ] = { PPTP_ICRP, PPTP_IN_GENERAL },	/* the same */
	[PPTP_ICRP] = { PPTP_STOP_RQ, PPTP_STOP_PROTOCOL },
	[PPTP_ICCN] = { PPTP_STOP_RQ, PPTP_STOP_PROTOCOL },
	[PPTP_CCRQ] = { 0, 0 },
	[PPTP_CDN] = { 0, 0 },
	[PPTP_WEN] = { 0, 0 },
	[PPTP_SLI] = { 0, 0 },
};

static int result_of(const struct pptp_msg *msg)
{
	switch (msg->type) {
	case PPTP_SCCRP:
		return msg->start.result;
	case PPTP_STOP_RQ:
	case PPTP_STOP_RP:
		return msg->stop.result;
	case PPTP_ECHO_RP:
		return msg->echo.result;
	case PPTP_OCRP:
		return msg->out_reply.result;
	case PPTP_ICRP:
		return msg->in_reply.result;
	default:
		return -1;
	}
}

static bool answered(enum pptp_type type)
{
	struct pptp_msg reply, msg = { .type = type };
	struct client client;
	bool good;

	good = client_start(&client);
	if (answers[type].reply)
		good &= client_ask(&client, &msg, &reply) == answers[type].reply &&
			result_of(&reply) == answers[type].result;
	else
		client_send(&client, &msg);
	if (type == PPTP_STOP_RQ)
		good &= client_receive(&client, &reply) == 0;
	else if (answers[type].reply != PPTP_STOP_RQ)
		good &= client_alive(&client);
	client_close(&client);
	return good;
}

static bool refused_when_new(enum pptp_type type)
{
	struct pptp_msg reply, msg = { .type = type };
	struct client client;
	bool good;

	client_connect(&client);
	good = client_ask(&client, &msg, &reply) == 0;
	client_close(&client);
	return good;
}

static void test_states(void)
{
	unsigned int type;
	char what[80];

	server_up();
	for (type = PPTP_SCCRQ; type < PPTP_TYPES; type++) {
		snprintf(what, sizeof(what), "established: %s", pptp_type_name(type));
		ok(answered(type), what);
		if (type == PPTP_SCCRQ)
			continue;
		snprintf(what, sizeof(what), "new: %s closes", pptp_type_name(type));
		ok(refused_when_new(type), what);
	}
	server_down();
}

static void test_version(void)
{
	struct pptp_msg reply, msg = sccrq;
	struct client client;

	server_up();
	msg.start.version = 0x00ff;
	client_connect(&client);
	ok(client_ask(&client, &msg, &reply) == PPTP_SCCRP &&
	   reply.start.result == PPTP_START_VERSION && reply.start.version == PPTP_VERSION &&
	   client_receive(&client, &reply) == 0, "an earlier protocol version: result 5, closed");
	client_close(&client);
	msg.start.version = 0x0200;
	client_connect(&client);
	ok(client_ask(&client, &msg, &reply) == PPTP_SCCRP &&
	   reply.start.result == PPTP_START_OK && reply.start.version == PPTP_VERSION &&
	   client_alive(&client), "a later one: accepted, and told ours");
	client_close(&client);
	server_down();
}

static void test_stream(void)
{
	uint8_t data[3 * PPTP_MSG_MAX];
	struct pptp_msg reply;
	struct client client;
	size_t i, len;

	server_up();
	client_connect(&client);
	client_write(&client, "GET / HTTP/1.0\r\n\r\n", 18);
	ok(client_receive(&client, &reply) == 0, "another protocol: closed");
	client_close(&client);

	client_connect(&client);
	len = pptp_msg_encode(&sccrq, data, sizeof(data));
	for (i = 0; i < len; i++)
		client_write(&client, data + i, 1);
	ok(client_receive(&client, &reply) == PPTP_SCCRP, "octet by octet");
	client_close(&client);

	client_connect(&client);
	len += pptp_msg_encode(&ocrq, data + len, sizeof(data) - len);
	len += pptp_msg_encode(&ccrq, data + len, sizeof(data) - len);
	client_write(&client, data, len);
	ok(client_receive(&client, &reply) == PPTP_SCCRP &&
	   client_receive(&client, &reply) == PPTP_OCRP &&
	   client_receive(&client, &reply) == PPTP_CDN, "three messages in one piece");
	client_close(&client);
	server_down();
}

static void test_refusals(void)
{
	static const struct {
		int error;
		uint32_t reason;
		int result;
		int code;
		const char *what;
	} refusals[] = {
		{ EBUSY, PPTP_MUX_REFUSAL_ALL_BUSY, PPTP_OUT_BUSY, 0, "all slots busy: 4" },
		{ EACCES, PPTP_MUX_REFUSAL_NO_USAGE, PPTP_OUT_NOT_ACCEPTED, 0,
		  "no slot receives: 7" },
		{ ENOBUFS, PPTP_MUX_REFUSAL_NO_RESOURCE, PPTP_OUT_GENERAL,
		  PPTP_ERROR_NO_RESOURCE, "no resource: 2, error 4" },
		{ ENOMEM, PPTP_MUX_REFUSAL_NONE, PPTP_OUT_GENERAL, PPTP_ERROR_NO_RESOURCE,
		  "no memory: 2, error 4" },
		{ EAFNOSUPPORT, PPTP_MUX_REFUSAL_NONE, PPTP_OUT_GENERAL, PPTP_ERROR_PAC,
		  "no module: 2, error 6" },
	};
	struct client client;
	struct pptp_msg reply;
	size_t i;

	server_up();
	client_start(&client);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		fake_refusal.error = refusals[i].error;
		fake_refusal.slots.reason = refusals[i].reason;
		ok(client_ask(&client, &ocrq, &reply) == PPTP_OCRP &&
		   reply.out_reply.result == refusals[i].result &&
		   reply.out_reply.error == refusals[i].code &&
		   reply.out_reply.peer_call_id == CLIENT_CALL_ID && no_calls(),
		   refusals[i].what);
	}
	memset(&fake_refusal, 0, sizeof(fake_refusal));
	ok(client_call(&client, &reply), "and the next try on the same connection succeeds");
	client_close(&client);
	server_down();
}

static void expect_fault(struct client *client, const struct pptp_msg *request, int code,
			 const char *what)
{
	struct pptp_msg reply;

	ok(client_ask(client, request, &reply) == PPTP_OCRP &&
	   reply.out_reply.result == PPTP_OUT_GENERAL && reply.out_reply.error == code, what);
}

static void test_requests(void)
{
	struct pptp_msg reply, request = ocrq;
	struct client client;
	int i;

	server_up();
	client_start(&client);
	request.out_request.phone_len = 65;
	expect_fault(&client, &request, PPTP_ERROR_BAD_FORMAT, "a phone number of 65 octets");
	request = ocrq;
	request.out_request.framing = 4;
	expect_fault(&client, &request, PPTP_ERROR_BAD_VALUE, "a framing that there is not");
	request = ocrq;
	request.out_request.bearer = 0;
	expect_fault(&client, &request, PPTP_ERROR_BAD_VALUE, "no bearer");
	request = ocrq;
	request.out_request.min_bps = 200000000;
	expect_fault(&client, &request, PPTP_ERROR_BAD_VALUE, "a minimum above the maximum");
	client_call(&client, &reply);
	expect_fault(&client, &ocrq, PPTP_ERROR_BAD_CALL_ID, "a call id that is in use");
	request = ocrq;
	for (i = 1; i < 4; i++) {
		request.out_request.call_id = CLIENT_CALL_ID + i;
		client_ask(&client, &request, &reply);
	}
	ok(reply.out_reply.result == PPTP_OUT_CONNECTED, "four calls on one connection");
	request.out_request.call_id = 1;
	server->config->max_calls = 4;
	expect_fault(&client, &request, PPTP_ERROR_NO_RESOURCE, "max-calls-per-connection");
	ok(client_alive(&client), "and the connection stands");
	client_close(&client);
	server_down();
}

static void test_clear(void)
{
	struct pptp_msg reply, again;
	struct client client;

	server_up();
	client_start(&client);
	client_call(&client, &reply);
	ok(client_ask(&client, &ccrq, &again) == PPTP_CDN &&
	   again.disconnect.call_id == reply.out_reply.call_id &&
	   again.disconnect.result == PPTP_CDN_REQUEST, "Call-Clear-Request: notified at once");
	ok(client_call(&client, &again) &&
	   again.out_reply.call_id != reply.out_reply.call_id,
	   "the same client call id may be used again at once");
	client_send(&client, &ccrq);
	ok(client_receive(&client, &reply) == PPTP_CDN && pump_until(no_calls) &&
	   fake_cause == PPTP_MUX_CAUSE_PEER && client_alive(&client),
	   "both calls end, cause: the peer");
	client_close(&client);
	server_down();
}

/* ---- incoming calls: the client is the PAC ---- */

static const struct pptp_msg icrq = {
	.type = PPTP_ICRQ,
	.in_request = { .call_id = CLIENT_CALL_ID, .bearer = 1, .dialing = "5551234" },
};

static const struct pptp_msg client_cdn = {
	.type = PPTP_CDN,
	.disconnect = { .call_id = CLIENT_CALL_ID, .result = PPTP_CDN_LOST_CARRIER,
			.statistics = "rung off" },
};

/* The server's call id, 0 if it has not accepted */
static uint16_t client_ring(struct client *client)
{
	struct pptp_msg reply;

	if (client_ask(client, &icrq, &reply) != PPTP_ICRP ||
	    reply.in_reply.result != PPTP_IN_CONNECT ||
	    reply.in_reply.peer_call_id != CLIENT_CALL_ID || !reply.in_reply.window)
		return 0;
	return reply.in_reply.call_id;
}

static bool has_pppd(void)
{
	return LIST_FIRST(&server->calls)->pppd;
}

static bool client_connected(struct client *client, uint16_t id)
{
	const struct pptp_msg iccn = {
		.type = PPTP_ICCN,
		.in_connected = { .peer_call_id = id, .window = CLIENT_WINDOW, .framing = 1 },
	};

	fake_window = 0;
	client_send(client, &iccn);
	return pump_until(has_pppd) && fake_window == CLIENT_WINDOW;
}

static bool cleared(struct client *client, uint16_t id)
{
	struct pptp_msg msg;

	return client_receive(client, &msg) == PPTP_CCRQ && msg.clear.call_id == id;
}

static void test_incoming(void)
{
	struct client client;
	struct pptp_msg msg;
	uint16_t id;

	server_up();
	client_start(&client);
	id = client_ring(&client);
	ok(id && !has_pppd(), "incoming call: accepted, and no pppd before it is connected");
	ok(client_connected(&client, id), "Incoming-Call-Connected starts pppd");
	client_send(&client, &client_cdn);
	ok(pump_until(no_calls) && fake_cause == PPTP_MUX_CAUSE_PEER,
	   "the PAC's Call-Disconnect-Notify ends it, and is not answered");

	id = client_ring(&client);
	client_send(&client, &client_cdn);
	ok(id && pump_until(no_calls), "a caller that hangs up before it is connected");

	setenv("FAKE_EXIT", "12", 1);
	id = client_ring(&client);
	client_send(&client, &(struct pptp_msg){ .type = PPTP_ICCN,
						 .in_connected.peer_call_id = id });
	ok(id && cleared(&client, id) && !no_calls(),
	   "pppd ends: the PAC is asked to clear the call");
	ok(client_ask(&client, &icrq, &msg) == PPTP_ICRP &&
	   msg.in_reply.result == PPTP_IN_GENERAL && msg.in_reply.error == PPTP_ERROR_BAD_CALL_ID,
	   "until it has, the PAC's call id is taken");
	unsetenv("FAKE_EXIT");
	client_send(&client, &client_cdn);
	ok(pump_until(no_calls) && client_ring(&client) && client_alive(&client),
	   "then it is free");
	client_close(&client);
	server_down();
}

static void test_incoming_timeouts(void)
{
	struct client client;
	uint16_t id;

	server_up();
	server->config->reply_timeout = 1;
	client_start(&client);
	id = client_ring(&client);
	ok(id && cleared(&client, id), "not connected in time: the PAC is asked to clear it");
	ok(pump_until(no_calls) && client_alive(&client), "without an answer it is over too");
	id = client_ring(&client);
	LIST_FIRST(&server->calls)->cause = 0;
	call_hang_up(LIST_FIRST(&server->calls), PPTP_MUX_CAUSE_ADMIN);
	ok(id && cleared(&client, id), "hung up before it is connected");
	client_send(&client, &(struct pptp_msg){ .type = PPTP_ICCN,
						 .in_connected.peer_call_id = id });
	client_send(&client, &client_cdn);
	ok(pump_until(no_calls) && client_alive(&client),
	   "the connect that crossed with that is no fault");
	client_close(&client);
	server_down();
}

static void test_incoming_refused(void)
{
	struct pptp_msg reply, request = icrq;
	struct client client;

	server_up();
	client_start(&client);
	fake_refusal.error = EBUSY;
	fake_refusal.slots.reason = PPTP_MUX_REFUSAL_ALL_BUSY;
	ok(client_ask(&client, &icrq, &reply) == PPTP_ICRP &&
	   reply.in_reply.result == PPTP_IN_NOT_ACCEPTED && !reply.in_reply.error && no_calls(),
	   "incoming call, all slots busy: 3");
	fake_refusal.error = ENOBUFS;
	fake_refusal.slots.reason = PPTP_MUX_REFUSAL_NO_RESOURCE;
	ok(client_ask(&client, &icrq, &reply) == PPTP_ICRP &&
	   reply.in_reply.result == PPTP_IN_GENERAL &&
	   reply.in_reply.error == PPTP_ERROR_NO_RESOURCE, "no resource: 2, error 4");
	memset(&fake_refusal, 0, sizeof(fake_refusal));
	request.in_request.dialing_len = 65;
	ok(client_ask(&client, &request, &reply) == PPTP_ICRP &&
	   reply.in_reply.result == PPTP_IN_GENERAL &&
	   reply.in_reply.error == PPTP_ERROR_BAD_FORMAT, "a caller's number of 65 octets: 2, error 2");
	ok(client_ring(&client) && client_ask(&client, &ocrq, &reply) == PPTP_OCRP &&
	   reply.out_reply.error == PPTP_ERROR_BAD_CALL_ID,
	   "a call id is one call's, whichever way it goes");
	client_close(&client);
	server_down();
}

/* A message that its call's state forbids stops the connection, reason 2 */
static bool stops(struct client *client, const struct pptp_msg *msg)
{
	struct pptp_msg reply;

	return client_ask(client, msg, &reply) == PPTP_STOP_RQ &&
	       reply.stop.result == PPTP_STOP_PROTOCOL;
}

static void test_forbidden(void)
{
	struct pptp_msg msg, request = ocrq;
	struct client client;
	uint16_t id;

	server_up();
	client_start(&client);
	id = client_ring(&client);
	client_connected(&client, id);
	msg = (struct pptp_msg){ .type = PPTP_ICCN, .in_connected.peer_call_id = id };
	ok(stops(&client, &msg), "connected twice");
	client_close(&client);
	client_start(&client);
	client_ring(&client);
	ok(stops(&client, &ccrq), "a PAC that asks to clear its own call");
	client_close(&client);
	client_start(&client);
	client_call(&client, &msg);
	msg = (struct pptp_msg){ .type = PPTP_OCRP,
				 .out_reply.peer_call_id = msg.out_reply.call_id };
	ok(stops(&client, &msg), "a reply to a call that was not asked for");
	request.out_request.call_id = CLIENT_CALL_ID + 1;
	ok(client_ask(&client, &request, &msg) == PPTP_OCRP &&
	   msg.out_reply.result == PPTP_OUT_NOT_ACCEPTED,
	   "no new call while the connection is being stopped");
	client_close(&client);
	server_down();
}

static bool has_link_info(void)
{
	return LIST_FIRST(&server->calls)->link.send_accm == 0x000a0000;
}

/* WAN-Error-Notify and Set-Link-Info, and the statistics at the end */
static void test_notes(void)
{
	struct pptp_msg call, msg;
	struct client client;
	long long began;

	server_up();
	server->config->wan_error_interval = 1;
	fake_stats = (struct call_stats){ .errors = { .time_out = 3 } };
	client_start(&client);
	began = clock_ms();
	client_call(&client, &call);
	ok(client_receive(&client, &msg) == PPTP_WEN && msg.wan_error.time_out == 3 &&
	   msg.wan_error.peer_call_id == CLIENT_CALL_ID && clock_ms() - began > 900,
	   "errors are told after the interval");
	server->config->echo_interval = 2;
	ok(client_alive(&client) && client_receive(&client, &msg) == PPTP_ECHO_RQ,
	   "and not again while there are no more");
	fake_stats.errors.framing = 1;
	ok(client_receive(&client, &msg) == PPTP_WEN && msg.wan_error.framing == 1 &&
	   msg.wan_error.time_out == 3, "then all there ever were");
	msg = (struct pptp_msg){ .type = PPTP_WEN, .wan_error = {
		.peer_call_id = call.out_reply.call_id, .crc = 7 } };
	client_send(&client, &msg);
	msg = (struct pptp_msg){ .type = PPTP_SLI, .link_info = {
		.peer_call_id = call.out_reply.call_id, .send_accm = 0x000a0000 } };
	client_send(&client, &msg);
	ok(pump_until(has_link_info) && LIST_FIRST(&server->calls)->counted.crc == 7,
	   "the peer's errors and its ACCMs are kept");
	ok(client_ask(&client, &ccrq, &msg) == PPTP_CDN &&
	   !strcmp(msg.disconnect.statistics, "lost 3"), "a call ends with its statistics");
	client_close(&client);
	server_down();
	memset(&fake_stats, 0, sizeof(fake_stats));
}

static void test_pppd_ends(void)
{
	static const struct {
		const char *status;
		int result;
		uint32_t cause;
		const char *what;
	} ends[] = {
		{ "1", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, "pppd fails" },
		{ "11", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, "authentication fails" },
		{ "12", PPTP_CDN_ADMINISTRATIVE, PPTP_MUX_CAUSE_PPP, "idle" },
		{ "15", PPTP_CDN_LOST_CARRIER, PPTP_MUX_CAUSE_LOST, "the client is dead" },
		{ "16", PPTP_CDN_LOST_CARRIER, PPTP_MUX_CAUSE_PEER, "hang-up" },
		{ "99", PPTP_CDN_GENERAL, PPTP_MUX_CAUSE_PPP, "an unknown status" },
	};
	struct client client;
	struct pptp_msg call, cdn;
	size_t i;

	server_up();
	client_start(&client);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		setenv("FAKE_EXIT", ends[i].status, 1);
		ok(client_call(&client, &call) && client_receive(&client, &cdn) == PPTP_CDN &&
		   cdn.disconnect.call_id == call.out_reply.call_id &&
		   cdn.disconnect.result == ends[i].result && fake_cause == ends[i].cause &&
		   no_calls(), ends[i].what);
	}
	unsetenv("FAKE_EXIT");
	client_close(&client);
	server_down();
}

static void test_arguments(void)
{
	static const char * const want[] = {
		"plugin ", "pptp_mux_fd 3", "pptp_mux_lease_fd 4", " auth ", "require-mschap-v2", "require-mppe-128",
		"nomppe-stateful", "mtu 1400", "ms-dns 192.0.2.53 192.0.2.1: ipparam",
		"ipparam 127.0.0.1", "remotenumber 127.0.0.1", "nodetach",
	};
	char path[128], text[2048] = "";
	struct pptp_msg reply;
	struct client client;
	FILE *file;
	size_t i;

	snprintf(path, sizeof(path), "%s/arguments", directory);
	unlink(path);
	server_up();
	client_start(&client);
	client_call(&client, &reply);
	if (pump_until(has_arguments)) {
		file = fopen(path, "r");
		ok(fgets(text, sizeof(text), file), "pppd has been given arguments");
		fclose(file);
	}
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		ok(strstr(text, want[i]), want[i]);
	client_close(&client);
	server_down();
}

static void test_loss(void)
{
	struct linger reset = { .l_onoff = 1 };
	struct pptp_msg reply;
	struct client client;

	server_up();
	client_start(&client);
	client_call(&client, &reply);
	setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	client_close(&client);
	ok(pump_until(nothing_left) && fake_cause == PPTP_MUX_CAUSE_LOST,
	   "a reset connection takes its call with it, cause: lost");

	server->config->echo_interval = 1;
	server->config->echo_timeout = 1;
	client_start(&client);
	client_call(&client, &reply);
	ok(client_receive(&client, &reply) == PPTP_ECHO_RQ, "a silent client is asked for an echo");
	reply = (struct pptp_msg){ .type = PPTP_ECHO_RP, .echo = {
		.identifier = reply.echo.identifier, .result = PPTP_RESULT_OK } };
	client_send(&client, &reply);
	ok(client_receive(&client, &reply) == PPTP_ECHO_RQ, "and again when it has answered");
	ok(client_receive(&client, &reply) == 0 && pump_until(nothing_left),
	   "without an answer, connection and call go");
	client_close(&client);
	server_down();
}

static void test_limits(void)
{
	struct client clients[3];
	struct pptp_msg reply;

	server_up();
	server->config->start_timeout = 1;
	client_connect(&clients[0]);
	ok(client_receive(&clients[0], &reply) == 0 && pump_until(nothing_left),
	   "a connection that says nothing is closed");
	client_close(&clients[0]);

	server->config->start_timeout = 60;
	server->config->max_per_source = 1;
	client_start(&clients[0]);
	client_call(&clients[0], &reply);
	client_connect(&clients[1]);
	ok(client_receive(&clients[1], &reply) == 0, "max-connections-per-source");
	server->config->max_per_source = 9;
	server->config->max_connections = 1;
	client_connect(&clients[2]);
	ok(client_receive(&clients[2], &reply) == 0 && client_alive(&clients[0]),
	   "max-connections, and those that stand are not touched");
	client_close(&clients[0]);
	client_close(&clients[1]);
	client_close(&clients[2]);
	server_down();
}

static bool client_alive_after_start(struct client *client)
{
	struct pptp_msg reply;

	return client_receive(client, &reply) == PPTP_SCCRP && client_alive(client);
}

static bool client_starts(struct client *client)
{
	client_send(client, &sccrq);
	return client_alive_after_start(client);
}

/* Asks again until a call is connected */
static bool client_call_until(struct client *client)
{
	long long deadline = clock_ms() + DEADLINE_MS;
	struct pptp_msg reply;

	while (client_ask(client, &ocrq, &reply) == PPTP_OCRP && clock_ms() < deadline) {
		if (reply.out_reply.result == PPTP_OUT_CONNECTED)
			return true;
	}
	return false;
}

/* We dial the client while it dials us: the higher address goes on */
static void test_collision(void)
{
	struct in_addr client_address;
	struct pptp_msg reply;
	struct client client;
	int dialler;

	server_up_at("0.0.0.0");
	server->config->start_timeout = 1;
	inet_pton(AF_INET, "127.0.0.1", &client_address);
	dialler = collision_announce(client_address);
	ok(dialler >= 0 && collision_announce(client_address) < 0, "one dialler waits for a peer");
	ok(client_start(&client) && !collision_told(dialler), "a host that dials itself");
	client_close(&client);
	close(dialler);

	inet_pton(AF_INET, "127.0.0.2", &client_address);
	dialler = collision_announce(client_address);
	client_source = "127.0.0.2";
	client_target = "127.0.0.1";
	ok(client_start(&client) && collision_told(dialler),
	   "collision, the peer's address is higher: its connection is accepted, our dialler told");
	client_close(&client);
	client_target = "127.0.0.3";
	client_connect(&client);
	ok(client_ask(&client, &sccrq, &reply) == 0 && collision_told(dialler),
	   "ours is higher: nothing is sent to it");
	client_close(&client);
	close(dialler);
	ok(client_start(&client) && client_alive(&client), "no collision when we do not wait");
	client_close(&client);
	client_source = "127.0.0.1";
	client_target = NULL;
	server_down();
}

/* The kernel holds all of 127.0.0.0/8, so there are as many sources as are wanted */
static void connect_from(struct client *client, const char *source)
{
	client_source = source;
	client_connect(client);
	client_source = "127.0.0.1";
}

static bool start_from(struct client *client, const char *source)
{
	struct pptp_msg reply;

	connect_from(client, source);
	return client_ask(client, &sccrq, &reply) == PPTP_SCCRP &&
	       reply.start.result == PPTP_START_OK;
}

static unsigned int wanted_connections;

static bool that_many(void)
{
	return server->control_count == wanted_connections;
}

static bool connections(unsigned int count)
{
	wanted_connections = count;
	return pump_until(that_many);
}

static bool is_closed(struct client *client)
{
	struct pptp_msg reply;

	return client_receive(client, &reply) == 0;
}

static bool client_calls(struct client *client)
{
	struct pptp_msg reply;

	return client_call(client, &reply);
}

/* One source opens more than there is room for; others come all the same */
static void test_half_open(void)
{
	struct client flood[8], quiet, late, other, client;
	bool good = true;
	int i;

	server_up();
	server->config->max_half_open = 8;
	connect_from(&quiet, "127.0.0.2");
	for (i = 0; i < 7; i++)
		connect_from(&flood[i], "127.0.0.3");
	ok(connections(8), "a full table of half-open connections");
	connect_from(&late, "127.0.0.4");
	ok(is_closed(&flood[0]), "a newcomer closes the oldest of the source with most");
	connect_from(&flood[7], "127.0.0.3");
	ok(is_closed(&flood[1]), "and a newcomer of that source its own oldest");
	client_send(&quiet, &sccrq);
	client_send(&late, &sccrq);
	ok(client_alive_after_start(&quiet) && client_alive_after_start(&late),
	   "both others are served, whoever came first");
	server->config->max_connections = 8;
	ok(start_from(&other, "127.0.0.5") && is_closed(&flood[2]),
	   "half-open ones make room where max-connections is reached, too");
	for (i = 3; i < 8; i++)
		good &= client_starts(&flood[i]);
	ok(good && connections(8), "the rest of the flood may start");
	client_close(&flood[0]);
	ok(start_from(&flood[0], "127.0.0.6") && is_closed(&flood[3]) && client_alive(&other),
	   "and gives way all the same as long as it does not call");
	good = client_calls(&quiet) && client_calls(&late) && client_calls(&other) &&
	       client_calls(&flood[0]);
	for (i = 4; i < 8; i++)
		good &= client_calls(&flood[i]);
	connect_from(&client, "127.0.0.7");
	ok(good && is_closed(&flood[4]), "of those that have called, so does the source with most");
	good = client_alive(&quiet) && client_alive(&late) && client_alive(&other) &&
	       client_alive(&flood[0]);
	for (i = 5; i < 8; i++)
		good &= client_alive(&flood[i]);
	ok(good, "and nobody else");
	client_close(&client);
	for (i = 0; i < 8; i++)
		client_close(&flood[i]);
	client_close(&quiet);
	client_close(&late);
	client_close(&other);
	ok(pump_until(nothing_left) && !server->ranked[RANK_CALLED] &&
	   TAILQ_EMPTY(&server->ranks[RANK_CALLED]),
	   "and all is given back");
	server_down();
}

/* One source has all that there is room for, and all of it is started; others begin */
static void test_uncalled(void)
{
	struct client flood[8], early, late;
	bool good = true;
	int i;

	server_up();
	server->config->max_connections = 8;
	for (i = 0; i < 8; i++)
		good &= start_from(&flood[i], "127.0.0.3");
	ok(good && connections(8), "a full table of connections without a call");
	connect_from(&early, "127.0.0.4");
	ok(is_closed(&flood[0]), "a newcomer closes the oldest of the source with most");
	connect_from(&late, "127.0.0.5");
	ok(is_closed(&flood[1]), "and the next one not the one before it, which has not started");
	client_send(&early, &sccrq);
	client_send(&late, &sccrq);
	ok(client_alive_after_start(&early) && client_alive_after_start(&late),
	   "both others are served");
	for (i = 0; i < 8; i++)
		client_close(&flood[i]);
	client_close(&early);
	client_close(&late);
	server_down();
}

/* One address, a sick machine and healthy ones behind it */
static void test_shared_source(void)
{
	struct client flood[300], good, idle;
	int i;

	server_up();
	server->config->max_per_source = 4;
	server->config->max_rate = 0;
	ok(client_start(&good) && client_calls(&good), "a client behind a NAT has its call");
	for (i = 0; i < 300; i++)
		client_connect(&flood[i]);
	ok(connections(4) && is_closed(&flood[296]) && client_alive(&good),
	   "300 half-open connections of its address close each other");
	ok(client_start(&idle) && is_closed(&flood[297]), "another one is let in");
	client_close(&flood[0]);
	client_connect(&flood[0]);
	client_close(&flood[1]);
	client_connect(&flood[1]);
	ok(is_closed(&flood[298]) && is_closed(&flood[299]) && client_alive(&idle),
	   "as long as some are half open, the one that has started stays");
	for (i = 0; i < 300; i++)
		client_close(&flood[i]);
	client_close(&good);
	client_close(&idle);
	server_down();
}

static bool client_send_second(struct client *client)
{
	struct pptp_msg reply, second = ocrq;

	second.out_request.call_id++;
	return client_ask(client, &second, &reply) == PPTP_OCRP &&
	       reply.out_reply.result == PPTP_OUT_CONNECTED;
}

static bool has_failures(void)
{
	const struct control *control;

	LIST_FOREACH(control, &server->controls, entry) {
		if (control->source->failures == 3)
			return true;
	}
	return false;
}

/* pppd's exit status says that a log-in has failed */
static void test_backoff(void)
{
	struct client client, other;
	struct pptp_msg reply;
	bool good = true;
	int i;

	server_up();
	server->config->login_failures = 2;
	server->config->login_backoff = 1;
	setenv("FAKE_EXIT", "11", 1);
	client_start(&client);
	for (i = 0; i < 4; i++) {
		setenv("FAKE_LINE", i % 2 ? "peer refused to authenticate: terminating link" :
		       "rc_send_server: no reply from RADIUS server 192.0.2.7:1812", 1);
		good &= client_call(&client, &reply) && pump_until(no_calls) &&
			client_receive(&client, &reply) == PPTP_CDN;
	}
	ok(good, "who refuses to authenticate, or is refused without a judge, guesses at nothing");
	setenv("FAKE_LINE", "EAP: MSCHAPv2 failure for peer alice", 1);
	client_call(&client, &reply);
	ok(pump_until(no_calls) && client_receive(&client, &reply) == PPTP_CDN &&
	   client_call(&client, &reply), "one log-in that fails does no harm");
	ok(pump_until(no_calls) && client_receive(&client, &reply) == PPTP_CDN &&
	   client_ask(&client, &ocrq, &reply) == PPTP_OCRP &&
	   reply.out_reply.result == PPTP_OUT_NOT_ACCEPTED, "after two, its calls are refused: 7");
	client_connect(&other);
	ok(client_ask(&other, &sccrq, &reply) == PPTP_SCCRP &&
	   reply.start.result == PPTP_START_NOT_AUTHORISED && is_closed(&other),
	   "and its connections: 4");
	client_close(&other);
	unsetenv("FAKE_EXIT");
	unsetenv("FAKE_LINE");
	ok(start_from(&other, "127.0.0.2") && client_call(&other, &reply),
	   "another source is not held back");
	ok(client_call_until(&client), "when the pause is over, it may call");
	setenv("FAKE_LINE", "Peer alice failed CHAP authentication", 1);
	setenv("FAKE_EXIT", "5", 1);
	ok(client_send_second(&client) && pump_until(has_failures),
	   "who hangs up before pppd says why is not forgotten");
	unsetenv("FAKE_LINE");
	unsetenv("FAKE_EXIT");
	client_close(&client);
	client_close(&other);
	server_down();
}

static void test_source_calls(void)
{
	struct pptp_msg reply, request = ocrq;
	struct client client, second, other;

	server_up();
	server->config->max_source_calls = 2;
	ok(client_start(&client) && client_call(&client, &reply) &&
	   client_start(&second) && client_call(&second, &reply), "two calls of one source");
	request.out_request.call_id = 1;
	expect_fault(&client, &request, PPTP_ERROR_NO_RESOURCE, "max-calls-per-source");
	ok(start_from(&other, "127.0.0.2") && client_call(&other, &reply),
	   "another source may call");
	client_close(&client);
	client_close(&second);
	client_close(&other);
	server_down();
}

static void test_rate(void)
{
	struct pptp_msg reply, second = ocrq;
	struct client clients[3];

	second.out_request.call_id++;
	server_up();
	server->config->max_rate = 2;
	ok(client_start(&clients[0]) && client_start(&clients[1]), "two connections in a second");
	client_connect(&clients[2]);
	ok(is_closed(&clients[2]), "max-connection-rate");
	client_close(&clients[2]);
	ok(start_from(&clients[2], "127.0.0.2") && client_call(&clients[2], &reply),
	   "which others do not feel");
	expect_fault(&clients[2], &second, PPTP_ERROR_NO_RESOURCE, "calls count like connections");
	client_close(&clients[0]);
	client_close(&clients[1]);
	client_close(&clients[2]);
	server_down();
}

/* A client that asks for echoes and never reads them */
static void test_deaf(void)
{
	struct pptp_msg echo = { .type = PPTP_ECHO_RQ };
	uint8_t data[64 * 16], *end = data;
	struct client deaf, other;
	int small = 1, i;

	server_up();
	client_start(&deaf);
	setsockopt(deaf.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (i = 0; i < 64; i++)
		end += pptp_msg_encode(&echo, end, sizeof(data));
	client_start(&other);
	for (i = 0; i < 20000 && server->control_count == 2; i++) {
		send(deaf.fd, data, sizeof(data), MSG_NOSIGNAL);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ok(pump_until(one_connection) && client_alive(&other),
	   "a client that never reads is closed, another one is served");
	client_close(&deaf);
	client_close(&other);
	server_down();
}

static void test_shutdown(void)
{
	struct client client, idle;
	struct pptp_msg call, reply;
	bool good;

	server_up();
	good = client_start(&client) && client_call(&client, &call) && client_start(&idle);
	server_stop(server);
	ok(good && client_receive(&idle, &reply) == PPTP_STOP_RQ &&
	   reply.stop.result == PPTP_STOP_SHUTDOWN, "shut-down: an idle connection is stopped");
	ok(client_receive(&client, &reply) == PPTP_CDN &&
	   reply.disconnect.call_id == call.out_reply.call_id &&
	   reply.disconnect.result == PPTP_CDN_ADMINISTRATIVE, "a call is notified");
	ok(client_receive(&client, &reply) == PPTP_STOP_RQ, "and then stopped");
	reply = (struct pptp_msg){ .type = PPTP_STOP_RP, .stop.result = PPTP_RESULT_OK };
	ok(client_ask(&client, &reply, &reply) == 0, "the reply to it closes");
	client_close(&client);
	client_close(&idle);
	server_down();
}

/* Messages with octets changed at random: whatever comes, the server lives */
static void test_noise(void)
{
	struct pptp_msg msg = { .type = PPTP_SCCRQ };
	uint8_t data[PPTP_MSG_MAX];
	struct client client;
	unsigned int i, seed = 2637;
	size_t len;

	server_up();
	setenv("FAKE_EXIT", "10", 1);
	for (i = 0; i < 600; i++) {
		if (i % 6 == 0)
			client_start(&client);
		msg.type = 1 + rand_r(&seed) % (PPTP_TYPES - 1);
		len = pptp_msg_encode(&msg, data, sizeof(data));
		data[rand_r(&seed) % len] = rand_r(&seed);
		data[12 + rand_r(&seed) % (len - 12)] = rand_r(&seed);
		client_write(&client, data, len);
		if (i % 6 == 5)
			client_close(&client);
	}
	ok(pump_until(nothing_left) && client_start(&client) && client_alive(&client),
	   "600 damaged messages");
	client_close(&client);
	server_down();
}

int main(void)
{
	struct event *child;
	unsigned int files;

	make_files();
	signal(SIGPIPE, SIG_IGN);
	log_open(LOG_TO_STDERR, getenv("VERBOSE") ? LOG_DEBUG : LOG_EMERG);
	base = event_base_new();
	child = evsignal_new(base, SIGCHLD, on_child, NULL);
	event_add(child, NULL);
	files = open_files();

	test_states();
	test_version();
	test_collision();
	test_stream();
	test_refusals();
	test_requests();
	test_clear();
	test_incoming();
	test_incoming_timeouts();
	test_incoming_refused();
	test_forbidden();
	test_notes();
	test_pppd_ends();
	test_arguments();
	test_loss();
	test_limits();
	test_half_open();
	test_uncalled();
	test_shared_source();
	test_backoff();
	test_source_calls();
	test_rate();
	test_deaf();
	test_shutdown();
	test_noise();

	ok(open_files() == files, "no descriptor is left open");
	event_free(child);
	event_base_free(base);
	remove_files();
	return tap_done();
}
