/* SPDX-License-Identifier: GPL-2.0 */
/* A request of CCP's that comes again */
#ifndef REPEAT_H
#define REPEAT_H

void repeat_start(void);

#endif /* REPEAT_H */
