/* SPDX-License-Identifier: GPL-2.0 */
/* What pppd's peer has sent and offered, for whoever has to say why a call failed */
#ifndef SEEN_H
#define SEEN_H

#include <stdint.h>

void seen_start(int fd);
void seen_anew(void);
void seen_mark(uint32_t new_marks);
uint32_t seen_marks(void);

#endif /* SEEN_H */
