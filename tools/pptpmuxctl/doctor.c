// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxctl doctor: looks for what keeps calls from coming in, and says what
 * mends it.
 *
 * It changes nothing. Its exit codes are those of monitoring plugins.
 */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_show.h"

/* In the order of dependence: what comes first may be the cause of what follows */
static void (* const checks[])(struct doctor *doctor) = {
	doctor_module,
	doctor_slots,
	doctor_server,
	doctor_firewall,
	doctor_pppd,
	doctor_secrets,
	doctor_mppe,
	doctor_pool,
	doctor_forwarding,
	doctor_mtu,
};

void doctor_examine(struct doctor *doctor)
{
	size_t i;

	/* Monitoring may start us without sbin in PATH, and programs translate what they print */
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](doctor);
	findings_sort(&doctor->findings);
}

void doctor_free(struct doctor *doctor)
{
	json_tree_free(doctor->config);
	free(doctor->no_secret);
	findings_free(&doctor->findings);
}

const char *doctor_setting(const struct doctor *doctor, const char *key, const char *otherwise)
{
	return json_tree_text(doctor->config, key, otherwise);
}

unsigned int doctor_port(const struct doctor *doctor)
{
	unsigned int port = json_tree_number(doctor->config, "port");

	return port ? port : PPTP_PORT;
}

long doctor_read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

bool doctor_may_examine(void)
{
	if (geteuid() == 0)
		return true;
	fputs("pptpmuxctl: cannot examine this host: run it as root\n", stderr);
	return false;
}

int ctl_doctor(struct ctl *ctl, int argc, char **argv)
{
	struct doctor doctor = { .ctl = ctl };
	enum severity severity;
	bool brief = argc > 1 && !strcmp(argv[1], "--brief");

	if (ctl_no_arguments(argc - brief, argv + brief) || !doctor_may_examine())
		return SEVERITY_UNKNOWN;
	doctor_examine(&doctor);
	if (ctl->as_json)
		doctor_show_json(&ctl->json, &doctor.findings);
	else if (brief)
		doctor_show_brief(&doctor.findings);
	else
		doctor_show(&doctor.findings);
	severity = findings_severity(&doctor.findings);
	doctor_free(&doctor);
	return severity;
}
