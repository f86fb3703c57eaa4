/* SPDX-License-Identifier: GPL-2.0 */
/* A file of pppd's options, which pptpd hands to it */
#ifndef OPTIONS_H
#define OPTIONS_H

struct draft;
struct draft_place;

void options_import(struct draft *draft, const struct draft_place *from, const char *path);

#endif /* OPTIONS_H */
