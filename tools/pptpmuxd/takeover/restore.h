/* SPDX-License-Identifier: GPL-2.0 */
/* Takes over what another pptpmuxd has begun */
#ifndef TAKEOVER_RESTORE_H
#define TAKEOVER_RESTORE_H

struct kept;
struct server;

void restore_calls(struct server *server);
void restore_addresses(struct server *server);
int restore_interface(struct server *server, const char *name, struct kept *kept);
void restore_refuse(struct server *server, int place, const struct kept *kept);
void restore_end(struct server *server);

#endif /* TAKEOVER_RESTORE_H */
