/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a pppd: read, heard, and kept until they are of interest */
#ifndef PPPD_OUTPUT_H
#define PPPD_OUTPUT_H

#include <stdbool.h>

#include "log.h"

struct pppd_output;

/* Of a whole line. Returns whether it is to be in the log at once. */
typedef bool (*pppd_heard_fn)(void *context, const char *line);

struct pppd_output *pppd_output_new(const char *name, struct log_limit *noise,
				    pppd_heard_fn heard, void *context);
void pppd_output_free(struct pppd_output *output);
bool pppd_output_read(struct pppd_output *output, int fd);
void pppd_output_drain(struct pppd_output *output, int fd);
void pppd_output_show(struct pppd_output *output);

#endif /* PPPD_OUTPUT_H */
