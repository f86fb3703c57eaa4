#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm sid
#
# Q172290 over IPsec: ESP makes a frame larger on its way, wherever the call's packets
# come into it (by a policy, by a mark, by a device whose own packets do), and what is
# taken off the account is what was put on it. The module goes afterwards, which it does
# not while a frame, or a part of one, counts as on its way.
#
# shellcheck disable=SC2317,SC2119 # functions are called by check
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh
# shellcheck source=selftests/world_lib.sh
. ./world_lib.sh

need_root
need_command ip python3
need_module

goes()
{
	ip netns del "${NS_PREFIX}a$n"
	ip netns del "${NS_PREFIX}b$n"
	wait_for 60 rmmod pptp_mux
}

for kind in policy mark xfrm vti gre keyed-gre ipip; do
	points_of "a call over IPsec: $kind" ./ipsec.py "$kind"
	check "the module goes after that: $kind" goes
	need_module
done
tap_end
