/* SPDX-License-Identifier: GPL-2.0 */
/* No new calls, as an administrator wants it */
#ifndef DRAIN_H
#define DRAIN_H

#include <stdbool.h>

struct json;
struct server;

void drain_answer(struct json *json, struct server *server, bool drains);

#endif /* DRAIN_H */
