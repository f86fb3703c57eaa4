/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration, read at the start and anew */
#ifndef RELOAD_H
#define RELOAD_H

#include <stdbool.h>

struct config;
struct server;

struct config *reload_first(const char *path, bool debug);
bool reload(struct server *server);

#endif /* RELOAD_H */
