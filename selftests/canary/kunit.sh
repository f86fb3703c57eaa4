#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The KUnit suite with a failing case, judged as any other
exec "$(dirname "$0")/../kunit/kunit.sh" "$PPTP_MUX_BUILD/selftests/canary/canary_kunit.ko"
