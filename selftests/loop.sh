#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug rt
#
# A tunnel routed into itself: recognised, dropped under its name, and right
# again as soon as routing is. Q219380's relative: what asks PPP which device is
# the tunnel's own must not do so from transmit.
#
# shellcheck disable=SC2317,SC2119 # functions are called by check
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

need_root
need_command ip python3 ping
need_module

dir=$(mktemp -d)
defer rm -rf "$dir"
ns_new a
ns_new b
ns_link a 192.0.2.1/24 b 192.0.2.2/24

# A call of namespace a with an interface, until the script ends
mkfifo "$dir/hold"
ns a python3 ./pppox_call.py --local 192.0.2.1 --peer 192.0.2.2 --peer-id 7 \
	--attach --hold <"$dir/hold" >"$dir/call" &
defer kill $!
exec {hold}>"$dir/hold"
wait_for 60 test -s "$dir/call"
unit=$(python3 -I -S -c 'import json, sys; print(json.load(sys.stdin)["ifname"])' <"$dir/call")
ns a ip addr add 198.51.100.1 peer 198.51.100.2 dev "$unit"
ns a ip link set "$unit" up

ip netns exec "${NS_PREFIX}a" "$CTL" --json events >"$dir/events" 2>"$dir/events.err" &
follower=$!
defer kill -KILL "$follower"
wait_for 60 grep -q following "$dir/events.err"

counter()
{
	ns a "$CTL" --json calls -s | python3 -I -S -c '
import json, re, sys
found = re.findall(r"\"tx.drop.'"$1"'\": *(\d+)", sys.stdin.read())
print(found[0])'
}

tx_packets()
{
	ns b cat "/sys/class/net/to-a/statistics/rx_packets"
}

send_one()
{
	ns a "${PING[@]}" -c 1 -W 1 198.51.100.2 || true
}

# Sends until the counter has moved: the answer of PPP comes by and by
loop_is_counted()
{
	send_one
	[ "$(counter loop)" -gt 0 ]
}

leaves_the_host()
{
	local before
	before=$(tx_packets)
	send_one
	[ "$(tx_packets)" -gt "$before" ]
}

routed_into_itself()
{
	ns a ip route add 192.0.2.2/32 dev "$unit"
	wait_for 30 loop_is_counted
}

stays_bounded()
{
	local before after
	before=$(counter loop)
	send_one
	after=$(counter loop)
	# What a ping and neighbours of it need, not what a loop makes
	[ $((after - before)) -ge 1 ] && [ $((after - before)) -le 8 ]
}

# Once a second at most, each with how often it has happened
is_reported()
{
	wait_for 30 grep -q '"type":"loop"' "$dir/events"
	kill "$follower"
	wait "$follower" || true
	python3 - "$dir/events" <<-'PY'
		import json, sys
		events = [json.loads(line) for line in open(sys.argv[1])]
		loops = [event for event in events if event["type"] == "loop"]
		times = [event["time_ns"] for event in loops]
		assert all(event["times"] >= 1 and event["slot"] == 1 for event in loops), loops
		assert all(b - a > 900000000 for a, b in zip(times, times[1:])), times
	PY
}

right_again()
{
	ns a ip route del 192.0.2.2/32 dev "$unit"
	wait_for 30 leaves_the_host
}

check "a frame leaves the host" wait_for 30 leaves_the_host
check "a tunnel routed into itself is counted as a loop" routed_into_itself
check "a packet into the loop is dropped once" stays_bounded
check "an event says so" is_reported
check "it carries frames again when routing is right" right_again

exec {hold}>&-
tap_end
