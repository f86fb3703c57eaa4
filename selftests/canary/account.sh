#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An account that canary.ko makes wrong, in a script whose points are all good
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=selftests/lib.sh
. ./lib.sh

need_root
need_command python3 insmod
# shellcheck disable=SC2119
need_module

check "canary.ko" python3 ./canary/canary_call.py "$PPTP_MUX_BUILD/selftests/canary/canary.ko" account
rmmod canary
tap_end
