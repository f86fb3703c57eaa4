// SPDX-License-Identifier: GPL-2.0
/* Do clients reach what is behind this host? */
#include "doctor.h"

void doctor_forwarding(struct doctor *doctor)
{
	if (doctor_read_number("/proc/sys/net/ipv4/ip_forward") == 0)
		finding_add(&doctor->findings, FINDING_FORWARDING,
			    "sysctl -w net.ipv4.ip_forward=1",
			    "forwarding is off: clients reach this host and nothing behind it; write it into /etc/sysctl.d too");
}
