/* SPDX-License-Identifier: GPL-2.0 */
/* A pppd that has read its options, and whose copies serve calls */
#ifndef WARM_H
#define WARM_H

void warm_wait(int orders, int call_fd);

#endif /* WARM_H */
