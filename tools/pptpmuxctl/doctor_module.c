// SPDX-License-Identifier: GPL-2.0
/* Is the module there, and is GRE its own? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "capture.h"
#include "doctor.h"

bool doctor_module_loaded(const char *name)
{
	FILE *file = fopen("/proc/modules", "re");
	char line[512], first[128];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%127s", first) == 1 && !strcmp(first, name);
	fclose(file);
	return found;
}

/* Would modprobe load it? */
static bool is_installed(void)
{
	static const char * const dry_run[] = { "modprobe", "-n", "-q", "pptp-mux", NULL };
	char *text;
	int code = capture(dry_run, CAPTURE_OUTPUT, &text);

	free(text);
	return code == 0;
}

static void report(struct findings *findings)
{
	struct utsname kernel;

	if (doctor_module_loaded("pptp")) {
		finding_add(findings, FINDING_PPTP_KO, "rmmod pptp && modprobe pptp-mux",
			    "the kernel's own pptp.ko is loaded and owns GRE, so that pptp-mux cannot be loaded; it comes back after a boot if /etc/modprobe.d/pptp-mux.conf is missing");
	} else if (is_installed()) {
		finding_add(findings, FINDING_MODULE_NOT_LOADED, "modprobe pptp-mux",
			    "the module pptp-mux is not loaded");
	} else {
		uname(&kernel);
		finding_add(findings, FINDING_MODULE_MISSING,
			    "apt install linux-headers-$(uname -r) && make modules install && modprobe pptp-mux",
			    "the module pptp-mux is not installed for the kernel that runs, %s: build it, in the directory of its source",
			    kernel.release);
	}
}

void doctor_module(struct doctor *doctor)
{
	int err = pmux_open(&doctor->ctl->client);

	if (err == -ENOENT)
		report(&doctor->findings);
	else if (err)
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL,
			    "the module cannot be asked: netlink: %s", strerror(-err));
}
