// SPDX-License-Identifier: GPL-2.0
/*
 * Can pppd find out whether a client is who it says? No secret is kept or shown;
 * of a line only who it is for, and whether it has an address.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "ppp_words.h"

#define SECRETS	"/etc/ppp/chap-secrets"
#define EAP_TLS	"/etc/ppp/eaptls-server"

enum word { CLIENT, SERVER, SECRET, ADDRESS, WORDS };

/* Which words a line has, and the two that are no secret */
struct line {
	unsigned int	words;
	char		client[64];
	char		server[256];
};

struct count {
	unsigned int	usable;		/* for this server */
	unsigned int	others;
	unsigned int	no_address;	/* of the usable */
	unsigned int	first;		/* line of the first of these */
	char		client[64];	/* and whose it is */
};

static void read_line(const char *text, size_t len, struct line *line)
{
	struct ppp_words words = { .at = text, .end = text + len };
	struct ppp_word word;

	memset(line, 0, sizeof(*line));
	for (; line->words < WORDS && ppp_words_next(&words, &word); line->words++) {
		if (line->words == CLIENT)
			snprintf(line->client, sizeof(line->client), "%.63s", word.text);
		else if (line->words == SERVER)
			snprintf(line->server, sizeof(line->server), "%.255s", word.text);
	}
	explicit_bzero(&word, sizeof(word));
}

/* What pppd calls itself: "name" of its options, or the host */
static void own_name(const struct doctor *doctor, char *name, size_t size)
{
	const struct json_tree *command = json_tree_get(doctor->config, "command"), *word;

	gethostname(name, size - 1);
	name[size - 1] = '\0';
	for (word = command ? command->first : NULL; word && word->next; word = word->next)
		if (!strcmp(word->text, "name"))
			snprintf(name, size, "%s", word->next->text);
}

static void count_line(struct count *count, const struct line *line, const char *own,
		       unsigned int number)
{
	if (line->words <= SECRET)
		return;
	if (strcmp(line->server, "*") && strcmp(line->server, own)) {
		count->others++;
		return;
	}
	count->usable++;
	if (line->words > ADDRESS || count->no_address++)
		return;
	count->first = number;
	memcpy(count->client, line->client, sizeof(count->client));
}

static void count_lines(FILE *file, struct count *count, const char *own)
{
	unsigned int number = 0;
	char *text = NULL;
	struct line line;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&text, &size, file)) >= 0) {
		read_line(text, len, &line);
		count_line(count, &line, own, ++number);
	}
	/* there are passwords in it */
	if (text)
		explicit_bzero(text, size);
	free(text);
}

static void report_count(struct doctor *doctor, const struct count *count, const char *own)
{
	if (count->no_address)
		finding_add(&doctor->findings, FINDING_SECRETS_ADDRESS, NULL,
			    "%s:%u: \"%s\" may have no address, for want of a fourth word, and is hung up after its password was right: write * there (%u of %u lines are so)",
			    SECRETS, count->first, count->client, count->no_address,
			    count->usable);
	if (!count->usable && doctor->no_secret)
		finding_add(&doctor->findings, FINDING_SECRETS_EMPTY,
			    "echo 'USER * \"PASSWORD\" *' >>" SECRETS,
			    "%s has no password of a client of this server (%u are for other servers than \"%s\"): nobody can log in",
			    SECRETS, count->others, own);
}

static void check_mode(struct doctor *doctor, FILE *file)
{
	struct stat status;

	if (fstat(fileno(file), &status) == 0 && (status.st_uid || status.st_mode & 077))
		finding_add(&doctor->findings, FINDING_SECRETS_EXPOSED,
			    "chown root:root " SECRETS " && chmod 600 " SECRETS,
			    "%s can be read by others than root (owner %u, mode %03o)", SECRETS,
			    status.st_uid, status.st_mode & 0777);
}

static void check_file(struct doctor *doctor)
{
	struct count count = { 0 };
	FILE *file = fopen(SECRETS, "re");
	char own[256];

	if (!file && errno != ENOENT) {
		finding_add(&doctor->findings, FINDING_SECRETS_MISSING, NULL,
			    "%s cannot be read: %m", SECRETS);
	} else if (!file && doctor->no_secret) {
		finding_add(&doctor->findings, FINDING_SECRETS_MISSING,
			    "(umask 077; echo 'USER * \"PASSWORD\" *' >>" SECRETS ")",
			    "there is no %s: nobody can log in", SECRETS);
	} else if (file) {
		check_mode(doctor, file);
		own_name(doctor, own, sizeof(own));
		count_lines(file, &count, own);
		report_count(doctor, &count, own);
		fclose(file);
	}
}

/*
 * That there are no secrets is for pppd to say, which may have another source of
 * them (RADIUS); without its word nothing is held against a file that others keep.
 */
void doctor_secrets(struct doctor *doctor)
{
	const char *authentication = doctor_setting(doctor, "authentication", "mschap-v2");
	bool eap = !strcmp(authentication, "eap");

	if (!eap && strcmp(authentication, "mschap-v2"))
		return;
	check_file(doctor);
	if (doctor->no_secret && !finding_get(&doctor->findings, FINDING_SECRETS_EMPTY) &&
	    !finding_get(&doctor->findings, FINDING_SECRETS_MISSING))
		finding_add(&doctor->findings, FINDING_SECRETS_EMPTY, NULL,
			    "pppd cannot let anybody log in: %s; see %s%s", doctor->no_secret,
			    SECRETS, eap ? " and " EAP_TLS : "");
}
