// SPDX-License-Identifier: GPL-2.0
/*
 * The files that a pppd has read as it started: are they still the same?
 *
 * They are found as pppd finds them: options may name files of more options and plugins.
 * A word that only looks like one of these costs a look at a file that is not there. A file
 * counts as changed when it has another inode, size or time; one that does not exist may
 * come to be.
 */
#include "stamp.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "digest.h"
#include "ppp_words.h"
#include "small_file.h"

#define FILES_MAX	96
#define OPTIONS_OCTETS	65536	/* of a file */
#define SYSTEM_OPTIONS	"/etc/ppp/options"
#define PEERS		"/etc/ppp/peers/"

enum kind {
	OPTIONS,	/* may name others */
	CODE,
	LOG,		/* is written to all the time, but should not be another file */
};

struct stamp {
	unsigned int count;
	struct {
		char *path;
		enum kind kind;
	} files[FILES_MAX];
	uint64_t value;		/* of all of them */
	bool lost;		/* a file, for want of memory or of room */
};

static uint64_t look(const struct stamp *stamp)
{
	uint64_t value = DIGEST_OF_NOTHING;
	struct utsname host;
	struct stat found;
	unsigned int i;

	/* by which pppd looks for secrets, unless options say another name */
	if (uname(&host) == 0)
		value = digest_add(value, host.nodename, strlen(host.nodename));
	for (i = 0; i < stamp->count; i++) {
		if (stat(stamp->files[i].path, &found) < 0)
			memset(&found, 0, sizeof(found));
		value = digest_add(value, &found.st_dev, sizeof(found.st_dev));
		value = digest_add(value, &found.st_ino, sizeof(found.st_ino));
		if (stamp->files[i].kind == LOG)
			continue;
		value = digest_add(value, &found.st_size, sizeof(found.st_size));
		value = digest_add(value, &found.st_mtim, sizeof(found.st_mtim));
		value = digest_add(value, &found.st_ctim, sizeof(found.st_ctim));
	}
	return value;
}

static void add(struct stamp *stamp, const char *directory, const char *name, enum kind kind)
{
	unsigned int i;
	char *path;

	if (asprintf(&path, "%s%s", *name == '/' ? "" : directory, name) < 0) {
		stamp->lost = true;
		return;
	}
	for (i = 0; i < stamp->count && strcmp(stamp->files[i].path, path); i++)
		;
	if (i < stamp->count || i == FILES_MAX) {
		stamp->lost |= i == FILES_MAX;
		free(path);
		return;
	}
	stamp->files[stamp->count].path = path;
	stamp->files[stamp->count++].kind = kind;
}

/* @word stands behind @before */
static void take(struct stamp *stamp, const char *before, const char *word)
{
	if (!strcmp(before, "file"))
		add(stamp, "", word, OPTIONS);
	else if (!strcmp(before, "call"))
		add(stamp, PEERS, word, OPTIONS);
	else if (!strcmp(before, "plugin"))
		add(stamp, strchr(word, '/') ? "" : PPPD_PLUGIN_DIR "/", word, CODE);
	else if (!strcmp(before, "logfile"))
		add(stamp, "", word, LOG);
}

/* pppd reads those of who runs it */
static void add_own_options(struct stamp *stamp)
{
	const struct passwd *user = getpwuid(getuid());
	char *path;

	if (!user || asprintf(&path, "%s/.ppprc", user->pw_dir) < 0)
		return;
	add(stamp, "", path, OPTIONS);
	free(path);
}

/* What an option file names, behind what is known already */
static void read_options(struct stamp *stamp, const char *path)
{
	char before[PPP_WORD_OCTETS] = "", text[OPTIONS_OCTETS];
	ssize_t len = small_file_read(path, text, sizeof(text));
	struct ppp_words words = { .at = text, .end = text + len };
	struct ppp_word word;

	if (len < 0) {
		stamp->lost |= errno == EFBIG;
		return;
	}
	while (ppp_words_next(&words, &word)) {
		stamp->lost |= word.odd;
		take(stamp, before, word.text);
		strcpy(before, word.text);
	}
}

/* All that can be known of it is there. Returns NULL, and frees it, if that is too little. */
static struct stamp *complete(struct stamp *stamp)
{
	if (stamp->lost) {
		stamp_free(stamp);
		return NULL;
	}
	stamp->value = look(stamp);
	return stamp;
}

/**
 * stamp_new - the files that a pppd will read
 * @words:	what it is started with, its program first
 *
 * To be called before it is started: what changes meanwhile has changed then.
 *
 * Return: the stamp, to be freed; NULL if they cannot be known: there are too many, one is
 * too long or has words that only pppd understands, or there is no memory.
 */
struct stamp *stamp_new(const char *const *words)
{
	struct stamp *stamp = calloc(1, sizeof(*stamp));
	unsigned int i;

	if (!stamp)
		return NULL;
	add(stamp, "", words[0], CODE);
	add(stamp, "", SYSTEM_OPTIONS, OPTIONS);
	add_own_options(stamp);
	for (i = 1; words[i]; i++)
		take(stamp, words[i - 1], words[i]);
	for (i = 0; i < stamp->count; i++) {
		if (stamp->files[i].kind == OPTIONS)
			read_options(stamp, stamp->files[i].path);
	}
	return complete(stamp);
}

/**
 * stamp_new_mapped - the program and the libraries that a process has loaded
 * @pid:	the process
 *
 * Return: the stamp, to be freed; NULL if they cannot be known.
 */
struct stamp *stamp_new_mapped(pid_t pid)
{
	struct stamp *stamp = calloc(1, sizeof(*stamp));
	char name[32], line[PATH_MAX + 128], *path;
	FILE *maps;

	if (!stamp)
		return NULL;
	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		path = strchr(line, '/');
		if (!path)
			continue;
		path[strcspn(path, "\n")] = '\0';
		add(stamp, "", path, CODE);
	}
	if (maps)
		fclose(maps);
	stamp->lost |= !stamp->count;
	return complete(stamp);
}

void stamp_free(struct stamp *stamp)
{
	unsigned int i;

	if (!stamp)
		return;
	for (i = 0; i < stamp->count; i++)
		free(stamp->files[i].path);
	free(stamp);
}

/* Are all of them as they were? */
bool stamp_holds(const struct stamp *stamp)
{
	return look(stamp) == stamp->value;
}
