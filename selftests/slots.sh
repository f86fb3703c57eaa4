#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug kcsan rt
#
# VPN slots end to end (slots.py): claims, hand-overs, refusals, events.
#
# need_module's arguments are for the module and none of ours.
# shellcheck disable=SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

need_root
need_command ip nsenter python3
[ -x "$CTL" ] || skip_all "build it first: make -C tools"
need_module
ns_new a

# Not by "ip netns exec", which hides debugfs, where faults are set. Its points are
# shown below the one that they make together.
if nsenter --net="/run/netns/${NS_PREFIX}a" python3 ./slots.py | sed 's/^/    /'; then
	ok "slots"
else
	not_ok "slots"
fi
tap_end
