// SPDX-License-Identifier: GPL-2.0
/*
 * pptpmuxd --import: another server's configuration as one of pptpmuxd's, on standard
 * output; what could not be translated, or means something else here, on standard error.
 */
#include "import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accel.h"
#include "draft.h"
#include "lines.h"
#include "pptpd.h"

/* accel-ppp's has sections, and pptpd's has none */
static bool has_sections(const char *text)
{
	for (; text; text = strchr(text, '\n')) {
		text += strspn(text, " \t\r\n");
		if (*text == '[')
			return true;
	}
	return false;
}

/**
 * import_configuration - translate a configuration of pptpd or accel-ppp
 * @path:	of pptpd.conf or accel-ppp.conf
 *
 * Return: an exit code: 0, or 1 if there is no such file or it cannot be read.
 */
int import_configuration(const char *path)
{
	const struct draft_place file = { .path = path };
	struct draft draft;
	char *text;

	text = lines_read(path);
	if (!text) {
		draft_remark(&file, "%s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (draft_open(&draft)) {
		if (has_sections(text))
			accel_import(&draft, path, text);
		else
			pptpd_import(&draft, path, text);
	}
	free(text);
	return draft_close(&draft, path) ? EXIT_SUCCESS : EXIT_FAILURE;
}
