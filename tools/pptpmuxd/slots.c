// SPDX-License-Identifier: GPL-2.0
/* The module's slots, set as the configuration wants them */
#include "slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "genl.h"
#include "log.h"

static int failed(struct pmux *client, const char *what, int rc)
{
	const char *said = pmux_extack(client);

	log_error("cannot set %s: %s%s%s%s", what, strerror(-rc), *said ? ": " : "", said,
		  rc == -EPERM ? "; run pptpmuxd as root" :
		  "; see \"pptpmuxctl slots\", and slots and usage in pptpmuxd.conf");
	return EXIT_FAILURE;
}

static int apply_rule(struct pmux *client, const struct usage_rule *rule, uint32_t slots)
{
	uint32_t number, last = rule->slots.all ? slots : rule->slots.last;
	int rc;

	if (last > slots) {
		log_error("usage: there is no VPN%u, the table has %u slots: set slots = %u, or correct the range",
			  last, slots, last);
		return EX_CONFIG;
	}
	for (number = rule->slots.first; number <= last; number++) {
		rc = pmux_slot_set(client, number, &rule->change);
		if (rc)
			return failed(client, "usage and accounts of a slot", rc);
	}
	return EX_OK;
}

static int apply(struct pmux *client, const struct config *config)
{
	struct pmux_table table;
	size_t i;
	int rc;

	rc = config->table.mask ? pmux_table_set(client, &config->table) : 0;
	if (rc)
		return failed(client, "the number of slots and their accounts", rc);
	rc = pmux_table_get(client, &table);
	if (rc)
		return failed(client, "the slots' usage", rc);
	for (i = 0; i < config->rule_count && !rc; i++)
		rc = apply_rule(client, &config->rules[i], table.slots);
	if (!rc)
		log_info("%u VPN slots in this network namespace", table.slots);
	return rc;
}

/**
 * slots_apply - set number and usage of the slots
 * @config:	what they shall be; slots that it does not mention stay
 *
 * Return: EX_OK, or after a log line: EX_UNAVAILABLE if the module is not there, EX_CONFIG
 * if the table has no such slots, EXIT_FAILURE for all that may be over in a while.
 */
int slots_apply(const struct config *config)
{
	struct pmux *client;
	int rc = pmux_open(&client);
	int done;

	if (rc == -ENOENT) {
		log_error("the module is not loaded: run \"modprobe pptp-mux\"; \"pptpmuxctl doctor\" says what is wrong with it");
		return EX_UNAVAILABLE;
	}
	if (rc) {
		log_error("cannot talk to the module: %s", strerror(-rc));
		return EXIT_FAILURE;
	}
	done = apply(client, config);
	pmux_close(client);
	return done;
}

static int has_interface(const struct pmux_slot *slot, void *data)
{
	return PMUX_HAS(slot, PPTP_MUX_A_SLOT_CALL) &&
	       PMUX_HAS(&slot->call, PPTP_MUX_A_CALL_IFNAME) &&
	       !strcmp(slot->call.ifname, data);
}

/**
 * slots_have - is there a call with this interface?
 * @ifname:	the interface
 *
 * Walks the whole table: for what should not be, not for each call.
 */
bool slots_have(const char *ifname)
{
	struct pmux *client;
	bool found;

	if (pmux_open(&client) < 0)
		return false;
	found = pmux_slot_dump(client, has_interface, (void *)ifname) == 1;
	pmux_close(client);
	return found;
}
