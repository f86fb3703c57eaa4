/* SPDX-License-Identifier: GPL-2.0 */
/* The packets that have brought up a call on demand, as they were */
#ifndef PENDING_H
#define PENDING_H

void pending_keep(void);
void pending_forget(void);

#endif /* PENDING_H */
