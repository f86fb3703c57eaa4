/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet of a PPP peer shows */
#ifndef PPP_LOOK_H
#define PPP_LOOK_H

#include <stddef.h>
#include <stdint.h>

#include "ppp_seen.h"

uint32_t ppp_look(const uint8_t *packet, size_t len);

#endif /* PPP_LOOK_H */
