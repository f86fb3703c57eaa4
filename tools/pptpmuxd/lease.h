/* SPDX-License-Identifier: GPL-2.0 */
/* The address of a call's client, from IPCP's beginning to the call's end */
#ifndef LEASE_H
#define LEASE_H

#include "lease_msg.h"
#include "pool.h"

struct call;
struct server;

struct pool_time lease_time(void);
void lease_owner(const struct call *call, struct pool_owner *owner);
void lease_asked(struct call *call, const struct lease_request *request);
void lease_end(struct call *call);
void lease_retry(struct server *server);

#endif /* LEASE_H */
