/* SPDX-License-Identifier: GPL-2.0 */
/* A pptpmuxd.conf in the making, and what is to be said about it */
#ifndef DRAFT_H
#define DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A list, as the file is to have it: { "one", "other" } */
struct draft_list {
	char *text;
	size_t size;
	FILE *to;
	unsigned int count;
};

/* What it is read from: for remarks */
struct draft_place {
	const char *path;
	unsigned int line;
};

/* Settings that stand in more than one file, or depend on each other, are kept to the end */
struct draft {
	struct draft_list remoteip;
	struct draft_list options;
	char localip[64];
	char listen[64];
	unsigned int port;		/* 0: as it is by default */
	unsigned int slots;		/* the same */
	const char *authentication;	/* the same, NULL */
	const char *encryption;
	const char *single_session;
	bool proxyarp;
	bool multilink;
	bool debug;
	bool failed;			/* a file could not be read, or there was no memory */
};

bool draft_open(struct draft *draft);
bool draft_close(struct draft *draft, const char *from);
void draft_add(struct draft_list *list, const char *text);
__attribute__((format(printf, 2, 3)))
void draft_remark(const struct draft_place *place, const char *format, ...);

#endif /* DRAFT_H */
