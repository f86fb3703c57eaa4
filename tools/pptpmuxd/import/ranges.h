/* SPDX-License-Identifier: GPL-2.0 */
/* Ranges of addresses as pptpd and accel-ppp write them */
#ifndef RANGES_H
#define RANGES_H

struct draft_list;
struct draft_place;

void ranges_add(struct draft_list *list, const struct draft_place *place, char *text);

#endif /* RANGES_H */
