/* SPDX-License-Identifier: GPL-2.0 */
/* The control connections and their sources, for pptpmuxctl */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

struct json;
struct server;

void connections_answer(struct json *json, const struct server *server);

#endif /* CONNECTIONS_H */
