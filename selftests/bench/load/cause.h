/* SPDX-License-Identifier: GPL-2.0 */
/* Why a client has no call, or has one no more */
#ifndef CAUSE_H
#define CAUSE_H

enum cause {
	CAUSE_TIMED_OUT,	/* it gave up, or the server was silent */
	CAUSE_NO_CONNECTION,	/* TCP's, or none that lasted until SCCRP */
	CAUSE_START_REFUSED,	/* by a result of SCCRP */
	CAUSE_CALL_REFUSED,	/* by a result of OCRP */
	CAUSE_LOGIN,		/* the server does not take name and password */
	CAUSE_SERVER_UNPROVED,	/* the server does not know the password either */
	CAUSE_CLOSED,		/* the server has ended it */
	CAUSE_PROTOCOL,		/* what the server says makes no sense, or no call */
	CAUSES
};

#endif /* CAUSE_H */
