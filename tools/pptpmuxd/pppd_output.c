// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of a pppd. It writes some dozens for a call, and as many as its peer likes:
 * a packet that it does not understand is a line. They are of interest when the call
 * fails, and then the last of them are: so those are kept, and written then. A log of
 * level "debug" has them all at once.
 */
#include "pppd_output.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#define LINE_OCTETS	1024	/* as pppd cuts them */
#define CHUNK_OCTETS	4096	/* that are read at a time */
#define DRAIN_OCTETS	65536	/* what a pipe holds */
#define KEPT_OCTETS	4096
#define NOISE		20	/* lines a second about one source ... */
#define DEBUG_NOISE	500	/* ... and about one pppd, where all are wanted */

struct pppd_output {
	const char *name;
	struct log_limit *noise;	/* of its source */
	struct log_limit own;
	pppd_heard_fn heard;
	void *context;
	struct evbuffer *unread;	/* a line without its end */
	struct evbuffer *kept;		/* the last lines, as they may be shown */
	unsigned long forgotten;	/* lines that came before those */
	bool too_long;			/* the beginning of this line was taken already */
};

/**
 * pppd_output_new - nothing has been read yet
 * @name:	of the call, for the log; must live as long
 * @noise:	of the call's source, the same; NULL: it is nobody's
 * @heard:	is told each whole line
 * @context:	for @heard
 *
 * Return: the output, NULL without memory.
 */
struct pppd_output *pppd_output_new(const char *name, struct log_limit *noise,
				    pppd_heard_fn heard, void *context)
{
	struct pppd_output *output = calloc(1, sizeof(*output));

	if (!output)
		return NULL;
	output->name = name;
	output->noise = noise ? noise : &output->own;
	output->heard = heard;
	output->context = context;
	output->unread = evbuffer_new();
	output->kept = evbuffer_new();
	if (output->unread && output->kept)
		return output;
	pppd_output_free(output);
	return NULL;
}

void pppd_output_free(struct pppd_output *output)
{
	if (!output)
		return;
	if (output->unread)
		evbuffer_free(output->unread);
	if (output->kept)
		evbuffer_free(output->kept);
	free(output);
}

/* ---- writing ---- */

static void write_line(const struct pppd_output *output, int level, const char *line,
		       struct log_limit *limit, unsigned int rate)
{
	if (!log_allowed(limit, rate))
		return;
	if (limit->suppressed)
		log_write(level, "%s: pppd: %s (%lu more lines about it left out)", output->name,
			  line, limit->suppressed);
	else
		log_write(level, "%s: pppd: %s", output->name, line);
	limit->suppressed = 0;
}

/**
 * pppd_output_show - write the lines that were kept
 * @output:	the lines, none of which is kept then
 */
void pppd_output_show(struct pppd_output *output)
{
	char *line;

	if (output->forgotten)
		log_info("%s: pppd: (%lu lines before these: see log-level in pptpmuxd.conf(5))",
			 output->name, output->forgotten);
	output->forgotten = 0;
	while ((line = evbuffer_readln(output->kept, NULL, EVBUFFER_EOL_LF))) {
		write_line(output, LOG_INFO, line, output->noise, NOISE);
		free(line);
	}
}

static void keep(struct pppd_output *output, const char *line)
{
	evbuffer_add_printf(output->kept, "%s\n", line);
	while (evbuffer_get_length(output->kept) > KEPT_OCTETS) {
		free(evbuffer_readln(output->kept, NULL, EVBUFFER_EOL_LF));
		output->forgotten++;
	}
}

/* ---- reading ---- */

static void take_line(struct pppd_output *output, const char *line)
{
	bool at_once = output->heard(output->context, line);

	if (log_wants(LOG_DEBUG))
		write_line(output, at_once ? LOG_INFO : LOG_DEBUG, line, &output->own, DEBUG_NOISE);
	else if (at_once)
		write_line(output, LOG_INFO, line, output->noise, NOISE);
	else
		keep(output, line);
}

/* What follows of a line that was too long is no line: a peer may have chosen where it is cut */
static void take_end(struct pppd_output *output, const char *line)
{
	if (!output->too_long && *line)
		take_line(output, line);
	output->too_long = false;
}

static void take_beginning(struct pppd_output *output)
{
	char line[LINE_OCTETS];
	int len = evbuffer_remove(output->unread, line, sizeof(line) - 1);

	line[len > 0 ? len : 0] = '\0';
	if (!output->too_long)
		take_line(output, line);
	output->too_long = true;
}

static void take_lines(struct pppd_output *output)
{
	char *line;

	while ((line = evbuffer_readln(output->unread, NULL, EVBUFFER_EOL_LF))) {
		take_end(output, line);
		free(line);
	}
	while (evbuffer_get_length(output->unread) >= LINE_OCTETS)
		take_beginning(output);
}

/**
 * pppd_output_read - take what has come, a part of it if that is much
 * @output:	the lines
 * @fd:		where they come from, which does not block
 *
 * Return: false at the end.
 */
bool pppd_output_read(struct pppd_output *output, int fd)
{
	int got = evbuffer_read(output->unread, fd, CHUNK_OCTETS);

	if (got > 0)
		take_lines(output);
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/**
 * pppd_output_drain - take what it has written so far
 * @output:	the lines
 * @fd:		the same
 *
 * No more than a pipe holds: its scripts may go on writing.
 */
void pppd_output_drain(struct pppd_output *output, int fd)
{
	int got = 1, octets;

	for (octets = 0; got > 0 && octets < DRAIN_OCTETS; octets += got) {
		got = evbuffer_read(output->unread, fd, CHUNK_OCTETS);
		if (got > 0)
			take_lines(output);
	}
}
