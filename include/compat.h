/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that are supported, and nothing else.
 *
 * Tests are for features, since changes are carried back to stable kernels. A
 * type that a function takes is asked of the function itself.
 */
#ifndef _PPTP_MUX_COMPAT_H
#define _PPTP_MUX_COMPAT_H

#include <linux/net.h>
#include <linux/socket.h>

/*
 * bind() and connect() of struct proto_ops took a struct sockaddr before they
 * took a struct sockaddr_unsized.
 */
struct sockaddr_unsized;

#define COMPAT_SOCKADDR_PTR \
	typeof(__builtin_choose_expr( \
		__builtin_types_compatible_p( \
			typeof(((const struct proto_ops *)0)->bind), \
			int (*)(struct socket *, struct sockaddr *, int)), \
		(struct sockaddr *)0, (struct sockaddr_unsized *)0))

#endif /* _PPTP_MUX_COMPAT_H */
