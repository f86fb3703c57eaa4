// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration's part about addresses: pools, users' own, routes.
 *
 * libconfuse does not keep where a value stood, and most mistakes here are
 * between two values. So the validators note the line of each, and what is
 * between values is judged when all of them are known.
 */
#include "config_pools.h"

#include <arpa/inet.h>
#include <confuse.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_value.h"
#include "log.h"

#define USER_OCTETS	256

/* ---- lines ---- */

/* Where the values stand that have been read; for one file at a time */
static struct line {
	const cfg_opt_t *opt;
	unsigned int index;
	int line;
} *lines;
static size_t line_count;

static bool note_line(const cfg_t *cfg, cfg_opt_t *opt)
{
	struct line *more = reallocarray(lines, line_count + 1, sizeof(*more));

	if (!more)
		return false;
	lines = more;
	lines[line_count++] = (struct line){ opt, cfg_opt_size(opt) - 1, cfg->line };
	return true;
}

/* The last that was noted: an option that stands twice means its second value */
static int line_of(const cfg_opt_t *opt, unsigned int index)
{
	size_t i;

	for (i = line_count; i > 0; i--) {
		if (lines[i - 1].opt == opt && lines[i - 1].index == index)
			return lines[i - 1].line;
	}
	return 0;
}

static void forget_lines(void)
{
	free(lines);
	lines = NULL;
	line_count = 0;
}

/* ---- one value ---- */

/* Of what is judged between values, too: its line is known then */
static int judge(cfg_t *cfg, cfg_opt_t *opt, const char *fault)
{
	int rc = config_value_judge(cfg, opt, fault);

	return rc || note_line(cfg, opt) ? rc : -1;
}

static int valid_range(cfg_t *cfg, cfg_opt_t *opt)
{
	struct pool_range range;

	return judge(cfg, opt, pool_range_parse(config_value(opt), &range));
}

/* "USER SOMETHING": returns the something, NULL if there is none */
static const char *split_user(const char *text, char *user)
{
	size_t len = strcspn(text, " \t");

	if (!len || len >= USER_OCTETS)
		return NULL;
	memcpy(user, text, len);
	user[len] = '\0';
	text += len;
	text += strspn(text, " \t");
	return *text ? text : NULL;
}

static const char *parse_fixed(const char *text, char *user, uint32_t *address)
{
	const char *rest = split_user(text, user);
	struct pool_range range;

	if (!rest || pool_range_parse(rest, &range) || range.first != range.last)
		return "not a user and an address: write it like \"alice 192.168.7.50\"";
	*address = range.first;
	return config_value_user_fault(user);
}

static int valid_fixed(cfg_t *cfg, cfg_opt_t *opt)
{
	char user[USER_OCTETS];
	uint32_t address;

	return judge(cfg, opt, parse_fixed(config_value(opt), user, &address));
}

static bool parse_network(const char *text, struct config_route *route)
{
	size_t digits = strcspn(text, "/");
	char network[INET_ADDRSTRLEN], *end;
	unsigned long len = 32;

	if (digits >= sizeof(network))
		return false;
	memcpy(network, text, digits);
	network[digits] = '\0';
	if (text[digits]) {
		text += digits + 1;
		len = strtoul(text, &end, 10);
		if (*text < '0' || *text > '9' || *end || len > 32)
			return false;
	}
	route->len = len;
	return inet_pton(AF_INET, network, &route->network) == 1;
}

/**
 * config_route_parse - read a network
 * @text:	"10.1.0.0/16"
 * @route:	filled in, but for the user
 *
 * Return: NULL, or what is wrong.
 */
const char *config_route_parse(const char *text, struct config_route *route)
{
	if (!parse_network(text, route))
		return "not a network: write it like \"10.1.0.0/16\"";
	if (route->len < 32 && ntohl(route->network.s_addr) & UINT32_MAX >> route->len)
		return "the network has bits set behind its length: write its first address";
	return NULL;
}

static const char *parse_route(const char *text, char *user, struct config_route *route)
{
	const char *rest = split_user(text, user), *fault;

	if (!rest || !parse_network(rest, route))
		return "not a user and a network: write it like \"branch 10.1.0.0/16\"";
	fault = config_route_parse(rest, route);
	return fault ? fault : config_value_user_fault(user);
}

static int valid_route(cfg_t *cfg, cfg_opt_t *opt)
{
	char user[USER_OCTETS];
	struct config_route route;

	return judge(cfg, opt, parse_route(config_value(opt), user, &route));
}

static int valid_pattern(cfg_t *cfg, cfg_opt_t *opt)
{
	return config_value_judge(cfg, opt, config_value_user_fault(config_value(opt)));
}

static int valid_pool(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const char *fault = NULL;

	if (!cfg_size(section, "remoteip"))
		fault = "no addresses: add a line such as remoteip = { \"192.168.8.0/24\" } to it";
	else if (!cfg_size(section, "users"))
		fault = "no users: add a line such as users = { \"plant-*\" } to it; everybody else is in the default pool";
	else if (!strcmp(cfg_title(section), "default"))
		fault = "this is the name of the pool that remoteip makes: choose another";
	if (!fault)
		return 0;
	cfg_error(cfg, "pool \"%s\": %s", cfg_title(section), fault);
	return -1;
}

/**
 * config_pools_validate - have every value judged where it stands
 * @cfg:	the parser
 */
void config_pools_validate(cfg_t *cfg)
{
	forget_lines();
	cfg_set_validate_func(cfg, "remoteip", valid_range);
	cfg_set_validate_func(cfg, "exclude", valid_range);
	cfg_set_validate_func(cfg, "static", valid_fixed);
	cfg_set_validate_func(cfg, "routes", valid_route);
	cfg_set_validate_func(cfg, "pool|remoteip", valid_range);
	cfg_set_validate_func(cfg, "pool|exclude", valid_range);
	cfg_set_validate_func(cfg, "pool|users", valid_pattern);
	cfg_set_validate_func(cfg, "pool", valid_pool);
}

/* ---- reading ---- */

static struct config_range *read_ranges(cfg_t *cfg, const char *option, size_t *count)
{
	cfg_opt_t *opt = cfg_getopt(cfg, option);
	struct config_range *ranges;
	size_t i;

	*count = 0;
	ranges = config_value_array(cfg_opt_size(opt), sizeof(*ranges));
	for (i = 0; ranges && i < cfg_opt_size(opt); i++) {
		pool_range_parse(cfg_opt_getnstr(opt, i), &ranges[i].range);
		ranges[i].line = line_of(opt, i);
		ranges[i].text = strdup(cfg_opt_getnstr(opt, i));
		if (!ranges[i].text)
			break;
		(*count)++;
	}
	return ranges;
}

static void free_users(char **users)
{
	char **user;

	for (user = users; user && *user; user++)
		free(*user);
	free(users);
}

static char **read_users(cfg_t *cfg)
{
	size_t i, count = cfg_size(cfg, "users");
	char **users = calloc(count + 1, sizeof(*users));

	for (i = 0; users && i < count; i++) {
		users[i] = strdup(cfg_getnstr(cfg, "users", i));
		if (!users[i]) {
			free_users(users);
			return NULL;
		}
	}
	return users;
}

static bool read_pool(struct config_pool *pool, cfg_t *cfg, const char *name, bool named)
{
	pool->name = strdup(name);
	pool->ranges = read_ranges(cfg, "remoteip", &pool->range_count);
	pool->excluded = read_ranges(cfg, "exclude", &pool->excluded_count);
	pool->users = named ? read_users(cfg) : calloc(1, sizeof(*pool->users));
	pool->proxyarp = cfg_getbool(cfg, "proxyarp");
	return pool->name && pool->ranges && pool->excluded && pool->users;
}

static bool read_pools(struct config_pools *pools, cfg_t *cfg)
{
	size_t i, named = cfg_size(cfg, "pool");
	cfg_t *section;

	pools->pool = calloc(named + 1, sizeof(*pools->pool));
	pools->count = pools->pool ? named + 1 : 0;
	if (!pools->pool || !read_pool(&pools->pool[0], cfg, "default", false))
		return false;
	for (i = 0; i < named; i++) {
		section = cfg_getnsec(cfg, "pool", i);
		if (!read_pool(&pools->pool[i + 1], section, cfg_title(section), true))
			return false;
	}
	return true;
}

static bool read_fixed(struct config_pools *pools, cfg_t *cfg)
{
	char user[USER_OCTETS];
	size_t i, count = cfg_size(cfg, "static");

	pools->fixed = config_value_array(count, sizeof(*pools->fixed));
	for (i = 0; pools->fixed && i < count; i++) {
		parse_fixed(cfg_getnstr(cfg, "static", i), user, &pools->fixed[i].address);
		pools->fixed[i].user = strdup(user);
		if (!pools->fixed[i].user)
			return false;
		pools->fixed_count++;
	}
	return pools->fixed;
}

static bool read_routes(struct config_pools *pools, cfg_t *cfg)
{
	char user[USER_OCTETS];
	size_t i, count = cfg_size(cfg, "routes");

	pools->routes = config_value_array(count, sizeof(*pools->routes));
	for (i = 0; pools->routes && i < count; i++) {
		parse_route(cfg_getnstr(cfg, "routes", i), user, &pools->routes[i]);
		pools->routes[i].user = strdup(user);
		if (!pools->routes[i].user)
			return false;
		pools->route_count++;
	}
	return pools->routes;
}

/* ---- between values ---- */

static bool overlap(const struct pool_range *one, const struct pool_range *other)
{
	return one->first <= other->last && other->first <= one->last;
}

static bool within(const struct config_range *ranges, size_t count, uint32_t address)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (address >= ranges[i].range.first && address <= ranges[i].range.last)
			return true;
	}
	return false;
}

/* Range number @at of a pool with all before it, of this pool and of others */
static bool distinct(const struct config_pools *pools, size_t pool, size_t at, const char *path)
{
	const struct config_range *range = &pools->pool[pool].ranges[at], *other;
	size_t i, k;

	for (i = 0; i <= pool; i++) {
		for (k = 0; k < (i == pool ? at : pools->pool[i].range_count); k++) {
			other = &pools->pool[i].ranges[k];
			if (!overlap(&range->range, &other->range))
				continue;
			log_error("%s:%d: remoteip \"%s\" overlaps with \"%s\" (line %d): two clients would get one address; see pptpmuxd.conf(5)",
				  path, range->line, range->text, other->text, other->line);
			return false;
		}
	}
	return true;
}

/* The server's own address is the gateway of every client */
static bool without_local(const struct config_pool *pool, const struct config_range *range,
			  uint32_t local, const char *path)
{
	struct in_addr address = { htonl(local) };
	char text[INET_ADDRSTRLEN];

	if (local < range->range.first || local > range->range.last ||
	    within(pool->excluded, pool->excluded_count, local))
		return true;
	inet_ntop(AF_INET, &address, text, sizeof(text));
	log_error("%s:%d: localip %s is one of remoteip's addresses: take it out of \"%s\", or add exclude = { \"%s\" }",
		  path, range->line, text, range->text, text);
	return false;
}

static bool excludes_something(const struct config_pool *pool, const char *path)
{
	const struct config_range *hole;
	size_t i, k;

	for (i = 0; i < pool->excluded_count; i++) {
		hole = &pool->excluded[i];
		for (k = 0; k < pool->range_count; k++) {
			if (overlap(&hole->range, &pool->ranges[k].range))
				break;
		}
		if (k < pool->range_count)
			continue;
		log_error("%s:%d: exclude \"%s\" is in none of the ranges of pool \"%s\": correct it, or leave it out",
			  path, hole->line, hole->text, pool->name);
		return false;
	}
	return true;
}

static bool pools_consistent(const struct config_pools *pools, uint32_t local, const char *path)
{
	size_t i, k;

	for (i = 0; i < pools->count; i++) {
		for (k = 0; k < pools->pool[i].range_count; k++) {
			if (!distinct(pools, i, k, path) ||
			    !without_local(&pools->pool[i], &pools->pool[i].ranges[k], local, path))
				return false;
		}
		if (!excludes_something(&pools->pool[i], path))
			return false;
	}
	return true;
}

static bool fixed_consistent(const struct config_pools *pools, cfg_t *cfg, uint32_t local,
			     const char *path)
{
	cfg_opt_t *opt = cfg_getopt(cfg, "static");
	const char *fault = NULL;
	size_t i, k;

	for (i = 0; i < pools->fixed_count && !fault; i++) {
		if (pools->fixed[i].address == local)
			fault = "this is localip, the server's own address";
		for (k = 0; k < i; k++) {
			if (pools->fixed[k].address == pools->fixed[i].address)
				fault = "the address is another user's already";
			if (!strcmp(pools->fixed[k].user, pools->fixed[i].user))
				fault = "the user has an address already";
		}
	}
	if (fault)
		log_error("%s:%d: static \"%s\": %s; see pptpmuxd.conf(5)", path,
			  line_of(opt, i - 1), cfg_opt_getnstr(opt, i - 1), fault);
	return !fault;
}

/**
 * config_pools_read - take what the parser has read
 * @pools:	filled in, to be freed in any case
 * @cfg:	the parser, after a file without mistakes of one value
 * @path:	of the file
 * @localip:	the server's address in every call
 *
 * Return: false after a log line, or without memory.
 */
bool config_pools_read(struct config_pools *pools, cfg_t *cfg, const char *path,
		       struct in_addr localip)
{
	uint32_t local = ntohl(localip.s_addr);
	bool good;

	good = read_pools(pools, cfg) && read_fixed(pools, cfg) && read_routes(pools, cfg) &&
	       pools_consistent(pools, local, path) &&
	       fixed_consistent(pools, cfg, local, path);
	forget_lines();
	return good;
}

static void free_ranges(struct config_range *ranges, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(ranges[i].text);
	free(ranges);
}

static void free_pool(struct config_pool *pool)
{
	free_ranges(pool->ranges, pool->range_count);
	free_ranges(pool->excluded, pool->excluded_count);
	free_users(pool->users);
	free(pool->name);
}

void config_pools_free(struct config_pools *pools)
{
	size_t i;

	for (i = 0; i < pools->count; i++)
		free_pool(&pools->pool[i]);
	for (i = 0; i < pools->fixed_count; i++)
		free(pools->fixed[i].user);
	for (i = 0; i < pools->route_count; i++)
		free(pools->routes[i].user);
	free(pools->pool);
	free(pools->fixed);
	free(pools->routes);
	memset(pools, 0, sizeof(*pools));
}

/* ---- using ---- */

/*
 * The first pool with a pattern that the user matches, else the default one. Names of
 * Windows have backslashes, so these are nothing special.
 */
size_t config_pools_of(const struct config_pools *pools, const char *user)
{
	char **pattern;
	size_t i;

	for (i = 1; i < pools->count; i++) {
		for (pattern = pools->pool[i].users; *pattern; pattern++) {
			if (fnmatch(*pattern, user, FNM_NOESCAPE) == 0)
				return i;
		}
	}
	return 0;
}

/* The address that is the user's own; NULL if there is none */
const struct pool_fixed *config_pools_fixed(const struct config_pools *pools, const char *user)
{
	size_t i;

	for (i = 0; i < pools->fixed_count; i++) {
		if (!strcmp(pools->fixed[i].user, user))
			return &pools->fixed[i];
	}
	return NULL;
}

static bool same_ranges(const struct config_range *one, size_t one_count,
			const struct config_range *other, size_t other_count)
{
	size_t i;

	if (one_count != other_count)
		return false;
	for (i = 0; i < one_count; i++) {
		if (one[i].range.first != other[i].range.first ||
		    one[i].range.last != other[i].range.last)
			return false;
	}
	return true;
}

static bool same_pool(const struct config_pool *one, const struct config_pool *other)
{
	return !strcmp(one->name, other->name) &&
	       same_ranges(one->ranges, one->range_count, other->ranges, other->range_count) &&
	       same_ranges(one->excluded, one->excluded_count,
			   other->excluded, other->excluded_count);
}

/* Would they make the same addresses? Users' patterns and routes do not matter. */
bool config_pools_same(const struct config_pools *one, const struct config_pools *other)
{
	size_t i;

	if (one->count != other->count || one->fixed_count != other->fixed_count)
		return false;
	for (i = 0; i < one->count; i++) {
		if (!same_pool(&one->pool[i], &other->pool[i]))
			return false;
	}
	for (i = 0; i < one->fixed_count; i++) {
		if (one->fixed[i].address != other->fixed[i].address ||
		    strcmp(one->fixed[i].user, other->fixed[i].user))
			return false;
	}
	return true;
}

static struct pool_range *bare_ranges(const struct config_range *ranges, size_t count)
{
	struct pool_range *bare = config_value_array(count, sizeof(*bare));
	size_t i;

	for (i = 0; bare && i < count; i++)
		bare[i] = ranges[i].range;
	return bare;
}

static bool specify(struct pool_spec *spec, const struct config_pool *pool)
{
	spec->name = pool->name;
	spec->ranges = bare_ranges(pool->ranges, pool->range_count);
	spec->range_count = pool->range_count;
	spec->excluded = bare_ranges(pool->excluded, pool->excluded_count);
	spec->excluded_count = pool->excluded_count;
	return spec->ranges && spec->excluded;
}

/**
 * config_pools_make - the pools themselves
 * @pools:	their configuration; its indices are those of the pools
 *
 * Return: the pools, or NULL without memory.
 */
struct pool *config_pools_make(const struct config_pools *pools)
{
	struct pool_spec *specs = calloc(pools->count, sizeof(*specs));
	struct pool *pool = NULL;
	bool good = specs;
	size_t i;

	for (i = 0; i < pools->count && good; i++)
		good = specify(&specs[i], &pools->pool[i]);
	if (good)
		pool = pool_new(specs, pools->count, pools->fixed, pools->fixed_count);
	for (i = 0; specs && i < pools->count; i++) {
		free((void *)specs[i].ranges);
		free((void *)specs[i].excluded);
	}
	free(specs);
	return pool;
}
