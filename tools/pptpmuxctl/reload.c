// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl reload: have pptpmuxd read its configuration anew */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "json_tree.h"
#include "query.h"

static int tell(const char *reloaded)
{
	if (!strcmp(reloaded, "true"))
		return CTL_OK;
	if (!strcmp(reloaded, "false"))
		fputs("pptpmuxctl: pptpmuxd did not take all of its configuration over: its log says why\n",
		      stderr);
	else
		fputs("pptpmuxctl: pptpmuxd does not know how to answer: it is an older one, send it SIGHUP\n",
		      stderr);
	return CTL_REFUSED;
}

int ctl_reload(struct ctl *ctl, int argc, char **argv)
{
	struct json_tree *tree;
	char *answer;
	int rc;

	rc = ctl_no_arguments(argc, argv);
	if (!rc)
		rc = query(ctl->run_directory, "reload", &answer);
	if (rc)
		return rc;
	if (ctl->as_json)
		fputs(answer, stdout);
	tree = json_tree_read(answer);
	rc = tell(json_tree_text(tree, "reloaded", ""));
	json_tree_free(tree);
	free(answer);
	return rc;
}
