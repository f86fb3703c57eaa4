/* SPDX-License-Identifier: GPL-2.0 */
/* One pptpmuxd takes over from another one */
#ifndef TAKEOVER_HANDOVER_H
#define TAKEOVER_HANDOVER_H

#include <stdbool.h>

struct json;
struct server;

void handover_init(char **argv);
void handover_receive(void);
void handover_open(struct server *server);
int handover_listener(void);
bool handover_leave(struct server *server);
void handover_answer(struct json *json, const char *words, struct server *server);

#endif /* TAKEOVER_HANDOVER_H */
