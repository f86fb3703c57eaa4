// SPDX-License-Identifier: GPL-2.0
/* Can the kernel encrypt? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "doctor.h"

/* What pppd has the kernel ask for, when it first wants MPPE */
#define ALIAS	"ppp-compress-18"

/* Lines of "modprobe -D": what it would load, and commands that it would run instead */
static bool is_barred(const char *text)
{
	static const char install[] = "install ";
	const char *line, *end;

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (!strncmp(line, install, strlen(install)) &&
		    (memmem(line, end - line, "/false", 6) || memmem(line, end - line, "/true", 5)))
			return true;
	}
	/* nothing to do: it is on the blacklist */
	return !*text;
}

/* What keeps modprobe from loading it on demand; NULL: nothing */
static const char *obstacle(const char **mend)
{
	static const char * const depends[] = { "modprobe", "-q", "-D", ALIAS, NULL };
	static const char * const by_name[] = { "modprobe", "-q", "-D", "--ignore-install",
						"ppp_mppe", NULL };
	char *text;
	bool exists;
	int code;

	code = capture(depends, CAPTURE_OUTPUT, &text);
	exists = code == 0 && !is_barred(text);
	free(text);
	if (exists)
		return NULL;
	exists = capture(by_name, CAPTURE_OUTPUT, &text) == 0;
	free(text);
	*mend = exists ? "modprobe --ignore-install ppp_mppe" :
		"apt install linux-image-amd64 && reboot";
	return exists ? "modprobe is told not to load it, by an \"install\" or \"blacklist\" line: see \"grep -r ppp_mppe /etc/modprobe.d\"" :
	       "the kernel that runs has none (Debian's cloud kernels have not)";
}

/* It does unless it was told not to, or found ppp_mppe there already. */
static bool pptp_mux_encrypts(void)
{
	static const char path[] = "/sys/module/pptp_mux/parameters/mppe";
	FILE *file = fopen(path, "re");
	bool does = file && fgetc(file) == 'Y';

	if (file)
		fclose(file);
	return does;
}

static void check_module(struct doctor *doctor)
{
	const char *mend = NULL, *why;

	if (pptp_mux_encrypts() || doctor_module_loaded("ppp_mppe"))
		return;
	why = obstacle(&mend);
	if (!why && doctor_read_number("/proc/sys/kernel/modules_disabled") == 1) {
		why = "no module may be loaded any more until the next boot (kernel.modules_disabled)";
		mend = "reboot";
	}
	if (why)
		finding_add(&doctor->findings, FINDING_MPPE_MISSING, mend,
			    "calls are to be encrypted, which pptp-mux does not do here, and the kernel's module ppp_mppe is missing: %s",
			    why);
}

/* "prefer" is about what the client has: without the kernel's there is no call either */
static bool is_needed(const struct doctor *doctor)
{
	const char *encryption = doctor_setting(doctor, "encryption", "mppe-128");

	return !strcmp(encryption, "mppe-128") || !strcmp(encryption, "prefer");
}

void doctor_mppe(struct doctor *doctor)
{
	if (!is_needed(doctor))
		return;
	if (doctor_read_number("/proc/sys/crypto/fips_enabled") == 1)
		finding_add(&doctor->findings, FINDING_MPPE_FIPS, NULL,
			    "the kernel runs in FIPS mode, in which it refuses MPPE's RC4: boot it without fips=1");
	else
		check_module(doctor);
}
