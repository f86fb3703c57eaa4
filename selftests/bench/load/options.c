// SPDX-License-Identifier: GPL-2.0
/* The command line */
#include "options.h"

#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

#define CLIENTS_MAX	65535

static const char usage[] =
"Usage: load --server ADDRESS --sources FIRST[-LAST] [OPTION...]\n"
"\n"
"PPTP clients, thousands of them, in one process and without the kernel's PPP. Their\n"
"addresses are local ones (ip route add local NETWORK dev lo).\n"
"\n"
"  --clients N       how many (default 1)\n"
"  --per-source N    clients of each address (default 1)\n"
"  --user NAME       a name, in which %d is the client's number (default user%d)\n"
"  --password TEXT   the password of all, in ASCII (default: that name)\n"
"  --mppe            with MPPE, 128 bits and stateless\n"
"\n"
"What they do stands on standard input, a line each; an object of JSON is the answer to\n"
"each, when it is done:\n"
"\n"
"  dial [count=N] [at-once=N] [rate=N] [seconds=N]\n"
"                    so many that have no call dial; at most at-once are at it, rate begin\n"
"                    a second, and each gives up after seconds\n"
"  hold [seconds=N]  for so long\n"
"  await [alive=N] [seconds=N]\n"
"                    until no more than so many are up, or for so long\n"
"  ping [octets=N] [seconds=N]\n"
"                    a packet through each call and back, sent again each second\n"
"  hang-up [at-once=N] [rate=N] [seconds=N]\n"
"                    all that are up; each waits so long for the server\n"
"  forget            all that are up are gone, and send nothing more, as where the power\n"
"                    fails\n";

static void refuse(const char *what, const char *text)
{
	errx(2, "%s \"%s\"; see load --help", what, text);
}

static in_addr_t read_address(const char *text)
{
	struct in_addr address;

	if (!inet_aton(text, &address))
		refuse("no address:", text);
	return ntohl(address.s_addr);
}

static void read_sources(struct options *options, char *text)
{
	char *last = strchr(text, '-');
	in_addr_t end;

	if (last)
		*last++ = '\0';
	options->first = read_address(text);
	end = last ? read_address(last) : options->first;
	if (end < options->first || end - options->first >= CLIENTS_MAX)
		refuse("no range that ends with", last);
	options->sources = end - options->first + 1;
}

static unsigned int read_number(const char *text)
{
	unsigned int number;

	if (!number_read(&number, text, 1, CLIENTS_MAX))
		refuse("no number from 1 to 65535:", text);
	return number;
}

static const struct option names[] = {
	{ "server", required_argument, NULL, 's' },
	{ "sources", required_argument, NULL, 'a' },
	{ "clients", required_argument, NULL, 'n' },
	{ "per-source", required_argument, NULL, 'p' },
	{ "user", required_argument, NULL, 'u' },
	{ "password", required_argument, NULL, 'w' },
	{ "mppe", no_argument, NULL, 'm' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void read_option(struct options *options, int name)
{
	switch (name) {
	case 's':
		options->server.s_addr = htonl(read_address(optarg));
		break;
	case 'a':
		read_sources(options, optarg);
		break;
	case 'n':
		options->clients = read_number(optarg);
		break;
	case 'p':
		options->per_source = read_number(optarg);
		break;
	case 'u':
		options->user = optarg;
		break;
	case 'w':
		options->password = optarg;
		break;
	case 'm':
		options->encrypt = true;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		exit(2);
	}
}

/**
 * options_read - read the command line, or end with a word about what is wrong
 * @options:	filled in
 * @argc:	main()'s
 * @argv:	main()'s
 */
void options_read(struct options *options, int argc, char **argv)
{
	int name;

	*options = (struct options){ .per_source = 1, .clients = 1, .user = "user%d" };
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
		read_option(options, name);
	if (optind < argc)
		refuse("no argument", argv[optind]);
	if (!options->server.s_addr || !options->sources)
		errx(2, "--server and --sources are needed; see load --help");
	if (options->clients > options->sources * options->per_source)
		errx(2, "%u clients need more addresses, or --per-source", options->clients);
}
