/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration file, pptpmuxd.conf(5) */
#ifndef CONFIG_H
#define CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "config_interfaces.h"
#include "config_pools.h"
#include "config_words.h"
#include "log.h"
#include "usage.h"

/* Whom pppd asks for proof, and what it encrypts with */
enum config_auth {
	AUTH_MSCHAP_V2,
	AUTH_EAP,
	AUTH_OPTIONS,	/* left to the options of pppd */
	AUTH_NONE,
};

enum config_encryption {
	ENCRYPTION_MPPE_128,
	ENCRYPTION_PREFER,	/* the same, or none if the peer has none */
	ENCRYPTION_OPTIONS,
	ENCRYPTION_NONE,
};

/* What pptpmuxd and its pppd may do */
enum config_privileges {
	PRIVILEGES_LEAST,
	PRIVILEGES_ALL,
};

/* What a user's second call does to the first */
enum config_single {
	SINGLE_REPLACE,
	SINGLE_DENY,
	SINGLE_ALLOW,
};

/* What makes two calls those of one client */
enum config_single_by {
	SINGLE_BY_USER = 1,
	SINGLE_BY_PEER = 2,
	SINGLE_BY_BOTH = SINGLE_BY_USER | SINGLE_BY_PEER,
};

struct config {
	char *path;
	bool debug;			/* whatever the file says of the log */
	struct in_addr listen;
	unsigned int port;
	struct sockaddr_in metrics;	/* where they are told; port 0: nowhere */
	struct in_addr localip;
	struct config_pools pools;
	struct config_interfaces interfaces;
	enum config_single single;
	enum config_single_by single_by;
	char *run_directory;

	char *pppd;
	char *plugin;
	char *options_file;	/* NULL: none */
	bool warm_pppd;
	struct config_words words;	/* of "options" */
	enum config_auth auth;
	enum config_encryption encryption;
	bool multilink;			/* calls may be bundled */

	enum config_privileges privileges;

	unsigned int max_connections;	/* 0: as the slots want, see capacity.h */
	unsigned int max_per_source;
	unsigned int max_calls;		/* of one control connection */
	unsigned int max_source_calls;
	unsigned int max_half_open;
	unsigned int max_unauthenticated;	/* calls that have not logged in; 0: as above */
	unsigned int max_source_unauthenticated;	/* 0: any */
	unsigned int login_timeout;	/* seconds */
	unsigned int max_rate;		/* connections and calls of a source a second; 0: any */
	unsigned int login_failures;	/* in a row, before there is a pause; 0: any */
	unsigned int login_backoff;	/* seconds, doubled with each further one */
	unsigned int login_backoff_max;
	unsigned int echo_interval;	/* seconds, and so on */
	unsigned int echo_timeout;
	unsigned int start_timeout;	/* for a Start-Control-Connection-Request */
	unsigned int reply_timeout;	/* for what a call's peer has to answer */
	unsigned int stop_timeout;	/* for a Stop-Control-Connection-Reply */
	unsigned int wan_error_interval;	/* 0: no WAN-Error-Notify */

	char *hostname;
	char *vendor;
	enum log_target log_target;
	int log_level;

	unsigned int slots;		/* 0: leave the table as it is */
	struct pmux_table_change table;	/* of the module; slots is in it */
	struct usage_rule *rules;
	size_t rule_count;
};

struct config *config_load(const char *path);
void config_free(struct config *config);
const char *config_auth_name(enum config_auth auth);
const char *config_encryption_name(enum config_encryption encryption);
int config_choice(struct cfg_t *cfg, const char *option);

#endif /* CONFIG_H */
