#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# A crowd at the server's door: a thousand clients that hold their control connections,
# hundreds of connects a second, and peers of one address or of bad manners. A client
# dials in beside each, as quickly as without them, and what they cost is bounded.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly IDLE=1000 CONNECTS=500 HALF_OPEN=32 TALKERS=20 ROUNDS=3
# pptpmuxd's for a connection in the middle of a message, with what libevent has for it;
# and for one that talks and does not listen
readonly OCTETS_IDLE=4096 OCTETS_TALKER=65536

# Its figures are for the end, as check keeps what a good point says
part()
{
	ns c1 python3 ./crowd.py "$1" "$SERVER" "${@:2}" | tee -a "$dir/figures"
}

# part_begin PART NUMBER: until it is there; part_end lets it go on, to its end
part_begin()
{
	told=$dir/$1
	[ -p "$told.hold" ] || mkfifo "$told.hold"
	: >"$told"
	ip netns exec "${NS_PREFIX}c1" python3 ./crowd.py "$1" "$SERVER" "$2" \
		<"$told.hold" >"$told" 2>&1 &
	crowd=$!
	exec {hold}>"$told.hold"
	wait_for "$PATIENCE" grep -x there "$told"
}

part_end()
{
	local rc=0

	exec {hold}>&-
	wait "$crowd" || rc=$?
	tee -a "$dir/figures" <"$told"
	return "$rc"
}

# memory VmRSS|VmHWM: what pptpmuxd has, or has had at most
memory()
{
	echo $((1024 * $(awk -v name="$1:" '$1 == name { print $2 }' "/proc/$server/status")))
}

# The quickest of three, in milliseconds: what else the machine has to do only adds to it
dial_time()
{
	local begin _

	for _ in 1 2 3; do
		begin=$(now)
		dial c2 || return
		echo $(($(now) - begin))
		hang_up c2
	done | sort -n | head -n 1
}

# Alone and beside the crowd, in turn: what the machine has to do for others comes and
# goes, what the crowd costs is there each time. The crowd stays.
as_quick_beside()
{
	local quick beside round

	for ((round = 1; round <= ROUNDS; round++)); do
		[ "$round" -eq 1 ] || part_end >/dev/null || return
		quick=$(dial_time) && part_begin hold "$IDLE" && beside=$(dial_time) || return
		diag "dial-in: $quick ms alone, $beside ms beside $IDLE idle connections"
		[ "$beside" -gt $((quick * 3 / 2)) ] || return 0
	done
	return 1
}

good_call()
{
	dial c2
	hang_up c2
}

dials_in_beside()
{
	part_begin "$@"
	good_call
	part_end
}

dials_in_meanwhile()
{
	part "$@" &
	meanwhile=$!
	good_call
	wait "$meanwhile"
}

# A network of addresses for the crowd, all of them here
many_addresses()
{
	ip -n "${NS_PREFIX}c1" route add local 10.50.0.0/16 dev lo
	ip -n "${NS_PREFIX}s" route add 10.50.0.0/16 via 10.9.1.2
}

# crowd_conf HALF_OPEN SECONDS: neither their number nor their pace is what keeps the
# connections of one address from those of others
crowd_conf()
{
	server_conf 'slots = 4' 'usage = { "all receive" }' \
		"max-connections = $((IDLE + 3 * CONNECTS))" \
		"max-half-open = $1" "start-timeout = $2" \
		'max-connections-per-source = 1000' 'max-connection-rate = 0' \
		'echo-interval = 3600'
}

reload()
{
	log_mark
	kill -HUP "$server"
	wait_for "$PATIENCE" log_has 'reload: done'
}

dial_setup 2
many_addresses
crowd_conf $((CONNECTS + 1)) 60
server_start

good_call
alone=$(memory VmRSS)
if part_begin hold "$IDLE"; then
	ok "$IDLE control connections are held"
else
	not_ok "$IDLE control connections are held" "$(cat "$told")"
fi
crowded=$(memory VmRSS)
part_end >/dev/null || true
diag "resident: $alone octets alone, $(((crowded - alone) / IDLE)) more for each of $IDLE"
check "no more than $OCTETS_IDLE octets for each of them" \
	test $((crowded - alone)) -le $((IDLE * OCTETS_IDLE))
if as_quick_beside; then
	ok "a client dials in as quickly as without them"
else
	not_ok "a client dials in as quickly as without them" "$(cat "$told")"
fi
check "hundreds of connects at once, and a client dials in" \
	dials_in_meanwhile connects "$CONNECTS" 3
crowd_conf "$HALF_OPEN" 3
reload
check "one address connects without end, and a client dials in" \
	dials_in_beside half_open "$HALF_OPEN"
if part_end >/dev/null; then
	ok "all $IDLE stand to the end"
else
	not_ok "all $IDLE stand to the end" "$(cat "$told")"
fi
check "peers that never read block nobody" part never_read "$TALKERS"
check "peers that never end block nobody" part endless "$TALKERS"
check "messages in pieces, of many peers in turn" part in_pieces 30
check "messages in one piece" part in_one_piece 1000
diag "resident: $(memory VmHWM) octets at most"
grep '^#' "$dir/figures" || true
check "no more than that for each, and $OCTETS_TALKER for each that talks, at any time" \
	test "$(memory VmHWM)" -le $((alone + (IDLE + CONNECTS) * OCTETS_IDLE + \
				      2 * TALKERS * OCTETS_TALKER))
check "nothing is left" nothing_left
check "a client dials in" good_call
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
