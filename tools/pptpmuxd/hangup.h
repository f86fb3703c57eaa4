/* SPDX-License-Identifier: GPL-2.0 */
/* Calls that an administrator ends */
#ifndef HANGUP_H
#define HANGUP_H

struct json;
struct server;

void hangup_answer(struct json *json, const char *wish, struct server *server);

#endif /* HANGUP_H */
