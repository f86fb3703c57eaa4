/* SPDX-License-Identifier: GPL-2.0 */
/* Another server's configuration as one of pptpmuxd's */
#ifndef IMPORT_H
#define IMPORT_H

int import_configuration(const char *path);

#endif /* IMPORT_H */
