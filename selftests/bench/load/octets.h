/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as they go over the wire */
#ifndef OCTETS_H
#define OCTETS_H

#include <stdint.h>

static inline uint16_t get_u16(const uint8_t *data)
{
	return data[0] << 8 | data[1];
}

static inline void put_u16(uint8_t *data, uint16_t value)
{
	data[0] = value >> 8;
	data[1] = value;
}

static inline void put_u32(uint8_t *data, uint32_t value)
{
	put_u16(data, value >> 16);
	put_u16(data + 2, value);
}

#endif /* OCTETS_H */
