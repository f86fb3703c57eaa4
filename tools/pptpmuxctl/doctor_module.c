// SPDX-License-Identifier: GPL-2.0
/* Is the module there, and is GRE its own? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "build.h"
#include "capture.h"
#include "doctor.h"
#include "small_file.h"

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

/* Of UEFI; its value is behind four octets of attributes */
#define SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static bool secure_boot(void)
{
	char variable[8];

	return small_file_read(SECURE_BOOT, variable, sizeof(variable)) == 5 && variable[4] == 1;
}

static void report_not_loaded(struct findings *findings)
{
	if (secure_boot())
		finding_add(findings, FINDING_MODULE_KEY,
			    "modprobe pptp-mux || mokutil --import /var/lib/dkms/mok.pub",
			    "the module pptp-mux is not loaded, and Secure Boot is on: if modprobe says \"Key was rejected by service\", the key that it is signed with is not enrolled. mokutil asks for a password then, and for it again at the next boot, at \"Enroll MOK\"");
	else
		finding_add(findings, FINDING_MODULE_NOT_LOADED, "modprobe pptp-mux",
			    "the module pptp-mux is not loaded");
}

static bool has_dkms(void)
{
	return access("/var/lib/dkms/pptp-mux", F_OK) == 0;
}

static void report(struct findings *findings)
{
	struct utsname kernel;

	if (doctor_module_loaded("pptp")) {
		finding_add(findings, FINDING_PPTP_KO, "rmmod pptp && modprobe pptp-mux",
			    "the kernel's own pptp.ko is loaded and owns GRE, so that pptp-mux cannot be loaded; it comes back after a boot if /etc/modprobe.d/pptp-mux.conf is missing");
	} else if (is_installed()) {
		report_not_loaded(findings);
	} else {
		uname(&kernel);
		finding_add(findings, FINDING_MODULE_MISSING, has_dkms() ?
			    "apt install linux-headers-$(uname -r) && dkms autoinstall && modprobe pptp-mux" :
			    "apt install linux-headers-$(uname -r) && make modules install && modprobe pptp-mux",
			    "the module pptp-mux is not installed for the kernel that runs, %s: build it%s",
			    kernel.release, has_dkms() ? "" : ", in the directory of its source");
	}
}

/* Where Debian's boot loaders look for the kernel that they start */
#define NEXT_KERNEL	"/vmlinuz"

static bool next_kernel(char *release, size_t size)
{
	static const char before[] = "/vmlinuz-";
	char path[256], *name;
	ssize_t len = readlink(NEXT_KERNEL, path, sizeof(path) - 1);

	if (len < 0)
		return false;
	path[len] = '\0';
	name = strstr(path, before);
	if (!name)
		return false;
	snprintf(release, size, "%s", name + strlen(before));
	return true;
}

static void check_next_kernel(struct findings *findings, const char *running)
{
	char next[BUILD_TEXT_SIZE], mend[256];
	struct build build;

	if (!next_kernel(next, sizeof(next)) || !strcmp(next, running) ||
	    build_on_disk(next, &build))
		return;
	if (has_dkms())
		snprintf(mend, sizeof(mend), "apt install linux-headers-%s && dkms autoinstall -k %s",
			 next, next);
	else
		snprintf(mend, sizeof(mend),
			 "apt install linux-headers-%s && make modules install KDIR=/lib/modules/%s/build",
			 next, next);
	finding_add(findings, FINDING_MODULE_NEXT, mend,
		    "the kernel of the next boot, %s, has no module pptp-mux: no call will come in then", next);
}

/* Only of a module that is installed: one that was loaded by hand is somebody's experiment. */
static void check_builds(struct findings *findings)
{
	struct build loaded, there;
	struct utsname kernel;

	uname(&kernel);
	if (!build_on_disk(kernel.release, &there))
		return;
	if (build_loaded(&loaded) && strcmp(loaded.source, there.source) != 0)
		finding_add(findings, FINDING_MODULE_STALE,
			    "systemctl stop pptpmuxd && rmmod pptp-mux && modprobe pptp-mux && systemctl start pptpmuxd",
			    "the module that is loaded (%s, source %s) was built from other sources than the one on disk (%s, source %s), which the next boot will load; to load it now ends all calls",
			    loaded.version, loaded.source, there.version, there.source);
	check_next_kernel(findings, kernel.release);
}

void doctor_module(struct doctor *doctor)
{
	int err = pmux_open(&doctor->ctl->client);

	check_builds(&doctor->findings);
	if (err == -ENOENT)
		report(&doctor->findings);
	else if (err)
		finding_add(&doctor->findings, FINDING_NOT_EXAMINED, NULL,
			    "the module cannot be asked: netlink: %s", strerror(-err));
}
