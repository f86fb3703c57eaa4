#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# pptpmuxd as systemd runs it, by the unit that is installed and within all that it
# forbids: systemd as the first process of a container, on the network of the server. A call
# outlives restarts and crashes of it: RESTARTS of each (3).
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh
# shellcheck source=selftests/container_lib.sh
. ./container_lib.sh

readonly RESTARTS=${RESTARTS:-3}
UNIT=${UNIT:-$SELFTESTS/../tools/pptpmuxd/pptpmuxd.service}

# As "make install" has it
install_server()
{
	mkdir -p "$root/usr/local/sbin" "$root/etc/systemd/system" "$root/etc/ppp"
	cp "$PPTPMUXD" "$CTL" "$root/usr/local/sbin"
	cp "$PLUGIN" "$root/etc/ppp"
	sed 's|@SBINDIR@|/usr/local/sbin|;s|@SYSCONFDIR@|/etc|' "$UNIT" \
		>"$root/etc/systemd/system/pptpmuxd.service"
	root_settle
	configure
}

# configure LINE...: the server's file, with no path of this script's own
configure()
{
	cat >"$root/etc/pptpmuxd.conf" <<-CONF
		localip = "$INNER"
		remoteip = { "${POOL[0]}-${POOL[-1]}" }
		plugin = "/etc/ppp/${PLUGIN##*/}"
		options = { "lcp-restart 1 chap-restart 1 ipcp-restart 1 noipv6" }
	CONF
	printf '%s\n' "$@" >>"$root/etc/pptpmuxd.conf"
}

# Whoever is ordered after it finds a listener: there is nothing to wait for
starts()
{
	inside systemctl start pptpmuxd
	listens s
	property ActiveState | grep -x active
	property NotifyAccess | grep -x main
}

waits_for_calls()
{
	inside sh -c 'grep -l -x pppd-warm /proc/[0-9]*/comm'
}

# Of the pppd that was started ahead, which makes a copy under the unit's limits too
carries_a_call()
{
	wait_for "$PATIENCE" waits_for_calls
	dial c1
	# shellcheck disable=SC2016
	inside sh -c 'for call in $(grep -l -x pppd /proc/[0-9]*/comm); do
		grep -z -x pptp_mux_warm "${call%comm}cmdline"; done' | grep -q .
	reach_at_last c1
	grep 'MPPE 128-bit stateless compression enabled' "$dir/c1.log"
}

# Nothing was refused to pptpmuxd, to pppd or to its scripts
nothing_is_missed()
{
	journal >"$dir/journal"
	grep 'listens on TCP port' "$dir/journal"
	[ "$(grep -c -i -e 'not permitted' -e 'denied' -e 'address family not supported' \
		-e 'cannot' -e 'no copy' -e 'no pppd waits' "$dir/journal")" -eq 0 ]
}

# What pppd says is pptpmuxd's to write, and nobody's besides
each_line_stands_once()
{
	grep 'pppd: MPPE 128-bit stateless compression enabled' "$dir/journal"
	inside journalctl --no-pager --output=cat --identifier=pppd >"$dir/pppd"
	# which it has been told of before it knows whose log its lines are in
	[ "$(grep -c -v -e '^-- No entries --' -e '^Plugin .* loaded' "$dir/pppd")" -eq 0 ]
	! grep 'pppd: Plugin .* loaded' "$dir/journal" || return 1
}

is_confined()
{
	local pid

	pid=$(property MainPID)
	# CAP_NET_ADMIN, and no other
	inside grep '^CapEff:[[:space:]]*0*1000$' "/proc/$pid/status"
	inside grep '^Seccomp:[[:space:]]*2$' "/proc/$pid/status"
	inside grep '^NoNewPrivs:[[:space:]]*1$' "/proc/$pid/status"
}

# The call stays, and who asked for it knows whether the file was taken over
reloads()
{
	configure 'slots = 9'
	inside systemctl reload pptpmuxd
	json s 'j["slots"] == 9 and j["connected"] == 1' table
	configure 'slots = 0'
	! inside systemctl reload pptpmuxd || return 1
	property ActiveState | grep -x active
	journal | grep 'pptpmuxd.conf:5: slots = 0'
	json s 'j["slots"] == 9 and j["connected"] == 1' table
	reach c1
}

serves_again()
{
	listens s && ! property MainPID | grep -x "$1" && property ActiveState | grep -x active
}

# inside_json EXPRESSION ARG...: as json, of the server's own files
inside_json()
{
	local expression=$1

	shift
	inside pptpmuxctl --json "$@" | asserts "$expression"
}

one_call_as_before()
{
	json s 'j["connected"] == 1' table
	inside_json '[len(c["calls"]) for c in j["connections"]] == [1]' connections
	inside_json 'sum(p["held"] for p in j["pools"]) == 1' pool
}

# At any moment, again and again
restarts()
{
	local i pid

	for ((i = 1; i <= RESTARTS; i++)); do
		pid=$(property MainPID)
		sleep "0.$((RANDOM % 10))"
		inside systemctl restart pptpmuxd || { journal | tail -n 20; false; }
		serves_again "$pid"
		one_call_as_before
	done
}

is_killed()
{
	local i pid

	for ((i = 1; i <= RESTARTS; i++)); do
		pid=$(property MainPID)
		sleep "0.$((RANDOM % 10))"
		inside kill -KILL "$pid"
		wait_for "$PATIENCE" serves_again "$pid"
		wait_for "$PATIENCE" one_call_as_before
	done
}

# The new one has the sandbox of the old one, and what that has given up
takes_over()
{
	local pid

	pid=$(property MainPID)
	inside pptpmuxd --take-over
	[ "$(property MainPID)" -eq "$pid" ]
	is_confined
	one_call_as_before
	reach c1
}

# The same call is hung up by its client, and its address and its slot are free
ends_as_ever()
{
	hang_up c1
	wait_for "$PATIENCE" json s 'j["connected"] == 0' table
	wait_for "$PATIENCE" inside_json 'j["connections"] == []' connections
	inside_json 'sum(p["held"] for p in j["pools"]) == 0' pool
	journal | grep 'call ended: '
	dial c1
	reach_at_last c1
	one_call_as_before
}

stops()
{
	inside systemctl stop pptpmuxd
	property Result | grep -x success
	wait_for "$PATIENCE" no_process c1
}

# Who would try again for ever what only an administrator can mend
mistake_is_final()
{
	configure 'slots = 0'
	! inside systemctl start pptpmuxd || return 1
	property ActiveState | grep -x failed
	property ExecMainStatus | grep -x 78
	property NRestarts | grep -x 0
}

is_started_again()
{
	listens s && [ "$(property NRestarts)" -ge 1 ]
}

# A server that no longer turns its loop is none: it is ended, and another one serves
watchdog()
{
	configure
	mkdir -p "$root/etc/systemd/system/pptpmuxd.service.d"
	printf '[Service]\nWatchdogSec=3\nRestartSec=1\n' \
		>"$root/etc/systemd/system/pptpmuxd.service.d/quick.conf"
	inside systemctl daemon-reload
	inside systemctl start pptpmuxd
	inside kill -STOP "$(property MainPID)"
	wait_for "$PATIENCE" is_started_again
	journal | grep -i watchdog
	dial c1
	reach_at_last c1
	hang_up c1
	inside systemctl stop pptpmuxd
}

dial_setup 1
python3 -S ./idle.py save "$dir/network" "${NS_PREFIX}s" "${NS_PREFIX}c1"
root_new
install_server
container_start basic.target
check "systemd is up" boots
check "the unit is started when it listens" starts
check "a call comes in" carries_a_call
check "the server has the network, and nothing else" is_confined
check "nothing that it does is forbidden" nothing_is_missed
check "the journal has each line of pppd's once" each_line_stands_once
check "reload: done, or refused" reloads
configure
streams_begin c1
check "restarted $RESTARTS times, it loses no call" restarts
check "killed $RESTARTS times, it loses no call" is_killed
check "another one takes over" takes_over
streams_end
check "no stream is broken" streams_are_whole "$RESTARTS"
check "that call ends as ever" ends_as_ever
check "stop hangs up" stops
check "a mistake in the file is not tried again" mistake_is_final
check "a server that hangs is ended, and another one serves" watchdog
check "the machine goes down" power_off
check "nothing is left" nothing_left_in s c1
cat "$dir/figures"
tap_end
