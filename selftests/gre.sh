#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug kcsan rt
#
# Enhanced GRE as RFC 2637 writes it, and as nobody should: a peer with raw
# sockets in another network namespace (gre_peer.py).
#
# FUZZ_SECONDS=N: how long to send random packets, of which a million will do (60)
#
# need_module's arguments are for the module and none of ours.
# shellcheck disable=SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

need_root
need_command ip python3
need_module
for name in a p b q; do
	ns_new "$name"
done
ns_link a 192.0.2.1/24 p 192.0.2.2/24
ns_link b 192.0.2.1/24 q 192.0.2.2/24
ip -n "${NS_PREFIX}a" addr add 192.0.2.5/24 dev to-p
ip -n "${NS_PREFIX}p" addr add 192.0.2.6/24 dev to-a
ip -n "${NS_PREFIX}q" addr add 192.0.2.6/24 dev to-b

# Its points are shown below the one that they make together, with what breaks it off
# behind the last
if python3 ./gre_peer.py "$NS_PREFIX"{a,p,b,q} 2>&1 | sed -u 's/^/    /'; then
	ok "a peer with raw sockets"
else
	not_ok "a peer with raw sockets"
fi
tap_end
