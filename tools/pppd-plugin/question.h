/* SPDX-License-Identifier: GPL-2.0 */
/* A question to pptpmuxd, and the wait for its answer */
#ifndef QUESTION_H
#define QUESTION_H

#include <stdbool.h>

#include "lease_msg.h"

/* Longer than a predecessor that has to go first may take (pptpmuxd kills it) */
#define QUESTION_MS	20000

bool question_ask(int fd, struct lease_request *request, struct lease_reply *reply);

#endif /* QUESTION_H */
