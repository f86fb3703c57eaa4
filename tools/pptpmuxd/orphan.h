/* SPDX-License-Identifier: GPL-2.0 */
/* A pppd that a pptpmuxd before us has started, and that still runs */
#ifndef ORPHAN_H
#define ORPHAN_H

#include <stdbool.h>

struct server;

bool orphan_adopt_all(struct server *server);
const char *orphan_conflict(struct server *server, const char *user, bool deny);
bool orphan_ends(const struct server *server);
void orphan_stop_all(struct server *server);
void orphan_kill_all(struct server *server);
void orphan_free_all(struct server *server);

#endif /* ORPHAN_H */
