/* SPDX-License-Identifier: GPL-2.0 */
/* How people name the accounts of calls: "tx-limit", "256K" */
#ifndef ACCOUNTSPEC_H
#define ACCOUNTSPEC_H

#include "genl.h"

/**
 * account_setting() - Which setting is this?
 *
 * Return: one of PMUX_SET_TX_SHARE to PMUX_SET_RX_POOL, or 0 if it is none.
 */
unsigned int account_setting(const char *name);

/* Name by its bit, "tx-limit"; NULL if it is none */
const char *account_setting_name(unsigned int setting);

/**
 * account_size_parse() - Read a size: "262144", "256K", "8M"
 * @setting: of which; a share or a limit is at most 8M, a pool 1024M
 * @own: of one slot, where 0 means: as in the table
 *
 * Return: NULL, or why not and what to write instead.
 */
const char *account_size_parse(const char *text, unsigned int setting, bool own, uint32_t *size);

/* Where the share or limit @setting is in @limits; NULL if it is neither */
uint32_t *account_limit(struct pmux_limits *limits, unsigned int setting);

#endif /* ACCOUNTSPEC_H */
