/* SPDX-License-Identifier: GPL-2.0 */
/* Client of the pptp_mux generic netlink family, of one network namespace */
#ifndef GENL_H
#define GENL_H

#include "genl_msg.h"

struct pmux;

/* What pmux_slot_set() is to change; the mask says which members count */
struct pmux_slot_change {
	unsigned int	mask;		/* of PMUX_SET_* */
	bool		enabled;
	uint32_t	usage;		/* mask of PPTP_MUX_USAGE_* */
	uint32_t	quarantine;	/* ms */
	struct pmux_limits limits;	/* bytes, 0 = as in the table */
};

/* The same for pmux_table_set() */
struct pmux_table_change {
	unsigned int	mask;
	uint32_t	slots;
	struct pmux_limits limits;	/* of slots that have none of their own */
	uint32_t	tx_pool;	/* bytes */
	uint32_t	rx_pool;
};

#define PMUX_SET_ENABLED	(1u << 0)
#define PMUX_SET_USAGE		(1u << 1)
#define PMUX_SET_QUARANTINE	(1u << 2)
#define PMUX_SET_TX_SHARE	(1u << 3)
#define PMUX_SET_TX_LIMIT	(1u << 4)
#define PMUX_SET_RX_SHARE	(1u << 5)
#define PMUX_SET_RX_LIMIT	(1u << 6)
#define PMUX_SET_TX_POOL	(1u << 7)
#define PMUX_SET_RX_POOL	(1u << 8)
#define PMUX_SET_SLOTS		(1u << 9)

/* A callback that returns other than 0 ends the walk, which returns that */
typedef int (*pmux_slot_fn)(const struct pmux_slot *slot, void *data);
typedef int (*pmux_event_fn)(const struct pmux_event *event, void *data);

/**
 * pmux_open() - Open a client in the network namespace of the caller
 * @out: the client, to be closed with pmux_close(); NULL on failure
 *
 * Return: 0, -ENOENT if the module is not loaded, or another negative errno.
 */
int pmux_open(struct pmux **out);
void pmux_close(struct pmux *client);

/* The kernel's words about the last failure, "" if it had none. Never NULL. */
const char *pmux_extack(const struct pmux *client);

/**
 * pmux_slot_dump() - Walk all slots, in the order of their numbers
 *
 * What is walked is one consistent dump: one that the table's change broke is
 * taken again before the first call of @fn.
 *
 * Return: 0, what @fn returned, -EAGAIN if the table never held still, or
 * another negative errno.
 */
int pmux_slot_dump(struct pmux *client, pmux_slot_fn fn, void *data);

/* Each: 0 or a negative errno, -EPERM without CAP_NET_ADMIN for the setters */
int pmux_slot_get(struct pmux *client, uint32_t number, struct pmux_slot *slot);
int pmux_slot_set(struct pmux *client, uint32_t number, const struct pmux_slot_change *change);
int pmux_table_get(struct pmux *client, struct pmux_table *table);
int pmux_table_look(struct pmux_table *table);	/* by a client of its own */
int pmux_table_set(struct pmux *client, const struct pmux_table_change *change);

/**
 * pmux_events_join() - Begin to receive events
 *
 * The client is for events from then on: commands need another one. Its
 * descriptor, to be polled for reading, does not block.
 *
 * Return: the descriptor, which stays the client's, or a negative errno.
 */
int pmux_events_join(struct pmux *client);

/**
 * pmux_events_read() - Read what has arrived, calling @fn for each event
 *
 * Return: 0 when nothing is left, what @fn returned, -ENOBUFS if this reader
 * was too slow and events were lost (read on, later ones arrive), or another
 * negative errno.
 */
int pmux_events_read(struct pmux *client, pmux_event_fn fn, void *data);

#endif /* GENL_H */
