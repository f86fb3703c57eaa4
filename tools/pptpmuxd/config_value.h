/* SPDX-License-Identifier: GPL-2.0 */
/* One value of the configuration, which the parser has just read */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <confuse.h>
#include <stddef.h>

const char *config_value(cfg_opt_t *opt);
int config_value_judge(cfg_t *cfg, cfg_opt_t *opt, const char *fault);
const char *config_value_user_fault(const char *name);
void *config_value_array(size_t count, size_t size);

#endif /* CONFIG_VALUE_H */
