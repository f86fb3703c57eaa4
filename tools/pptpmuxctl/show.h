/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of an answer that more than one subcommand shows */
#ifndef SHOW_H
#define SHOW_H

#include "genl_msg.h"
#include "json.h"

/* "4d 03:12:55"; the longest has this size, with its end */
#define DURATION_SIZE	24

const char *show_duration(uint64_t ms, char *text);

/* Members of a call, and its statistics and accounts if @stats */
void show_call_json(struct json *json, const struct pmux_call *call, bool stats);

/* Counters, one a line */
void show_stats(const struct pmux_stats *stats, const char *indent);

/* Counters, as an object "stats" */
void show_stats_json(struct json *json, const struct pmux_stats *stats);

/* Shares and limits, as members of the object that is open */
void show_limits_json(struct json *json, const struct pmux_limits *limits);

/* A mask of usages as an array of names */
void show_usage_json(struct json *json, const char *key, uint32_t usage);

/* "-" if @has is false; @text holds INET_ADDRSTRLEN */
const char *show_address(bool has, struct in_addr address, char *text);

/* The name of an interface, made printable; holds IFNAMSIZ */
const char *show_name(const char *name, char *text);

/* The name of the call's interface, made printable, or "-"; holds IFNAMSIZ */
const char *show_ifname(const struct pmux_call *call, char *text);

/* @value as it fits, without what could move the terminal's cursor */
void show_text(const char *value, char *cell, size_t size);

/* Local time with milliseconds, of @ns since 1970 */
void show_time(uint64_t ns);

#endif /* SHOW_H */
