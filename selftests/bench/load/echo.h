/* SPDX-License-Identifier: GPL-2.0 */
/* An echo of ICMP, which shows that a call carries packets both ways */
#ifndef ECHO_H
#define ECHO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a packet, from IP's header on */
#define ECHO_MAX	1400
#define ECHO_MIN	28

/* From whom to whom, and which */
struct echo {
	struct in_addr	from;
	struct in_addr	to;
	uint16_t	id;
	uint16_t	sequence;
	size_t		len;
};

void echo_write(const struct echo *echo, uint8_t *packet);
bool echo_is_answer(const struct echo *echo, const uint8_t *packet, size_t len);

#endif /* ECHO_H */
