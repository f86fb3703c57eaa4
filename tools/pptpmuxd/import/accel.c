// SPDX-License-Identifier: GPL-2.0
/*
 * accel-ppp.conf(5): sections, with settings and, in some, lines of their own kind.
 * What is about other protocols than PPTP is passed over.
 */
#include "accel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "lines.h"
#include "ranges.h"

#define OPTION_OCTETS	128

struct setting {
	const char *section;
	const char *name;
	void (*set)(struct draft *draft, const struct draft_place *place, const char *name,
		    const char *value);
};

static void add_option(struct draft *draft, const char *option, const char *value)
{
	char text[OPTION_OCTETS];

	snprintf(text, sizeof(text), "%s %s", option, value);
	draft_add(&draft->options, text);
}

/* pppd has it by the same name, or nearly */
static void pass(struct draft *draft, const struct draft_place *place, const char *name,
		 const char *value)
{
	(void)place;
	add_option(draft, name, value);
}

static void set_dns(struct draft *draft, const struct draft_place *place, const char *name,
		    const char *value)
{
	(void)place;
	(void)name;
	add_option(draft, "ms-dns", value);
}

static void set_wins(struct draft *draft, const struct draft_place *place, const char *name,
		     const char *value)
{
	(void)place;
	(void)name;
	add_option(draft, "ms-wins", value);
}

static void set_echo_failure(struct draft *draft, const struct draft_place *place,
			     const char *name, const char *value)
{
	(void)place;
	(void)name;
	add_option(draft, "lcp-echo-failure", value);
}

static void set_localip(struct draft *draft, const struct draft_place *place, const char *name,
			const char *value)
{
	(void)name;
	if (*draft->localip && strcmp(draft->localip, value) != 0)
		draft_remark(place, "localip: the server has one address in every call, %s",
			     draft->localip);
	else
		snprintf(draft->localip, sizeof(draft->localip), "%.*s",
			 (int)strcspn(value, "/"), value);
}

static void set_bind(struct draft *draft, const struct draft_place *place, const char *name,
		     const char *value)
{
	(void)place;
	(void)name;
	snprintf(draft->listen, sizeof(draft->listen), "%s", value);
}

static void set_port(struct draft *draft, const struct draft_place *place, const char *name,
		     const char *value)
{
	(void)place;
	(void)name;
	draft->port = strtoul(value, NULL, 10);
}

static void set_mppe(struct draft *draft, const struct draft_place *place, const char *name,
		     const char *value)
{
	(void)name;
	if (!strcmp(value, "require")) {
		draft->encryption = NULL;
		return;
	}
	draft->encryption = "prefer";
	if (!strcmp(value, "deny"))
		draft_remark(place, "calls were not encrypted: those of clients that can encrypt are now; encryption = \"none\" has none encrypted");
}

static void set_single(struct draft *draft, const struct draft_place *place, const char *name,
		       const char *value)
{
	(void)place;
	(void)name;
	draft->single_session = !strcmp(value, "deny") ? "deny" : "replace";
}

static void set_secrets(struct draft *draft, const struct draft_place *place, const char *name,
			const char *value)
{
	(void)draft;
	(void)name;
	if (strcmp(value, "/etc/ppp/chap-secrets") != 0)
		draft_remark(place, "pppd reads /etc/ppp/chap-secrets: copy %s there", value);
}

static void say_radius(struct draft *draft, const struct draft_place *place, const char *name,
		       const char *value)
{
	(void)draft;
	(void)name;
	(void)value;
	draft_remark(place, "left out: RADIUS is asked by pppd's own plugin; write \"plugin radius.so\" into a file that is named as options-file, and the server into the plugin's configuration, /etc/radcli or /etc/radiusclient");
}

static const struct setting settings[] = {
	{ "ppp", "mtu", pass },
	{ "ppp", "mru", pass },
	{ "ppp", "lcp-echo-interval", pass },
	{ "ppp", "lcp-echo-failure", set_echo_failure },
	{ "ppp", "mppe", set_mppe },
	{ "ppp", "single-session", set_single },
	{ "lcp", "lcp-echo-interval", pass },
	{ "lcp", "lcp-echo-failure", set_echo_failure },
	{ "common", "single-session", set_single },
	{ "pptp", "bind", set_bind },
	{ "pptp", "port", set_port },
	{ "pptp", "mppe", set_mppe },
	{ "dns", "dns1", set_dns },
	{ "dns", "dns2", set_dns },
	{ "wins", "wins1", set_wins },
	{ "wins", "wins2", set_wins },
	{ "ip-pool", "gw-ip-address", set_localip },
	{ "chap-secrets", "gw-ip-address", set_localip },
	{ "chap-secrets", "chap-secrets", set_secrets },
	{ "radius", "server", say_radius },
};

/* Of these sections all is to be known; in others only what is in the table */
static bool is_about_pptp(const char *section)
{
	return !strcmp(section, "pptp") || !strcmp(section, "ip-pool");
}

static void import_setting(struct draft *draft, const struct draft_place *place,
			   const char *section, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (!strcmp(settings[i].section, section) && !strcmp(settings[i].name, name)) {
			settings[i].set(draft, place, name, value);
			return;
		}
	}
	if (is_about_pptp(section))
		draft_remark(place, "left out: %s of [%s]", name, section);
}

/* "10.0.0.2-254", or with a name of a pool behind it, or an attribute */
static void import_range(struct draft *draft, const struct draft_place *place, char *line)
{
	size_t len = strcspn(line, ", \t");

	if (line[len])
		draft_remark(place, "%s: all ranges make one pool; see pool in pptpmuxd.conf(5)",
			     line + len);
	line[len] = '\0';
	ranges_add(&draft->remoteip, place, line);
}

static void import_line(struct draft *draft, const struct draft_place *place,
			const char *section, char *line)
{
	char *value = strchr(line, '=');
	size_t len;

	if (!strcmp(section, "ip-pool") && line[0] >= '0' && line[0] <= '9') {
		import_range(draft, place, line);
		return;
	}
	if (!value)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	len = strcspn(line, " \t");
	line[len] = '\0';
	import_setting(draft, place, section, line, value);
}

/**
 * accel_import - translate
 * @draft:	where to
 * @path:	of the file
 * @text:	of it, which is changed
 */
void accel_import(struct draft *draft, const char *path, char *text)
{
	struct draft_place place = { .path = path };
	const struct draft_place file = place;
	const char *section = "";
	char *line;

	draft->encryption = "prefer";	/* as accel-ppp does where nothing is said */
	while ((line = lines_next(&text))) {
		place.line++;
		if (*line == '[') {
			section = line + 1;
			line[strcspn(line, "]")] = '\0';
		} else if (*line) {
			import_line(draft, &place, section, line);
		}
	}
	if (!*draft->localip)
		draft_remark(&file, "gw-ip-address is missing in [ip-pool]: write localip, the server's address in every call");
	if (!draft->remoteip.count)
		draft_remark(&file, "there are no addresses in [ip-pool]: write remoteip, those of the clients");
}
