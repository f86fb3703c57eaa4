/* SPDX-License-Identifier: GPL-2.0 */
/* What pppd says of a log-in that fails */
#ifndef LOGIN_H
#define LOGIN_H

#include <stdbool.h>

#include "lease_msg.h"

struct login {
	bool failed;		/* a password was wrong, or there is no such user */
	bool unjudged;		/* nobody was there to say whether one was */
	bool untried;		/* the client has not tried any, or not to the end */
	char user[LEASE_USER_OCTETS];	/* whose name was claimed, "" if that is not known */
};

void login_read(struct login *login, const char *line);
bool login_is_guess(const struct login *login, bool silent);

#endif /* LOGIN_H */
