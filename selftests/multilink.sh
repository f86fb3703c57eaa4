#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Multilink: two calls of one client over two wires of 1 Mbit/s each, bundled by
# pppd on both ends, with MPPE. The bundle carries more than one link does, has one
# address and one interface, and outlives the loss of either link.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

OCTETS=150000
readonly SECOND=10.9.0.2	# the server on the second wire

# shape NAMESPACE DEVICE
shape()
{
	tc -n "$NS_PREFIX$1" qdisc add dev "$2" root tbf rate 1mbit burst 3000 limit 20000
}

wires_setup()
{
	ip -n "${NS_PREFIX}s" addr add "$SECOND/32" dev lo
	ip -n "${NS_PREFIX}s" -batch - <<-IP
		link add second type veth peer name second netns ${NS_PREFIX}c1
		addr add 10.8.1.1/24 dev second
		link set second up
	IP
	ip -n "${NS_PREFIX}c1" -batch - <<-IP
		addr add 10.8.1.2/24 dev second
		link set second up
		route add $SECOND via 10.8.1.1
	IP
	shape s to-c1
	shape s second
	shape c1 to-s
	shape c1 second
}

# link_up NUMBER SERVER LOCAL: with a unit that the server has not. pppd finds a bundle
# in a file of its host, which both ends share here, by the unit's number; and not at
# all if it detaches, as it may leave the wrong process there (with "linkname").
link_up()
{
	ip netns exec "${NS_PREFIX}c1" pppd file "$dir/options" nodetach multilink unit 7 \
		logfile "$dir/link$1.log" pptp_server "$2" pptp_client "$3" \
		lcp-echo-interval 1 lcp-echo-failure 4 </dev/null >/dev/null 2>&1 &
	echo "$!" >"$dir/link$1.pid"
	wait_for "$PATIENCE" grep -q -e 'Link attached' -e 'remote IP address' "$dir/link$1.log"
}

first_link()
{
	link_up 1 "$SERVER" 10.9.1.2
}

second_link()
{
	rm -f "$dir/link2.log"
	link_up 2 "$SECOND" 10.8.1.2
}

one_carries()
{
	reach c1
	transfer "$OCTETS"
}

ppp_interfaces()
{
	ip -n "$NS_PREFIX$1" -o link | grep -c ppp || true
}

# calls_are NUMBER: on both ends, all of them in one interface
calls_are()
{
	local name

	for name in s c1; do
		json "$name" 'len(j["calls"]) == '"$1"' and len({c["ifname"] for c in j["calls"]}) == 1' calls &&
			[ "$(ppp_interfaces "$name")" -eq 1 ] || return 1
	done
}

# wait_calls NUMBER
wait_calls()
{
	wait_for "$PATIENCE" calls_are "$1" ||
		{ ctl s calls; ctl c1 calls; tail -n 15 "$dir"/*.log; false; }
}

bundled()
{
	wait_calls 2
	reach c1
	log_has 'Link attached to ppp'
	[ -z "$(log_has 'replaced by')" ]
	json s '[a["user"] for a in j["addresses"] if a["state"] == "held"] == ["alice"]' \
		--run-directory "$dir/run" pool
}

# Both wires are as slow: what one carries in the time is what it would carry alone
two_carry_more()
{
	local flooder unit rc=0

	transfer "$OCTETS"
	unit=$(ip -n "${NS_PREFIX}s" -o link | sed -n 's/^[0-9]*: \(ppp[0-9]*\):.*/\1/p')
	ip netns exec "${NS_PREFIX}c1" python3 ./tunnel_traffic.py flood "$INNER" 4000000 &
	flooder=$!
	python3 ./multilink.py "${NS_PREFIX}c1" "${NS_PREFIX}s" "$unit" $((2 * OCTETS)) \
		>"$dir/carried" || rc=$?
	kill "$flooder"
	return "$rc"
}

pid_of_link()
{
	cat "$dir/link$1.pid"
}

# The second link is hung up as it should be, and comes back
second_goes()
{
	kill "$(pid_of_link 2)"
	wait_calls 1
	reach c1
	second_link
	wait_calls 2
	reach c1
}

# The first link, whose pppd has the bundle's IPCP on both ends, is cut
first_is_cut()
{
	local address

	address=$(client_address c1)
	ip -n "${NS_PREFIX}c1" link set to-s down
	wait_calls 1
	reach c1
	json s '[c["peer"] for c in j["calls"]] == ["10.8.1.2"]' calls
	[ "$(client_address c1)" = "$address" ]
}

# A link that joins what is left of it
another_joins()
{
	ip -n "${NS_PREFIX}c1" link set to-s up
	ip -n "${NS_PREFIX}c1" route replace "$SERVER" via 10.9.1.1
	link_up 3 "$SERVER" 10.9.1.2
	wait_calls 2
	reach c1
}

all_end()
{
	ip netns pids "${NS_PREFIX}c1" | xargs -r kill
	nothing_left
}

dial_setup 1
wires_setup
single_session=replace
pppd_options="lcp-echo-interval 1 lcp-echo-failure 4"
server_conf 'multilink = yes' 'echo-interval = 2' 'echo-timeout = 4' 'slots = 4' \
	'usage = { "all receive" }'
server_start

check "one link" first_link
check "carries packets" one_carries
check "a second one" second_link
check "joins the first: one interface, one address, nobody replaced" bundled
check "two carry more than one" two_carry_more
diag "$(cat "$dir/carried")"
check "the second hangs up, the bundle stays, it joins again" second_goes
check "the first is cut, the bundle stays" first_is_cut
check "another joins" another_joins
check_call "all hang up, nothing is left" all_end
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
