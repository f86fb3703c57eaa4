// SPDX-License-Identifier: GPL-2.0
/* The lines of a pppd: which of them are in the log, when, and how many */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logged.h"
#include "pppd_output.h"
#include "tap.h"

static int writer, reader;
static struct log_limit noise;
static char last[2048];
static unsigned int heard;

static bool on_line(void *context, const char *line)
{
	(void)context;
	heard++;
	snprintf(last, sizeof(last), "%s", line);
	return !strncmp(line, "pptp: ", 6);
}

static struct pppd_output *output_new(void)
{
	int fds[2];

	if (pipe2(fds, O_NONBLOCK) < 0)
		abort();
	reader = fds[0];
	writer = fds[1];
	memset(&noise, 0, sizeof(noise));
	heard = 0;
	log_anew();
	return pppd_output_new("VPN1", &noise, on_line, NULL);
}

static void output_free(struct pppd_output *output)
{
	pppd_output_free(output);
	close(reader);
	if (writer >= 0)
		close(writer);
}

static void says(const char *text)
{
	if (write(writer, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
}

static void test_kept(void)
{
	struct pppd_output *output = output_new();

	says("Using interface ppp0\npptp: of interest\nConnect: ppp0");
	pppd_output_drain(output, reader);
	ok(heard == 2 && logged("VPN1: pppd: pptp: of interest") && !logged("Using interface"),
	   "lines are kept, but for what is of interest at once");
	says(" <--> pptp\n");
	pppd_output_read(output, reader);
	ok(!strcmp(last, "Connect: ppp0 <--> pptp"), "a line that comes in pieces is one");
	pppd_output_show(output);
	ok(logged("VPN1: pppd: Using interface ppp0\n") && logged("VPN1: pppd: Connect: ppp0 <--> pptp"),
	   "when it fails they are shown");
	log_anew();
	pppd_output_show(output);
	ok(!logged("VPN1"), "and once");
	output_free(output);
}

/* As many lines as a peer likes: the log has few of them, and says so */
static void test_flood(void)
{
	struct pppd_output *output = output_new();
	struct stat status;
	int i;

	for (i = 0; i < 20000; i++) {
		says("Unsupported protocol 0x1234 received\n");
		pppd_output_drain(output, reader);
	}
	ok(heard == 20000 && !logged("Unsupported"), "20000 lines of a call that stands: none");
	pppd_output_show(output);
	ok(stat(log_path, &status) == 0 && status.st_size < 8192 && logged(" lines before these") &&
	   noise.suppressed, "when it fails, the last few, as many as its source may have");
	log_anew();
	for (i = 0; i < 20000; i++) {
		says("pptp: again\n");
		pppd_output_drain(output, reader);
	}
	ok(stat(log_path, &status) == 0 && status.st_size < 40000,
	   "nor is what is of interest written without end");
	output_free(output);
}

/* What a peer has chosen must not become the beginning of a line */
static void test_long(void)
{
	struct pppd_output *output = output_new();
	char text[1500];
	int i;

	memset(text, 'x', sizeof(text));
	strcpy(text + 1100, "pptp: chosen\npptp: own\n");
	says(text);
	pppd_output_drain(output, reader);
	ok(heard == 2 && !strcmp(last, "pptp: own") && !logged("chosen"),
	   "the rest of a line that is too long is no line");
	for (i = 0; i < 40; i++) {
		memset(text, 'y', sizeof(text));
		text[sizeof(text) - 1] = '\0';
		says(text);
		pppd_output_drain(output, reader);
	}
	says("\npptp: next\n");
	pppd_output_drain(output, reader);
	ok(heard == 4 && !strcmp(last, "pptp: next"), "however long it is");
	output_free(output);
}

static void test_end(void)
{
	struct pppd_output *output = output_new();

	ok(pppd_output_read(output, reader), "nothing yet is no end");
	close(writer);
	writer = -1;
	ok(!pppd_output_read(output, reader), "the end is");
	output_free(output);
}

int main(void)
{
	char directory[] = "/tmp/pptpmuxd-output-XXXXXX";

	if (!mkdtemp(directory))
		return 1;
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	log_anew();
	log_open(LOG_TO_STDERR, LOG_INFO);
	test_kept();
	test_flood();
	test_long();
	test_end();
	unlink(log_path);
	rmdir(directory);
	return tap_done();
}
