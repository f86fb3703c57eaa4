/* SPDX-License-Identifier: GPL-2.0 */
/* A number for a piece of data: FNV-1a, for data that nobody gains by forging */
#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_OF_NOTHING	0xcbf29ce484222325ULL

uint64_t digest_add(uint64_t digest, const void *octets, size_t len);

#endif /* DIGEST_H */
