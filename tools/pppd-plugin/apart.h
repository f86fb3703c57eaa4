/* SPDX-License-Identifier: GPL-2.0 */
/* Encrypted calls whose ends have come apart */
#ifndef PPTP_APART_H
#define PPTP_APART_H

void apart_start(void);
void apart_anew(void);

#endif /* PPTP_APART_H */
