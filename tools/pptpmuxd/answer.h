/* SPDX-License-Identifier: GPL-2.0 */
/* Answers to pptpmuxctl */
#ifndef ANSWER_H
#define ANSWER_H

#include "json.h"

struct server;

void answer_write(struct json *json, const char *question, struct server *server);

#endif /* ANSWER_H */
