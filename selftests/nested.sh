#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug rt
#
# Q219380 with calls within calls: PPP holds locks of a call while it transmits, and a
# call over another one's interface takes those below its own; two that are routed over
# each other take them in both orders, and the machine stands. Here no order of locks is
# to be seen at all, and a cycle loses packets, which are counted under their name.
#
# NESTED=SECONDS: how long each is flooded (2)
#
# shellcheck disable=SC2317,SC2119 # functions are called by check
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh
# shellcheck source=selftests/world_lib.sh
. ./world_lib.sh

need_root
need_command ip python3 tc
need_module

points_of "a call over another one is as good as any" ./nested.py deep
points_of "what lies on the way of a call changes" ./nested.py changes
points_of "calls in a cycle lose packets, and nothing else" ./nested.py cycles
modprobe -q ppp_mppe || true
points_of "the same where they encrypt" ./nested.py encrypted
tap_end
