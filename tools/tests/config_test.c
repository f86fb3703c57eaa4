// SPDX-License-Identifier: GPL-2.0
/* The configuration: what it gives, and that every mistake names its line */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pptp_mux.h>

#include "config.h"
#include "config_weak.h"
#include "logged.h"
#include "pppd_command.h"
#include "tap.h"

static char path[] = "/tmp/pptpmuxd-config-XXXXXX";

#define GOOD	"localip = \"192.0.2.1\"\nremoteip = { \"192.0.2.10-192.0.2.19\" }\n" \
		"pppd = \"/bin/true\"\n"

/* Loads @text; what it logs goes to a file, to be looked at */
static struct config *load(const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
	log_anew();
	return config_load(path);
}

static void test_good(void)
{
	struct config *config = load(GOOD
		"options = { \"ms-dns  192.0.2.53\", \"debug\" }\n"
		"usage = { \"VPN1-100 receive, dial-out\", \"VPN101 demand-dial disabled quarantine=5000\" }\n"
		"slots = 101\nport = 11723\nlog = \"syslog\"\nlog-level = \"debug\"\n");

	ok(config && config->port == 11723 && config->slots == 101 &&
	   config->log_target == LOG_TO_SYSLOG && config->log_level == LOG_DEBUG,
	   "numbers and choices");
	ok(config && config->words.count == 3 && !strcmp(config->words.word[1], "192.0.2.53") &&
	   !config->words.word[3], "options are split into words");
	ok(config && config->rule_count == 2 && config->rules[0].slots.last == 100 &&
	   config->rules[0].change.mask == PMUX_SET_USAGE &&
	   config->rules[0].change.usage == (PPTP_MUX_USAGE_RECEIVE | PPTP_MUX_USAGE_DIAL_OUT) &&
	   config->rules[1].change.quarantine == 5000 && !config->rules[1].change.enabled &&
	   (config->rules[1].change.mask & PMUX_SET_ENABLED), "usage of slots");
	config_free(config);

	config = load(GOOD);
	ok(config && config->auth == AUTH_MSCHAP_V2 &&
	   config->encryption == ENCRYPTION_MPPE_128 && config->port == 1723 &&
	   config->echo_interval == 60 && config->echo_timeout == 60 && !config->slots &&
	   !config->words.count, "the defaults are the secure ones and the RFC's");
	config_weak_warn(config);
	ok(config && !logged("warning"), "and give no warning");
	config_free(config);

	config = load(GOOD "authentication = \"none\"\nencryption = \"none\"\n");
	if (config)
		config_weak_warn(config);
	ok(logged("authentication = \"none\"") && logged("encryption = \"none\""),
	   "what is weaker gives one each");
	config_free(config);
}

/* Is @word one of those that pppd is started with? */
static bool pppd_gets(const struct config *config, const char *word)
{
	struct pppd_command_text text;
	const char **words = pppd_command(config, config->localip, &text);
	size_t i = 0;

	while (words[i] && strcmp(words[i], word))
		i++;
	word = words[i];
	free(words);
	return word;
}

static void test_prefer(void)
{
	struct config *config = load(GOOD "encryption = \"prefer\"\n");

	if (!ok(config && !strcmp(config_encryption_name(config->encryption), "prefer"),
		"encryption may be preferred"))
		return;
	config_weak_warn(config);
	ok(logged("encryption = \"prefer\": an attacker"), "which is weaker, and said");
	ok(pppd_gets(config, "pptp_mppe_prefer") && pppd_gets(config, "require-mppe-128") &&
	   pppd_gets(config, "nomppe-stateful"), "the plugin softens what pppd requires");
	config_free(config);

	config = load(GOOD);
	ok(config && !pppd_gets(config, "pptp_mppe_prefer") &&
	   pppd_gets(config, "require-mppe-128"), "and only then");
	config_free(config);
}

#define BRANCH	"interface branch {\nserver = { \"192.0.2.9\", \"vpn.example.net\" }\nuser = \"b\"\n"

static void test_weak(void)
{
	char options[] = "/tmp/pptpmuxd-options-XXXXXX", text[512];
	struct config *config;
	FILE *file;

	config = load(GOOD "options = { \"lcp-restart 1 nomppe\", \"mppe-stateful\" }\n"
		      "privileges = \"all\"\n");
	if (config)
		config_weak_warn(config);
	ok(logged("options: \"nomppe\"") && logged("options: \"mppe-stateful\"") &&
	   logged("privileges = \"all\"") && !logged("lcp-restart"),
	   "so does each option of pppd's that is weaker, and all privileges");
	config_free(config);

	close(mkstemp(options));
	file = fopen(options, "w");
	fputs("# nomppe\nms-dns 192.0.2.1\n  require-pap # as ever\n", file);
	fclose(file);
	snprintf(text, sizeof(text), GOOD "options-file = \"%s\"\n", options);
	config = load(text);
	if (config)
		config_weak_warn(config);
	ok(logged("\"require-pap\"") && !logged("nomppe"), "and in the file of options");
	config_free(config);

	snprintf(text, sizeof(text), GOOD BRANCH "persist = true\noptions-file = \"%s\"\n"
		 "options = { \"nomppe\", \"noauth\" }\n}\n", options);
	config = load(text);
	if (config)
		config_weak_warn(config);
	ok(logged("interface \"branch\": options: \"nomppe\": calls are not encrypted") &&
	   logged("interface \"branch\": /tmp/") && logged("\"require-pap\"") &&
	   !logged("noauth"), "and in those of an interface, where noauth is as it should be");
	config_free(config);
	unlink(options);
}

/* As the log-in has it: one backslash, of the two that stand in the file */
static void test_domain(void)
{
	struct config *config = load(GOOD "static = { \"CORP\\\\alice 10.9.9.9\" }\n"
		"pool plant {\n remoteip = { \"10.1.0.1-10.1.0.9\" }\n"
		" users = { \"CORP\\\\bob\", \"PLANT\\\\*\" }\n}\n");

	if (!ok(config, "users of domains"))
		return;
	ok(config_pools_fixed(&config->pools, "CORP\\alice"), "one with an address");
	ok(config_pools_of(&config->pools, "CORP\\bob") == 1 &&
	   config_pools_of(&config->pools, "PLANT\\7") == 1 &&
	   config_pools_of(&config->pools, "CORP\\robert") == 0, "others with a pool");
	config_free(config);
}

static void test_pools(void)
{
	struct config *config = load(
		"localip = \"192.0.2.1\"\nremoteip = { \"192.0.2.0/28\" }\nexclude = { \"192.0.2.1\" }\n"
		"pppd = \"/bin/true\"\nstatic = { \"alice 192.0.2.5\", \"bob 10.9.9.9\" }\n"
		"routes = { \"bob 10.1.0.0/16\", \"bob 10.2.0.1\" }\n"
		"pool plant {\n remoteip = { \"10.1.0.1-10.1.0.9\" }\n users = { \"plc-*\", \"robot\" }\n"
		" proxyarp = true\n}\n"
		"pool rest {\n remoteip = { \"10.2.0.1\" }\n users = { \"*-2\" }\n}\n");
	const struct config_pools *pools = config ? &config->pools : NULL;
	struct pool *pool;

	if (!ok(config, "pools, users' own addresses and routes"))
		return;
	pool = config_pools_make(pools);
	ok(pool_parts(pool) == 3 && pool_size(pool) == 13 + 9 + 1 + 1 &&
	   pool_count(pool, 0).size == 12,
	   "each with its addresses, one excluded, one a user's own, one outside");
	ok(config_pools_of(pools, "alice") == 0 && config_pools_of(pools, "") == 0 &&
	   config_pools_of(pools, "plc-2") == 1 && config_pools_of(pools, "robot") == 1 &&
	   config_pools_of(pools, "x-2") == 2, "the first that has a pattern for the user");
	ok(config_pools_fixed(pools, "bob")->address == 0x0a090909 &&
	   !config_pools_fixed(pools, "plc-2"), "a user's own address");
	ok(pools->route_count == 2 && pools->routes[0].len == 16 && pools->routes[1].len == 32 &&
	   !strcmp(pools->routes[0].user, "bob"), "routes");
	ok(!pools->pool[0].proxyarp && pools->pool[1].proxyarp, "proxy ARP of one");
	ok(config->single == SINGLE_REPLACE && config->single_by == SINGLE_BY_USER,
	   "a second call of a user replaces the first, if nothing else is said");
	ok(config_pools_same(pools, pools), "the same is the same");
	pool_free(pool);
	config_free(config);
}

static void test_interfaces(void)
{
	struct config *config = load(GOOD BRANCH "demand = true\nidle = 60\nredial = \"1-60\"\n"
		"routes = { \"10.1.0.0/16\", \"10.2.0.1\" }\nlocal = \"10.9.0.1\"\n"
		"options = { \"ms-dns  192.0.2.53\" }\n}\n"
		"interface always {\nserver = { \"192.0.2.8\" }\npersist = true\n"
		"options-file = \"/dev/null\"\nencryption = \"none\"\n}\n"
		"interface either {\nserver = { \"192.0.2.7\" }\npersist = true\nuser = \"b\"\n"
		"encryption = \"prefer\"\n}\n");
	const struct config_interface *branch, *always;

	if (!ok(config && config->interfaces.count == 3, "interfaces"))
		return;
	branch = config->interfaces.interface;
	always = branch + 1;
	ok(!strcmp(branch->name, "branch") && !strcmp(branch->user, "b") && branch->demand &&
	   !strcmp(branch->servers, "192.0.2.9,vpn.example.net") && branch->idle == 60,
	   "name, user and servers in their order");
	ok(branch->redial.first == 1 && branch->redial.most == 60 && branch->route_count == 2 &&
	   branch->routes[0].len == 16 && branch->routes[1].len == 32 &&
	   branch->words.count == 2 && !strcmp(branch->local, "10.9.0.1") && !*branch->remote,
	   "waits, routes, options, addresses");
	ok(!strcmp(branch->usage, "demand-dial") &&
	   branch->encryption == ENCRYPTION_MPPE_128 &&
	   !strcmp(always->usage, "dial-out") && !always->demand && !always->user &&
	   always->redial.first == 5 && always->redial.most == 300 && !always->idle,
	   "and what they are if nothing is said");
	ok(config_interfaces_same(&config->interfaces, &config->interfaces),
	   "the same is the same");
	config_weak_warn(config);
	ok(logged("interface \"always\": encryption = \"none\"") &&
	   logged("interface \"either\": encryption = \"prefer\": an attacker"),
	   "what is weaker is said");
	config_free(config);
}

static void test_interfaces_differ(void)
{
	static const char * const others[] = {
		"demand = true\n", "demand = true\nidle = 5\n", "persist = true\n",
		"demand = true\nusage = \"dial-out\"\n", "demand = true\nredial = \"5-6\"\n",
		"demand = true\nroutes = { \"10.0.0.0/8\" }\n",
		"demand = true\nroutes = { \"10.0.0.0/9\" }\n",
		"demand = true\noptions = { \"debug\" }\n",
		"demand = true\noptions = { \"dump\" }\n", "demand = true\nremote = \"10.0.0.1\"\n",
		"demand = true\nencryption = \"options\"\n",
	};
	const size_t count = sizeof(others) / sizeof(others[0]);
	struct config *configs[sizeof(others) / sizeof(others[0])];
	unsigned int same = 0;
	char text[512];
	size_t i, j;

	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), GOOD BRANCH "%s}\n", others[i]);
		configs[i] = load(text);
	}
	for (i = 0; i < count * count; i++) {
		j = i % count;
		same += config_interfaces_same(&configs[i / count]->interfaces,
					       &configs[j]->interfaces);
	}
	ok(same == count, "a reload sees whatever has changed of an interface");
	for (i = 0; i < count; i++)
		config_free(configs[i]);
}

static const struct {
	const char *text;	/* put behind GOOD, whose 3 lines it follows */
	const char *line;	/* where the mistake is; "" for the whole file */
	const char *part;	/* of the message */
} mistakes[] = {
	{ "colour = \"red\"\n", ":4:", "no such option 'colour'" },
	{ "\nport = 0\n", ":5:", "from 1 to 65535" },
	{ "port = 65536\n", ":4:", "from 1 to 65535" },
	{ "port = -1\n", ":4:", "from 1 to 65535" },
	{ "port = \"x\"\n", ":4:", "port" },
	{ "tx-limit = \"9M\"\n", ":4:", "at most 8M" },
	{ "tx-share = \"0\"\n", ":4:", "cannot be 0" },
	{ "rx-pool = \"a lot\"\n", ":4:", "write a size in bytes" },
	{ "usage = { \"VPN1 tx-limit=big\" }\n", ":4:", "write a size in bytes" },
	{ "usage = { \"VPN1 tx-pool=1M\" }\n", ":4:", "unknown setting" },
	{ "slots = 65536\n", ":4:", "from 1 to 65535" },
	{ "slots = 0\n", ":4:", "from 1 to 65535" },
	{ "listen = \"nowhere\"\n", ":4:", "not an IPv4 address" },
	{ "metrics = \"192.0.2.1:9723\"\n", ":4:", "write an address of loopback and a port" },
	{ "metrics = \"127.0.0.1:65536\"\n", ":4:", "write an address of loopback and a port" },
	{ "metrics = \"127.0.0.1\"\n", ":4:", "write an address of loopback and a port" },
	{ "log = \"printer\"\n", ":4:", "stderr, syslog" },
	{ "log-level = \"7\"\n", ":4:", "error, warning, info, debug" },
	{ "authentication = \"pap\"\n", ":4:", "mschap-v2" },
	{ "encryption = \"rot13\"\n", ":4:", "mppe-128" },
	{ "pppd = \"/nonexistent/pppd\"\n", ":4:", "install the package ppp" },
	{ "options-file = \"/nonexistent/options\"\n", ":4:", "correct the path" },
	{ "options = { \"password secret\" }\n", ":4:", "options-file" },
	{ "options = { \"user alice  password secret\" }\n", ":4:", "options-file" },
	{ "privileges = \"some\"\n", ":4:", "least, all" },
	{ "options = { \"debug\",\n \"persist\" }\n", ":5:", "leave it out" },
	{ "usage = { \"VPN1-10 receive\",\n\n\"VPN11 fly\" }\n", ":6:", "unknown usage" },
	{ "usage = { \"VPN0 receive\" }\n", ":4:", "1 to 65535" },
	{ "usage = { \"VPN9-3 receive\" }\n", ":4:", "lower number first" },
	{ "usage = { \"VPN9\" }\n", ":4:", "says nothing" },
	{ "usage = { \"VPN9 quarantine=3600001\" }\n", ":4:", "milliseconds" },
	{ "usage = { \"VPN9 +receive\" }\n", ":4:", "unknown usage" },
	{ "usage = { \"\" }\n", ":4:", "VPN" },
	{ "remoteip = { \"192.0.2.10-192.0.2.19\",\n\"192.0.2.15\" }\n", ":5:", "overlaps" },
	{ "remoteip = { \"192.0.2.9-192.0.2.2\" }\n", ":4:", "lower address first" },
	{ "remoteip = { \"192.0.2.1/24\" }\n", ":4:", "its first address" },
	{ "remoteip = { \"x\" }\n", ":4:", "192.168.7.10-192.168.7.200" },
	{ "remoteip = { \"127.0.0.2\" }\n", ":4:", "a network of your own" },
	{ "remoteip = { \"198.51.100.9\",\n\"192.0.2.0/24\" }\n", ":5:",
	  "localip 192.0.2.1 is one of remoteip's" },
	{ "remoteip = {}\n", "", "remoteip is missing" },
	{ "exclude = { \"192.0.2.12\",\n\"192.0.3.1\" }\n", ":5:", "none of the ranges" },
	{ "exclude = { \"192.0.2\" }\n", ":4:", "not an address range" },
	{ "pool plant {\nremoteip = { \"192.0.2.15-192.0.2.30\" }\nusers = { \"p\" }\n}\n",
	  ":5:", "overlaps with \"192.0.2.10-192.0.2.19\" (line 2)" },
	{ "pool plant {\nremoteip = { \"10.1.0.9\" }\n}\n", ":6:", "no users" },
	{ "pool plant {\nusers = { \"p\" }\n}\n", ":6:", "no addresses" },
	{ "pool plant {\nremoteip = { \"10.1.0.9\" }\nusers = { \"p\" }\n}\n"
	  "pool plant {\nremoteip = { \"10.1.0.8\" }\nusers = { \"q\" }\n}\n", ":8:", "plant" },
	{ "pool default {\nremoteip = { \"10.1.0.9\" }\nusers = { \"p\" }\n}\n", ":7:",
	  "choose another" },
	{ "pool plant {\nremoteip = { \"192.0.2.1\" }\nusers = { \"p\" }\n}\n", ":5:",
	  "localip 192.0.2.1" },
	{ "static = { \"alice\" }\n", ":4:", "alice 192.168.7.50" },
	{ "static = { \"alice 10.0.0.1-10.0.0.2\" }\n", ":4:", "alice 192.168.7.50" },
	{ "static = { \"alice 10.0.0.1\",\n\"bob 10.0.0.1\" }\n", ":5:", "another user's" },
	{ "static = { \"alice 10.0.0.1\",\n\"alice 10.0.0.2\" }\n", ":5:", "has an address" },
	{ "static = { \"alice 192.0.2.1\" }\n", ":4:", "localip" },
	{ "static = { \"CORP\\alice 10.0.0.1\" }\n", ":4:", "like \"CORP\\\\alice\"" },
	{ "routes = { \"CORP\\\\bob 10.1.0.0/16\",\n\"CORP\\bob 10.2.0.0/16\" }\n", ":5:",
	  "a control character" },
	{ "pool plant {\nremoteip = { \"10.1.0.9\" }\nusers = { \"p\",\n\"CORP\\e*\" }\n}\n",
	  ":7:", "a control character" },
	{ "interface a {\nuser = \"CORP\\vera\"\n}\n", ":5:", "a control character" },
	{ "routes = { \"branch\" }\n", ":4:", "branch 10.1.0.0/16" },
	{ "routes = { \"branch 10.1.0.0/33\" }\n", ":4:", "branch 10.1.0.0/16" },
	{ "routes = { \"branch 10.1.2.0/16\" }\n", ":4:", "its first address" },
	{ "single-session = \"maybe\"\n", ":4:", "replace, deny, allow" },
	{ "single-session-by = \"face\"\n", ":4:", "user, peer, both" },
	{ "interface a {\ndemand = true\nuser = \"b\"\n}\n", ":7:", "no server" },
	{ "interface a {\nserver = { \"h\" }\ndemand = true\n}\n", ":7:", "no user" },
	{ BRANCH "}\n", ":7:", "demand = true, to dial" },
	{ BRANCH "demand = true\npersist = true\n}\n", ":9:", "either" },
	{ BRANCH "persist = true\nidle = 9\n}\n", ":9:", "idle would hang up" },
	{ BRANCH "demand = true\nidle = 0\n}\n", ":8:", "from 1 to 86400" },
	{ BRANCH "demand = true\nidle = 86401\n}\n", ":8:", "from 1 to 86400" },
	{ BRANCH "demand = true\n}\n" BRANCH "demand = true\n}\n", ":9:", "branch" },
	{ "interface \"a/b\" {\nserver = { \"h\" }\nuser = \"b\"\ndemand = true\n}\n", ":8:",
	  "1 to 15 letters" },
	{ "interface \"sixteencharacter\" {\nserver = { \"h\" }\nuser = \"b\"\ndemand = true\n}\n",
	  ":8:", "1 to 15 letters" },
	{ "interface a {\nserver = { \"h\",\n\"x,y\" }\n}\n", ":6:", "IPv4 address of a host" },
	{ "interface a {\nserver = { \"\" }\n}\n", ":5:", "IPv4 address of a host" },
	{ "interface a {\nuser = \"\"\n}\n", ":5:", "not a user" },
	{ "interface a {\nusage = \"receive\"\n}\n", ":5:", "demand-dial or dial-out" },
	{ "interface a {\nredial = \"9-5\"\n}\n", ":5:", "shorter wait first" },
	{ "interface a {\nredial = \"often\"\n}\n", ":5:", "5-300" },
	{ "interface a {\nlocal = \"x\"\n}\n", ":5:", "not an IPv4 address" },
	{ "interface a {\nremote = \"10.0.0.0/8\"\n}\n", ":5:", "not an IPv4 address" },
	{ "interface a {\nroutes = { \"10.0.0.0/8\",\n\"10.1.0.0/8\" }\n}\n", ":6:",
	  "its first address" },
	{ "interface a {\nroutes = { \"b 10.0.0.0/8\" }\n}\n", ":5:", "not a network" },
	{ "interface a {\nencryption = \"rot13\"\n}\n", ":5:", "mppe-128" },
	{ "interface a {\noptions = { \"password x\" }\n}\n", ":5:", "options-file" },
	{ "interface a {\noptions-file = \"/nonexistent\"\n}\n", ":5:", "correct the path" },
	{ "interface a {\npassword = \"x\"\n}\n", ":5:", "no such option" },
	{ "max-connections = 0\n", ":4:", "from 1 to" },
	{ "echo-interval = 0\n", ":4:", "from 1 to" },
	{ "start-timeout = 0\n", ":4:", "from 1 to" },
	{ "stop-timeout = 86401\n", ":4:", "from 1 to" },
	{ "wan-error-interval = -1\n", ":4:", "from 0 to" },
	{ "max-half-open = 0\n", ":4:", "from 1 to" },
	{ "max-unauthenticated = 0\n", ":4:", "from 1 to" },
	{ "max-unauthenticated-per-source = -1\n", ":4:", "from 0 to" },
	{ "login-timeout = 0\n", ":4:", "from 1 to" },
	{ "max-calls-per-source = 0\n", ":4:", "from 1 to" },
	{ "max-connection-rate = 100001\n", ":4:", "from 0 to" },
	{ "login-failures = 1001\n", ":4:", "from 0 to" },
	{ "login-backoff = 0\n", ":4:", "from 1 to" },
	{ "login-backoff-max = 0\n", ":4:", "from 1 to" },
	{ "port = 17\n}\n", ":5:", "brace" },
	{ "usage = { \"VPN1 receive\"", ":4:", "end of file" },
};

static void test_mistakes(void)
{
	char text[1024], what[160];
	struct config *config;
	size_t i;

	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", GOOD, mistakes[i].text);
		config = load(text);
		snprintf(what, sizeof(what), "%.*s",
			 (int)strcspn(mistakes[i].text, "\n") + (mistakes[i].text[0] == '\n'),
			 mistakes[i].text);
		if (!ok(!config && logged(mistakes[i].line) && logged(mistakes[i].part),
			what[0] == '\n' ? what + 1 : what))
			printf("# line %s, %s\n", mistakes[i].line, mistakes[i].part);
		config_free(config);
	}
	ok(!load(GOOD "multilink = yes\nsingle-session-by = \"peer\"\n") &&
	   logged("single-session-by = \"user\""), "multilink, and calls told by their peer");
	ok(!load(GOOD "multilink = yes\nencryption = \"prefer\"\n") &&
	   logged("write encryption = \"mppe-128\""), "multilink, and links that do not know");
	config = load(GOOD "multilink = yes\n");
	ok(config && config->multilink, "multilink");
	config_free(config);
	ok(!load("remoteip = { \"192.0.2.9\" }\n") && logged("localip is missing"),
	   "localip is missing");
	unlink(path);
	ok(!config_load(path) && logged("No such file"), "no file");
}

int main(void)
{
	close(mkstemp(path));
	strcpy(log_path, "/tmp/pptpmuxd-log-XXXXXX");
	close(mkstemp(log_path));
	test_good();
	test_prefer();
	test_weak();
	test_pools();
	test_domain();
	test_interfaces();
	test_interfaces_differ();
	test_mistakes();
	unlink(log_path);
	return tap_done();
}
