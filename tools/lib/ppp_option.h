/* SPDX-License-Identifier: GPL-2.0 */
/* Options of PPP's negotiations (RFC 1661, section 6), as a peer has sent them */
#ifndef PPP_OPTION_H
#define PPP_OPTION_H

#include <stddef.h>
#include <stdint.h>

const uint8_t *ppp_option(const uint8_t *data, size_t len, uint8_t type);

#endif /* PPP_OPTION_H */
