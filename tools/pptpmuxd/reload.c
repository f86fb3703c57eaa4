// SPDX-License-Identifier: GPL-2.0
/* The configuration, read at the start and anew */
#include "reload.h"

#include <sysexits.h>

#include "config.h"
#include "log.h"
#include "server.h"
#include "slots.h"

/**
 * reload_first - read and check the configuration
 * @path:	the file
 * @debug:	log more, to standard error, whatever the file says
 *
 * Return: the configuration, or NULL after a log line.
 */
struct config *reload_first(const char *path, bool debug)
{
	struct config *config = config_load(path);

	if (!config)
		return NULL;
	config->debug = debug;
	if (debug) {
		config->log_target = LOG_TO_STDERR;
		config->log_level = LOG_DEBUG;
	}
	return config;
}

/**
 * reload - read the configuration anew, and use it for what comes from now on
 * @server:	the server
 *
 * Return: false after a log line if the old one stays, or slots are not as the new one
 * wants them.
 */
bool reload(struct server *server)
{
	const struct config *old = server->config;
	struct config *config;
	bool good;

	if (server->stopping)
		return false;
	config = reload_first(old->path, old->debug);
	if (!config || !server_reload(server, config)) {
		log_error("reload: the old configuration stays");
		return false;
	}
	good = slots_apply(config) == EX_OK;
	if (!good)
		log_error("reload: the slots are not all as the configuration wants them");
	log_info("reload: done; calls that stand keep the options that they began with");
	return good;
}
