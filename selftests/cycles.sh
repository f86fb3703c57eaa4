#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: debug
#
# Calls that come and go, from several clients at once; afterwards nothing is left,
# every call has been counted once at each end of its life, and the module unloads.
#
# CYCLES=N: how many calls in all (201 on a kernel with checkers, 30 elsewhere)
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

CLIENTS=3
if [ -z "${CYCLES-}" ]; then
	CYCLES=30
	! is_debug || CYCLES=201
fi

# A client's share of the calls, one after the other; a line for each. One pppd
# dials them all: SIGHUP ends the call that is up, and the next begins after a pause
# in which the server's pppd has its end too.
dial_often()
{
	local calls=0 line log pid

	exec {log}< <(exec ip netns exec "$NS_PREFIX$1" pppd file "$dir/options" nodetach \
		persist maxfail 0 holdoff 2 linkname "$NS_PREFIX$1" 2>&1 </dev/null)
	pid=$!
	while [ "$calls" -lt $((CYCLES / CLIENTS)) ] && read -r -t 300 line <&"$log"; do
		case $line in
		*"remote IP address"*)
			echo up
			calls=$((calls + 1))
			kill -HUP "$pid"
			;;
		esac
	done
	kill "$pid"
	wait_for "$PATIENCE" no_process "$1"
}

all_dial()
{
	local name pids=()

	for name in "${clients[@]}"; do
		dial_often "$name" >"$dir/$name.cycles" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
}

dialled()
{
	cat "$dir"/*.cycles
}

each_was_connected()
{
	dialled
	[ "$(dialled | grep -c '^up$')" -eq $((CYCLES / CLIENTS * CLIENTS)) ]
}

# Of the server's log, which no limit of a rate thins out
count()
{
	grep -c -e "$1" "$dir/pptpmuxd.log" || true
}

each_has_an_end()
{
	local connected ended claims

	connected=$(count 'call connected') ended=$(count 'call ended')
	claims=$(ctl s table | awk '$1 == "claims" { print $2 }')
	echo "connected $connected, ended $ended, claims $claims"
	[ "$connected" -eq "$ended" ] && [ "$connected" -eq "$claims" ]
	[ "$connected" -ge "$((CYCLES / CLIENTS * CLIENTS))" ]
}

# Each hang-up event belongs to a claim, unless the kernel said it left some out. A
# client that is faster than the server's pppd may meet a full table, and dials again.
each_has_its_events()
{
	kill "$follower"
	wait "$follower" || true
	python3 - "$dir/events" <<-'PY'
		import collections, json, sys
		events = [json.loads(line) for line in open(sys.argv[1])]
		assert not any(e["type"] == "lost" for e in events), "the reader was too slow"
		suppressed = sum(e.get("suppressed", 0) for e in events)
		count = collections.Counter(e["type"] for e in events)
		print(dict(count), "suppressed", suppressed)
		assert suppressed == 0, suppressed
		assert count["claim"] == count["connected"] == count["hang-up"] > 0, count
	PY
}

# The slots took turns: none was used over and over while others stood idle
slots_took_turns()
{
	ctl s slots
	json s 'max(s["calls"] for s in j["slots"]) <= 2 * min(s["calls"] for s in j["slots"])' slots
}

unloads()
{
	local name

	for name in s "${clients[@]}"; do
		ip netns del "$NS_PREFIX$name"
	done
	wait_for "$PATIENCE" rmmod pptp_mux
}

module_was_loaded=no
! module_loaded || module_was_loaded=yes
dial_setup "$CLIENTS"
server_conf 'slots = 8' 'usage = { "all receive" }'
server_start
ip netns exec "${NS_PREFIX}s" "$CTL" --json events >"$dir/events" 2>"$dir/events.err" &
follower=$!
defer kill -KILL "$follower"
wait_for "$PATIENCE" grep -q following "$dir/events.err"

begin=$SECONDS
check "$CYCLES calls of $CLIENTS clients" all_dial
diag "$((SECONDS - begin)) s"
check "each was connected" each_was_connected
check "the last one is over" wait_for "$PATIENCE" all_free s
check "each has its events" each_has_its_events
check "nothing is left" nothing_left
check "each has an end" each_has_an_end
check "slots took turns" slots_took_turns
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
if [ "$module_was_loaded" = yes ]; then
	skip "the module unloads" "it was loaded before, and may be in use"
else
	check "the module unloads" unloads
fi
tap_end
