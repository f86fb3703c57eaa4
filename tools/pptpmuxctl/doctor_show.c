// SPDX-License-Identifier: GPL-2.0
/* Findings, for people, for monitoring and for programs */
#include "doctor_show.h"

#include <stdio.h>

/* Parts of a finding come from clients and rulesets: they move no cursor */
static void put_printable(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
}

void doctor_show_finding(const struct finding *finding, const char *indent)
{
	printf("%s%s: ", indent, severity_name(finding_severity(finding->id)));
	put_printable(finding->text);
	if (finding->mend) {
		printf("\n%s    mend: ", indent);
		put_printable(finding->mend);
	}
	putchar('\n');
}

void doctor_show(const struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		doctor_show_finding(&findings->list[i], "");
	if (!findings->count)
		puts("no fault found");
}

/* One line, as monitoring plugins print it */
void doctor_show_brief(const struct findings *findings)
{
	static const char * const words[] = {
		[SEVERITY_NONE] = "OK", [SEVERITY_WARNING] = "WARNING",
		[SEVERITY_FAULT] = "CRITICAL", [SEVERITY_UNKNOWN] = "UNKNOWN",
	};

	printf("PPTP %s - ", words[findings_severity(findings)]);
	put_printable(findings->count ? findings->list[0].text : "no fault found");
	if (findings->count > 1)
		printf(" (and %zu more)", findings->count - 1);
	putchar('\n');
}

void doctor_show_finding_json(struct json *json, const struct finding *finding)
{
	json_string(json, "id", finding_name(finding->id));
	json_string(json, "severity", severity_name(finding_severity(finding->id)));
	json_string(json, "text", finding->text);
	if (finding->mend)
		json_string(json, "mend", finding->mend);
}

void doctor_show_json(struct json *json, const struct findings *findings)
{
	size_t i;

	json_object(json, NULL);
	json_string(json, "severity", severity_name(findings_severity(findings)));
	json_array(json, "findings");
	for (i = 0; i < findings->count; i++) {
		json_object(json, NULL);
		doctor_show_finding_json(json, &findings->list[i]);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
	putchar('\n');
}
