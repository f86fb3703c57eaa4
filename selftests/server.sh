#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# The server and its control connections: what real clients never ask of it
# (server.py), its configuration read anew while there is a call, and its end.
#
# Functions are called by check, which shellcheck does not see.
# need_module's arguments are for the module and none of ours.
# shellcheck disable=SC2317,SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly METRICS=9723	# port

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

# As systemd has it done, and waits for it
reload_by_command()
{
	server_conf 'slots = 9' 'usage = { "VPN9 dial-out" }'
	ctl s --run-directory "$dir/run" reload
	json s 'j["slots"][8]["usage"] == ["dial-out"]' slots
	reach c1
}

refused_by_command()
{
	printf 'slots = 0\n' >>"$dir/pptpmuxd.conf"
	! ctl s --run-directory "$dir/run" reload 2>"$dir/said" || return 1
	grep 'did not take all of its configuration over: its log says why' "$dir/said"
	json s 'j["slots"] == 9' table
	reach c1
}

# What cannot be mended by trying again has exit codes of its own
no_such_slot()
{
	server_conf 'slots = 6' 'usage = { "VPN7 receive" }'
	ends_with 78 'usage: there is no VPN7, the table has 6 slots'
}

no_module()
{
	wait_for "$PATIENCE" rmmod pptp_mux
	ends_with 69 'the module is not loaded: run "modprobe pptp-mux"'
	need_module
}

# ends_with CODE WHY: a pptpmuxd that does not come to serve
ends_with()
{
	local rc=0

	log_mark
	ns s "$PPTPMUXD" -f "$dir/pptpmuxd.conf" 2>>"$dir/pptpmuxd.log" || rc=$?
	[ "$rc" -eq "$1" ]
	log_has "$2"
}

supervisor_start()
{
	python3 -S ./supervisor.py "$dir/notify" >"$dir/notified" 2>&1 &
	defer kill "$!"
	wait_for "$PATIENCE" grep -x there "$dir/notified"
	server_conf 'slots = 6' 'usage = { "all receive" }' "metrics = \"127.0.0.1:$METRICS\""
	NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=400000 server_start
}

# It is told when clients may call and that the loop turns; the server's pppd is not
supervised()
{
	wait_for "$PATIENCE" grep -x READY=1 "$dir/notified"
	dial c1
	[ "$(tr '\0' '\n' <"/proc/$(server_pppd)/environ" | grep -c -e ^NOTIFY -e ^WATCHDOG)" -eq 0 ]
	wait_for "$PATIENCE" grep -x WATCHDOG=1 "$dir/notified"
	[ "$(grep -c -x STOPPING=1 "$dir/notified")" -eq 0 ]
}

tells_metrics()
{
	reach c1
	ns s python3 ./metrics.py "$(echo "$RUN_DIRECTORY"/*/metrics)" "$METRICS"
}

told_of_the_end()
{
	[ "$server_rc" -eq 0 ]
	wait_for "$PATIENCE" grep -x STOPPING=1 "$dir/notified"
	wait_for "$PATIENCE" no_process c1
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
check "reload by command, which waits for it" reload_by_command
check "reload by command: a mistake is told" refused_by_command
check "SIGHUP: a mistake leaves the old one" reload_with_mistake
shut_down
check "SIGTERM: exit code 0" test "$server_rc" -eq 0
check "SIGTERM: CDN, then Stop-Control-Connection-Request" test "$peer_rc" -eq 0
check "SIGTERM: pptpmuxd says its end" log_has 'pptpmuxd ends'
server=
check "SIGTERM: nothing is left" nothing_left
supervisor_start
check "a supervisor is told when it serves and lives" supervised
check "metrics, of a call that is up" tells_metrics
server_stop
server=
check "and when it ends" told_of_the_end
check "a slot that there is not: exit code 78" no_such_slot
check "no module: exit code 69" no_module
tap_end
