/* SPDX-License-Identifier: GPL-2.0 */
/* The module's slots, set as the configuration wants them */
#ifndef SLOTS_H
#define SLOTS_H

#include <stdbool.h>

#include "config.h"

int slots_apply(const struct config *config);
bool slots_have(const char *ifname);

#endif /* SLOTS_H */
