#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# One pptpmuxd takes over from another one, at any moment: with calls that are up and
# carry streams, with one that is being dialled, with a client that has to wait. Nobody
# notices, and what was known is known.
#
# TURNS times at random moments (10).
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly TURNS=${TURNS:-10} BY_PLUGIN=(c1 c2 c3) BY_PPTP=(c4)
readonly UP=("${BY_PLUGIN[@]}" "${BY_PPTP[@]}")

# What the first of them had is there for ever
warm_again()
{
	wait_for "$PATIENCE" warm_pppd >/dev/null
}

calls_are_up()
{
	local name

	for name in "${BY_PLUGIN[@]}"; do
		dial "$name"
	done
	for name in "${BY_PPTP[@]}"; do
		dial_pptp_linux "$name"
	done
	for name in "${UP[@]}"; do
		reach "$name"
	done
}

# The processes of all calls: ours and the clients'
processes()
{
	server_pppd | sort
	for name in "${UP[@]}"; do
		client_pid "$name"
	done
}

question()
{
	ns s python3 ./takeover.py ask "$(find "$dir/run" -name socket)" "$1"
}

turns()
{
	question config | python3 -I -S -c 'import json, sys; print(json.load(sys.stdin)["turns"])'
}

is_turn()
{
	[ "$(turns)" -eq "$1" ]
}

all_as_before()
{
	warm_again
	processes >"$dir/processes"
	diff "$dir/processes" "$1"
	json s 'j["connected"] == '"${#UP[@]}" table
	json s '[len(c["calls"]) for c in j["connections"]] == [1] * '"${#UP[@]}" \
		--run-directory "$dir/run" connections
	json s 'sum(p["held"] for p in j["pools"]) == '"${#UP[@]}" \
		--run-directory "$dir/run" pool
	files_as_before "$files"
}

# Who dials at that moment is in, at the first attempt: each stage of it is hit by and by
while_dialling()
{
	local i dialling

	for ((i = 1; i <= TURNS; i++)); do
		dial c5 &
		dialling=$!
		sleep "0.$((RANDOM % 10))"
		take_over >/dev/null
		wait "$dialling"
		reach c5
		hang_up c5
	done
}

# ended CLIENT SAYING
ended()
{
	log_has "(10.9.${1#c}.2:[0-9]*): call ended: $2"
}

hangs_up()
{
	log_mark
	hang_up c1
	hang_up c4
	wait_for "$PATIENCE" ended c1 'the client hung up'
	wait_for "$PATIENCE" ended c4 'the client hung up'
	dial c1
	reach c1
	hang_up c1
	log_mark
	ctl s --run-directory "$dir/run" hangup --all >/dev/null
	wait_for "$PATIENCE" ended c2 'pptpmuxd hung up'
	wait_for "$PATIENCE" ended c3 'pptpmuxd hung up'
	nothing_left
}

drains()
{
	ctl s --run-directory "$dir/run" drain "$@"
}

# Who comes is turned away, and who is there stays, whichever server it is
takes_no_calls()
{
	dial c1
	drains | grep 'calls that go on: 1'
	take_over
	! dial c2 || return 1
	grep 'pptp: .*busy' "$dir/c2.log"
	log_has 'call refused: no new calls are taken'
	reach c1
	! drains --wait 1 || return 1
	drains --wait 60 --left 1
	drains --wait "$PATIENCE" >"$dir/drained" &
	hang_up c1
	wait "$!"
	grep 'calls that go on: 0' "$dir/drained"
	ctl s --run-directory "$dir/run" doctor >"$dir/doctor" || true
	grep 'takes no new calls' "$dir/doctor"
	# as it advises
	ctl s --run-directory "$dir/run" undrain
	dial c2
	reach c2
	hang_up c2
}

# Whoever has to wait for his guesses still has to
is_still_blocked()
{
	local blocked='any(s["blocked"] > 0 for s in j["sources"])'

	dial c1 password wrong || true
	dial c1 password wrong || true
	wait_for "$PATIENCE" json s "$blocked" --run-directory "$dir/run" connections
	take_over
	json s "$blocked" --run-directory "$dir/run" connections
	! dial c1 || return 1
	log_has 'connection refused: its log-ins have failed 2 times'
}

refused()
{
	local answer turns=$1

	shift
	answer=$(question "take-over $1")
	grep "$2" <<<"$answer"
	is_turn "$turns"
}

# What cannot go on is never begun, and the one that runs goes on
refuses()
{
	local turns rc=0

	turns=$(turns)
	refused "$turns" "999 $PPTPMUXD" 'does not read what this one writes'
	refused "$turns" "1 pptpmuxd" 'no path of a program'
	refused "$turns" "1 $dir/none" "$dir/none cannot be run"
	refused "$turns" "1 $dir/pptpmuxd.conf" 'cannot be run: Permission denied'
	sed 's/^localip = .*/localip = "nowhere"/' "$dir/pptpmuxd.conf" >"$dir/mistaken.conf"
	ns s "$PPTPMUXD" --take-over -f "$dir/mistaken.conf" || rc=$?
	[ "$rc" -eq 78 ]
	is_turn "$turns"
	dial c2
	reach c2
	hang_up c2
}

nobody_to_take_over_from()
{
	local rc=0

	ns s "$PPTPMUXD" --take-over -f "$dir/pptpmuxd.conf" 2>"$dir/none" || rc=$?
	[ "$rc" -eq 1 ] && grep 'no pptpmuxd runs' "$dir/none"
}

dial_setup 5
server_conf 'slots = 8' 'usage = { "all receive" }' 'login-failures = 2' 'login-backoff = 60' \
	'login-timeout = 60'
check "nobody runs" nobody_to_take_over_from
server_start
check "calls are up" calls_are_up
streams_begin "${UP[@]}"
processes >"$dir/before"
files=$(open_files)
check "taken over $TURNS times" take_over_times "$TURNS"
check "it says how often" is_turn "$TURNS"
streams_end
check "no stream is broken" streams_are_whole "$TURNS"
check "all is as before" all_as_before "$dir/before"
check "who is dialling in is in" while_dialling
check "calls end as ever" hangs_up
check "a server that drains does so when another one takes over" takes_no_calls
check "who has guessed waits" is_still_blocked
check "who cannot go on is refused" refuses
check "nothing is left" nothing_left
server_stop
check "it ends" test "$server_rc" -eq 0
cat "$dir/figures"
tap_end
