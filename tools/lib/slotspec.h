/* SPDX-License-Identifier: GPL-2.0 */
/* How people name slots and usages: "VPN1-100", "all", "receive,dial-out" */
#ifndef SLOTSPEC_H
#define SLOTSPEC_H

#include <stdbool.h>
#include <stdint.h>

/* Slots @first to @last; @all means the whole table, whatever its size */
struct slot_range {
	uint32_t	first;
	uint32_t	last;
	bool		all;
};

enum usage_mode {
	USAGE_REPLACE,	/* receive,dial-out */
	USAGE_ADD,	/* +demand-dial */
	USAGE_REMOVE,	/* -demand-dial */
};

struct usage_change {
	enum usage_mode	mode;
	uint32_t	mask;	/* of PPTP_MUX_USAGE_* */
};

/* The longest text of usage_format(), with its end */
#define USAGE_TEXT_SIZE	32

/**
 * slot_range_parse() - Read "VPN3", "3", "VPN1-100", "1-VPN100" or "all"
 *
 * Return: NULL, or why not and what to write instead.
 */
const char *slot_range_parse(const char *text, struct slot_range *range);

/**
 * usage_change_parse() - Read usages, separated by commas
 *
 * A leading "+" or "-" adds or removes them instead of replacing all. "none"
 * and "all" stand for themselves. Within the list "+" separates as well, for
 * files in which a comma means something else: "receive+dial-out".
 *
 * Return: NULL, or why not and what to write instead.
 */
const char *usage_change_parse(const char *text, struct usage_change *change);

/* What becomes of usage @old by @change */
uint32_t usage_change_apply(const struct usage_change *change, uint32_t old);

/* "receive,dial-out", "none"; @text holds USAGE_TEXT_SIZE */
const char *usage_format(uint32_t usage, char *text);

/* Name of one usage by its bit number, NULL behind the last */
const char *usage_name(unsigned int bit);

#endif /* SLOTSPEC_H */
