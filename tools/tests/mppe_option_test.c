// SPDX-License-Identifier: GPL-2.0
/* MPPE's option in what a peer sends: what it says, and how it is answered */
#include <stdlib.h>
#include <string.h>

#include "mppe_option.h"
#include "tap.h"

#define MPPE(h, bits)	18, 6, (h), 0, 0, (bits)
#define DEFLATE		26, 4, 0x78, 0
#define BSD		21, 3, 0x2f

/* A copy of its own length, in memory that ends with it */
static uint8_t *copy_of(const uint8_t *options, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	memcpy(copy, options, len);
	return copy;
}

static enum mppe_offer offer_of(const uint8_t *options, size_t len)
{
	uint8_t *copy = copy_of(options, len);
	enum mppe_offer offer = mppe_option_offer(copy, len);

	free(copy);
	return offer;
}

static void test_offers(void)
{
	static const struct {
		uint8_t options[16];
		size_t len;
		enum mppe_offer offer;
		const char *what;
	} offers[] = {
		{ { 0 }, 0, MPPE_OFFER_NONE, "no option" },
		{ { DEFLATE, BSD }, 7, MPPE_OFFER_NONE, "none of MPPE" },
		{ { MPPE(1, 0x40) }, 6, MPPE_OFFER_STATELESS, "128 bits, stateless" },
		{ { MPPE(1, 0xe1) }, 6, MPPE_OFFER_STATELESS, "all that there is, stateless" },
		{ { MPPE(0, 0x40) }, 6, MPPE_OFFER_STATEFUL, "128 bits, stateful" },
		{ { DEFLATE, MPPE(0, 0x60), BSD }, 13, MPPE_OFFER_STATEFUL, "amidst others" },
		{ { MPPE(1, 0x20) }, 6, MPPE_OFFER_WEAK, "40 bits" },
		{ { MPPE(0, 0x80) }, 6, MPPE_OFFER_56, "56 bits" },
		{ { MPPE(1, 0x01) }, 6, MPPE_OFFER_ANY, "MPPC alone, no strength" },
		{ { 18, 5, 1, 0, 0x40 }, 5, MPPE_OFFER_NONE, "one that is too short" },
		{ { 18, 7, 1, 0, 0, 0x40, 0 }, 7, MPPE_OFFER_NONE, "one that is too long" },
		{ { 26, 1, MPPE(1, 0x40) }, 8, MPPE_OFFER_NONE, "behind a length that is wrong" },
	};
	size_t i, len, found = 0;

	for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
		ok(offer_of(offers[i].options, offers[i].len) == offers[i].offer, offers[i].what);
	for (len = 0; len < 6; len++)
		found += offer_of(offers[2].options, len) != MPPE_OFFER_NONE;
	ok(!found, "an option that is cut says nothing");
}

static void test_answers(void)
{
	static const struct {
		uint8_t request[16];
		size_t len;
		uint8_t answer[16];
		size_t answer_len;
		bool reject;
		const char *what;
	} answers[] = {
		{ { MPPE(0, 0x40) }, 6, { MPPE(1, 0x40) }, 6, false, "a Nak wants stateless mode" },
		{ { MPPE(0, 0xe1) }, 6, { MPPE(1, 0x40) }, 6, false, "and 128 bits alone" },
		{ { DEFLATE, MPPE(0, 0x40), BSD }, 13, { DEFLATE, BSD }, 7, true,
		  "what is not MPPE is rejected before, in its order" },
		{ { DEFLATE, MPPE(0, 0x40) }, 10, { DEFLATE }, 4, true, "if it stands before" },
		{ { MPPE(0, 0x40), BSD }, 9, { BSD }, 3, true, "or behind" },
	};
	uint8_t *options;
	bool reject;
	size_t i, len;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		options = copy_of(answers[i].request, answers[i].len);
		len = mppe_option_answer(options, answers[i].len, &reject);
		ok(len == answers[i].answer_len && reject == answers[i].reject &&
		   !memcmp(options, answers[i].answer, len), answers[i].what);
		free(options);
	}
}

int main(void)
{
	test_offers();
	test_answers();
	return tap_done();
}
