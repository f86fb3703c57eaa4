// SPDX-License-Identifier: GPL-2.0
/* The configuration's part about what is dialled: sections "interface" */
#include "config_interfaces.h"

#include <arpa/inet.h>
#include <confuse.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_value.h"

/* What a name may consist of: it is an interface's, a file's and a word of pppd's */
#define NAME_CHARACTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
#define SERVERS_MAX	16	/* as the plugin has it */
#define SERVER_OCTETS	255
#define USER_OCTETS	255
#define DEMAND_DIAL	"demand-dial"
#define DIAL_OUT	"dial-out"
#define IDLE_SECONDS_MAX	86400

/* ---- one value ---- */

static const char *server_fault(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > SERVER_OCTETS || strspn(text, NAME_CHARACTERS) != len)
		return "not the name or the IPv4 address of a host: write it like \"vpn.example.net\"";
	return NULL;
}

static int valid_server(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *fault = server_fault(config_value(opt));

	if (!fault && cfg_opt_size(opt) > SERVERS_MAX)
		fault = "there are 16 before it: leave some out";
	return config_value_judge(cfg, opt, fault);
}

/* pppd would read other characters as quotes or as further options */
static int valid_user(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = config_value(opt), *fault = config_value_user_fault(text);

	if (!*text || strlen(text) > USER_OCTETS || *text == '-')
		fault = "not a user: write the name that chap-secrets has the password for";
	return config_value_judge(cfg, opt, fault);
}

static const char *parse_usage(const char *text)
{
	if (!strcmp(text, DEMAND_DIAL))
		return DEMAND_DIAL;
	return strcmp(text, DIAL_OUT) ? NULL : DIAL_OUT;
}

static int valid_usage(cfg_t *cfg, cfg_opt_t *opt)
{
	return config_value_judge(cfg, opt, parse_usage(config_value(opt)) ? NULL :
				  "write demand-dial or dial-out");
}

static int valid_redial(cfg_t *cfg, cfg_opt_t *opt)
{
	struct redial_bounds bounds;

	return config_value_judge(cfg, opt, redial_bounds_parse(config_value(opt), &bounds));
}

static int valid_idle(cfg_t *cfg, cfg_opt_t *opt)
{
	long seconds = cfg_opt_getnint(opt, 0);

	if (seconds >= 1 && seconds <= IDLE_SECONDS_MAX)
		return 0;
	cfg_error(cfg, "idle = %ld: write a number of seconds from 1 to %d, or leave it out",
		  seconds, IDLE_SECONDS_MAX);
	return -1;
}

static int valid_address(cfg_t *cfg, cfg_opt_t *opt)
{
	struct in_addr address;

	return config_value_judge(cfg, opt,
				  inet_pton(AF_INET, config_value(opt), &address) == 1 ? NULL :
				  "not an IPv4 address, write it like \"192.168.7.9\"");
}

static int valid_route(cfg_t *cfg, cfg_opt_t *opt)
{
	struct config_route route;

	return config_value_judge(cfg, opt, config_route_parse(config_value(opt), &route));
}

/* ---- a section ---- */

static const char *name_fault(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= IFNAMSIZ || strspn(name, NAME_CHARACTERS) != len || *name == '-' ||
	    *name == '.')
		return "the PPP interface is named so: write 1 to 15 letters, digits, \"_\", \"-\" and \".\", the first a letter or a digit";
	return NULL;
}

static const char *section_fault(cfg_t *section)
{
	const char *fault = name_fault(cfg_title(section));
	bool demand = cfg_getbool(section, "demand");

	if (fault)
		return fault;
	if (!cfg_size(section, "server"))
		return "no server: add a line such as server = { \"vpn.example.net\" } to it";
	if (!cfg_getstr(section, "user") && !cfg_getstr(section, "options-file"))
		return "no user: add a line such as user = \"branch\" to it, and the password to /etc/ppp/chap-secrets";
	if (demand == cfg_getbool(section, "persist"))
		return "write either demand = true, to dial when there is something to send, or persist = true, to be always connected";
	if (cfg_getint(section, "idle") && !demand)
		return "idle would hang up what persist dials again: leave one out, or write demand = true instead of persist";
	return NULL;
}

static int valid_section(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const char *fault = section_fault(section);

	if (!fault)
		return 0;
	cfg_error(cfg, "interface \"%s\": %s", cfg_title(section), fault);
	return -1;
}

/**
 * config_interfaces_validate - have every value judged where it stands
 * @cfg:	the parser
 *
 * But for those that config.c judges: they stand elsewhere too.
 */
void config_interfaces_validate(cfg_t *cfg)
{
	static const struct {
		const char *option;
		cfg_validate_callback_t valid;
	} validators[] = {
		{ "interface|server", valid_server },
		{ "interface|user", valid_user },
		{ "interface|usage", valid_usage },
		{ "interface|idle", valid_idle },
		{ "interface|redial", valid_redial },
		{ "interface|local", valid_address },
		{ "interface|remote", valid_address },
		{ "interface|routes", valid_route },
		{ "interface", valid_section },
	};
	size_t i;

	for (i = 0; i < sizeof(validators) / sizeof(validators[0]); i++)
		cfg_set_validate_func(cfg, validators[i].option, validators[i].valid);
}

/* ---- reading ---- */

static char *copy(cfg_t *cfg, const char *option)
{
	const char *value = cfg_getstr(cfg, option);

	return value ? strdup(value) : NULL;
}

/* With commas between, as the plugin takes them */
static char *join_servers(cfg_t *cfg)
{
	unsigned int i, count = cfg_size(cfg, "server");
	char *text = calloc(count, SERVER_OCTETS + 1);

	for (i = 0; text && i < count; i++) {
		if (i)
			strcat(text, ",");
		strcat(text, cfg_getnstr(cfg, "server", i));
	}
	return text;
}

static bool read_routes(struct config_interface *interface, cfg_t *cfg)
{
	size_t i;

	interface->route_count = cfg_size(cfg, "routes");
	interface->routes = calloc(interface->route_count + 1, sizeof(interface->routes[0]));
	for (i = 0; interface->routes && i < interface->route_count; i++)
		config_route_parse(cfg_getnstr(cfg, "routes", i), &interface->routes[i]);
	return interface->routes;
}

static void read_values(struct config_interface *interface, cfg_t *cfg)
{
	const char *usage = cfg_getstr(cfg, "usage");

	interface->demand = cfg_getbool(cfg, "demand");
	interface->idle = cfg_getint(cfg, "idle");
	interface->encryption = config_choice(cfg, "encryption");
	redial_bounds_parse(cfg_getstr(cfg, "redial"), &interface->redial);
	if (usage)
		interface->usage = parse_usage(usage);
	else
		interface->usage = interface->demand ? DEMAND_DIAL : DIAL_OUT;
}

static bool read_one(struct config_interface *interface, cfg_t *cfg)
{
	read_values(interface, cfg);
	interface->name = strdup(cfg_title(cfg));
	interface->servers = join_servers(cfg);
	interface->user = copy(cfg, "user");
	interface->options_file = copy(cfg, "options-file");
	interface->local = copy(cfg, "local");
	interface->remote = copy(cfg, "remote");
	return interface->name && interface->servers && interface->local && interface->remote &&
	       read_routes(interface, cfg) &&
	       config_words_read(&interface->words, cfg, "options");
}

/**
 * config_interfaces_read - what the file says
 * @interfaces:	filled in, to be freed in any case
 * @cfg:	the parser, whose file is without a mistake
 *
 * Return: false without memory.
 */
bool config_interfaces_read(struct config_interfaces *interfaces, cfg_t *cfg)
{
	size_t i, count = cfg_size(cfg, "interface");

	interfaces->interface = calloc(count + 1, sizeof(interfaces->interface[0]));
	if (!interfaces->interface)
		return false;
	interfaces->count = count;
	for (i = 0; i < count; i++) {
		if (!read_one(&interfaces->interface[i], cfg_getnsec(cfg, "interface", i)))
			return false;
	}
	return true;
}

static void free_one(struct config_interface *interface)
{
	free(interface->name);
	free(interface->servers);
	free(interface->user);
	free(interface->options_file);
	free(interface->local);
	free(interface->remote);
	free(interface->routes);
	config_words_free(&interface->words);
}

void config_interfaces_free(struct config_interfaces *interfaces)
{
	size_t i;

	for (i = 0; i < interfaces->count; i++)
		free_one(&interfaces->interface[i]);
	free(interfaces->interface);
}

/* ---- comparing ---- */

static bool same_text(const char *one, const char *other)
{
	return one == other || (one && other && !strcmp(one, other));
}

static bool same_routes(const struct config_interface *one, const struct config_interface *other)
{
	size_t i;

	for (i = 0; i < one->route_count && i < other->route_count; i++) {
		if (one->routes[i].network.s_addr != other->routes[i].network.s_addr ||
		    one->routes[i].len != other->routes[i].len)
			return false;
	}
	return one->route_count == other->route_count;
}

static bool same_words(const struct config_words *one, const struct config_words *other)
{
	size_t i;

	for (i = 0; i < one->count && i < other->count; i++) {
		if (strcmp(one->word[i], other->word[i]))
			return false;
	}
	return one->count == other->count;
}

static bool same(const struct config_interface *one, const struct config_interface *other)
{
	return same_text(one->name, other->name) && same_text(one->servers, other->servers) &&
	       same_text(one->user, other->user) && same_text(one->local, other->local) &&
	       same_text(one->remote, other->remote) &&
	       same_text(one->options_file, other->options_file) &&
	       one->usage == other->usage && one->demand == other->demand &&
	       one->idle == other->idle && one->encryption == other->encryption &&
	       one->redial.first == other->redial.first &&
	       one->redial.most == other->redial.most && same_routes(one, other) &&
	       same_words(&one->words, &other->words);
}

/* Do two configurations ask for the same interfaces? */
bool config_interfaces_same(const struct config_interfaces *one,
			    const struct config_interfaces *other)
{
	size_t i;

	for (i = 0; i < one->count && i < other->count; i++) {
		if (!same(&one->interface[i], &other->interface[i]))
			return false;
	}
	return one->count == other->count;
}
