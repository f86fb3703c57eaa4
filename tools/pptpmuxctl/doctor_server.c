// SPDX-License-Identifier: GPL-2.0
/* Does pptpmuxd run, listen and answer? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "doctor.h"
#include "listener.h"
#include "query.h"

static bool has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

static const char *how_to_start(void)
{
	return has_systemd() ? "systemctl start pptpmuxd" : "pptpmuxd";
}

/* What pptpmuxd itself says of its configuration; NULL if that is right */
static char *config_fault(void)
{
	static const char * const test[] = { "pptpmuxd", "--test", NULL };
	char *text;

	/* 1: it could not start; not found, or anything else, is another matter */
	if (capture(test, CAPTURE_BOTH, &text) != 1) {
		free(text);
		return NULL;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void report_stopped(struct doctor *doctor)
{
	char *fault = config_fault();

	if (fault)
		finding_add(&doctor->findings, FINDING_SERVER_CONFIG, "pptpmuxd --test",
			    "pptpmuxd does not run, and cannot: %s; correct the configuration until the test is passed, then \"%s\"",
			    fault, how_to_start());
	else
		finding_add(&doctor->findings, FINDING_SERVER_STOPPED, how_to_start(),
			    "nobody listens on TCP port %u: pptpmuxd does not run in this network namespace",
			    PPTP_PORT);
	free(fault);
}

static void report_listener(struct doctor *doctor, const struct listener *listener,
			    const char *path)
{
	char mend[96];

	if (!strcmp(listener->name, "pptpmuxd")) {
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL,
			    "pptpmuxd (process %d) does not answer at %s: give its run-directory by --run-directory",
			    (int)listener->pid, path);
		return;
	}
	snprintf(mend, sizeof(mend), "kill %d && %s", (int)listener->pid, how_to_start());
	finding_add(&doctor->findings, FINDING_SERVER_FOREIGN, listener->pid ? mend : NULL,
		    "%s%s%s listens on TCP port %u in place of pptpmuxd: end it, and keep it from being started",
		    *listener->name ? "the program \"" : "another program", listener->name,
		    *listener->name ? "\"" : "", PPTP_PORT);
}

static void report_silence(struct doctor *doctor, int err, const char *path)
{
	struct listener listener;

	if (err == EAGAIN)
		finding_add(&doctor->findings, FINDING_SERVER_HANGS,
			    has_systemd() ? "systemctl restart pptpmuxd" : NULL,
			    "pptpmuxd runs and does not answer: see its log, and start it anew");
	else if (err != ENOENT && err != ECONNREFUSED)
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL,
			    "pptpmuxd cannot be asked at %s: %s", path, strerror(err));
	else if (listener_find(PPTP_PORT, &listener))
		report_listener(doctor, &listener, path);
	else
		report_stopped(doctor);
}

static void check_port(struct doctor *doctor)
{
	struct listener listener;

	if (!listener_find(doctor_port(doctor), &listener))
		finding_add(&doctor->findings, FINDING_SERVER_STOPPED,
			    has_systemd() ? "systemctl restart pptpmuxd" : NULL,
			    "pptpmuxd runs, but does not listen on TCP port %u: it is about to end",
			    doctor_port(doctor));
	else if (doctor_port(doctor) != PPTP_PORT)
		finding_add(&doctor->findings, FINDING_SERVER_PORT, NULL,
			    "pptpmuxd listens on TCP port %u, and clients dial %u: remove port from %s, unless something redirects them",
			    doctor_port(doctor), PPTP_PORT,
			    doctor_setting(doctor, "file", "pptpmuxd.conf"));
}

/* Both are installed together: a server that says otherwise was started before */
static void check_version(struct doctor *doctor)
{
	const char *version = doctor_setting(doctor, "version", "that says none");

	if (strcmp(version, PPTP_MUX_VERSION) != 0)
		finding_add(&doctor->findings, FINDING_SERVER_STALE,
			    "pptpmuxd --take-over",
			    "the pptpmuxd that runs is of a version %s, and %s is installed: have this one take over, with all calls",
			    version, PPTP_MUX_VERSION);
}

static void check_drain(struct doctor *doctor)
{
	if (!strcmp(doctor_setting(doctor, "drains", "false"), "true"))
		finding_add(&doctor->findings, FINDING_SERVER_DRAINS, "pptpmuxctl undrain",
			    "pptpmuxd takes no new calls, as somebody has told it by \"pptpmuxctl drain\"");
}

void doctor_server(struct doctor *doctor)
{
	char path[QUERY_PATH_SIZE], *answer;
	int err = query_ask(doctor->ctl->run_directory, "config", &answer, path, sizeof(path));

	if (err) {
		report_silence(doctor, err, path);
		return;
	}
	doctor->config = json_tree_read(answer);
	free(answer);
	check_version(doctor);
	check_drain(doctor);
	if (json_tree_get(doctor->config, "port"))
		check_port(doctor);
	else
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL,
			    "pptpmuxd is of another version than pptpmuxctl: start it anew after both are installed");
}
