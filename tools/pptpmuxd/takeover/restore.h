/* SPDX-License-Identifier: GPL-2.0 */
/* Takes over what another pptpmuxd has begun */
#ifndef TAKEOVER_RESTORE_H
#define TAKEOVER_RESTORE_H

#include <stdbool.h>

struct interface;
struct pppd_hooks;
struct server;

void restore_calls(struct server *server);
void restore_addresses(struct server *server);
bool restore_interface(struct interface *interface, const struct pppd_hooks *hooks);
void restore_end(struct server *server);

#endif /* TAKEOVER_RESTORE_H */
