// SPDX-License-Identifier: GPL-2.0
/* One value of the configuration, which the parser has just read */
#include "config_value.h"

#include <stdlib.h>

/* Of a list, its last */
const char *config_value(cfg_opt_t *opt)
{
	return cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
}

/**
 * config_value_judge - tell what is wrong with a value, if anything is
 * @cfg:	where it stands
 * @opt:	its option
 * @fault:	NULL: nothing
 *
 * Return: what the parser wants from a validator.
 */
int config_value_judge(cfg_t *cfg, cfg_opt_t *opt, const char *fault)
{
	if (fault)
		cfg_error(cfg, "%s \"%s\": %s", cfg_opt_name(opt), config_value(opt), fault);
	return fault ? -1 : 0;
}

/* Room for @count of something, never NULL for lack of any */
void *config_value_array(size_t count, size_t size)
{
	return calloc(count ? count : 1, size);
}

/* A user's name, as a whole or as a pattern. Return: NULL, or what is wrong with it. */
const char *config_value_user_fault(const char *name)
{
	for (; *name; name++) {
		if ((unsigned char)*name < ' ' || *name == 127)
			return "there is a control character in the user's name, which \\ and a letter make in quotes: write two, like \"CORP\\\\alice\"";
	}
	return NULL;
}
