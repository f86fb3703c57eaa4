/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom to dial next, and when: several servers, with a wait between attempts that
 * doubles. Pure: knows neither a clock nor a socket.
 */
#ifndef REDIAL_H
#define REDIAL_H

#include <stdbool.h>

/* A call that was up for so long has held, whatever ended it */
#define REDIAL_HELD_SECONDS	30
#define REDIAL_SECONDS_MAX	86400

/* Seconds between attempts: the first wait, and the longest */
struct redial_bounds {
	unsigned int first;
	unsigned int most;
};

struct redial {
	struct redial_bounds bounds;
	unsigned int servers;
	unsigned int server;	/* whose turn it is, from 0 */
	unsigned int refused;	/* servers in a row that took no call */
	unsigned int wait;	/* the last one, in seconds; 0: the last call held */
};

/**
 * redial_bounds_parse() - Read "FIRST-MOST", in seconds
 *
 * Return: NULL, or what is wrong.
 */
const char *redial_bounds_parse(const char *text, struct redial_bounds *bounds);

void redial_init(struct redial *redial, unsigned int servers, struct redial_bounds bounds);

/**
 * redial_refused() - The server whose turn it was took no call
 *
 * Return: whether to dial the next one at once: it was not asked since the last
 * wait.
 */
bool redial_refused(struct redial *redial);

/**
 * redial_ended() - A call, or the attempt to get one, is over
 * @held: the call was good; its server keeps its turn
 *
 * Return: seconds to wait before the next attempt, 0 only if @held.
 */
unsigned int redial_ended(struct redial *redial, bool held);

#endif /* REDIAL_H */
