/* SPDX-License-Identifier: GPL-2.0 */
/* pptpd.conf(5) */
#ifndef PPTPD_H
#define PPTPD_H

struct draft;

void pptpd_import(struct draft *draft, const char *path, char *text);

#endif /* PPTPD_H */
