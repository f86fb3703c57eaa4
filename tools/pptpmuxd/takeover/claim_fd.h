/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that another program has left open for this one */
#ifndef TAKEOVER_CLAIM_FD_H
#define TAKEOVER_CLAIM_FD_H

int claim_fd(int fd);

#endif /* TAKEOVER_CLAIM_FD_H */
