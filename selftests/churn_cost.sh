#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# What calls cost (call_cost.c), beside what they cost the kernel's pptp.ko in the
# same boot. Only ratios are judged: what a nanosecond is depends on the machine.
#
# Functions are called by wait_for, which shellcheck does not see; need_module's
# arguments are for the module and none of ours.
# shellcheck disable=SC2317,SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

CALL_COST=${PPTP_MUX_BUILD}/selftests/call_cost
MANY=3000
# pptp.ko waits for two grace periods in each close(): fewer have to do
PPTP_MANY=300
SLOTS=65535

need_root
need_command ip insmod modinfo
[ -x "$CALL_COST" ] || skip_all "build it first: make -C selftests"
[ -x "$CTL" ] || skip_all "build it first: make -C tools"
[ ! -e /sys/kernel/debug/kmemleak ] || skip_all "a debug kernel measures its checkers"
if module_loaded; then
	wait_for 60 rmmod pptp_mux || skip_all "pptp-mux has calls: hang them up first"
	defer modprobe pptp-mux
fi

cost()
{
	ns a "$CALL_COST" "$@"
}

all_free()
{
	ns a "$CTL" --json table | grep "\"slots\":$1,\"free\":$1,"
}

# resize NUMBER, once what was measured last has gone
resize()
{
	wait_for 300 ns a "$CTL" resize "$1"
	wait_for 300 all_free "$1"
}

# mass NUMBER: to $opened and $closed
mass()
{
	local both

	both=$(cost mass "$1")
	read -r opened closed <<<"$both"
}

measure_mux()
{
	resize "$MANY"
	mux_churn=$(cost churn 5 200)
	resize "$MANY"
	mass "$MANY"
	mux_open=$opened mux_close=$closed
}

# Before pptp-mux is loaded
measure_pptp()
{
	modprobe -a ppp_generic pppox gre 2>/dev/null || true
	insmod "$1"
	defer rmmod pptp
	pptp_churn=$(cost churn 3 10)
	mass "$PPTP_MANY"
	pptp_open=$opened pptp_close=$closed
	rmmod pptp
	pptp_open=$((pptp_open * MANY / PPTP_MANY))
	pptp_close=$((pptp_close * MANY / PPTP_MANY))
}

# row NAME OURS THEIRS: in microseconds
row()
{
	diag "$(printf '%-36s %12d %12s' "$1" $(($2 / 1000)) "${3:+$(($3 / 1000))}")"
}

table()
{
	diag "$(printf '%-36s %12s %12s' "microseconds" pptp-mux pptp.ko)"
	row "bind, connect and close one call" "$mux_churn" "${pptp_churn-}"
	row "bind and connect $MANY calls" "$mux_open" "${pptp_open-}"
	row "close $MANY calls" "$mux_close" "${pptp_close-}"
	if [ -n "${pptp_churn-}" ]; then
		diag "pptp.ko: $PPTP_MANY calls were measured, times $((MANY / PPTP_MANY))"
	fi
}

# One far end of all calls, as a peer that begins anew again and again leaves them
measure_far_ends()
{
	local all

	resize "$MANY"
	all=$(cost same 1 100)
	read -r _ icmp_one _ <<<"$all"
	resize "$MANY"
	all=$(cost same "$MANY" 100)
	read -r same_open icmp_many same_close <<<"$all"
	row "bind and connect $MANY with one far end" "$same_open"
	row "close $MANY with one far end" "$same_close"
	row "an ICMP error about one call" "$icmp_one"
	row "the same about $MANY with one far end" "$icmp_many"
}

measure_claims()
{
	resize "$SLOTS"
	claim_first=$(cost claim 20 50 0)
	resize "$SLOTS"
	claim_last=$(cost claim 20 50 $((SLOTS - 1)))
	row "claim, no other slot of $SLOTS taken" "$claim_first"
	row "claim, all others taken" "$claim_last"
}

# at_most NAME OURS TIMES LIMIT: OURS * TIMES <= LIMIT
at_most()
{
	if [ $(($2 * $3)) -le "$4" ]; then
		ok "$1"
	else
		not_ok "$1" "$2 ns times $3 is more than $4 ns"
	fi
}

ns_new a
pptp_ko=$(modinfo -n pptp 2>/dev/null) || pptp_ko=
if [ -n "$pptp_ko" ]; then
	measure_pptp "$pptp_ko"
fi
need_module
measure_mux
table
if [ -n "$pptp_ko" ]; then
	at_most "a call costs at most a 20th of pptp.ko's" "$mux_churn" 20 "$pptp_churn"
	at_most "$MANY are closed in at most a 20th of pptp.ko's time" "$mux_close" 20 "$pptp_close"
else
	skip "a call costs at most a 20th of pptp.ko's" "this kernel has no pptp.ko"
	skip "$MANY are closed in at most a 20th of pptp.ko's time" "this kernel has no pptp.ko"
fi
measure_far_ends
at_most "calls with one far end are opened in at most twice the time of others" \
	"$same_open" 1 $((2 * mux_open))
at_most "and closed" "$same_close" 1 $((2 * mux_close))
at_most "an ICMP error about all of them costs at most thrice what it does about one" \
	"$icmp_many" 1 $((3 * icmp_one))
if [ "$tap_failed" -eq 0 ]; then
	measure_claims
	at_most "the last free slot costs at most twice what the first does" \
		"$claim_last" 1 $((2 * claim_first))
else
	skip "the last free slot costs at most twice what the first does" \
		"$SLOTS calls would take too long to close"
fi
tap_end
