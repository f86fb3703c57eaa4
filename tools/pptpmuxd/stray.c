// SPDX-License-Identifier: GPL-2.0
/*
 * GRE that belongs to no call, while a call waits for some of its client's.
 *
 * A call takes packets from where its control connection comes from, and from nowhere
 * else. Those of a client behind a NAT with several addresses may come from another one,
 * and the module counts them as nobody's. So when nothing has come, it is known whether
 * that is a filter's doing.
 */
#include "stray.h"

#include "clock.h"
#include "stray_count.h"

#define ASK_MS	1000	/* calls that begin within that time share an answer */

static int64_t ask(void)
{
	uint64_t packets;

	return stray_count_get(&packets) ? -1 : (int64_t)packets;
}

/* What has come so far, or had a moment ago; -1: not known */
int64_t stray_before(struct stray *stray)
{
	long long now = clock_ms();

	if (now >= stray->until) {
		stray->packets = ask();
		stray->until = now + ASK_MS;
	}
	return stray->packets;
}

/**
 * stray_advice - where the GRE of a call may be of which nothing has come
 * @before:	what stray_before() said when the call began
 */
const char *stray_advice(int64_t before)
{
	int64_t now = ask();

	if (before < 0 || now < 0)
		return ", or it comes from another address than TCP did, if \"pptpmuxctl table\" counts packets for no call while it dials";
	if (now == before)
		return ", as none came from another address either";
	return ", unless it is the client's that came meanwhile and belongs to no call: a NAT with several addresses sends it from another one than TCP, see \"tcpdump -n ip proto 47\"";
}
