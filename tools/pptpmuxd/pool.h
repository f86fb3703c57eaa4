/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The addresses that clients get, in named pools. Pure: no clock, no kernel and
 * no file of its own; times come in as arguments, in seconds.
 */
#ifndef POOL_H
#define POOL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <time.h>

#define POOL_MAX		65535	/* addresses of a range: as many as there can be slots */
#define POOL_ASIDE_SECONDS	60	/* until an address set aside is tried again */
#define POOL_NONE		((size_t)-1)	/* the pool of addresses outside of all */

/* What people read, and what waits are measured by: nobody sets that clock */
struct pool_time {
	time_t shown;
	time_t steady;
};

/* First and last address, host byte order */
struct pool_range {
	uint32_t first;
	uint32_t last;
};

/* One named pool, as configured; all strings and arrays belong to the caller */
struct pool_spec {
	const char *name;
	const struct pool_range *ranges;
	size_t range_count;
	const struct pool_range *excluded;
	size_t excluded_count;
};

/* An address that belongs to one user, inside of a pool or outside of all */
struct pool_fixed {
	char *user;
	uint32_t address;	/* host byte order */
};

/* Who has an address. @pid and @started name the pppd, also after our restart. */
struct pool_owner {
	char user[256];		/* "" when nobody had to say a name */
	char call[64];		/* "VPN3 (192.0.2.1:4242)" */
	pid_t pid;
	unsigned long long started;	/* as in /proc/PID/stat */
};

enum pool_state {
	POOL_FREE,
	POOL_HELD,
	POOL_ASIDE,	/* somebody else claims it */
};

/* One address. Read it as you like; only pool.c writes. */
struct pool_address {
	TAILQ_ENTRY(pool_address) next;	/* in its pool's queue, while free or aside */
	uint32_t address;		/* host byte order */
	size_t part;			/* which pool, POOL_NONE: outside of all */
	const char *fixed;		/* whose own it is, NULL: anybody's */
	enum pool_state state;
	time_t since;			/* of its state; 0: since the beginning */
	time_t until;			/* it is aside, by the steady clock */
	time_t released;		/* by its last owner; 0: never had one */
	unsigned long long turn;	/* of those released, the least is the next to be taken */
	struct pool_owner *owner;	/* while held */
	char *note;			/* why it is aside */
};

enum pool_result {
	POOL_OK,
	POOL_TAKEN,	/* somebody has it */
	POOL_UNKNOWN,	/* in no pool, and nobody's own */
	POOL_NO_MEMORY,
};

/* Of what anybody can get: users' own addresses are left out */
struct pool_counts {
	size_t size;
	size_t held;
	size_t aside;
};

struct pool;

const char *pool_range_parse(const char *text, struct pool_range *range);
struct pool *pool_new(const struct pool_spec *specs, size_t count,
		      const struct pool_fixed *fixed, size_t fixed_count);
void pool_free(struct pool *pool);

struct pool_address *pool_take(struct pool *pool, size_t part,
			       const struct pool_owner *owner, struct pool_time now);
enum pool_result pool_reserve(struct pool *pool, struct in_addr address,
			      const struct pool_owner *owner, time_t now);
void pool_release(struct pool *pool, struct in_addr address, time_t now);
void pool_set_aside(struct pool *pool, struct in_addr address, const char *note,
		    struct pool_time now);
void pool_readmit(struct pool *pool, time_t steady);
bool pool_restore(struct pool *pool, struct in_addr address, time_t released,
		  unsigned long long turn);
void pool_sort(struct pool *pool);

struct pool_address *pool_find(const struct pool *pool, struct in_addr address);
const struct pool_address *pool_at(const struct pool *pool, size_t index);
const struct pool_address *pool_first_free(const struct pool *pool, size_t part);
const char *pool_name(const struct pool *pool, size_t part);
struct pool_counts pool_count(const struct pool *pool, size_t part);
size_t pool_parts(const struct pool *pool);
size_t pool_size(const struct pool *pool);

#endif /* POOL_H */
