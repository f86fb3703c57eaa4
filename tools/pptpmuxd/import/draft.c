// SPDX-License-Identifier: GPL-2.0
/* A pptpmuxd.conf in the making, and what is to be said about it */
#include "draft.h"

#include <stdarg.h>
#include <stdlib.h>

/* In quotes a backslash is written twice, and a dollar begins what is replaced */
static void quote(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || *text == '$')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static bool list_open(struct draft_list *list)
{
	list->to = open_memstream(&list->text, &list->size);
	return list->to;
}

static bool list_close(struct draft_list *list)
{
	bool good;

	if (!list->to)
		return false;
	good = !ferror(list->to);
	good &= fclose(list->to) == 0;
	list->to = NULL;
	return good;
}

/**
 * draft_open - begin with nothing
 * @draft:	filled in; to be closed in any case
 *
 * Return: false without memory.
 */
bool draft_open(struct draft *draft)
{
	*draft = (struct draft){ .port = 0 };
	draft->failed = !list_open(&draft->remoteip) || !list_open(&draft->options);
	return !draft->failed;
}

/* Adds a text to a list */
void draft_add(struct draft_list *list, const char *text)
{
	fputs(list->count++ ? ", " : "", list->to);
	quote(list->to, text);
}

/* What is to be known of a line, or of a whole file if it has none, on standard error */
void draft_remark(const struct draft_place *place, const char *format, ...)
{
	va_list arguments;

	if (place->line)
		fprintf(stderr, "%s:%u: ", place->path, place->line);
	else
		fprintf(stderr, "%s: ", place->path);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static void print_text(const char *name, const char *text)
{
	if (!text || !*text)
		return;
	printf("%s = ", name);
	quote(stdout, text);
	putchar('\n');
}

static void print_number(const char *name, unsigned int number)
{
	if (number)
		printf("%s = %u\n", name, number);
}

static void print_list(const char *name, const struct draft_list *list)
{
	if (list->count)
		printf("%s = { %s }\n", name, list->text);
}

static void print_true(const char *name, bool value)
{
	if (value)
		printf("%s = true\n", name);
}

static void print(const struct draft *draft)
{
	print_text("localip", draft->localip);
	print_list("remoteip", &draft->remoteip);
	print_true("proxyarp", draft->proxyarp);
	print_text("listen", draft->listen);
	print_number("port", draft->port);
	print_number("slots", draft->slots);
	print_text("authentication", draft->authentication);
	print_text("encryption", draft->encryption);
	print_text("single-session", draft->single_session);
	print_true("multilink", draft->multilink);
	print_list("options", &draft->options);
	print_text("log-level", draft->debug ? "debug" : NULL);
}

/**
 * draft_close - print the configuration, if all of it is there
 * @draft:	of which nothing is left
 * @from:	what it was made of
 *
 * Return: whether it was printed.
 */
bool draft_close(struct draft *draft, const char *from)
{
	bool remoteip = list_close(&draft->remoteip), options = list_close(&draft->options);
	bool good = remoteip && options && !draft->failed;

	if (good) {
		printf("# Made of %s by pptpmuxd --import; see pptpmuxd.conf(5), and check it with \"pptpmuxd -t\".\n",
		       from);
		print(draft);
		good = fflush(stdout) == 0;
	}
	free(draft->remoteip.text);
	free(draft->options.text);
	return good;
}
