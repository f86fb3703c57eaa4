/* SPDX-License-Identifier: GPL-2.0 */
/* A dialled link over its calls: which server is next, when, and who is told */
#ifndef LINK_H
#define LINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

void link_check_options(char *list, const char *bounds, int fd);
void link_begin(void);
const char *link_dial(void);
void link_outer(struct in_addr address);
bool link_refused(void);
void link_accepted(uint32_t slot);
void link_cause(uint32_t cause);

#endif /* LINK_H */
