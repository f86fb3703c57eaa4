#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# The server and its control connections: what real clients never ask of it
# (server.py), its configuration read anew while there is a call, and its end.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

part()
{
	ns c1 python3 ./server.py "$1" "$SERVER"
	nothing_left
}

# The server's host dials c1, which dials it at the same time
collision()
{
	local rc=0

	ctl s set VPN6 usage receive,dial-out
	ns c1 python3 ./server.py collision "$SERVER" >"$dir/told" &
	peer=$!
	wait_for "$PATIENCE" grep -q there "$dir/told"
	: >"$dir/s.log"
	dial s pptp_server 10.9.1.2 pptp_client "$SERVER" || rc=$?
	cat "$dir/s.log"
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	grep -q 'dials this host at the same time' "$dir/s.log"
	wait "$peer"
	ctl s set VPN6 usage receive
	nothing_left
}

reload()
{
	dial c1
	server_conf 'slots = 9' 'usage = { "VPN9 demand-dial, quarantine=700" }'
	kill -HUP "$server"
	wait_for "$PATIENCE" log_has 'reload: done'
	json s 'j["slots"] == 9 and j["connected"] == 1' table
	json s 'j["slots"][8]["usage"] == ["demand-dial"] and j["slots"][8]["quarantine_ms"] == 700' slots
	reach c1
}

reload_with_mistake()
{
	log_mark
	printf 'slots = 0\n' >>"$dir/pptpmuxd.conf"
	kill -HUP "$server"
	wait_for "$PATIENCE" log_has 'reload: the old configuration stays'
	log_has 'pptpmuxd.conf:[0-9]*: slots = 0: write a number from 1 to 65535'
	json s 'j["slots"] == 9' table
	reach c1
	hang_up c1
}

# A second call ends in order too, which knows no PPP at all
shut_down()
{
	ns c2 python3 ./server.py until_shutdown "$SERVER" >"$dir/told" &
	peer=$!
	wait_for "$PATIENCE" grep -q connected "$dir/told"
	dial c1
	server_stop
	peer_rc=0
	wait "$peer" || peer_rc=$?
}

dial_setup 2
export RUN_DIRECTORY=$dir/run
server_conf 'slots = 6' 'usage = { "all receive" }' 'echo-interval = 2' 'echo-timeout = 4' \
	'wan-error-interval = 1'
server_start

check_call "several calls on one control connection" part several_calls
check_call "Stop-Control-Connection-Request ends all calls" part stop_ends_calls
check_call "echoes both ways" part echo
check_call "Set-Link-Info and WAN-Error-Notify" part link_info
check_call "WAN-Error-Notify with the module's counters" part wan_errors
check_call "two ends dial each other: the higher address's connection is kept" collision
log_mark
check_call "SIGHUP: the configuration is read anew" reload
check "SIGHUP: a mistake leaves the old one" reload_with_mistake
shut_down
check "SIGTERM: exit code 0" test "$server_rc" -eq 0
check "SIGTERM: CDN, then Stop-Control-Connection-Request" test "$peer_rc" -eq 0
check "SIGTERM: pptpmuxd says its end" log_has 'pptpmuxd ends'
server=
check "SIGTERM: nothing is left" nothing_left
tap_end
