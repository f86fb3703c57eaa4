#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# One client's flood is nobody else's (Q172290): three clients of real pppds behind a
# line of one megabit, to the first of which the server sends 50 Mbit/s. The second
# keeps its pings and LCP echoes, and the third dials in meanwhile.
#
# FLOOD=SECONDS (30)
#
# shellcheck disable=SC2317 # functions are called by check
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

FLOOD=${FLOOD:-30}
RATE=50000000
# bits a second, and octets that wait for them
LINE=1000000 QUEUE=200000

# client_behind NAME NET: on the far side of the slow line
client_behind()
{
	clients+=("$1")
	ns_new "$1"
	ns_link r "$2.1/24" "$1" "$2.2/24"
	ip -n "$NS_PREFIX$1" route add default via "$2.1"
	defer end_processes "$1"
}

topology()
{
	local i

	ns_new r
	ns_link s 10.8.0.1/24 r 10.8.0.2/24
	ip -n "${NS_PREFIX}s" route add 10.9.0.0/16 via 10.8.0.2
	ip -n "${NS_PREFIX}r" route add "$SERVER" via 10.8.0.1
	ns r sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	for i in 1 2 3; do
		client_behind "c$i" "10.9.$i"
	done
}

# Milliseconds from pppd's start to IPCP up, to $took
timed_dial()
{
	local begin

	begin=$(date +%s%N)
	dial c3
	took=$((($(date +%s%N) - begin) / 1000000))
}

both_dial()
{
	dial c1
	# two that do not come back within their seconds would end the call
	dial c2 lcp-echo-interval 1 lcp-echo-failure 2
	client_pid c2 >"$dir/second"
}

flood()
{
	tc -n "${NS_PREFIX}s" qdisc add dev to-r root tbf rate "$LINE" burst 3000 \
		limit "$QUEUE"
	ip netns exec "${NS_PREFIX}s" python3 ./tunnel_traffic.py flood \
		"$(client_address c1)" "$RATE" &
	flooder=$!
	defer kill -KILL "$flooder"
	wait_for "$PATIENCE" held_back
}

held_back()
{
	json s 'any(c["tx"]["stops"] > 50 for c in j["calls"])' calls -s
}

# A dozen round trips, each of which waits for two full frames of the flood: 24 ms. Behind
# the flood's whole queue each would wait for 1.6 s. Half of that is far from both, and
# from what a busy machine makes of the dial-in itself.
dials_in()
{
	timed_dial
	hang_up c3
	echo "$took ms in the flood, $quiet ms before"
	echo "$took" >"$dir/took"
	[ "$took" -le $((quiet + 12 * QUEUE * 8 * 1000 / LINE / 2)) ]
}

pings_come_back()
{
	ns c2 "${PING[@]}" -q -c $((4 * FLOOD)) -i 0.25 -W 5 "$INNER" | tee "$dir/pings"
	grep -q ' 0% packet loss' "$dir/pings"
}

echoes_come_back()
{
	[ "$(client_pid c2)" = "$(cat "$dir/second")" ]
	kill -0 "$(cat "$dir/second")"
	! grep -e 'No response' -e 'Serial link' "$dir/c2.log"
}

nothing_is_dropped()
{
	json s 'all(v == 0 for c in j["calls"] if c["peer"] != "10.9.1.2"
		for k, v in c["stats"].items() if k.startswith("tx_drop"))' calls -s
}

still_connected()
{
	json s 'len([c for c in j["calls"] if c["state"] == "connected"]) == 2' calls
	no_line=$(log_has 'call ended' | grep -c -v '10.9.3.2' || true)
	[ "$no_line" -eq 0 ]
}

end_flood()
{
	kill "$flooder"
	wait "$flooder" 2>/dev/null || true
	tc -n "${NS_PREFIX}s" qdisc del dev to-r root
	reach c1
	reach c2
	hang_up c1
	hang_up c2
	nothing_left
}

is_debug && skip_all "a debug kernel is a slow path itself"
need_command tc
dial_setup 0
topology
server_conf 'slots = 6' 'usage = { "all receive" }'
server_start

check "two clients are up" both_dial
timed_dial
quiet=$took
hang_up c3
flood
check "a third dials in, and waits behind no queue" dials_in
check "the neighbour's pings all come back" pings_come_back
check "and its LCP echoes" echoes_come_back
check "nothing of it is dropped" nothing_is_dropped
check "both calls are up" still_connected
diag "dial-in: $(cat "$dir/took" 2>/dev/null) ms in the flood, $quiet ms before"
diag "$(tail -n 1 "$dir/pings" 2>/dev/null)"
check "it ends, and all is well" end_flood
server_stop
server=
tap_end
