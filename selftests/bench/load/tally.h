/* SPDX-License-Identifier: GPL-2.0 */
/* How many had no call, or have none any more, by the cause */
#ifndef TALLY_H
#define TALLY_H

#include "cause.h"
#include "json.h"

/* Results are octets: of SCCRP, and of OCRP */
#define TALLY_CODES	256

struct tally {
	unsigned int	all;
	unsigned int	causes[CAUSES];
	unsigned int	start[TALLY_CODES];
	unsigned int	call[TALLY_CODES];
};

void tally_add(struct tally *tally, enum cause cause, unsigned int code);
void tally_write(const struct tally *tally, struct json *json, const char *key);

#endif /* TALLY_H */
