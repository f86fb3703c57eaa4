// SPDX-License-Identifier: GPL-2.0
/* pptpmuxctl --version: of the programs and of the module, as they run and as they lie there */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "build.h"
#include "ctl.h"
#include "json_tree.h"
#include "query.h"

static void print_daemon(const struct ctl *ctl)
{
	char path[QUERY_PATH_SIZE], *answer;
	int err = query_ask(ctl->run_directory, "config", &answer, path, sizeof(path));
	struct json_tree *config = err ? NULL : json_tree_read(answer);

	if (config)
		printf("pptpmuxd %s\n", json_tree_text(config, "version", "of an older build"));
	else if (err == EACCES || err == EPERM)
		puts("pptpmuxd: ask as root");
	else
		puts("pptpmuxd: none answers in this network namespace");
	json_tree_free(config);
	free(answer);
}

static void print_module(void)
{
	struct build loaded, there;
	bool is_loaded = build_loaded(&loaded), is_there;
	struct utsname kernel;

	uname(&kernel);
	is_there = build_on_disk(kernel.release, &there);
	if (is_loaded)
		printf("module %s, source %s, loaded%s\n", loaded.version, loaded.source,
		       is_there && strcmp(loaded.source, there.source) != 0 ?
		       ", and not the one on disk" : "");
	else
		puts("module: not loaded");
	if (is_there)
		printf("module %s, source %s, on disk for %s\n", there.version, there.source,
		       kernel.release);
	else
		printf("module: not on disk for %s\n", kernel.release);
}

void ctl_version(const struct ctl *ctl)
{
	puts("pptpmuxctl " PPTP_MUX_VERSION);
	print_daemon(ctl);
	print_module();
}
