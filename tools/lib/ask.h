/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to the pptpmuxd of this network namespace, over its UNIX socket */
#ifndef ASK_H
#define ASK_H

#define ASK_LINE_OCTETS	512	/* of a question, with its end */

int ask_open(const char *top, const char *question, int type);
int ask(const char *top, const char *question, char **answer);

#endif /* ASK_H */
