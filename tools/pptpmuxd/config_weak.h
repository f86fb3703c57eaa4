/* SPDX-License-Identifier: GPL-2.0 */
/* What of a configuration is weaker than it could be */
#ifndef CONFIG_WEAK_H
#define CONFIG_WEAK_H

struct config;

void config_weak_warn(const struct config *config);

#endif /* CONFIG_WEAK_H */
