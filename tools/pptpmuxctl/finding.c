// SPDX-License-Identifier: GPL-2.0
/* What the doctor has found */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char	*name;	/* for programs, and never changed */
	enum severity	severity;
	const char	*title;
} kinds[FINDING_IDS] = {
	[FINDING_PPTP_KO] = {
		"pptp-ko", SEVERITY_FAULT,
		"the kernel's own pptp.ko has taken GRE"
	},
	[FINDING_MODULE_MISSING] = {
		"module-missing", SEVERITY_FAULT,
		"the module pptp-mux is not installed for this kernel"
	},
	[FINDING_MODULE_NOT_LOADED] = {
		"module-not-loaded", SEVERITY_FAULT,
		"the module pptp-mux is not loaded"
	},
	[FINDING_MODULE_KEY] = {
		"module-key", SEVERITY_FAULT,
		"the module pptp-mux is not loaded, and Secure Boot is on"
	},
	[FINDING_MODULE_STALE] = {
		"module-stale", SEVERITY_WARNING,
		"the module that is loaded is not the one on disk"
	},
	[FINDING_MODULE_NEXT] = {
		"module-next", SEVERITY_WARNING,
		"the next boot's kernel has no module pptp-mux"
	},
	[FINDING_SLOTS_DISABLED] = {
		"slots-disabled", SEVERITY_FAULT,
		"all VPN slots are disabled"
	},
	[FINDING_SLOTS_USAGE] = {
		"slots-usage", SEVERITY_FAULT,
		"no VPN slot may receive calls"
	},
	[FINDING_SLOTS_TAKEN] = {
		"slots-taken", SEVERITY_WARNING,
		"all VPN slots that may receive calls are taken"
	},
	[FINDING_SERVER_FOREIGN] = {
		"server-foreign", SEVERITY_FAULT,
		"another program listens on TCP port 1723"
	},
	[FINDING_SERVER_CONFIG] = {
		"server-config", SEVERITY_FAULT,
		"pptpmuxd does not start: its configuration has a mistake"
	},
	[FINDING_SERVER_STOPPED] = {
		"server-stopped", SEVERITY_FAULT,
		"pptpmuxd does not run"
	},
	[FINDING_SERVER_HANGS] = {
		"server-hangs", SEVERITY_FAULT,
		"pptpmuxd does not answer"
	},
	[FINDING_SERVER_PORT] = {
		"server-port", SEVERITY_WARNING,
		"pptpmuxd listens on another port than 1723"
	},
	[FINDING_SERVER_STALE] = {
		"server-stale", SEVERITY_WARNING,
		"the pptpmuxd that runs is not the one that is installed"
	},
	[FINDING_SERVER_DRAINS] = {
		"server-drains", SEVERITY_WARNING,
		"pptpmuxd takes no new calls"
	},
	[FINDING_TCP_FILTERED] = {
		"tcp-filtered", SEVERITY_FAULT,
		"a firewall here drops TCP port 1723"
	},
	[FINDING_GRE_FILTERED] = {
		"gre-filtered", SEVERITY_FAULT,
		"a firewall here drops GRE"
	},
	[FINDING_DEV_PPP] = {
		"dev-ppp", SEVERITY_FAULT,
		"there is no /dev/ppp"
	},
	[FINDING_PPPD_MISSING] = {
		"pppd-missing", SEVERITY_FAULT,
		"pppd is not installed"
	},
	[FINDING_PLUGIN_MISSING] = {
		"plugin-missing", SEVERITY_FAULT,
		"pppd's plugin is not installed"
	},
	[FINDING_PLUGIN_VERSION] = {
		"plugin-version", SEVERITY_FAULT,
		"pppd's plugin is for another version of pppd"
	},
	[FINDING_PPPD_OPTIONS] = {
		"pppd-options", SEVERITY_FAULT,
		"pppd does not take its options"
	},
	[FINDING_SECRETS_MISSING] = {
		"secrets-missing", SEVERITY_FAULT,
		"there is no file of passwords"
	},
	[FINDING_SECRETS_EMPTY] = {
		"secrets-empty", SEVERITY_FAULT,
		"there is no password for a client of this server"
	},
	[FINDING_SECRETS_ADDRESS] = {
		"secrets-address", SEVERITY_WARNING,
		"a client's password allows it no address"
	},
	[FINDING_SECRETS_EXPOSED] = {
		"secrets-exposed", SEVERITY_WARNING,
		"passwords can be read by others than root"
	},
	[FINDING_MPPE_MISSING] = {
		"mppe-missing", SEVERITY_FAULT,
		"the kernel cannot encrypt (MPPE)"
	},
	[FINDING_MPPE_FIPS] = {
		"mppe-fips", SEVERITY_FAULT,
		"the kernel may not encrypt (FIPS mode)"
	},
	[FINDING_POOL_EXHAUSTED] = {
		"pool-exhausted", SEVERITY_WARNING,
		"no address is free for the next client"
	},
	[FINDING_POOL_CONFLICT] = {
		"pool-conflict", SEVERITY_WARNING,
		"an address for clients is claimed by somebody else"
	},
	[FINDING_FORWARDING] = {
		"forwarding-off", SEVERITY_WARNING,
		"forwarding is off"
	},
	[FINDING_ICMP_FILTERED] = {
		"icmp-filtered", SEVERITY_WARNING,
		"a firewall here drops what is said about the MTU"
	},
	[FINDING_MTU] = {
		"mtu", SEVERITY_WARNING,
		"the path to a client is narrower than its call"
	},
	[FINDING_NOT_EXAMINED] = {
		"not-examined", SEVERITY_UNKNOWN,
		"something could not be examined"
	},
};

/* From the worst to the best */
static const enum severity order[] = {
	SEVERITY_FAULT, SEVERITY_UNKNOWN, SEVERITY_WARNING, SEVERITY_NONE
};

static int rank(enum severity severity)
{
	int i = 0;

	while (order[i] != severity)
		i++;
	return i;
}

void finding_add(struct findings *findings, enum finding_id id, const char *mend,
		 const char *format, ...)
{
	struct finding *finding = &findings->list[findings->count];
	va_list args;

	if (findings->count == FINDINGS_MAX ||
	    (id != FINDING_NOT_EXAMINED && finding_get(findings, id)))
		return;
	va_start(args, format);
	if (vasprintf(&finding->text, format, args) < 0)
		abort();
	va_end(args);
	finding->id = id;
	finding->mend = mend ? strdup(mend) : NULL;
	findings->count++;
}

const struct finding *finding_get(const struct findings *findings, enum finding_id id)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->list[i].id == id)
			return &findings->list[i];
	return NULL;
}

static bool before(const struct finding *a, const struct finding *b)
{
	int one = rank(finding_severity(a->id)), other = rank(finding_severity(b->id));

	return one != other ? one < other : a->id < b->id;
}

/* By insertion: they are few, and equal ones keep their order */
void findings_sort(struct findings *findings)
{
	struct finding moved;
	size_t i, j;

	for (i = 1; i < findings->count; i++) {
		moved = findings->list[i];
		for (j = i; j && before(&moved, &findings->list[j - 1]); j--)
			findings->list[j] = findings->list[j - 1];
		findings->list[j] = moved;
	}
}

enum severity findings_severity(const struct findings *findings)
{
	enum severity worst = SEVERITY_NONE, severity;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		severity = finding_severity(findings->list[i].id);
		if (rank(severity) < rank(worst))
			worst = severity;
	}
	return worst;
}

void findings_free(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		free(findings->list[i].text);
		free(findings->list[i].mend);
	}
	findings->count = 0;
}

const char *finding_name(enum finding_id id)
{
	return kinds[id].name;
}

const char *finding_title(enum finding_id id)
{
	return kinds[id].title;
}

enum severity finding_severity(enum finding_id id)
{
	return kinds[id].severity;
}

const char *severity_name(enum severity severity)
{
	static const char * const names[] = {
		[SEVERITY_NONE] = "ok", [SEVERITY_WARNING] = "warning",
		[SEVERITY_FAULT] = "fault", [SEVERITY_UNKNOWN] = "unknown",
	};

	return names[severity];
}
