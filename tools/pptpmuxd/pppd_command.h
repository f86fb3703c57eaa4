/* SPDX-License-Identifier: GPL-2.0 */
/* What pppd is started with for a call */
#ifndef PPPD_COMMAND_H
#define PPPD_COMMAND_H

#include <netinet/in.h>

#include "config.h"

/* What a command line has that stands nowhere else */
struct pppd_command_text {
	char addresses[INET_ADDRSTRLEN + 1];
	char peer[INET_ADDRSTRLEN];
};

const char **pppd_command(const struct config *config, struct in_addr client,
			  struct pppd_command_text *text);
const char **pppd_command_ahead(const struct config *config, struct pppd_command_text *text);

#endif /* PPPD_COMMAND_H */
