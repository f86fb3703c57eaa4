/* SPDX-License-Identifier: GPL-2.0 */
/* The client's address, which pptpmuxd gives and takes */
#ifndef LEASE_H
#define LEASE_H

void lease_start(int fd);
void lease_down(void);

#endif /* LEASE_H */
