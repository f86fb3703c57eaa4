// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file: libconfuse reads it, the validators below judge each
 * value where it stands, so that every mistake is reported with its line.
 */
#include "config.h"

#include <arpa/inet.h>
#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pptp_mux.h>

#include "accountspec.h"
#include "config_value.h"
#include "rundir.h"

/* A name and its value, for options that take one of a few words */
struct choice {
	const char *word;
	int value;
};

static const struct choice auth_choices[] = {
	{ "mschap-v2", AUTH_MSCHAP_V2 },
	{ "eap", AUTH_EAP },
	{ "options", AUTH_OPTIONS },
	{ "none", AUTH_NONE },
	{ NULL, 0 }
};

static const struct choice encryption_choices[] = {
	{ "mppe-128", ENCRYPTION_MPPE_128 },
	{ "prefer", ENCRYPTION_PREFER },
	{ "options", ENCRYPTION_OPTIONS },
	{ "none", ENCRYPTION_NONE },
	{ NULL, 0 }
};

static const struct choice single_choices[] = {
	{ "replace", SINGLE_REPLACE },
	{ "deny", SINGLE_DENY },
	{ "allow", SINGLE_ALLOW },
	{ NULL, 0 }
};

static const struct choice single_by_choices[] = {
	{ "user", SINGLE_BY_USER },
	{ "peer", SINGLE_BY_PEER },
	{ "both", SINGLE_BY_BOTH },
	{ NULL, 0 }
};

static const struct choice privileges_choices[] = {
	{ "least", PRIVILEGES_LEAST },
	{ "all", PRIVILEGES_ALL },
	{ NULL, 0 }
};

static const struct choice log_choices[] = {
	{ "stderr", LOG_TO_STDERR },
	{ "syslog", LOG_TO_SYSLOG },
	{ NULL, 0 }
};

static const struct choice level_choices[] = {
	{ "error", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
	{ NULL, 0 }
};

/* The bounds of the numbers */
static const struct bound {
	const char *option;
	long low;
	long high;
} bounds[] = {
	{ "port", 1, 65535 },
	{ "slots", 1, PPTP_MUX_SLOTS_MAX },
	{ "max-connections", 1, 65535 },
	{ "max-connections-per-source", 1, 65535 },
	{ "max-calls-per-connection", 1, PPTP_MUX_SLOTS_MAX },
	{ "max-calls-per-source", 1, PPTP_MUX_SLOTS_MAX },
	{ "max-half-open", 1, 65535 },
	{ "max-unauthenticated", 1, PPTP_MUX_SLOTS_MAX },
	{ "max-unauthenticated-per-source", 0, PPTP_MUX_SLOTS_MAX },
	{ "login-timeout", 1, 86400 },
	{ "max-connection-rate", 0, 100000 },
	{ "login-failures", 0, 1000 },
	{ "login-backoff", 1, 86400 },
	{ "login-backoff-max", 1, 86400 },
	{ "echo-interval", 1, 86400 },
	{ "echo-timeout", 1, 86400 },
	{ "start-timeout", 1, 86400 },
	{ "reply-timeout", 1, 86400 },
	{ "stop-timeout", 1, 86400 },
	{ "wan-error-interval", 0, 86400 },
};

static void report(cfg_t *cfg, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	log_error("%s:%d: %s; see pptpmuxd.conf(5)", cfg->filename ? cfg->filename : "?",
		  cfg->line, text);
}

static const struct {
	const char *option;
	const struct choice *choices;
} choosers[] = {
	{ "authentication", auth_choices },
	{ "encryption", encryption_choices },
	{ "single-session", single_choices },
	{ "single-session-by", single_by_choices },
	{ "privileges", privileges_choices },
	{ "log", log_choices },
	{ "log-level", level_choices },
};

static const struct choice *choices_of(const char *option)
{
	size_t i = 0;

	while (strcmp(choosers[i].option, option))
		i++;
	return choosers[i].choices;
}

static int choose(const struct choice *choice, const char *word)
{
	while (choice->word && strcmp(choice->word, word))
		choice++;
	return choice->word ? choice->value : -1;
}

static const char *word_of(const struct choice *choice, int value)
{
	while (choice->value != value)
		choice++;
	return choice->word;
}

/* As they are written in the file */
const char *config_auth_name(enum config_auth auth)
{
	return word_of(auth_choices, auth);
}

const char *config_encryption_name(enum config_encryption encryption)
{
	return word_of(encryption_choices, encryption);
}

static int valid_choice(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct choice *choice = choices_of(cfg_opt_name(opt));
	char words[128] = "";
	size_t len = 0;

	if (choose(choice, config_value(opt)) >= 0)
		return 0;
	for (; choice->word; choice++)
		len += snprintf(words + len, sizeof(words) - len, "%s%s", len ? ", " : "",
				choice->word);
	cfg_error(cfg, "%s = \"%s\": write one of %s", cfg_opt_name(opt), config_value(opt), words);
	return -1;
}

static int valid_address(cfg_t *cfg, cfg_opt_t *opt)
{
	struct in_addr address;

	if (inet_pton(AF_INET, config_value(opt), &address) == 1)
		return 0;
	cfg_error(cfg, "%s = \"%s\": not an IPv4 address, write it like \"192.168.7.1\"",
		  cfg_opt_name(opt), config_value(opt));
	return -1;
}

static int valid_number(cfg_t *cfg, cfg_opt_t *opt)
{
	long value = cfg_opt_getnint(opt, 0);
	const struct bound *bound = bounds;

	while (strcmp(bound->option, cfg_opt_name(opt)))
		bound++;
	if (value >= bound->low && value <= bound->high)
		return 0;
	cfg_error(cfg, "%s = %ld: write a number from %ld to %ld", bound->option, value,
		  bound->low, bound->high);
	return -1;
}

static int valid_usage(cfg_t *cfg, cfg_opt_t *opt)
{
	struct usage_rule rule;

	return config_value_judge(cfg, opt, usage_rule_parse(config_value(opt), &rule));
}

static int valid_executable(cfg_t *cfg, cfg_opt_t *opt)
{
	if (access(config_value(opt), X_OK) == 0)
		return 0;
	cfg_error(cfg, "%s = \"%s\": %s; install the package ppp, or correct the path",
		  cfg_opt_name(opt), config_value(opt), strerror(errno));
	return -1;
}

static int valid_file(cfg_t *cfg, cfg_opt_t *opt)
{
	if (access(config_value(opt), R_OK) == 0)
		return 0;
	cfg_error(cfg, "%s = \"%s\": %s; correct the path", cfg_opt_name(opt),
		  config_value(opt), strerror(errno));
	return -1;
}

static int valid_option(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = config_value(opt), *fault;
	char word[32];

	for (text += strspn(text, CONFIG_BLANKS); *text; text += strspn(text, CONFIG_BLANKS)) {
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, CONFIG_BLANKS), text);
		text += strcspn(text, CONFIG_BLANKS);
		fault = config_words_fault(word);
		if (!fault)
			continue;
		cfg_error(cfg, "options \"%s\": %s", word, fault);
		return -1;
	}
	return 0;
}

static int valid_account(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *name = cfg_opt_name(opt), *fault;
	uint32_t size;

	fault = account_size_parse(config_value(opt), account_setting(name), false, &size);
	if (!fault)
		return 0;
	cfg_error(cfg, "%s = \"%s\": %s", name, config_value(opt), fault);
	return -1;
}

/* "127.0.0.1:9723"; what is told is for this host. Return: false if it is something else */
static bool parse_metrics(const char *text, struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN] = "";
	unsigned int port = 0;
	int len = 0;

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	if (!*text)
		return true;
	if (sscanf(text, "%15[0-9.]:%5u%n", host, &port, &len) != 2 || text[len] ||
	    inet_pton(AF_INET, host, &address->sin_addr) != 1 || !port || port > UINT16_MAX)
		return false;
	address->sin_port = htons(port);
	return ntohl(address->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static int valid_metrics(cfg_t *cfg, cfg_opt_t *opt)
{
	struct sockaddr_in address;

	return config_value_judge(cfg, opt, parse_metrics(config_value(opt), &address) ? NULL :
				  "write an address of loopback and a port, such as 127.0.0.1:9723; who asks from elsewhere comes by a proxy that knows him");
}

static void set_account_validators(cfg_t *cfg)
{
	unsigned int setting;

	for (setting = PMUX_SET_TX_SHARE; setting <= PMUX_SET_RX_POOL; setting <<= 1)
		cfg_set_validate_func(cfg, account_setting_name(setting), valid_account);
}

static void set_validators(cfg_t *cfg)
{
	static const struct {
		const char *option;
		cfg_validate_callback_t valid;
	} validators[] = {
		{ "listen", valid_address }, { "localip", valid_address },
		{ "metrics", valid_metrics }, { "usage", valid_usage },
		{ "pppd", valid_executable }, { "options-file", valid_file },
		{ "options", valid_option },
		{ "interface|options-file", valid_file }, { "interface|options", valid_option },
		{ "interface|encryption", valid_choice },
	};
	size_t i;

	cfg_set_error_function(cfg, report);
	for (i = 0; i < sizeof(validators) / sizeof(validators[0]); i++)
		cfg_set_validate_func(cfg, validators[i].option, validators[i].valid);
	for (i = 0; i < sizeof(choosers) / sizeof(choosers[0]); i++)
		cfg_set_validate_func(cfg, choosers[i].option, valid_choice);
	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		cfg_set_validate_func(cfg, bounds[i].option, valid_number);
	set_account_validators(cfg);
	config_pools_validate(cfg);
	config_interfaces_validate(cfg);
}

static cfg_t *new_parser(void)
{
	cfg_opt_t pool[] = {
		CFG_STR_LIST("remoteip", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("exclude", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("users", NULL, CFGF_NODEFAULT),
		CFG_BOOL("proxyarp", cfg_false, CFGF_NONE),
		CFG_END()
	};
	cfg_opt_t interface[] = {
		CFG_STR_LIST("server", NULL, CFGF_NODEFAULT),
		CFG_STR("user", NULL, CFGF_NODEFAULT),
		CFG_STR("usage", NULL, CFGF_NODEFAULT),
		CFG_BOOL("demand", cfg_false, CFGF_NONE),
		CFG_BOOL("persist", cfg_false, CFGF_NONE),
		CFG_INT("idle", 0, CFGF_NONE),
		CFG_STR("redial", "5-300", CFGF_NONE),
		CFG_STR("encryption", "mppe-128", CFGF_NONE),
		CFG_STR("options-file", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("options", NULL, CFGF_NODEFAULT),
		CFG_STR("local", "", CFGF_NONE),
		CFG_STR("remote", "", CFGF_NONE),
		CFG_STR_LIST("routes", NULL, CFGF_NODEFAULT),
		CFG_END()
	};
	cfg_opt_t options[] = {
		CFG_STR("listen", "0.0.0.0", CFGF_NONE),
		CFG_INT("port", 1723, CFGF_NONE),
		CFG_STR("localip", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("remoteip", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("exclude", NULL, CFGF_NODEFAULT),
		CFG_BOOL("proxyarp", cfg_false, CFGF_NONE),
		CFG_SEC("pool", pool, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_SEC("interface", interface, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_STR_LIST("static", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("routes", NULL, CFGF_NODEFAULT),
		CFG_STR("single-session", "replace", CFGF_NONE),
		CFG_STR("single-session-by", "user", CFGF_NONE),
		CFG_STR("run-directory", RUNDIR_DEFAULT, CFGF_NONE),
		CFG_STR("pppd", "/usr/sbin/pppd", CFGF_NONE),
		CFG_STR("plugin", PPPD_PLUGIN_DIR "/pptp_mux.so", CFGF_NONE),
		CFG_STR("options-file", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("options", NULL, CFGF_NODEFAULT),
		CFG_STR("authentication", "mschap-v2", CFGF_NONE),
		CFG_STR("encryption", "mppe-128", CFGF_NONE),
		CFG_BOOL("multilink", cfg_false, CFGF_NONE),
		CFG_INT("max-connections", 0, CFGF_NONE),
		CFG_INT("max-connections-per-source", 32, CFGF_NONE),
		CFG_INT("max-calls-per-connection", 16, CFGF_NONE),
		CFG_INT("max-calls-per-source", 64, CFGF_NONE),
		CFG_INT("max-half-open", 256, CFGF_NONE),
		CFG_INT("max-unauthenticated", 0, CFGF_NONE),
		CFG_INT("max-unauthenticated-per-source", 16, CFGF_NONE),
		CFG_INT("login-timeout", 45, CFGF_NONE),
		CFG_BOOL("warm-pppd", cfg_true, CFGF_NONE),
		CFG_INT("max-connection-rate", 100, CFGF_NONE),
		CFG_INT("login-failures", 5, CFGF_NONE),
		CFG_INT("login-backoff", 10, CFGF_NONE),
		CFG_INT("login-backoff-max", 600, CFGF_NONE),
		CFG_INT("echo-interval", 60, CFGF_NONE),
		CFG_INT("echo-timeout", 60, CFGF_NONE),
		CFG_INT("start-timeout", 10, CFGF_NONE),
		CFG_INT("reply-timeout", 60, CFGF_NONE),
		CFG_INT("stop-timeout", 5, CFGF_NONE),
		CFG_INT("wan-error-interval", 60, CFGF_NONE),
		CFG_STR("hostname", NULL, CFGF_NODEFAULT),
		CFG_STR("vendor", "pptp-mux", CFGF_NONE),
		CFG_STR("privileges", "least", CFGF_NONE),
		CFG_STR("metrics", "", CFGF_NONE),
		CFG_STR("log", "stderr", CFGF_NONE),
		CFG_STR("log-level", "info", CFGF_NONE),
		CFG_INT("slots", 0, CFGF_NONE),
		CFG_STR_LIST("usage", NULL, CFGF_NODEFAULT),
		CFG_STR("tx-share", NULL, CFGF_NODEFAULT),
		CFG_STR("tx-limit", NULL, CFGF_NODEFAULT),
		CFG_STR("rx-share", NULL, CFGF_NODEFAULT),
		CFG_STR("rx-limit", NULL, CFGF_NODEFAULT),
		CFG_STR("tx-pool", NULL, CFGF_NODEFAULT),
		CFG_STR("rx-pool", NULL, CFGF_NODEFAULT),
		CFG_END()
	};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);

	if (cfg)
		set_validators(cfg);
	return cfg;
}

/* A copy of a string option; NULL if it was not given */
static char *copy_string(cfg_t *cfg, const char *option)
{
	const char *value = cfg_getstr(cfg, option);

	return value ? strdup(value) : NULL;
}

/* The value of an option that takes one of a few words */
int config_choice(cfg_t *cfg, const char *option)
{
	return choose(choices_of(option), cfg_getstr(cfg, option));
}

static bool copy_rules(struct config *config, cfg_t *cfg)
{
	size_t i;

	config->rule_count = cfg_size(cfg, "usage");
	config->rules = config_value_array(config->rule_count, sizeof(config->rules[0]));
	for (i = 0; config->rules && i < config->rule_count; i++)
		usage_rule_parse(cfg_getnstr(cfg, "usage", i), &config->rules[i]);
	return config->rules;
}

static char *own_hostname(cfg_t *cfg)
{
	char name[65] = "";

	if (cfg_getstr(cfg, "hostname"))
		return copy_string(cfg, "hostname");
	gethostname(name, sizeof(name) - 1);
	return strdup(name);
}

static bool copy_strings(struct config *config, cfg_t *cfg, const char *path)
{
	config->path = strdup(path);
	config->run_directory = copy_string(cfg, "run-directory");
	config->pppd = copy_string(cfg, "pppd");
	config->plugin = copy_string(cfg, "plugin");
	config->options_file = copy_string(cfg, "options-file");
	config->vendor = copy_string(cfg, "vendor");
	config->hostname = own_hostname(cfg);
	return config->path && config->run_directory && config->pppd && config->plugin &&
	       config->vendor && config->hostname;
}

static void copy_account(struct pmux_table_change *table, unsigned int setting, const char *text)
{
	uint32_t *to = account_limit(&table->limits, setting);

	if (!to)
		to = setting == PMUX_SET_TX_POOL ? &table->tx_pool : &table->rx_pool;
	account_size_parse(text, setting, false, to);
	table->mask |= setting;
}

/* What the file does not mention stays as it is in the module */
static void copy_table(struct config *config, cfg_t *cfg)
{
	struct pmux_table_change *table = &config->table;
	unsigned int setting;
	const char *text;

	config->slots = cfg_getint(cfg, "slots");
	table->slots = config->slots;
	table->mask = config->slots ? PMUX_SET_SLOTS : 0;
	for (setting = PMUX_SET_TX_SHARE; setting <= PMUX_SET_RX_POOL; setting <<= 1) {
		text = cfg_getstr(cfg, account_setting_name(setting));
		if (text)
			copy_account(table, setting, text);
	}
}

static void copy_values(struct config *config, cfg_t *cfg)
{
	inet_pton(AF_INET, cfg_getstr(cfg, "listen"), &config->listen);
	inet_pton(AF_INET, cfg_getstr(cfg, "localip"), &config->localip);
	config->port = cfg_getint(cfg, "port");
	parse_metrics(cfg_getstr(cfg, "metrics"), &config->metrics);
	config->auth = config_choice(cfg, "authentication");
	config->encryption = config_choice(cfg, "encryption");
	config->multilink = cfg_getbool(cfg, "multilink");
	config->single = config_choice(cfg, "single-session");
	config->single_by = config_choice(cfg, "single-session-by");
	config->max_connections = cfg_getint(cfg, "max-connections");
	config->max_per_source = cfg_getint(cfg, "max-connections-per-source");
	config->max_calls = cfg_getint(cfg, "max-calls-per-connection");
	config->max_source_calls = cfg_getint(cfg, "max-calls-per-source");
	config->max_half_open = cfg_getint(cfg, "max-half-open");
	config->max_unauthenticated = cfg_getint(cfg, "max-unauthenticated");
	config->max_source_unauthenticated =
		cfg_getint(cfg, "max-unauthenticated-per-source");
	config->warm_pppd = cfg_getbool(cfg, "warm-pppd");
	config->login_timeout = cfg_getint(cfg, "login-timeout");
	config->max_rate = cfg_getint(cfg, "max-connection-rate");
	config->login_failures = cfg_getint(cfg, "login-failures");
	config->login_backoff = cfg_getint(cfg, "login-backoff");
	config->login_backoff_max = cfg_getint(cfg, "login-backoff-max");
	config->echo_interval = cfg_getint(cfg, "echo-interval");
	config->echo_timeout = cfg_getint(cfg, "echo-timeout");
	config->start_timeout = cfg_getint(cfg, "start-timeout");
	config->reply_timeout = cfg_getint(cfg, "reply-timeout");
	config->stop_timeout = cfg_getint(cfg, "stop-timeout");
	config->wan_error_interval = cfg_getint(cfg, "wan-error-interval");
	config->privileges = config_choice(cfg, "privileges");
	config->log_target = config_choice(cfg, "log");
	config->log_level = config_choice(cfg, "log-level");
	copy_table(config, cfg);
}

/* What no line can be blamed for: that one is missing, or does not go with another */
static bool complete(cfg_t *cfg, const char *path)
{
	if (!cfg_getstr(cfg, "localip")) {
		log_error("%s: localip is missing: add a line such as localip = \"192.168.7.1\", the server's address in every call",
			  path);
		return false;
	}
	if (!cfg_size(cfg, "remoteip") && !cfg_size(cfg, "pool") && !cfg_size(cfg, "static")) {
		log_error("%s: remoteip is missing: add a line such as remoteip = { \"192.168.7.10-192.168.7.200\" }, the clients' addresses",
			  path);
		return false;
	}
	if (cfg_getbool(cfg, "multilink") && config_choice(cfg, "single-session") != SINGLE_ALLOW &&
	    config_choice(cfg, "single-session-by") & SINGLE_BY_PEER) {
		log_error("%s: multilink: who calls twice from one address may want to bundle both calls, which is not known that early: write single-session-by = \"user\"",
			  path);
		return false;
	}
	if (cfg_getbool(cfg, "multilink") && config_choice(cfg, "encryption") == ENCRYPTION_PREFER) {
		log_error("%s: multilink: a link that joins a bundle does not know whether it is encrypted: write encryption = \"mppe-128\"",
			  path);
		return false;
	}
	return true;
}

static struct config *convert(cfg_t *cfg, const char *path)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	copy_values(config, cfg);
	if (copy_strings(config, cfg, path) && copy_rules(config, cfg) &&
	    config_words_read(&config->words, cfg, "options") &&
	    config_interfaces_read(&config->interfaces, cfg) &&
	    config_pools_read(&config->pools, cfg, path, config->localip))
		return config;
	config_free(config);
	return NULL;
}

/**
 * config_load - read and check a configuration
 * @path:	the file
 *
 * Every fault is logged, with its line where there is one.
 *
 * Return: the configuration, or NULL.
 */
struct config *config_load(const char *path)
{
	struct config *config = NULL;
	cfg_t *cfg = new_parser();

	if (!cfg)
		return NULL;
	switch (cfg_parse(cfg, path)) {
	case CFG_SUCCESS:
		if (complete(cfg, path))
			config = convert(cfg, path);
		break;
	case CFG_FILE_ERROR:
		log_error("%s: %s; see pptpmuxd.conf(5), and the example that comes with pptpmuxd",
			  path, strerror(errno));
	}
	cfg_free(cfg);
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	config_words_free(&config->words);
	config_interfaces_free(&config->interfaces);
	config_pools_free(&config->pools);
	free(config->rules);
	free(config->path);
	free(config->run_directory);
	free(config->pppd);
	free(config->plugin);
	free(config->options_file);
	free(config->vendor);
	free(config->hostname);
	free(config);
}
