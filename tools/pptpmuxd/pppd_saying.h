/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of pppd that say more of a call's end than its exit status can */
#ifndef PPPD_SAYING_H
#define PPPD_SAYING_H

enum pppd_saying {
	PPPD_SAYS_NOTHING,		/* of interest */
	PPPD_SAYS_LCP_UNANSWERED,	/* no answer to its LCP requests */
	PPPD_SAYS_LOGIN_FAILED,		/* a name or a password was wrong */
	PPPD_SAYS_NO_SECRET,		/* the name stands in no file of secrets */
	PPPD_SAYS_AUTH_REFUSED,		/* the client does not want to prove who it is */
	PPPD_SAYS_RADIUS_SILENT,	/* no RADIUS server answers */
	PPPD_SAYS_MPPE_NO_KERNEL,
	PPPD_SAYS_MPPE_NO_KEYS,		/* the method of authentication makes none */
	PPPD_SAYS_MPPE_STATEFUL,	/* the client wants the mode that we refuse */
	PPPD_SAYS_MPPE_NO_AGREEMENT,	/* the client's offers were none of ours */
	PPPD_SAYS_MPPE_REFUSED,		/* the client knows no CCP */
	PPPD_SAYS_MPPE_PEER_ENDS,	/* our offers were none of the client's */
	PPPD_SAYS_NO_PLUGIN,
	PPPD_SAYS_OTHER_VERSION,	/* the plugin is for another pppd */
	PPPD_SAYS_PLUGIN,		/* a word of pptp_mux.so's own */
	PPPD_SAYS_ENCRYPTED,		/* the call is */
	PPPD_SAYS_JOINED,		/* it is one more link of a bundle */
};

/* A set of them */
#define PPPD_SAID(saying)	(1u << (saying))

enum pppd_saying pppd_saying_of(const char *line, const char *program);

#endif /* PPPD_SAYING_H */
