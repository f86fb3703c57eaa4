#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: stock
#
# Real clients dial in: pptp-linux, and pppd with our plugin. MS-CHAPv2 and MPPE-128
# are required, until the last calls: there encryption is preferred.
#
# STARTS=N: how often each client starts a call, to find one that is up and dead
# BRIEF=1: of preferred encryption, only with a client that can; the others are slow
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

STARTS=${STARTS:-3}
BRIEF=${BRIEF:-}
OCTETS=1500000
if is_debug; then
	OCTETS=300000
fi

# dial_filtered CLIENT MODE OPTION...: of ccp_filter.py
dial_filtered()
{
	dial_pty "$1" "python3 -S $SELFTESTS/ccp_filter.py $2" "${@:3}"
}

encrypted()
{
	log_has 'MPPE 128-bit stateless compression enabled'
	grep 'MPPE 128-bit stateless compression enabled' "$dir/c1.log"
}

# Both ends tell how the call is encrypted, and each has had a key for each packet
ciphers_match()
{
	local end

	for end in s c1; do
		json "$end" 'len(j["calls"]) == 1
tx, rx = (j["calls"][0][way + "_cipher"] for way in ("tx", "rx"))
assert all(c["bits"] == 128 and c["mode"] == "stateless" and c["keys"] for c in (tx, rx)), j
assert tx["ahead_used"] <= min(tx["ahead_made"], tx["keys"]), j
assert not rx["drop_nonsense"] and not rx["drop_malformed"]' calls -s
	done
	ctl s calls -s | grep '^    rx MPPE of 128 bits, stateless: keys [1-9]'
}

# call_value NAME KEY: of the end's only call
call_value()
{
	ctl "$1" --json calls -s | python3 -S -c 'import json, sys
call = json.load(sys.stdin)["calls"][0]
print(dict(call, **call["stats"])[sys.argv[1]])' "$2"
}

# The last number that somebody else has used
STRANGERS=0

# in_its_name NAME SENDER FROM TO NUMBER WHAT...: whose call gets them, and whose name it is.
# Their numbers are ahead of what that one has sent, and it will soon have come to them.
in_its_name()
{
	local id first

	id=$(call_value "$1" id)
	first=$(call_value "$2" tx_packets)
	first=$(((first > STRANGERS ? first : STRANGERS) + 1))
	ns "$2" python3 ./in_its_name.py "$3" "$4" "$id" "$first" "${@:5}"
	STRANGERS=$((first + $5 - 1))
}

# dropped_in_the_clear NAME SENDER FROM TO SOURCE DESTINATION: and hosts inside
dropped_in_the_clear()
{
	in_its_name "$1" "$2" "$3" "$4" 5 echo "$5" "$6"
	wait_for "$PATIENCE" json "$1" 'j["calls"][0]["stats"]["rx_drop_clear_text"] == 5' calls -s
}

nothing_in_the_clear()
{
	local inner

	inner=$(client_address c1)
	dropped_in_the_clear s c1 10.9.1.2 "$SERVER" "${inner%/*}" "$INNER"
	dropped_in_the_clear c1 s "$SERVER" 10.9.1.2 "$INNER" "${inner%/*}"
}

# client_rejects NUMBER: packets of LCP's, one after the other
client_rejects()
{
	in_its_name s c1 10.9.1.2 "$SERVER" "$1" reject 00fd
}

# A client that is not ready for encryption for a moment loses nothing
not_ready_yet()
{
	log_mark
	dial c1
	client_rejects 2
	wait_for "$PATIENCE" log_has 'it may not be ready yet'
	# Not before the client's own numbers have come to those that it has not sent
	wait_for "$PATIENCE" reach c1
}

rejected_to_the_end()
{
	client_rejects 1
	log_has 'the client has agreed to MPPE, and goes on rejecting what is encrypted'
}

# One that never is loses the call, and both ends know why: each says so once. It has
# rejected often enough at once; what is left is to go on for long enough.
never_ready()
{
	log_mark
	client_rejects 8
	wait_for "$PATIENCE" rejected_to_the_end || { log_has .; return 1; }
	nothing_left
	log_has . >"$dir/said"
	tail -n 5 "$dir/said" "$dir/c1.log"
	log_has_times 1 'goes on rejecting encrypted packets'
	log_has_times 0 'Protocol-Reject for'
	grep 'terminated by peer (the peer goes on rejecting encrypted packets)' "$dir/c1.log"
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

# sessions OPTION...: of the server
sessions()
{
	json s '[(s["user"], s["address"], s["peer"]) for s in j["sessions"]] == '"$1" \
		--run-directory "$dir/run" sessions "${@:2}"
}

# Who is connected: all that is asked for, and nobody else
sessions_match()
{
	local inner

	inner=$(client_address c1)
	inner='[("alice", "'${inner%/*}'", "10.9.1.2")]'
	sessions "$inner"
	sessions "$inner" --user alice --peer 10.9.1.2 --slot "VPN$(slot_of c1)"
	sessions '[]' --user bob
	sessions '[]' --peer 10.9.2.2
	ctl s --run-directory "$dir/run" sessions | grep '^VPN[0-9]* *alice .* 10\.9\.1\.2 .*[0-9KMG] yes$'
	ctl s --run-directory "$dir/nowhere" sessions | grep '^VPN[0-9]* *- '
	! ctl s sessions --peer nowhere 2>"$dir/said" || return 1
	grep -e '--peer nowhere: write an IPv4 address' "$dir/said"
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

# calls_of ADDRESS: is its call the only one?
calls_of()
{
	json s '[c["peer"] for c in j["calls"]] == ["'"$1"'"]' calls
}

# One by its address, as nobody else's; then all of a user's
hung_up_by_administrator()
{
	local inner
	local -a hangup=(--run-directory "$dir/run" hangup)

	log_mark
	dial c1
	dial c2
	inner=$(client_address c1)
	! ctl s "${hangup[@]}" bob 2>"$dir/said" || return 1
	grep 'there is no call of user bob' "$dir/said"
	ctl s "${hangup[@]}" "${inner%/*}" | grep "hung up: alice at ${inner%/*}, of 10.9.1.2"
	wait_for "$PATIENCE" no_process c1
	wait_for "$PATIENCE" calls_of 10.9.2.2
	reach c2
	ctl s "${hangup[@]}" alice | grep 'hung up: alice .*, of 10.9.2.2'
	wait_for "$PATIENCE" no_process c2
	[ "$(log_has 'hung up by an administrator' | wc -l)" -eq 2 ]
	ctl s "${hangup[@]}" --all
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
	! grep -e 'Protocol-Reject' -e 'rejects an encrypted packet' "$dir/c1.log"
}

# In the clear or not: the first one may come before the other end is up
pings()
{
	ns "$1" "${PING[@]}" -c 3 -i 0.2 -W 20 "$INNER"
}

# How a call ends is for others to see: pptp behind a filter may take its time
cut_off()
{
	end_processes "$1"
	wait_for "$PATIENCE" no_process "$1"
}

# In both directions: what is asked for first is not granted, what is told instead is
# pppd alone would end the call, as its CCP is up already
answer_lost()
{
	log_mark
	dial_filtered c1 deaf
	log_has 'the request for MPPE has come again'
	encrypted
	pings c1
	cut_off c1
}

stateful_first()
{
	log_mark
	dial_filtered c1 stateful
	log_has 'MPPE 128-bit stateless compression enabled'
	pings c1
	cut_off c1
}

# server_has ENCRYPTION AUTHENTICATION: from the next call on
server_has()
{
	log_mark
	server_conf "slots = $SLOTS" 'usage = { "all receive" }' "encryption = \"$1\"" \
		"authentication = \"$2\""
	kill -HUP "$server"
	wait_for "$PATIENCE" log_has 'reload: done'
	log_mark
}

# without_encryption WHY COMMAND...: a call that is up, and said once why it is as it is
without_encryption()
{
	local why=$1

	shift
	log_mark
	"$@"
	log_has_times 1 'not encrypted'
	log_has "pptp: the call is not encrypted: $why"
	log_has_times 0 'compression enabled'
	pings c1
	cut_off c1
}

# dial_weak CLIENT OPTION...: a pppd that requires neither encryption nor what makes keys
dial_weak()
{
	local client=$1

	shift
	grep -v -e '^require' -e '^refuse-chap' "$dir/options" >"$dir/options.weak"
	ns "$client" pppd file "$dir/options.weak" linkname "$NS_PREFIX$client" updetach \
		logfile "$dir/$client.log" "$@" </dev/null >/dev/null 2>&1
}

prefers_and_gets()
{
	log_mark
	dial c1
	log_has_times 1 'MPPE 128-bit stateless compression enabled'
	log_has_times 0 'not encrypted'
	nothing_in_the_clear
	hang_up c1
}

# Neither end may do more than prefer it: both say why there is none
no_keys()
{
	: >"$dir/c1.log"
	without_encryption 'keys come from MS-CHAPv2 and EAP-TLS' \
		dial_weak c1 require-mppe-128 pptp_mppe_prefer
	[ "$(grep -c 'not encrypted: keys come from' "$dir/c1.log")" -eq 1 ]
}

# A server that knows no MPPE is called by somebody who would like it
server_has_none()
{
	: >"$dir/c1.log"
	dial c1 pptp_mppe_prefer
	[ "$(grep -c 'not encrypted: the server has rejected' "$dir/c1.log")" -eq 1 ]
	pings c1
	hang_up c1
}

latency()
{
	local begin

	begin=$(date +%s%N)
	dial c1
	diag "dial-in: $((($(date +%s%N) - begin) / 1000000)) ms from pppd's start to IPCP up"
	hang_up c1
}

# Clients of a server that prefers encryption, and servers of one that would like it
odd_clients()
{
	check_call "prefer: a client that rejects MPPE" without_encryption \
		'the client has rejected MPPE' dial_weak c1 nomppe
	check_call "prefer: one that rejects CCP" without_encryption \
		'the client has rejected CCP' dial_weak c1 noccp
	if command -v pptp >/dev/null; then
		check_call "prefer: one that insists on stateful mode" without_encryption \
			'the client insists on MPPE in stateful mode' dial_filtered c1 insist nomppe
		check_call "prefer: one that does not answer CCP" without_encryption \
			'the client does not answer CCP' dial_filtered c1 silent nomppe
	else
		skip "prefer: stateful mode, no answer" "install pptp-linux"
	fi
	server_has none mschap-v2
	check_call "plugin, prefer: a server that has none" server_has_none
	pppd_options="$patient auth require-chap refuse-mschap-v2 refuse-mschap refuse-pap refuse-eap"
	server_has prefer options
	check_call "prefer: a log-in that makes no keys" no_keys
}

dial_setup 2
SLOTS=6
# A client with a pty in between and much else to do takes its time
patient="lcp-max-configure $PATIENCE ipcp-max-configure $PATIENCE chap-max-challenge $PATIENCE"
pppd_options=$patient
server_conf "slots = $SLOTS" 'usage = { "all receive" }' 'echo-interval = 2' 'echo-timeout = 8'
server_start

if command -v pptp >/dev/null; then
	check_call "pptp-linux: dials in" dial_pptp_linux c1
	check "pptp-linux: encrypted" encrypted
	check "pptp-linux: pings both ways" reach c1
	check "pptp-linux: TCP both ways, content verified" transfer "$OCTETS"
	check "pptp-linux: table and call" tables_match
	check "pptp-linux: hangs up" hang_up c1
	check_call "pptp-linux: no call is up and dead" starts dial_pptp_linux
	check_call "a client that asks for stateful mode first: stateless" stateful_first
	check_call "an answer of CCP that is lost is given again" answer_lost
else
	skip "pptp-linux" "install pptp-linux"
fi

log_mark
check_call "plugin: dials in" dial c1
check "plugin: encrypted" encrypted
check "plugin: pings both ways" reach c1
check "plugin: the tables of both ends say how" ciphers_match
check "plugin: IP in the clear is dropped, both ways" nothing_in_the_clear
check "plugin: TCP both ways, content verified" transfer "$OCTETS"
check "plugin: tables and calls of both ends" both_tables_match
check "plugin: who is connected" sessions_match
check "plugin: the next call takes the next free slot" next_free_slot
check_call "plugin: nothing is left" nothing_left
check_call "plugin: a client that cannot decrypt yet is waited for" not_ready_yet
check "plugin: one that never can loses the call, with its cause" never_ready
check_call "plugin: a good call is eight lines of the log at most" few_lines
check_call "plugin: no call is up and dead" starts dial
check_call "the server hangs up" hung_up_by_server
check_call "an administrator hangs up" hung_up_by_administrator
check_call "the server's pppd is killed" killed_on_server
check_call "the client's pppd is killed" killed_on_client
check_call "persist dials anew" persist
check_call "demand dials" demand_dial
check_call "nothing is left" nothing_left
latency

server_has prefer mschap-v2
check_call "prefer: who can is encrypted, IP in the clear is dropped" prefers_and_gets
[ -n "$BRIEF" ] || odd_clients
check_call "nothing is left of all that" nothing_left
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
