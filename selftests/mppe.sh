#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug kcsan
#
# Encryption of the module's own, between two namespaces: all modes, losses, late
# packets, keys that change and calls that end while they are busy, processors that go,
# and ppp_mppe at the other end (mppe.py).
#
# need_module's arguments are for the module and none of ours.
# shellcheck disable=SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

# knows NAMESPACE OTHER ADDRESS: the other end's, for good. A path that loses all loses ARP
# too, and what waits for an answer is dropped with the question, a second after the path
# has got good.
knows()
{
	local mac

	mac=$(ip -n "$NS_PREFIX$2" -brief link show "to-$1" | awk '{ print $3 }')
	ip -n "$NS_PREFIX$1" neigh replace "$3" lladdr "$mac" dev "to-$2" nud permanent
}

need_root
need_command ip tc python3
! grep -q '^ppp_mppe ' /proc/modules || rmmod ppp_mppe || skip_all "ppp_mppe is in use"
need_module
[ "$(cat /sys/module/pptp_mux/parameters/mppe)" = Y ] || skip_all "somebody else encrypts"
for name in a p; do
	ns_new "$name"
done
ns_link a 192.0.2.1/24 p 192.0.2.2/24
knows a p 192.0.2.2
knows p a 192.0.2.1

# Its points are shown below the one that they make together
if python3 ./mppe.py "$NS_PREFIX"{a,p} | sed 's/^/    /'; then
	ok "encrypted calls"
else
	not_ok "encrypted calls"
fi
tap_end
