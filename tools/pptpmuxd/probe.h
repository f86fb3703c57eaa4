/* SPDX-License-Identifier: GPL-2.0 */
/* Who is still there: clients that are asked at once, for somebody waits */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>

struct server;
struct source;

bool probe_open(struct server *server);
void probe_close(struct server *server);
void probe_source(struct server *server, const struct source *source);
void probe_all(struct server *server);
bool probe_running(const struct server *server);

#endif /* PROBE_H */
