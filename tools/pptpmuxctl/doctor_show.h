/* SPDX-License-Identifier: GPL-2.0 */
/* Findings, shown; and what the commands doctor and explain share */
#ifndef DOCTOR_SHOW_H
#define DOCTOR_SHOW_H

#include "doctor.h"

void doctor_show(const struct findings *findings);
void doctor_show_brief(const struct findings *findings);
void doctor_show_json(struct json *json, const struct findings *findings);

/* One finding, on lines that begin with @indent; or as the members of an object */
void doctor_show_finding(const struct finding *finding, const char *indent);
void doctor_show_finding_json(struct json *json, const struct finding *finding);

/* False after telling that it needs root */
bool doctor_may_examine(void);

#endif /* DOCTOR_SHOW_H */
