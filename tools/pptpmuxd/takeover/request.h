/* SPDX-License-Identifier: GPL-2.0 */
/* Asks a running pptpmuxd to leave to this program */
#ifndef TAKEOVER_REQUEST_H
#define TAKEOVER_REQUEST_H

struct config;

int request_takeover(const struct config *config);

#endif /* TAKEOVER_REQUEST_H */
