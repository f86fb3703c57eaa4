/* SPDX-License-Identifier: GPL-2.0 */
/* Metrics as text */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>

struct pmux_table;
struct server;

void metrics_write(FILE *out, struct server *server, const struct pmux_table *table);

#endif /* TEXT_H */
