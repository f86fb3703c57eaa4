#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: soak
#
# Half of the clients are hostile, in all the ways that the other scripts try one by
# one, at once and without end. The other half dials in, stays, vanishes and dials in
# again. None of those is kept waiting or loses its call, and the server neither grows
# nor fills its log.
#
# SOAK: seconds, 20 by default; scripts/check --soak has 600
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly SOAK=${SOAK:-20}
# Milliseconds until it is known who is gone and who is worth least; a client alone takes
# what it takes, and here as many times that as there are others at work
readonly BACK=3000 OTHERS=4
readonly STAYING=(c1 c2) COMING=(c3 c4) HOSTILE=(c5 c6 c7 c8)
# What pptpmuxd says of one address in a second, whatever that does
readonly LINES=20

# For the end, as check keeps what a good point says
figure()
{
	echo "# $*" | tee -a "$dir/figures"
}

is_over()
{
	[ "$SECONDS" -ge "$finish" ]
}

# ---- the good ones ----

# Its call is up to the end, and each of its echoes comes back.
stay()
{
	ns "$1" "${PING[@]}" -q -i 0.5 -w "$SOAK" "$INNER" >"$dir/$1.ping"
}

# redial CLIENT: until it is in. As a client does that is told busy: again.
redial()
{
	local began

	began=$(now)
	until dial "$1" user "$1"; do
		echo "refused: $(tail -n 1 "$dir/$1.log")"
		[ $(($(now) - began)) -lt $((1000 * PATIENCE)) ]
	done
	echo "in $(($(now) - began))"
}

# It leaves as clients do, or as those do whose power fails.
come_and_go()
{
	local leave=(hang_up power_cut) times=0

	until is_over; do
		redial "$1"
		ns "$1" "${PING[@]}" -q -c 1 -W 20 "$INNER" >/dev/null
		"${leave[times++ % 2]}" "$1"
		unsilence "$1"
	done >"$dir/$1.came"
}

# ---- the hostile ones ----

# hostile CLIENT WAY: from both of its addresses, until it lets go of "over"
hostile()
{
	local told=$dir/$1.$2

	: >"$told"
	ip netns exec "$NS_PREFIX$1" python3 ./soak.py "$2" "$SERVER" \
		"10.9.${1#c}.2" "10.9.${1#c}.4" <"$dir/over" >"$told" 2>&1 &
	hostiles+=($!)
	wait_for "$PATIENCE" grep -x there "$told"
}

# With a good name, and one password after the other
guess()
{
	local tries=0

	until is_over; do
		dial "$1" password "guess-$tries" && echo "in"
		tries=$((tries + 1))
	done >"$dir/$1.in"
	echo "# guesses: $tries times" >"$dir/$1.guesses"
}

hostiles_begin()
{
	mkfifo "$dir/over"
	# Both ends, so that nobody waits for the other
	exec {over}<>"$dir/over"
	hostile c5 holds_calls
	hostile c6 holds_connections
	hostile c6 says_nothing
	hostile c7 never_reads
	hostile c7 makes_lines
	hostile c7 spoils
}

hostiles_end()
{
	local one rc=0

	# Each takes one look, and leaves the line where it is
	echo over >&"$over"
	for one in "${hostiles[@]}"; do
		wait "$one" || rc=1
	done
	exec {over}>&-
	grep -h '^#' "$dir"/c[5-8].* | tee -a "$dir/figures"
	[ "$rc" -eq 0 ] || cat "$dir"/c[5-8].*
	return "$rc"
}

# ---- the server meanwhile ----

# Descriptors and kilobytes, again and again
look()
{
	until is_over; do
		echo "$(open_files) $(resident)"
		nap 1000000
	done >"$dir/looks"
}

# flat WHAT FIELD SLACK: its highest in the second half of the looks, and in the first
flat()
{
	local found rc=0

	found=$(awk -v field="$2" -v slack="$3" '
		{ value[NR] = $field }
		END {
			for (i = 1; i <= NR; i++) {
				half = i > NR / 2
				if (value[i] > most[half])
					most[half] = value[i]
			}
			printf "at most %d in the first half, %d in the second\n",
				most[0], most[1]
			exit !(NR > 3 && most[1] <= most[0] + slack)
		}' "$dir/looks") || rc=1
	figure "$1: $found"
	return "$rc"
}

soak()
{
	local name all

	hostiles=()
	hostiles_begin
	finish=$((SECONDS + SOAK))
	guess c8 &
	all=($!)
	for name in "${STAYING[@]}"; do
		stay "$name" &
		all+=($!)
	done
	for name in "${COMING[@]}"; do
		come_and_go "$name" &
		all+=($!)
	done
	look &
	all+=($!)
	for name in "${all[@]}"; do
		wait "$name"
	done
	hostiles_end
}

# The last echo may be on its way when the time is over.
no_echo_lost()
{
	local name sent received

	for name in "${STAYING[@]}"; do
		up "$name"
		read -r sent received < <(awk '/received/ { print $1, $4 }' "$dir/$name.ping")
		figure "$name stays: $received of $sent echoes came back"
		[ "$sent" -gt 1 ] && [ "$received" -ge $((sent - 1)) ]
	done
}

nobody_waited()
{
	local found rc=0

	found=$(awk -v most=$((OTHERS * empty + BACK)) '
		$1 == "in" { n++; sum += $2; if ($2 > longest) longest = $2 }
		$1 == "refused:" { refused++ }
		END {
			printf "%d dial-ins: %d ms each, at most %d of %d; %d refused\n",
				n, n ? sum / n : 0, longest, most, refused
			exit !(n > 1 && longest <= most)
		}' "$dir"/c[34].came) || rc=1
	figure "$found; $empty ms alone"
	grep -h refused "$dir"/c[34].came | sed 's/^/# /' | tee -a "$dir/figures" || true
	return "$rc"
}

nobody_guessed()
{
	[ ! -s "$dir/c8.in" ] && log_has 'event 20014'
}

# Of calls that were up, whose packets came both ways
nobody_is_blamed()
{
	! log_has ' (10\.9\.[1-4]\.2:[0-9]*): event '
}

log_is_short()
{
	local lines took=$((SECONDS - marked))

	lines=$(log_has . | wc -l)
	figure "$lines lines of log in $took s"
	# by what they say, without what is different in each
	log_has . | sed "s/[0-9][0-9]*/N/g" | sort | uniq -c | sort -rn
	[ "$lines" -le $((LINES * 2 * ${#HOSTILE[@]} * took)) ]
}

dial_setup 8
for name in "${STAYING[@]}" "${COMING[@]}"; do
	echo "$name * $PASSWORD *" >>/etc/ppp/chap-secrets
done
for name in "${HOSTILE[@]}"; do
	ip -n "$NS_PREFIX$name" addr add "10.9.${name#c}.4/24" dev to-s
done
single_session=replace server_conf 'slots = 8' 'usage = { "all receive" }' \
	'max-connections = 64' 'max-connections-per-source = 32' \
	'max-unauthenticated-per-source = 16'
server_start

began=$(now)
dial c3 user c3
empty=$(($(now) - began))
hang_up c3
wait_for "$PATIENCE" only_server
files=$(open_files)
for name in "${STAYING[@]}"; do
	dial "$name" user "$name"
done
log_mark
marked=$SECONDS
check "$SOAK seconds of it" soak
figure "pptpmuxd: $(awk '{ print ($14 + $15) / 100, "s, its pppds", ($16 + $17) / 100 }' \
	"/proc/$server/stat") s of processor time" >/dev/null
check "the calls that were up are up, and lost no packet" no_echo_lost
check "who dials in is in at once" nobody_waited
check "nobody has guessed a password" nobody_guessed
check "the log says it in few words" log_is_short
check "no more descriptors by and by" flat descriptors 1 32
check "no more memory by and by" flat kilobytes 2 1024
for name in "${STAYING[@]}"; do
	hang_up "$name"
done
grep '^#' "$dir/figures" || true
check "nothing is left" nothing_left
check "no good call has ended for a reason that is none" nobody_is_blamed
check "no descriptor more than before" wait_for "$PATIENCE" files_as_before "$files"
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
