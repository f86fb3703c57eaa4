// SPDX-License-Identifier: GPL-2.0
/*
 * Can pppd be started for a call? pppd is asked itself, with the options that
 * pptpmuxd gives it: on "dryrun" it loads the plugin, judges the options and ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "doctor.h"

#define WORDS_MAX	1024	/* of pppd's options */

static const char rebuild[] = "apt install ppp-dev && make -C tools clean all install";

/* What pppd prints, and what it is a sign of; what is likelier the cause comes first */
static const struct {
	const char	*part;
	enum finding_id	id;
} signs[] = {
	{ "is for pppd version", FINDING_PLUGIN_VERSION },
	{ "Couldn't load plugin", FINDING_PLUGIN_VERSION },
	{ "suitable secret", FINDING_SECRETS_EMPTY },
};

static bool files_there(struct doctor *doctor)
{
	const char *pppd = doctor_setting(doctor, "pppd", ""),
		   *plugin = doctor_setting(doctor, "plugin", "");
	struct stat device;

	if (stat("/dev/ppp", &device) < 0) {
		finding_add(&doctor->findings, FINDING_DEV_PPP, "mknod -m 600 /dev/ppp c 108 0",
			    "there is no /dev/ppp, so that pppd cannot reach the kernel");
		return false;
	}
	if (access(pppd, X_OK) < 0) {
		finding_add(&doctor->findings, FINDING_PPPD_MISSING, "apt install ppp",
			    "%s cannot be run: %m", pppd);
		return false;
	}
	if (access(plugin, R_OK) < 0) {
		finding_add(&doctor->findings, FINDING_PLUGIN_MISSING, "make -C tools install",
			    "pppd's plugin %s cannot be read: %m; install it, or set plugin in pptpmuxd.conf",
			    plugin);
		return false;
	}
	return true;
}

/* Return: false if there are more than can be passed on */
static bool fill(const char **argv, const struct json_tree *command)
{
	const struct json_tree *word;
	size_t count = 0;

	for (word = command->first; word && count < WORDS_MAX; word = word->next)
		argv[count++] = word->text;
	argv[count] = "dryrun";
	argv[count + 1] = NULL;
	return count && !word;
}

/* The line of pppd's that has the sign in it, without its own name; cuts @text */
static const char *line_with(char *text, const char *part)
{
	char *found = strstr(text, part), *start;

	if (!found)
		return NULL;
	for (start = found; start > text && start[-1] != '\n';)
		start--;
	found[strcspn(found, "\n")] = '\0';
	return strncmp(start, "pppd: ", 6) ? start : start + 6;
}

/* "plugin X loaded" is no complaint */
static const char *last_line(char *text)
{
	char *end = text + strlen(text);

	while (end > text && end[-1] == '\n')
		*--end = '\0';
	end = strrchr(text, '\n');
	return end ? end + 1 : text;
}

static void report_plugin(struct doctor *doctor, const char *line)
{
	finding_add(&doctor->findings, FINDING_PLUGIN_VERSION, rebuild,
		    "pppd does not load the plugin: %s: build it against the pppd that is installed, in the directory of its source, or set plugin in pptpmuxd.conf",
		    line);
}

static void judge(struct doctor *doctor, char *text)
{
	const char *line;
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		line = line_with(text, signs[i].part);
		if (!line)
			continue;
		if (signs[i].id == FINDING_PLUGIN_VERSION)
			report_plugin(doctor, line);
		else
			doctor->no_secret = strdup(line);
		return;
	}
	finding_add(&doctor->findings, FINDING_PPPD_OPTIONS, NULL,
		    "pppd does not start with the options of %s: %s: correct options and options-file there, and /etc/ppp/options",
		    doctor_setting(doctor, "file", "pptpmuxd.conf"), last_line(text));
}

void doctor_pppd(struct doctor *doctor)
{
	const struct json_tree *command = json_tree_get(doctor->config, "command");
	const char *argv[WORDS_MAX + 2];
	char *text;

	if (!command || !files_there(doctor))
		return;
	if (!fill(argv, command))
		return;
	if (capture(argv, CAPTURE_BOTH, &text) != 0)
		judge(doctor, text ? text : (char[]){ "it cannot be run" });
	free(text);
}
