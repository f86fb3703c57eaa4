/* SPDX-License-Identifier: GPL-2.0 */
/* Writes down what a pptpmuxd that takes over has to know */
#ifndef TAKEOVER_KEEP_H
#define TAKEOVER_KEEP_H

struct book;
struct call;
struct control;
struct interface;
struct server;

void keep_control(struct control *control);
void keep_call(struct call *call);
void keep_interface(struct interface *interface);
void keep_end(struct book *book, int place);
void keep_rest(struct server *server);

#endif /* TAKEOVER_KEEP_H */
