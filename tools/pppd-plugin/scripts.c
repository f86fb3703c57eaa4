// SPDX-License-Identifier: GPL-2.0
/*
 * The scripts that pppd runs for a call: not those that would do nothing.
 *
 * Debian ships /etc/ppp/ip-up, ip-down and ip-pre-up. All that they do is to run what
 * stands in a directory each, where there is one script, for who has asked for name
 * servers. To find that out takes shells and run-parts, more than the rest of
 * a call. So it is found out here: when IPCP is up, and when it goes down, and for ip-pre-up
 * when IPCP begins. A script is taken from pppd if it is Debian's to the letter and has
 * nothing to run. Whatever an administrator has changed or added runs as ever.
 */
#include "scripts.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pppd_compat.h"
#include "digest.h"
#include "small_file.h"

#define DIRECTORY	"/etc/ppp/"
#define LOG		"/var/log/ppp-ipupdown.log"	/* they write there if it exists */
#define QUICK		"/var/run/ppp-quick"		/* and end pppd if this one does */
#define OCTETS_MAX	4096

#define RESOLV_CONF	"/etc/resolv.conf"
#define DEBIAN_NAME_SERVERS_BACK	0x8084f5a58b37326d	/* as below */
#define NO_NAME_SERVERS	"[ \"$USEPEERDNS\" ] || exit 0\n"

/* One of pppd's scripts, and where pppd keeps its path */
struct script {
	const char *name;
	char *path;		/* NULL: this pppd has it nowhere */
	uint64_t debian;	/* its content as Debian ships it, since 2018: a digest */
	bool taken;		/* @path is empty, by us */
};

static struct script pre_up = { "ip-pre-up", compat_path_pre_up, 0xb5829c03161e4788, false };
static struct script up = { "ip-up", path_ipup, 0x5bffc63ecd890e3f, false };
static struct script down = { "ip-down", path_ipdown, 0x084b5968357022e0, false };

static void (*choose_before)(uint32_t *address);

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* To the letter? Who could write another file of this digest is root. */
static bool is_known(const char *text, size_t len, uint64_t known)
{
	return digest_add(DIGEST_OF_NOTHING, text, len) == known;
}

static bool name_servers_kept(void)
{
	char real[PATH_MAX], *kept;
	bool is_there = true;

	if (!realpath(RESOLV_CONF, real))
		strcpy(real, RESOLV_CONF);
	if (asprintf(&kept, "%s.pppd-backup.%s", real, compat_ifname()) >= 0) {
		is_there = exists(kept);
		free(kept);
	}
	return is_there;
}

/*
 * Is it one of Debian's two for name servers, which have nothing to do? The first puts
 * those in place that pppd has asked for; its first command ends it where there are none.
 * The second one puts back what was there before, if the first one has kept that.
 */
static bool is_idle(const char *path)
{
	char text[OCTETS_MAX];
	ssize_t len = small_file_read(path, text, sizeof(text));
	const char *at = text;

	if (len < 0 || ipcp_wantoptions[0].req_dns1)
		return false;
	if (is_known(text, len, DEBIAN_NAME_SERVERS_BACK))
		return !name_servers_kept();
	while (*at == '#' || *at == '\n')
		at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n');
	return !strncmp(at, NO_NAME_SERVERS, strlen(NO_NAME_SERVERS));
}

/* run-parts(8): which names it takes */
static bool is_taken_by_run_parts(const char *name)
{
	while (isalnum((unsigned char)*name) || *name == '_' || *name == '-')
		name++;
	return !*name;
}

static bool may_run(const struct stat *found)
{
	return S_ISREG(found->st_mode) && found->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
}

/* Would it do something for this call? What cannot be looked at might. */
static bool part_does_something(const char *directory, const char *name)
{
	struct stat found;
	char *path;
	bool idle;

	if (!is_taken_by_run_parts(name))
		return false;
	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return true;
	idle = stat(path, &found) == 0 && (!may_run(&found) || is_idle(path));
	free(path);
	return !idle;
}

static bool directory_does_something(const struct script *script)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	bool something;
	DIR *directory;

	snprintf(path, sizeof(path), DIRECTORY "%s.d", script->name);
	directory = opendir(path);
	if (!directory)
		return true;
	do {
		errno = 0;
		entry = readdir(directory);
		something = entry ? part_does_something(path, entry->d_name) : errno;
	} while (entry && !something);
	closedir(directory);
	return something;
}

static bool is_debian(const struct script *script)
{
	char text[OCTETS_MAX];
	ssize_t len = small_file_read(script->path, text, sizeof(text));

	return len >= 0 && is_known(text, len, script->debian);
}

static bool does_something(const struct script *script)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DIRECTORY "%s.local", script->name);
	return !is_debian(script) || exists(path) || exists(LOG) || exists(QUICK) ||
	       directory_does_something(script);
}

/* pppd takes a path to nowhere for a script that need not exist */
static void look(struct script *script)
{
	char path[PATH_MAX];

	if (!script->path)
		return;
	snprintf(path, sizeof(path), DIRECTORY "%s", script->name);
	if (script->taken)
		strcpy(script->path, path);
	script->taken = !strcmp(script->path, path) && !does_something(script);
	if (script->taken)
		*script->path = '\0';
}

static void on_up(void *context, int argument)
{
	(void)context;
	(void)argument;
	look(&up);
}

static void on_down(void *context, int argument)
{
	(void)context;
	(void)argument;
	look(&down);
}

/* IPCP begins: what is run before the interface is up comes next */
static void choose(uint32_t *address)
{
	if (choose_before)
		choose_before(address);
	look(&pre_up);
}

/**
 * scripts_start - leave out what does nothing
 *
 * For calls of pptpmuxd alone: who dials may have been asked for the name servers.
 */
void scripts_start(void)
{
	choose_before = ip_choose_hook;
	ip_choose_hook = choose;
	compat_on_ip_up(on_up);
	compat_on_ip_down(on_down);
}
