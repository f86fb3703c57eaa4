/* SPDX-License-Identifier: GPL-2.0 */
/* The command line */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>

/**
 * struct options - the command line
 * @server: whom all dial
 * @first: source address of the first clients, in host order
 * @sources: how many addresses there are from there on
 * @per_source: clients of each
 * @clients: clients in all
 * @user: their name; with a "%d" in it, each has its number there
 * @password: their password
 * @encrypt: with MPPE
 */
struct options {
	struct in_addr	server;
	in_addr_t	first;
	unsigned int	sources;
	unsigned int	per_source;
	unsigned int	clients;
	const char	*user;
	const char	*password;
	bool		encrypt;
};

void options_read(struct options *options, int argc, char **argv);

#endif /* OPTIONS_H */
