/* SPDX-License-Identifier: GPL-2.0 */
/* What we and our children may do */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include <stdbool.h>

bool privileges_drop(void);

#endif /* PRIVILEGES_H */
