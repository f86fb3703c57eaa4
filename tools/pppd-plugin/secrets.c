// SPDX-License-Identifier: GPL-2.0
/*
 * Who is in chap-secrets, and where.
 *
 * pppd reads the whole file three times for a log-in: to see whether anybody is in it, for
 * each end, and then for the client's name. With thousands of users that takes more than
 * all else. So the pppd that waits for calls keeps where the line of each user begins, and
 * what pppd has found for the two ends, and its copies have that; there is no secret in
 * it. A copy reads the one line.
 *
 * Only lines are known that mean the same to everybody: a name that stands once, for this
 * server or any, with a secret of its own and any address. For all others, and when the
 * file has changed meanwhile, pppd looks as ever, and once it has, so it does as long as
 * this call lasts: what it has found then is in pppd. Where clients may log in by other
 * ways than CHAP, it always does.
 */
#include "secrets.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pppd_compat.h"
#include "digest.h"
#include "ppp_words.h"

#define FILE_MAX	(64 << 20)	/* octets */
#define LINE_MAX_OCTETS	1024
#define SEVERAL		UINT32_MAX	/* in place of where it is: pppd shall look */
#define ENDS		2
#define FRESH_NS	50000000	/* so new that it may change without another time */

struct place {
	uint32_t hash;		/* of the name; 0: the place is free */
	uint32_t at;		/* where in the file */
};

static struct stat indexed;	/* the file that all this is about */
static struct place *places;	/* twice as many as lines; NULL: pppd looks */
static uint32_t mask;

/* Is anybody in it, for our end and for the client's? As pppd has found. */
static bool ends_known;
static bool ends[ENDS];
static unsigned int asked;

static bool pppd_has_looked;	/* for a client of this call */

static bool same_file(const struct stat *found)
{
	return found->st_ino == indexed.st_ino && found->st_dev == indexed.st_dev &&
	       found->st_size == indexed.st_size &&
	       !memcmp(&found->st_mtim, &indexed.st_mtim, sizeof(found->st_mtim)) &&
	       !memcmp(&found->st_ctim, &indexed.st_ctim, sizeof(found->st_ctim));
}

static bool is_current(void)
{
	struct stat found;

	return stat(compat_path_chap, &found) == 0 && same_file(&found);
}

/* ---- the index ---- */

static uint32_t hash_of(const char *name)
{
	uint32_t hash = digest_add(DIGEST_OF_NOTHING, name, strlen(name));

	return hash ? hash : 1;
}

static struct place *place_of(uint32_t hash)
{
	uint32_t i = hash & mask;

	while (places[i].hash && places[i].hash != hash)
		i = (i + 1) & mask;
	return &places[i];
}

static void note(const char *name, uint32_t at)
{
	uint32_t hash = hash_of(name);
	struct place *place = place_of(hash);

	place->at = place->hash ? SEVERAL : at;
	place->hash = hash;
}

static void forget(void)
{
	free(places);
	places = NULL;
	ends_known = false;
}

static bool make_room(const char *text, size_t len)
{
	uint32_t lines = 1, size = 16;
	size_t i;

	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	while (size < 2 * lines)
		size *= 2;
	places = calloc(size, sizeof(*places));
	mask = size - 1;
	return places;
}

/*
 * To pppd a line with the client's name is better than one for any client, whatever server
 * it is for. What this may read in another way than pppd is left to pppd, all of it.
 */
static bool add_lines(const char *text, size_t len)
{
	struct ppp_words words = { .at = text, .end = text + len };
	struct ppp_word word;
	bool good = true;

	while (good && ppp_words_next(&words, &word)) {
		if (word.first) {
			good = !word.odd;
			note(word.text, word.at - text);
		}
	}
	explicit_bzero(&word, sizeof(word));
	return good;
}

static void add_file(const char *text, size_t len)
{
	if (!make_room(text, len) || !add_lines(text, len))
		forget();
}

/* The warning about a file that others may read is pppd's to give */
static bool may_be_read(const struct stat *found)
{
	return S_ISREG(found->st_mode) && !(found->st_mode & (S_IRWXG | S_IRWXO)) &&
	       found->st_size <= FILE_MAX;
}

/* Times of files go by ticks of the clock */
static bool is_fresh(const struct stat *found)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec - found->st_ctim.tv_sec) * 1000000000LL + now.tv_nsec -
	       found->st_ctim.tv_nsec < FRESH_NS;
}

static void read_file(int fd)
{
	char *text;

	if (fstat(fd, &indexed) < 0 || !may_be_read(&indexed))
		return;
	text = malloc(indexed.st_size + 1);
	if (text && read(fd, text, indexed.st_size + 1) == indexed.st_size)
		add_file(text, indexed.st_size);
	if (text)
		explicit_bzero(text, indexed.st_size + 1);
	free(text);
}

/* ---- what pppd asks ---- */

/*
 * While it finds out; then, as LCP begins for the first time, the same answers in the same
 * order. What it asks later depends on what has happened since.
 */
static int on_check(void)
{
	unsigned int end = asked++;

	return end < ENDS && ends_known && is_current() ? ends[end] : -1;
}

/*
 * pppd asks twice as LCP begins, where each end may have to prove who it is by CHAP and
 * nothing else: for ours, and then for the client's. What it makes of its own answers is
 * seen by what it would negotiate then.
 */
static void learn_ends(void)
{
	lcp_options ours = lcp_allowoptions[0], theirs = lcp_gotoptions[0];

	asked = 0;
	lcp_gotoptions[0] = lcp_wantoptions[0];
	auth_reset(0);
	ends[0] = lcp_allowoptions[0].neg_chap;
	ends[1] = lcp_gotoptions[0].neg_chap;
	ends_known = asked == ENDS && refuse_eap;
	asked = 0;
	lcp_allowoptions[0] = ours;
	lcp_gotoptions[0] = theirs;
}

/* The client has logged in by a line for any address, and pptpmuxd says which one it gets */
static int any_address(uint32_t address)
{
	(void)address;
	return 1;
}

/* Is the word one that may stand there in a line that means the same to everybody? */
static bool fits(const struct ppp_word *word, unsigned int number, const char *name,
		 const char *server)
{
	if (word->odd || word->first != !number)
		return false;
	switch (number) {
	case 0:
		return !strcmp(word->text, name);
	case 1:
		return !strcmp(word->text, "*") || !strcmp(word->text, server);
	case 2:
		return *word->text != '@' && strlen(word->text) < MAXSECRETLEN;
	default:
		return !strcmp(word->text, "*");
	}
}

/* Is it that name's line, and is there nothing else in it? */
static bool read_line(const char *line, size_t len, const char *name, const char *server,
		      char *secret)
{
	struct ppp_words words = { .at = line, .end = line + len };
	struct ppp_word word;
	unsigned int number;
	bool good = true;

	for (number = 0; good && number < 4; number++) {
		good = ppp_words_next(&words, &word) && fits(&word, number, name, server);
		if (good && number == 2)
			strcpy(secret, word.text);
	}
	good = good && (!ppp_words_next(&words, &word) || word.first);
	explicit_bzero(&word, sizeof(word));
	return good;
}

static bool find_line(int fd, const char *name, const char *server, char *secret)
{
	const struct place *place = place_of(hash_of(name));
	char line[LINE_MAX_OCTETS];
	struct stat found;
	ssize_t len;
	bool good;

	if (!place->hash || place->at == SEVERAL || fstat(fd, &found) < 0 || !same_file(&found))
		return false;
	len = pread(fd, line, sizeof(line), place->at);
	/* whole lines only */
	if (len == sizeof(line)) {
		while (len && line[len - 1] != '\n')
			len--;
	}
	good = len > 0 && read_line(line, len, name, server, secret);
	explicit_bzero(line, sizeof(line));
	return good;
}

static bool find_secret(const char *name, const char *server, char *secret)
{
	int fd = places && !pppd_has_looked ? open(compat_path_chap, O_RDONLY | O_CLOEXEC) : -1;
	bool found;

	if (fd < 0)
		return false;
	found = find_line(fd, name, server, secret);
	close(fd);
	return found;
}

/* As pppd's own, but for where the secret comes from */
static int on_verify(char *name, char *server, int id, struct chap_digest_type *digest,
		     unsigned char *challenge, unsigned char *response, char *message, int space)
{
	char secret[MAXSECRETLEN];
	int len, good;

	allowed_address_hook = NULL;
	if (find_secret(name, server, secret)) {
		len = strlen(secret);
		allowed_address_hook = any_address;
	} else {
		pppd_has_looked = true;
		if (!get_secret(0, name, server, secret, &len, 1)) {
			error("No CHAP secret found for authenticating %q", name);
			return 0;
		}
	}
	good = digest->verify_response(id, name, (unsigned char *)secret, len, challenge,
				       response, message, space);
	explicit_bzero(secret, sizeof(secret));
	return good;
}

/**
 * secrets_start - answer for pppd
 *
 * Called when all plugins are loaded. One that judges clients itself, or their addresses,
 * goes on doing so.
 */
void secrets_start(void)
{
	const lcp_options *wanted = &lcp_wantoptions[0];

	if (chap_verify_hook || chap_check_hook || allowed_address_hook ||
	    !wanted->neg_chap || wanted->neg_eap || wanted->neg_upap)
		return;
	chap_check_hook = on_check;
	chap_verify_hook = on_verify;
}

/**
 * secrets_look - read the file, if it is not the one that is known
 *
 * In the process that waits for calls, before each copy.
 *
 * Return: false if nobody could log in, so that pppd, started now, would not even begin.
 */
bool secrets_look(void)
{
	int fd;

	if (chap_verify_hook != on_verify)
		return true;
	if (is_current())
		return !ends_known || ends[1];
	forget();
	memset(&indexed, 0, sizeof(indexed));
	fd = open(compat_path_chap, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return true;
	read_file(fd);
	close(fd);
	learn_ends();
	if (is_fresh(&indexed))
		memset(&indexed, 0, sizeof(indexed));
	return !ends_known || ends[1];
}
