/* SPDX-License-Identifier: GPL-2.0 */
/* All clients, and what they are told to do */
#ifndef CROWD_H
#define CROWD_H

#include <event2/event.h>

#include "command.h"
#include "options.h"

int crowd_start(struct event_base *base, const struct options *options, void (*done)(void));
void crowd_stop(void);
void crowd_do(const struct command *command);
bool crowd_is_busy(void);

#endif /* CROWD_H */
