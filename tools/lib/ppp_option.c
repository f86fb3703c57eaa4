// SPDX-License-Identifier: GPL-2.0
/* Options of PPP's negotiations: a length in one may be wrong. */
#include "ppp_option.h"

/**
 * ppp_option - find an option
 * @data:	options of a packet
 * @len:	their octets
 * @type:	the option's
 *
 * Return: the first one, whole and with its head, or NULL.
 */
const uint8_t *ppp_option(const uint8_t *data, size_t len, uint8_t type)
{
	while (len >= 2 && data[1] >= 2 && data[1] <= len) {
		if (data[0] == type)
			return data;
		len -= data[1];
		data += data[1];
	}
	return NULL;
}
