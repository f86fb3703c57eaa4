/* SPDX-License-Identifier: GPL-2.0 */
/* Memory, for the kernel's pure headers in user space */
#ifndef _FUZZ_LINUX_STRING_H
#define _FUZZ_LINUX_STRING_H

#include <string.h>

#define memzero_explicit(p, len)	explicit_bzero(p, len)

#endif /* _FUZZ_LINUX_STRING_H */
