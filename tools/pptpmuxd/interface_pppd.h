/* SPDX-License-Identifier: GPL-2.0 */
/* The pppd of an interface: its command line, and what its end means */
#ifndef INTERFACE_PPPD_H
#define INTERFACE_PPPD_H

#include <stdint.h>

struct interface;
struct ppp_seen;
struct pppd;
struct pppd_hooks;

uint64_t interface_pppd_command(const struct interface *interface);
struct pppd *interface_pppd_start(struct interface *interface, const struct pppd_hooks *hooks);
const char *interface_pppd_reason(int status, uint32_t cause, const struct ppp_seen *seen);

#endif /* INTERFACE_PPPD_H */
