/* SPDX-License-Identifier: GPL-2.0 */
/* accel-ppp.conf(5), as far as it is about PPTP */
#ifndef ACCEL_H
#define ACCEL_H

struct draft;

void accel_import(struct draft *draft, const char *path, char *text);

#endif /* ACCEL_H */
