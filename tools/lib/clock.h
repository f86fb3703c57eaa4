/* SPDX-License-Identifier: GPL-2.0 */
/* The clock that waits are measured by: nobody sets it */
#ifndef CLOCK_H
#define CLOCK_H

/* Milliseconds since some moment before this program began */
long long clock_ms(void);

#endif /* CLOCK_H */
