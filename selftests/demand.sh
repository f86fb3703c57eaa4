#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Interfaces: a pptpmuxd that dials another one, with a host behind each, always over
# MS-CHAPv2 and MPPE-128. What asks for a call is sent once and answered; the link is
# hung up when idle, dialled again when its server flaps, and what fails says why.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

FLAPS=${FLAPS:-10}
# Behind the server, and behind the router that dials it
readonly FAR=172.30.0.1 NEAR=10.50.0
# Nobody listens at the one, and the other hangs up on each call
readonly DOWN=10.9.0.2 KILLER=10.9.0.3
# How pptpmuxd says that a call is over that nobody there wanted to end
readonly ENDED='branch: call to .* ended: the '

# ---- the router, in c1 ----

router_conf()
{
	cat >"$dir/router.conf" <<-CONF
		localip = "10.99.0.1"
		remoteip = { "10.99.0.2" }
		plugin = "$PLUGIN"
		run-directory = "$dir/run"
	CONF
	printf '%s\n' "$@" >>"$dir/router.conf"
}

# interface_conf NAME SERVERS LINE...
interface_conf()
{
	local name=$1 servers=$2

	shift 2
	cat <<-CONF
		interface "$name" {
			server = { $servers }
			user = "alice"
			redial = "1-2"
			options = { "lcp-restart 1 chap-restart 1 ipcp-restart 1" }
	CONF
	printf '%s\n' "$@" "}"
}

router_start()
{
	: >"$dir/router.log"
	ip netns exec "${NS_PREFIX}c1" "$PPTPMUXD" -f "$dir/router.conf" 2>>"$dir/router.log" &
	router=$!
	defer kill -KILL "$router"
	wait_for "$PATIENCE" router_says 'listens on TCP port'
}

router_stop()
{
	router_rc=0
	kill "$router"
	wait "$router" || router_rc=$?
}

router_says()
{
	grep -e "$1" "$dir/router.log"
}

# How often it has said so
router_said()
{
	grep -c -e "$1" "$dir/router.log" || true
}

# What pptpmuxctl says of an interface, in Python: i
interface_is()
{
	json c1 "(i := {i[\"name\"]: i for i in j[\"interfaces\"]}[\"$1\"]) and $2" \
		--run-directory "$dir/run" interfaces
}

state_is()
{
	interface_is "$1" "i[\"state\"] == \"$2\""
}

# wait_state NAME STATE
wait_state()
{
	wait_for "$PATIENCE" state_is "$1" "$2" || { tail -n 20 "$dir/router.log"; false; }
}

# One echo request, never repeated
one_ping()
{
	ns "$1" "${PING[@]}" -c 1 -W 20 "$FAR" || { tail -n 40 "$dir/router.log"; false; }
}

address()
{
	ip -n "${NS_PREFIX}c1" -4 -o addr show dev branch | awk '{ print $4 }'
}

no_call()
{
	json c1 'j["calls"] == []' calls
	json s 'j["calls"] == []' calls
}

# ---- points ----

quiet()
{
	wait_state branch idle
	no_call
	interface_is branch '"server" not in i or i["server"] == "'"$DOWN"'"'
	ns c1 ip route get "$FAR" | grep 'dev branch'
}

first_ping()
{
	log_mark
	one_ping c1
	state_is branch up
	log_has 'MPPE 128-bit stateless compression enabled'
}

# VPN5 is the only one of its usage, and is taken without asking the others
its_usage()
{
	local pinger

	# or it would be idle, and hung up, before it is looked at
	ip netns exec "${NS_PREFIX}c1" ping -q -i 0.5 -w "$PATIENCE" "$FAR" >/dev/null &
	pinger=$!
	wait_state branch up
	json c1 '[(c["slot"], c["asked_usage"]) for c in j["calls"]] == [("VPN5", ["demand-dial"])]' calls
	json c1 'j["hand_overs"] == 0' table
	interface_is branch 'i["slot"] == "VPN5" and i["usage"] == "demand-dial"'
	kill "$pinger"
}

second_server()
{
	router_says "dials $DOWN"
	router_says "cannot connect to $DOWN.*refused"
	interface_is branch 'i["server"] == "'"$SERVER"'"'
	# the packet could not have waited for it otherwise
	! router_says 'branch: no call'
}

idle_hang_up()
{
	wait_state branch idle
	wait_for "$PATIENCE" no_call
	router_says 'ended: idle for as long as idle allows'
	ns c1 ip route get "$FAR" | grep 'dev branch'
}

# The answer finds the host only if pppd has left its address in the packet alone
first_ping_of_a_host()
{
	wait_state branch idle
	one_ping lan
	state_is branch up
}

# Its address is another one than that of the call before: the checksum covers it
first_datagram()
{
	local heard=$dir/heard before

	wait_state branch idle
	before=$(address)
	ip netns exec "${NS_PREFIX}s" ./demand.py hear "$FAR" 9 >"$heard" 2>&1 &
	wait_for "$PATIENCE" grep -q listens "$heard"
	ns c1 ./demand.py say "$FAR" 9 "the first datagram"
	wait_for "$PATIENCE" grep -q 'the first datagram' "$heard"
	[ "$(address)" != "$before" ]
}

by_hand()
{
	ctl c2 set all usage +demand-dial
	hand_pppd demand idle 2 pptp_usage demand-dial 192.168.77.200:"$INNER" \
		ipcp-accept-local ipcp-accept-remote
	wait_for "$PATIENCE" ns c2 ip route get "$INNER" oif ppp0
	json c2 'j["calls"] == []' calls
	ns c2 "${PING[@]}" -c 1 -W 20 "$INNER"
	wait_for "$PATIENCE" grep 'Terminating connection due to lack of activity' "$dir/c2.log"
	wait_for "$PATIENCE" json c2 'j["calls"] == []' calls
	ns c2 "${PING[@]}" -c 1 -W 20 "$INNER"
	end_processes c2
}

hand_pppd()
{
	ip netns exec "${NS_PREFIX}c2" pppd file "$dir/options" linkname "${NS_PREFIX}c2" \
		nodetach logfile "$dir/c2.log" "$@" </dev/null >/dev/null 2>&1 &
}

# The call's pppd on the server is killed; every fifth time the server is gone whole
flap()
{
	if [ $(($1 % 5)) -eq 0 ]; then
		server_stop
		server_start
	else
		server_pppd | xargs -r kill -KILL
	fi
}

is_dialled_again()
{
	ns c1 "${PING[@]}" -c 1 -W 1 "$FAR" && state_is branch up
}

calls_ended()
{
	[ "$(router_said "$ENDED")" -ge "$1" ]
}

# It may have been idle just then, so that there was no call to kill: then the next one is
has_ended()
{
	! calls_ended "$1" || return 0
	! is_dialled_again || server_pppd | xargs -r kill -KILL
	return 1
}

# Not under check: who is started there does not outlive it
flap_often()
{
	local i ended

	ended=$(router_said "$ENDED")
	for ((i = 1; i <= FLAPS; i++)); do
		wait_for "$PATIENCE" is_dialled_again || return 0
		flap "$i"
		wait_for "$PATIENCE" has_ended $((ended + i)) || return 0
	done
}

# flapped CALLS DIALS, as they were before: no call held, so there was a wait before each
flapped()
{
	local calls dials

	wait_for "$PATIENCE" is_dialled_again
	calls=$(($(router_said 'branch: up:') - $1))
	dials=$(($(router_said 'branch: dials') - $2))
	echo "$calls calls, $dials times dialled"
	tail -n 40 "$dir/router.log"
	[ "$calls" -gt "$FLAPS" ]
	[ "$(router_said 'branch: its pppd has ended')" -eq 0 ]
	# two servers for each call, and one may be away for a while
	[ "$dials" -le $((5 * FLAPS)) ]
}

no_slot()
{
	wait_state branch idle
	ctl c1 set all usage receive
	ns c1 "${PING[@]}" -c 1 -W 1 "$FAR" || true
	wait_for "$PATIENCE" router_says 'branch: no call: .*none of the 6 VPN slots may be used to demand-dial'
	interface_is branch '"none of the 6 VPN slots may be used to demand-dial" in i["failure"]'
	ctl c1 set VPN5 usage demand-dial
	wait_for "$PATIENCE" is_dialled_again
}

has_one_interface()
{
	[ "$(ip -n "${NS_PREFIX}c1" -o link | grep -c link/ppp)" -eq 1 ]
}

# The kernel tells the killed one's pppd to end, which it does beside the new call
restarted()
{
	wait_for "$PATIENCE" is_dialled_again
	wait_for "$PATIENCE" has_one_interface
	wait_for "$PATIENCE" json c1 'len(j["calls"]) == 1' calls
	wait_for "$PATIENCE" json s 'len(j["calls"]) == 1' calls
}

ends()
{
	[ "$router_rc" -eq 0 ]
	no_process c1
	! ns c1 ip route get "$FAR"
}

# The server accepts each call and clears it: each wait is as long as it should be
killed()
{
	wait_for "$PATIENCE" three_attempts
	router_says 'killed: event 20111: the call to '"$KILLER"' in slot VPN[0-9] (usage dial-out) was accepted, and then failed: the server cleared the call'
	interface_is killed 'i["failure"].startswith("the server cleared the call")'
	awk 'NR > 1 && $1 < (NR == 2 ? 1 : 2) { bad = 1 } END { exit bad }' "$dir/killer"
}

three_attempts()
{
	[ "$(wc -l <"$dir/killer")" -ge 4 ]
}

# What follows the events hears of it too
wrong_password()
{
	wait_for "$PATIENCE" grep -q 'demand-dial-failed event=20111 wrong:' "$dir/events"
	router_says 'wrong: event 20111: .*the server refused our name or password'
	! grep -r not-the-password "$dir/router.log" /proc/[0-9]*/cmdline
}

dial_setup 2
ns_new lan
ns_link c1 "$NEAR.1/24" lan "$NEAR.2/24"
ip -n "${NS_PREFIX}lan" route add default via "$NEAR.1"
ns c1 sysctl -qw net.ipv4.ip_forward=1
ip -n "${NS_PREFIX}s" addr add "$FAR/32" dev lo
ip -n "${NS_PREFIX}s" addr add "$DOWN/32" dev lo
ip -n "${NS_PREFIX}s" addr add "$KILLER/32" dev lo
ip -n "${NS_PREFIX}c1" route add 10.9.0.0/24 via 10.9.1.1

server_conf "listen = \"$SERVER\"" 'slots = 6' 'usage = { "all receive" }' \
	"routes = { \"alice $NEAR.0/24\" }"
router_conf 'slots = 6' \
	'usage = { "VPN1-3 dial-out, receive", "VPN4 receive", "VPN5 demand-dial", "VPN6 dial-out" }' \
	"$(interface_conf branch "\"$DOWN\", \"$SERVER\"" 'demand = true' 'idle = 4' \
		"routes = { \"$FAR/32\", \"$SERVER/32\" }")"
server_start
router_start

check "an interface for demand is there, routed, and without a call" quiet
check "the first ping of a quiet link is answered, over MPPE" first_ping
check "in a slot for demand-dial, found at once" its_usage
check "a route to its own server is left out, and named" \
	router_says "warning: branch: no route $SERVER .*where the tunnel itself leads to"
check "the second server was taken, as the first was down" second_server
check "idle, it is hung up and stays routed" idle_hang_up
check "the first ping of a host behind it is answered" first_ping_of_a_host
check "the first datagram, from an address that changes, arrives" first_datagram
check "by hand: pppd's demand and idle, the first ping answered" by_hand
wait_state branch idle || true
calls=$(router_said 'branch: up:') dials=$(router_said 'branch: dials')
flap_often
check "$FLAPS redials over a server that flaps" flapped "$calls" "$dials"
check "without a slot for it: what to set is said" no_slot
kill -KILL "$router"
wait "$router" || true
router_start
check "pptpmuxd killed and started again: no second interface" restarted
router_stop
check "SIGTERM takes all down" ends

ip netns exec "${NS_PREFIX}s" ./demand.py kill "$KILLER" >"$dir/killer" &
defer kill "$!"
echo 'password not-the-password' >"$dir/wrong"
router_conf "$(interface_conf killed "\"$KILLER\"" 'persist = true')" \
	"$(interface_conf wrong "\"$SERVER\"" 'persist = true' "options-file = \"$dir/wrong\"")" \
	'usage = { "all dial-out" }'
router_start
ip netns exec "${NS_PREFIX}c1" "$CTL" --run-directory "$dir/run" events \
	>"$dir/events" 2>/dev/null &
defer kill "$!"
check "event 20111: a server that accepts calls and kills PPP" killed
check "event 20111: a password that the server refuses, and nobody else sees" wrong_password
router_stop
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
