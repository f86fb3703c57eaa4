/* SPDX-License-Identifier: GPL-2.0 */
/* Calls whose clients have not proved who they are */
#ifndef STRANGER_H
#define STRANGER_H

#include <stdbool.h>

struct call;
struct server;

void stranger_open(struct server *server);
void stranger_add(struct call *call);
void stranger_remove(struct call *call);
void stranger_known(struct call *call);
bool stranger_full(struct server *server);
bool stranger_room(const struct call *call);
struct call *stranger_victim(const struct call *newcomer);

#endif /* STRANGER_H */
