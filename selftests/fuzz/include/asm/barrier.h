/* SPDX-License-Identifier: GPL-2.0 */
/* Words that hand over others, for the kernel's pure headers in user space */
#ifndef _FUZZ_ASM_BARRIER_H
#define _FUZZ_ASM_BARRIER_H

#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	__atomic_store_n(p, value, __ATOMIC_RELEASE)

#endif /* _FUZZ_ASM_BARRIER_H */
