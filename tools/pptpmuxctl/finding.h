/* SPDX-License-Identifier: GPL-2.0 */
/* What the doctor has found, in the order in which it was found */
#ifndef FINDING_H
#define FINDING_H

#include <stdbool.h>
#include <stddef.h>

#define FINDINGS_MAX	48

/* In the order of dependence: what comes first may be the cause of what follows */
enum finding_id {
	FINDING_PPTP_KO,
	FINDING_MODULE_MISSING,
	FINDING_MODULE_NOT_LOADED,
	FINDING_MODULE_KEY,
	FINDING_MODULE_STALE,
	FINDING_MODULE_NEXT,
	FINDING_SLOTS_DISABLED,
	FINDING_SLOTS_USAGE,
	FINDING_SLOTS_TAKEN,
	FINDING_SERVER_FOREIGN,
	FINDING_SERVER_CONFIG,
	FINDING_SERVER_STOPPED,
	FINDING_SERVER_HANGS,
	FINDING_SERVER_PORT,
	FINDING_SERVER_STALE,
	FINDING_SERVER_DRAINS,
	FINDING_TCP_FILTERED,
	FINDING_GRE_FILTERED,
	FINDING_DEV_PPP,
	FINDING_PPPD_MISSING,
	FINDING_PLUGIN_MISSING,
	FINDING_PLUGIN_VERSION,
	FINDING_PPPD_OPTIONS,
	FINDING_SECRETS_MISSING,
	FINDING_SECRETS_EMPTY,
	FINDING_SECRETS_ADDRESS,
	FINDING_SECRETS_EXPOSED,
	FINDING_MPPE_MISSING,
	FINDING_MPPE_FIPS,
	FINDING_POOL_EXHAUSTED,
	FINDING_POOL_CONFLICT,
	FINDING_FORWARDING,
	FINDING_ICMP_FILTERED,
	FINDING_MTU,
	FINDING_NOT_EXAMINED,
	FINDING_IDS
};

/* The numbers are those that monitoring plugins exit with */
enum severity {
	SEVERITY_NONE = 0,
	SEVERITY_WARNING = 1,	/* some calls fail, or fare worse than they could */
	SEVERITY_FAULT = 2,	/* no call can be made */
	SEVERITY_UNKNOWN = 3,	/* could not be examined */
};

struct finding {
	enum finding_id	id;
	char		*text;	/* what is wrong */
	char		*mend;	/* a command; NULL: none does */
};

struct findings {
	struct finding	list[FINDINGS_MAX];
	size_t		count;
};

/**
 * finding_add() - Add what has been found
 * @findings: where to
 * @id: what it is; of a second one with the same id nothing is kept but NOT_EXAMINED
 * @mend: the command, NULL for none; copied
 * @format: what is wrong, printf-like
 */
__attribute__((format(printf, 4, 5)))
void finding_add(struct findings *findings, enum finding_id id, const char *mend,
		 const char *format, ...);

/* The finding of an id, NULL if it was not found */
const struct finding *finding_get(const struct findings *findings, enum finding_id id);

/* Puts what is worse first, and leaves the order of dependence within */
void findings_sort(struct findings *findings);

/* The worst of all; a fault is worse than what is unknown, and that than a warning */
enum severity findings_severity(const struct findings *findings);

void findings_free(struct findings *findings);

/* For programs, and for people: what is wrong, without what is special to this host */
const char *finding_name(enum finding_id id);
const char *finding_title(enum finding_id id);
enum severity finding_severity(enum finding_id id);
const char *severity_name(enum severity severity);

#endif /* FINDING_H */
