// SPDX-License-Identifier: GPL-2.0
/*
 * What lines of pppd say of how a call ends. The words are those of pppd 2.4.9 and 2.5.
 *
 * Names and messages that the peer chooses stand in many lines of pppd. So a line is
 * known by its whole, or by both of its ends with a name between: what a peer puts
 * into its name cannot make one line of pppd look like another.
 */
#include "pppd_saying.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Of a line, its end counted in: pppd cuts what is longer, which a long name makes */
#define LINE_OCTETS	1024

/* What lies between @begin and @end is a name, and may be anything */
struct form {
	const char *begin;
	const char *end;	/* NULL: the line is @begin and no more */
	enum pppd_saying saying;
};

#define ALL	NULL
#define NAME	""		/* the name is last */

static const struct form forms[] = {
	{ "LCP: timeout sending Config-Requests", ALL, PPPD_SAYS_LCP_UNANSWERED },
	{ "Peer ", " failed CHAP authentication", PPPD_SAYS_LOGIN_FAILED },
	{ "EAP: MSCHAPv2 failure for peer ", NAME, PPPD_SAYS_LOGIN_FAILED },
	{ "PAP peer authentication failed for ", NAME, PPPD_SAYS_LOGIN_FAILED },
	{ "No CHAP secret found for authenticating us to ", NAME, PPPD_SAYS_NOTHING },
	{ "No CHAP secret found for authenticating ", NAME, PPPD_SAYS_NO_SECRET },
	{ "no PAP secret found for ", NAME, PPPD_SAYS_NO_SECRET },
	{ "peer refused to authenticate: terminating link", ALL, PPPD_SAYS_AUTH_REFUSED },
	{ "rc_send_server: no reply from RADIUS server ", NAME, PPPD_SAYS_RADIUS_SILENT },
	{ "rc_find_server: couldn't find RADIUS server ", NAME, PPPD_SAYS_RADIUS_SILENT },
	{ "MPPE required, but kernel has no support.", ALL, PPPD_SAYS_MPPE_NO_KERNEL },
	{ "MPPE required, but MS-CHAP[v2] nor EAP-TLS auth are performed.", ALL,
	  PPPD_SAYS_MPPE_NO_KEYS },
	{ "MPPE required, but MS-CHAP[v2] auth not performed.", ALL, PPPD_SAYS_MPPE_NO_KEYS },
	{ "MPPE required, but keys are not available.  Possible plugin problem?", ALL,
	  PPPD_SAYS_MPPE_NO_KEYS },
	{ "Refusing MPPE stateful mode offered by peer", ALL, PPPD_SAYS_MPPE_STATEFUL },
	{ "MPPE required but peer negotiation failed", ALL, PPPD_SAYS_MPPE_NO_AGREEMENT },
	{ "MPPE required but peer refused", ALL, PPPD_SAYS_MPPE_REFUSED },
	/* in the words of a client that is a pppd, if it is the faster to find that out */
	{ "LCP terminated by peer (MPPE required but peer negotiation failed)", ALL,
	  PPPD_SAYS_MPPE_PEER_ENDS },
	{ "pptp: ", NAME, PPPD_SAYS_PLUGIN },
	{ "MPPE ", " compression enabled", PPPD_SAYS_ENCRYPTED },
	{ "Link attached to ", NAME, PPPD_SAYS_JOINED },
};

/* Faults of options, which have pppd's own name before them; and no peer yet */
static const struct form option_forms[] = {
	{ "Couldn't load plugin ", NAME, PPPD_SAYS_NO_PLUGIN },
	/* "Plugin NAME is for pppd version OURS, this is THEIRS" */
	{ "Plugin ", NAME, PPPD_SAYS_OTHER_VERSION },
};

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

static bool ends(const char *line, const char *with)
{
	size_t len = strlen(line), end = strlen(with);

	return len >= end && !strcmp(line + len - end, with);
}

/* A name that has cut the end away must not hide what the line is */
static bool has_form(const char *line, const struct form *form)
{
	size_t begin = strlen(form->begin);

	if (!form->end)
		return !strcmp(line, form->begin);
	return begins(line, form->begin) &&
	       (ends(line + begin, form->end) || strlen(line) >= LINE_OCTETS - 1);
}

/* What follows "PROGRAM: ", NULL if the line does not begin so */
static const char *behind(const char *line, const char *program)
{
	size_t len = strlen(program);

	return begins(line, program) && begins(line + len, ": ") ? line + len + 2 : NULL;
}

static enum pppd_saying look(const char *line, const struct form *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (has_form(line, &list[i]))
			return list[i].saying;
	}
	return PPPD_SAYS_NOTHING;
}

/**
 * pppd_saying_of - what a line says
 * @line:	a whole line of pppd's
 * @program:	what pppd was started as, which stands before faults of its options
 */
enum pppd_saying pppd_saying_of(const char *line, const char *program)
{
	const char *fault = behind(line, program);

	if (fault)
		return look(fault, option_forms, sizeof(option_forms) / sizeof(option_forms[0]));
	return look(line, forms, sizeof(forms) / sizeof(forms[0]));
}
