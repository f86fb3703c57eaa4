/* SPDX-License-Identifier: GPL-2.0 */
/* Who is in chap-secrets, and where */
#ifndef SECRETS_H
#define SECRETS_H

#include <stdbool.h>

void secrets_start(void);
bool secrets_look(void);

#endif /* SECRETS_H */
