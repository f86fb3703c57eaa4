/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the pptp_mux generic netlink family, as plain structures */
#ifndef GENL_MSG_H
#define GENL_MSG_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/pptp_mux.h>

struct nlmsghdr;

/*
 * A message may leave attributes out. @has carries bit n for the attribute
 * with number n, and a field whose attribute is absent is zero.
 */
#define PMUX_HAS(msg, attr)	(!!((msg)->has & (1ull << (attr))))

struct pmux_stats {
	uint64_t	has;
	uint64_t	counter[PPTP_MUX_A_STATS_MAX + 1]; /* by PPTP_MUX_A_STATS_* */
};

/* Memory on its way, one way; what transmit alone has is absent for receive */
struct pmux_account {
	uint64_t	has;
	uint32_t	share;		/* bytes, and so on */
	uint32_t	limit;
	uint32_t	bytes;
	uint32_t	frames;
	uint32_t	high;
	uint64_t	over;
	uint32_t	queue;		/* bytes */
	uint32_t	written_off;	/* bytes */
	uint32_t	stalls;
	uint64_t	accepted;
	uint64_t	control;
	uint64_t	stops;
};

/* One way of an encrypted call; what receive alone has is absent for transmit */
struct pmux_cipher {
	uint64_t	has;
	uint32_t	bits;		/* of the key */
	uint8_t		stateful;
	uint64_t	counter[PPTP_MUX_A_CIPHER_MAX + 1];	/* as in struct pmux_stats */
};

/* Bytes, one of each PPTP_MUX_A_SLOT_* or PPTP_MUX_A_TABLE_* of this name */
struct pmux_limits {
	uint32_t	tx_share;
	uint32_t	tx_limit;
	uint32_t	rx_share;
	uint32_t	rx_limit;
};

struct pmux_call {
	uint64_t	has;
	uint16_t	id;
	uint16_t	peer_id;
	struct in_addr	local;
	struct in_addr	peer;
	uint32_t	channel;	/* index of the PPP channel */
	char		ifname[IFNAMSIZ];
	uint32_t	usage;		/* 0 = any */
	uint64_t	uptime;		/* ms */
	struct pmux_stats stats;
	struct pmux_account tx;
	struct pmux_account rx;
	struct pmux_cipher tx_cipher;
	struct pmux_cipher rx_cipher;
};

struct pmux_slot {
	uint64_t	has;
	uint32_t	number;		/* 1 = VPN1 */
	uint32_t	state;		/* enum pptp_mux_state */
	uint8_t		enabled;
	uint32_t	usage;
	uint32_t	quarantine;	/* ms */
	uint32_t	generation;
	uint64_t	refused;
	uint64_t	since;		/* ms */
	struct pmux_limits limits;	/* 0 = as in the table */
	struct pmux_call call;
};

/* Why a packet was malformed: attributes of a table that follow each other */
#define PMUX_FAULTS	(PPTP_MUX_A_TABLE_RX_LENGTH - PPTP_MUX_A_TABLE_RX_SHORT + 1)

struct pmux_table {
	uint64_t	has;
	uint32_t	slots;
	uint32_t	free;
	uint32_t	claimed;
	uint32_t	connected;
	uint32_t	draining;
	uint32_t	disabled;
	uint64_t	claims;
	uint64_t	hand_overs;
	uint64_t	early;
	uint64_t	refused_no_usage;
	uint64_t	refused_all_busy;
	uint64_t	refused_no_resource;
	uint64_t	events_suppressed;
	uint64_t	rx_malformed;
	uint64_t	rx_no_call;
	struct pmux_limits limits;
	uint32_t	tx_pool;	/* bytes, and so on */
	uint32_t	rx_pool;
	uint64_t	tx_borrowed;
	uint64_t	rx_borrowed;
	uint64_t	tx_accepted;	/* frames */
	uint64_t	tx_frames;
	uint64_t	tx_bytes;
	uint64_t	rx_bytes;
	struct pmux_stats stats;
	uint64_t	rx_fault[PMUX_FAULTS];	/* by PPTP_MUX_A_TABLE_RX_SHORT + n */
};

struct pmux_event {
	uint64_t	has;
	uint32_t	type;		/* enum pptp_mux_event_type */
	uint32_t	id;		/* of RRAS */
	uint64_t	time;		/* ns of the wall clock */
	uint32_t	slot;
	uint32_t	next;		/* hand-over: attempts so far */
	uint32_t	cause;		/* enum pptp_mux_cause */
	uint32_t	reason;		/* enum pptp_mux_refusal_reason */
	uint32_t	usage;
	uint32_t	slots;
	uint32_t	not_usage;
	uint32_t	disabled;
	uint32_t	busy;
	uint32_t	no_resource;
	struct pmux_call call;
	uint64_t	suppressed;
	uint32_t	count;		/* times since it was last said */
	char		below[IFNAMSIZ];
};

/*
 * Each decodes one message with its generic netlink header. Attributes that
 * are not known are passed over, as a newer module may send them.
 * Return: 0, or -EBADMSG if an attribute has the wrong length.
 */
int pmux_slot_decode(const struct nlmsghdr *nlh, struct pmux_slot *slot);
int pmux_table_decode(const struct nlmsghdr *nlh, struct pmux_table *table);
int pmux_event_decode(const struct nlmsghdr *nlh, struct pmux_event *event);

/*
 * The kernel's own words about an error (extended acknowledgement), made
 * printable. Return: length of the text in @text, 0 if there is none.
 */
unsigned int pmux_extack_text(const struct nlmsghdr *nlh, char *text, unsigned int size);

/* Names as the YNL spec has them; "unknown" for what a newer module sends */
const char *pmux_state_name(uint32_t state);
const char *pmux_cause_name(uint32_t cause);
const char *pmux_refusal_name(uint32_t reason);
const char *pmux_event_name(uint32_t type);
const char *pmux_stats_name(unsigned int attr);	/* NULL if it is no counter */
const char *pmux_cipher_name(unsigned int attr);	/* the same */
const char *pmux_fault_name(unsigned int fault);	/* of rx_fault[] */

#endif /* GENL_MSG_H */
