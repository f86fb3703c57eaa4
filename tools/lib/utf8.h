/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8 (RFC 3629), as far as it must be told from other octets */
#ifndef UTF8_H
#define UTF8_H

/* Octets of the character that the text begins with, 0 if it is none */
unsigned int utf8_length(const unsigned char *s);

#endif /* UTF8_H */
