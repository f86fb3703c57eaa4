/* SPDX-License-Identifier: GPL-2.0 */
/* The scripts that pppd runs for a call: not those that would do nothing */
#ifndef SCRIPTS_H
#define SCRIPTS_H

void scripts_start(void);

#endif /* SCRIPTS_H */
