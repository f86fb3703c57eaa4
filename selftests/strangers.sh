#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# All is taken: by clients that have lost their power and dial again, at the same
# addresses and at others, and by peers without a password that hold what they can. A
# client that was up is back at once, a good one is let in, and no call of one that
# lives ends for it.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

# Milliseconds until it is known who is gone; to end the old calls and to begin the new
# ones takes the processor, which is emulated
readonly BACK=3000
readonly PPPD=/usr/sbin/pppd
# What pptpmuxd says of one address in a second, whatever that does
readonly LINES=20
readonly CUT=(c1 c2 c3 c4 c5 c6) ALIVE=c7

# dial_all: all that were cut, at once; each with its user's name. The milliseconds
# until the last of them is up.
dial_all()
{
	local name began failed='' pids=()

	began=$(now)
	for name in "${CUT[@]}"; do
		: >"$dir/$name.log"
		dial "$name" user "$name" &
		pids+=($!)
	done
	for name in "${pids[@]}"; do
		wait "$name" || failed=yes
	done
	echo $(($(now) - began))
	[ -z "$failed" ]
}

power_off()
{
	local name

	for name in "${CUT[@]}"; do
		power_cut "$name"
	done
}

power_on()
{
	local name

	for name in "${CUT[@]}"; do
		unsilence "$name"
	done
}

# move FROM TO: the last numbers of all their addresses
move()
{
	local name net

	for name in "${CUT[@]}"; do
		net=10.9.${name#c}
		ip -n "$NS_PREFIX$name" addr del "$net.$1/24" dev to-s
		ip -n "$NS_PREFIX$name" addr add "$net.$2/24" dev to-s
		ip -n "$NS_PREFIX$name" route replace "$SERVER" via "$net.1"
	done
}

# Where they are now there was nobody, and where they were nobody is
power_on_elsewhere()
{
	move 2 3
}

all_up()
{
	local name

	for name in "${CUT[@]}" "$ALIVE"; do
		up "$name"
	done
	json s 'j["connected"] == 7' table
}

# back HOW: all slots are taken when they dial again
back()
{
	local took

	all_up
	log_mark
	power_off
	"$1"
	took=$(dial_all)
	echo "# $1: ${#CUT[@]} clients are back after $took ms, on an empty server $empty ms" |
		tee -a "$dir/figures"
	all_up
	if log_has 'call refused' || log_has 'no answer to an echo request'; then
		return 1
	fi
	[ "$took" -le $((3 * empty + BACK)) ]
	reach "$ALIVE"
}

busy_is_known_at_once()
{
	local rc=0 began took

	all_up
	: >"$dir/c8.log"
	began=$(now)
	dial c8 || rc=$?
	took=$(($(now) - began))
	echo "# busy is told after $took ms" | tee -a "$dir/figures"
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	grep -q 'refused the call: busy' "$dir/c8.log"
	[ "$took" -lt $((empty + BACK)) ]
	all_up
}

# strangers_begin PART NUMBER: of two addresses, both c8's
strangers_begin()
{
	mkfifo "$dir/hold.$1"
	: >"$dir/told"
	ip netns exec "${NS_PREFIX}c8" python3 ./strangers.py "$1" "$SERVER" "$2" \
		10.9.8.2 10.9.8.4 <"$dir/hold.$1" >"$dir/told" 2>&1 &
	strangers=$!
	exec {hold}>"$dir/hold.$1"
	wait_for "$PATIENCE" grep -x there "$dir/told"
}

strangers_end()
{
	exec {hold}>&-
	wait "$strangers"
}

# As a client does that is told busy: again. How often is in the figures.
redial()
{
	local times=0

	until dial c1 user c1; do
		times=$((times + 1))
		echo "# refused, and dials again" | tee -a "$dir/figures"
		[ "$times" -lt 3 ]
	done
}

# beside PART NUMBER: a client dials in all the same, three times
beside()
{
	local began took

	strangers_begin "$@"
	for _ in 1 2 3; do
		began=$(now)
		redial
		took=$(($(now) - began))
		echo "# beside strangers' $1 a client dials in within $took ms" |
			tee -a "$dir/figures"
		[ "$took" -le $((empty + BACK)) ]
		hang_up c1
	done
	reach "$ALIVE"
	strangers_end
}

# The pppd that is copied for each of their calls outlives them, and the log is short
beside_churn()
{
	local warm began=$SECONDS lines

	warm=$(warm_pppd)
	log_mark
	beside churns 20
	lines=$(log_has . | wc -l)
	echo "# $lines lines of log in $((SECONDS - began)) s" | tee -a "$dir/figures"
	[ "$lines" -le $((LINES * 2 * (SECONDS - began + 1))) ]
	[ "$(warm_pppd)" = "$warm" ]
}

# There is no room for one more process
no_process_left()
{
	local group=/sys/fs/cgroup/few rc=0

	mount -t cgroup2 none /sys/fs/cgroup
	# the server's /sys is one of its own: "ip netns exec" has made it
	nsenter -t "$server" -m mount -t cgroup2 none /sys/fs/cgroup
	echo +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	echo "$server" >"$group/cgroup.procs"
	echo 1 >"$group/pids.max"
	log_mark
	: >"$dir/c1.log"
	dial c1 user c1 || rc=$?
	cat "$dir/c1.log"
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	grep -q '(result 2), .*(error 4)' "$dir/c1.log"
	log_has "$PPPD: Resource temporarily unavailable"
	log_has 'its control group may have 1 processes: raise TasksMax, with "systemctl edit pptpmuxd"'
	echo max >"$group/pids.max"
	dial c1 user c1
	hang_up c1
	echo "$server" >/sys/fs/cgroup/cgroup.procs
	# what it has started ends by and by
	wait_for "$PATIENCE" rmdir "$group"
	umount /sys/fs/cgroup
}

wait_until_gone()
{
	json s 'j["connected"] == 1' table
}

dial_setup 8
ip -n "${NS_PREFIX}c8" addr add 10.9.8.4/24 dev to-s
for name in "${CUT[@]}" "$ALIVE"; do
	echo "$name * $PASSWORD *" >>/etc/ppp/chap-secrets
done
single_session=replace server_conf 'slots = 7' 'usage = { "all receive" }' \
	'max-connections = 64' 'max-connections-per-source = 32' \
	'max-unauthenticated-per-source = 16'
server_start

dial "$ALIVE" user "$ALIVE"
empty=$(dial_all)
check "power cut: clients at the same addresses are back at once" back power_on
check "power cut: clients at other addresses are back at once" back power_on_elsewhere
check "all live: busy is told at once, and no call ends" busy_is_known_at_once
for name in "${CUT[@]}"; do
	hang_up "$name"
done
move 3 2
wait_for "$PATIENCE" wait_until_gone
check "two addresses ask for calls without end and never log in" beside calls 16
wait_for "$PATIENCE" wait_until_gone
check "two addresses announce calls without end and never connect them" beside announced 32
wait_for "$PATIENCE" wait_until_gone
check "two addresses call and hang up without end" beside_churn
wait_for "$PATIENCE" wait_until_gone
check "two addresses start connections and never call" beside connections 32
wait_for "$PATIENCE" wait_until_gone
check "a pppd that cannot be started: result 2, error 4, and TasksMax is named" no_process_left
grep '^#' "$dir/figures" || true
hang_up "$ALIVE"
check "nothing is left" nothing_left
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
