#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: stock
#
# Real clients dial in: pptp-linux, and pppd with our plugin. MS-CHAPv2 and MPPE-128
# are required throughout.
#
# STARTS=N: how often each client starts a call, to find one that is up and dead
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

STARTS=${STARTS:-3}
OCTETS=1500000
if is_debug; then
	OCTETS=300000
fi

# Both ends send at the same time, and compare all that they get
transfer()
{
	local served=0

	ns s python3 ./tunnel_traffic.py serve "$INNER" "$OCTETS" &
	ns c1 python3 ./tunnel_traffic.py fetch "$INNER" "$OCTETS"
	wait "$!" || served=$?
	[ "$served" -eq 0 ]
}

# dial_pptp_linux CLIENT OPTION...: GRE in user space, pppd on a pty
dial_pptp_linux()
{
	local client=$1

	shift
	grep -v -e '^plugin' -e '^pptp_server' "$dir/options" >"$dir/options.pty"
	ns "$client" pppd file "$dir/options.pty" linkname "$NS_PREFIX$client" updetach \
		logfile "$dir/$client.log" pty "pptp $SERVER --nolaunchpppd --nohostroute" "$@" \
		</dev/null >/dev/null 2>&1
}

encrypted()
{
	log_has 'MPPE 128-bit stateless compression enabled'
	grep 'MPPE 128-bit stateless compression enabled' "$dir/c1.log"
}

# dropped_in_the_clear NAME SENDER FROM TO SOURCE DESTINATION: whose call gets it, and who
# sends; between which hosts, and what is inside
dropped_in_the_clear()
{
	local id

	id=$(ctl "$1" --json calls | python3 -S -c 'import json, sys; print(json.load(sys.stdin)["calls"][0]["id"])')
	ns "$2" python3 ./clear_text.py "$3" "$4" "$id" "$5" "$6" 5
	wait_for "$PATIENCE" json "$1" 'j["calls"][0]["stats"]["rx_drop_clear_text"] == 5' calls -s
}

nothing_in_the_clear()
{
	local inner

	inner=$(client_address c1)
	dropped_in_the_clear s c1 10.9.1.2 "$SERVER" "${inner%/*}" "$INNER"
	dropped_in_the_clear c1 s "$SERVER" 10.9.1.2 "$INNER" "${inner%/*}"
}

# All that there is of a call from its first message to its last, at level "info"
few_lines()
{
	local lines

	log_mark
	dial c1
	hang_up c1
	nothing_left
	lines=$(log_has . | tee /dev/stderr | wc -l)
	[ "$lines" -gt 0 ] && [ "$lines" -le 8 ]
}

# The table, the call and the interfaces of both ends tell one story
tables_match()
{
	local ifname

	ifname=$(ip -n "${NS_PREFIX}s" -o link | sed -n 's/.*: \(ppp[0-9]*\):.*/\1/p')
	json s 'len(j["calls"]) == 1
call, stats = j["calls"][0], j["calls"][0]["stats"]
assert call["peer"] == "10.9.1.2" and call["local"] == "10.9.0.1", j
assert call["ifname"] == "'"$ifname"'" and call["asked_usage"] == ["receive"], j
assert stats["rx_packets"] > 0 and stats["tx_packets"] > 0, j
assert stats["rx_drop_malformed"] == 0' calls -s
	json s '[s["state"] for s in j["slots"]].count("connected") == 1' slots
	json s 'j["connected"] == 1 and j["free"] == j["slots"] - 1' table
}

# The other end of a call of ours is a call of the client's table too
both_tables_match()
{
	local id peer_id

	tables_match
	read -r id peer_id < <(ctl s --json calls |
		python3 -I -S -c 'import json, sys; [print(c["id"], c["peer_id"]) for c in json.load(sys.stdin)["calls"]]')
	json c1 'j["calls"][0]["peer"] == "10.9.0.1" and j["calls"][0]["asked_usage"] == ["dial-out"]
assert [(c["peer_id"], c["id"]) for c in j["calls"]] == [('"$id, $peer_id"')]' calls
}

# "ADDRESS NUMBER" of each call: the client's address, its slot
slots_in_use()
{
	ctl s --json calls |
		python3 -I -S -c 'import json, sys; [print(c["peer"], c["slot"][3:]) for c in json.load(sys.stdin)["calls"]]'
}

slot_of()
{
	slots_in_use | awk -v peer="10.9.${1#c}.2" '$1 == peer { print $2 }'
}

calls_up()
{
	[ "$(slots_in_use | wc -l)" -eq "$1" ]
}

# Slots are taken in turn
turn()
{
	echo $(($1 % SLOTS + 1))
}

# The slot that was freed last is the last to be taken
next_free_slot()
{
	local first second

	first=$(slot_of c1)
	second=$(turn "$first")
	dial c2
	[ "$(slot_of c2)" = "$second" ]
	hang_up c1
	wait_for "$PATIENCE" calls_up 1
	dial c1
	[ "$(slot_of c1)" = "$(turn "$second")" ]
	reach c1
	reach c2
	hang_up c1
	hang_up c2
}

# The client hears of it by the CDN, not by its own echoes, which come later
hung_up_by_server()
{
	log_mark
	dial c1
	kill "$(server_pppd)"
	wait_for "$PATIENCE" no_process c1
	log_has 'call ended: pppd was told to end'
	grep -q -e 'hangup' -e 'Hangup' -e 'LCP terminated by peer' "$dir/c1.log"
}

killed_on_server()
{
	log_mark
	dial c1
	kill -KILL "$(server_pppd)"
	wait_for "$PATIENCE" no_process c1
	log_has 'event 20073: call ended: pppd was killed by a signal'
}

killed_on_client()
{
	dial c1
	kill -KILL "$(client_pid c1)"
	nothing_left
}

# The first packet for the other side places the call
demand_dial()
{
	ctl c1 set all usage +demand-dial
	ns c1 pppd file "$dir/options" linkname "${NS_PREFIX}c1" nodetach \
		logfile "$dir/c1.log" demand 192.168.77.200:"$INNER" ipcp-accept-local \
		ipcp-accept-remote pptp_usage demand-dial </dev/null >/dev/null 2>&1 &
	wait_for "$PATIENCE" ns c1 ip route get "$INNER" oif ppp0
	json c1 'j["calls"] == []' calls
	wait_for "$PATIENCE" ns c1 "${PING[@]}" -c 1 -W 2 "$INNER"
	json c1 'j["calls"][0]["asked_usage"] == ["demand-dial"]' calls
	reach c1
	hang_up c1
}

# pppd dials again by itself when the server has hung up
persist()
{
	dial c1 persist holdoff 1 maxfail 5
	log_mark
	kill "$(server_pppd)"
	wait_for "$PATIENCE" log_has 'call connected'
	wait_for "$PATIENCE" reach c1
	hang_up c1
}

# A call that is up passes data, even if the server has some to send from the
# first moment on, when the client may not yet be able to decrypt it
starts()
{
	local dialler=$1 i dead=0

	ip netns exec "${NS_PREFIX}s" python3 ./tunnel_traffic.py chatter "${POOL[@]}" >/dev/null 2>&1 &
	for ((i = 0; i < STARTS; i++)); do
		"$dialler" c1
		ns c1 "${PING[@]}" -c 3 -i 0.2 -W 5 "$INNER" >"$dir/ping" ||
			{ dead=$((dead + 1)); cat "$dir/ping" "$dir/c1.log"; }
		hang_up c1
	done
	kill "$!"
	wait "$!" || true
	echo "$dead of $STARTS calls were up and passed nothing"
	[ "$dead" -eq 0 ]
	! grep 'Protocol-Reject' "$dir/c1.log"
}

latency()
{
	local begin

	begin=$(date +%s%N)
	dial c1
	diag "dial-in: $((($(date +%s%N) - begin) / 1000000)) ms from pppd's start to IPCP up"
	hang_up c1
}

dial_setup 2
SLOTS=6
server_conf "slots = $SLOTS" 'usage = { "all receive" }' 'echo-interval = 2' 'echo-timeout = 8'
server_start

if command -v pptp >/dev/null; then
	check_call "pptp-linux: dials in" dial_pptp_linux c1
	check "pptp-linux: encrypted" encrypted
	check "pptp-linux: pings both ways" reach c1
	check "pptp-linux: TCP both ways, content verified" transfer
	check "pptp-linux: table and call" tables_match
	check "pptp-linux: hangs up" hang_up c1
	check_call "pptp-linux: no call is up and dead" starts dial_pptp_linux
else
	skip "pptp-linux" "install pptp-linux"
fi

log_mark
check_call "plugin: dials in" dial c1
check "plugin: encrypted" encrypted
check "plugin: pings both ways" reach c1
check "plugin: IP in the clear is dropped, both ways" nothing_in_the_clear
check "plugin: TCP both ways, content verified" transfer
check "plugin: tables and calls of both ends" both_tables_match
check "plugin: the next call takes the next free slot" next_free_slot
check_call "plugin: nothing is left" nothing_left
check_call "plugin: a good call is eight lines of the log at most" few_lines
check_call "plugin: no call is up and dead" starts dial
check_call "the server hangs up" hung_up_by_server
check_call "the server's pppd is killed" killed_on_server
check_call "the client's pppd is killed" killed_on_client
check_call "persist dials anew" persist
check_call "demand dials" demand_dial
check_call "nothing is left" nothing_left
latency
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
