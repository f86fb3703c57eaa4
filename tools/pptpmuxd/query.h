/* SPDX-License-Identifier: GPL-2.0 */
/* Questions of pptpmuxctl, over a UNIX socket */
#ifndef QUERY_H
#define QUERY_H

struct query;
struct server;

struct query *query_open(struct server *server);
void query_close(struct query *query);

#endif /* QUERY_H */
