#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug kcsan rt
#
# Q172290, "Out of Buffers": what calls have on their way is accounted, bounded and
# fair, and no way for a frame to die below loses more than the frame
# (buffers.py). The kernel's pptp.ko is flooded in the same boot, for comparison.
#
# FLOOD=SECONDS (10), FAULTS=SECONDS (15), SENDERS=CALLS (128)
#
# shellcheck disable=SC2317,SC2119 # functions are called by check
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh
# shellcheck source=selftests/world_lib.sh
. ./world_lib.sh

# part NAME POINT
part()
{
	points_of "$2" ./buffers.py "$1"
}

# flood RESULT: the JSON line of what was measured
flood()
{
	world
	python3 ./buffers.py flood "$NS_PREFIX"a"$n" "$NS_PREFIX"b"$n" >"$1"
}

# row MODULE RESULT
row()
{
	python3 - "$1" "$2" <<-'PY'
		import json, sys
		result = json.load(open(sys.argv[2]))
		for kind in "quiet", "lcp", "data":
		    print("# %-9s %-6s %3d echoes, %3d lost, median %s ms, most %s ms" % (
		        sys.argv[1], kind, result[kind]["sent"], result[kind]["lost"],
		        result[kind]["median_ms"], result[kind]["most_ms"]))
	PY
}

lost_nothing()
{
	python3 - "$1" <<-'PY'
		import json, sys
		result = json.load(open(sys.argv[1]))
		assert all(kind["sent"] > 5 and not kind["lost"] for kind in result.values()), result
	PY
}

# The same flood on the kernel's own driver
flood_pptp()
{
	local ko

	ko=$(modinfo -n pptp 2>/dev/null) && [ -e "$ko" ] || return 1
	wait_for 60 rmmod pptp_mux
	modprobe pptp
	flood "$dir/pptp"
	wait_for 60 rmmod pptp
	need_module
	row pptp.ko "$dir/pptp"
}

# A call that floods, until the script says otherwise
flooding_call()
{
	world
	mkfifo "$dir/hold"
	ip netns exec "${NS_PREFIX}a$n" python3 ./pppox_call.py --local 192.0.2.1 --peer 192.0.2.2 --attach --hold \
		<"$dir/hold" >"$dir/call" &
	holder=$!
	exec {hold}>"$dir/hold"
	wait_for 60 test -s "$dir/call"
	unit=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["ifname"])' <"$dir/call")
	ip -n "${NS_PREFIX}a$n" addr add 198.18.0.1 peer 198.18.0.2 dev "$unit"
	ip -n "${NS_PREFIX}a$n" link set "$unit" up
	ip netns exec "${NS_PREFIX}a$n" python3 ./tunnel_traffic.py flood 198.18.0.2 20000000 &
	flooder=$!
	defer kill -KILL "$flooder" "$holder"
}

stays_while_it_is_used()
{
	! rmmod pptp_mux 2>&1 || return 1
	grep '^pptp_mux ' /proc/modules
}

# The namespace has no name any more, and ends with its last process
ends_with_its_namespace()
{
	tc -n "${NS_PREFIX}a$n" qdisc add dev to-b root tbf rate 1mbit burst 3000 limit 200000
	wait_for 60 held_back
	ip netns del "${NS_PREFIX}a$n"
	kill -KILL "$flooder" "$holder"
	wait_for 60 rmmod pptp_mux
}

held_back()
{
	ns "a$n" "$CTL" --json calls -s | grep -E '"stops":[0-9]{2}'
}

need_root
need_command ip tc python3
dir=$(mktemp -d)
defer rm -r "$dir"
module_was_loaded=no
! module_loaded || module_was_loaded=yes
need_module

part deaths "no way to die is a deadlock, and all are accounted for"
part stuck "what is stuck below is reported and written off"
part stamps "who sends a frame gets its time stamp"
part share "calls that all flood are bounded and equal"
part faults "without memory no call is lost"
flooding_call
check "the module stays while a call floods" stays_while_it_is_used
if [ "$module_was_loaded" = yes ]; then
	skip "the module goes with the last namespace" "it was loaded before, and may be in use"
else
	check "the module goes with the last namespace" ends_with_its_namespace
	need_module
fi
exec {hold}>&-

if [ -e /sys/kernel/debug/kmemleak ] || [ -e /sys/kernel/debug/kcsan ]; then
	skip "a flood on a slow path" "a debug kernel is a slow path"
else
	flood "$dir/mux"
	row pptp-mux "$dir/mux"
	check "a flood on a slow path costs the neighbour nothing" lost_nothing "$dir/mux"
	if [ "$module_was_loaded" = yes ] || ! flood_pptp; then
		diag "pptp.ko was not measured: it is not here, or pptp-mux was loaded before"
	fi
fi
tap_end
