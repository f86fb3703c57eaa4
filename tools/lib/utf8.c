// SPDX-License-Identifier: GPL-2.0
/* UTF-8 (RFC 3629), as far as it must be told from other octets */
#include "utf8.h"

#include <stdbool.h>

/* Length of the UTF-8 sequence that @byte leads, 0 if it leads none */
static unsigned int sequence_length(unsigned char byte)
{
	if (byte < 0x80)
		return 1;
	if (byte >= 0xc2 && byte <= 0xdf)
		return 2;
	if (byte >= 0xe0 && byte <= 0xef)
		return 3;
	return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}

/* Surrogates, overlong forms and what is above U+10FFFF (RFC 3629, section 4) */
static bool bad_second(const unsigned char *s)
{
	return (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	       (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f);
}

unsigned int utf8_length(const unsigned char *s)
{
	unsigned int len = sequence_length(s[0]);
	unsigned int i;

	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len > 1 && bad_second(s) ? 0 : len;
}
