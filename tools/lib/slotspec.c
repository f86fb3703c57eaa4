// SPDX-License-Identifier: GPL-2.0
/* How people name slots and usages: "VPN1-100", "all", "receive,dial-out" */
#include "slotspec.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <linux/pptp_mux.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const usage_names[] = { "receive", "dial-out", "demand-dial" };

static const char bad_slot[] =
	"this is no slot: write VPN3, a range as VPN1-100 (1 to 65535), or all";
static const char bad_order[] =
	"the range ends before it begins: write the lower number first";
static const char bad_usage[] =
	"this is no usage: write receive, dial-out, demand-dial (several with commas), all or none";
/* The text behind one slot, or NULL if there is none */
static const char *parse_number(const char *text, uint32_t *number)
{
	uint32_t n = 0;

	if (strncasecmp(text, "vpn", 3) == 0)
		text += 3;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		n = 10 * n + (*text - '0');
		if (n > PPTP_MUX_SLOTS_MAX)
			return NULL;
	}
	*number = n;
	return n ? text : NULL;
}

const char *slot_range_parse(const char *text, struct slot_range *range)
{
	*range = (struct slot_range){ .first = 1, .last = PPTP_MUX_SLOTS_MAX };
	if (strcasecmp(text, "all") == 0) {
		range->all = true;
		return NULL;
	}
	text = parse_number(text, &range->first);
	if (!text)
		return bad_slot;
	range->last = range->first;
	if (*text == '-')
		text = parse_number(text + 1, &range->last);
	if (!text || *text)
		return bad_slot;
	return range->last < range->first ? bad_order : NULL;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static bool parse_usage(const char *text, size_t len, uint32_t *mask)
{
	unsigned int bit;

	for (bit = 0; bit < ARRAY_SIZE(usage_names); bit++) {
		if (is_word(text, len, usage_names[bit])) {
			*mask |= 1u << bit;
			return true;
		}
	}
	if (is_word(text, len, "all"))
		*mask |= PPTP_MUX_USAGE_MASK;
	return is_word(text, len, "all") || is_word(text, len, "none");
}

const char *usage_change_parse(const char *text, struct usage_change *change)
{
	size_t len;

	*change = (struct usage_change){ .mode = USAGE_REPLACE };
	if (*text == '+' || *text == '-')
		change->mode = *text++ == '+' ? USAGE_ADD : USAGE_REMOVE;
	for (;;) {
		len = strcspn(text, ",+");
		if (!parse_usage(text, len, &change->mask))
			return bad_usage;
		if (!text[len])
			return NULL;
		text += len + 1;
	}
}

uint32_t usage_change_apply(const struct usage_change *change, uint32_t old)
{
	switch (change->mode) {
	case USAGE_ADD:
		return old | change->mask;
	case USAGE_REMOVE:
		return old & ~change->mask;
	case USAGE_REPLACE:
		break;
	}
	return change->mask;
}

const char *usage_format(uint32_t usage, char *text)
{
	char *end = text;
	unsigned int bit;

	for (bit = 0; bit < ARRAY_SIZE(usage_names); bit++) {
		if (!(usage & 1u << bit))
			continue;
		if (end != text)
			*end++ = ',';
		end = stpcpy(end, usage_names[bit]);
	}
	if (end == text)
		strcpy(text, "none");
	return text;
}

const char *usage_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(usage_names) ? usage_names[bit] : NULL;
}
