#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: debug
#
# A slot whose claim finds no memory hands the call on; when it is the last one, the
# client is told by RFC 2637's code, and the log says what it was.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly FAILSLAB=/sys/kernel/debug/failslab

# What is allocated for good may fail too, and without a report: it is expected
failslab_setup()
{
	echo N >"$FAILSLAB/ignore-gfp-wait"
	echo 0 >"$FAILSLAB/verbose"
	defer eval "echo Y >$FAILSLAB/ignore-gfp-wait; echo 2 >$FAILSLAB/verbose"
}

one_slot()
{
	ctl s resize 1
	part no_memory_one_slot "$server"
	log_has 'call refused: the kernel has no memory or no PPP channel'
}

if ! [ -e /proc/self/fail-nth ] || ! [ -d "$FAILSLAB" ]; then
	skip_all "the kernel has no fault injection"
fi
dial_setup 1
server_conf 'slots = 2' 'usage = { "all receive" }'
server_start
failslab_setup
check "handed on to the next slot" part no_memory_two_slots "$server"
check "the last slot: result 2, error 4" one_slot
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
