/* SPDX-License-Identifier: GPL-2.0 */
/* One call for one client: what a second one does to the first */
#ifndef SINGLE_H
#define SINGLE_H

#include "config.h"

struct call;

const char *single_conflict(const struct call *call, enum config_single_by by);

#endif /* SINGLE_H */
