/* SPDX-License-Identifier: GPL-2.0 */
/* The records of all that is to be taken over, in memory that outlives the process */
#ifndef TAKEOVER_BOOK_H
#define TAKEOVER_BOOK_H

#include <stdbool.h>
#include <stddef.h>

struct book;
struct kept;

#define BOOK_NO_PLACE	(-1)

struct book *book_new(void);
struct book *book_open(int fd, const char **fault);
void book_free(struct book *book);
int book_fd(const struct book *book);
unsigned int book_turns(const struct book *book);
void book_turn(struct book *book);
bool book_drains(const struct book *book);
void book_drain(struct book *book, bool drains);

long long book_login_time(const struct book *book);
void book_note_login_time(struct book *book, long long microseconds);

int book_take(struct book *book);
void book_write(struct book *book, int place, const struct kept *kept);
bool book_read(const struct book *book, int place, struct kept *kept);
int book_next(const struct book *book, int place, struct kept *kept);
void book_drop(struct book *book, int place);
int book_places(const struct book *book);

#endif /* TAKEOVER_BOOK_H */
