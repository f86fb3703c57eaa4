#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# The load generator, bench/load: what it says of its clients is what the server sees, of
# those that come in as of those that do not. And many calls, which another pptpmuxd takes
# over: of CLIENTS (40), TURNS times (3).
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly CLIENTS=${CLIENTS:-40} TURNS=${TURNS:-3} AT_ONCE=10
LOAD=${LOAD:-$PPTP_MUX_BUILD/selftests/bench/load/load}

many_secrets()
{
	local i

	for ((i = 0; i < CLIENTS; i++)); do
		printf 'user%d * %s *\n' "$i" "$PASSWORD"
	done >>/etc/ppp/chap-secrets
}

many_addresses()
{
	ip -n "${NS_PREFIX}c1" route add local 10.50.0.0/24 dev lo
	ip -n "${NS_PREFIX}s" route add 10.50.0.0/24 via 10.9.1.2
}

# load_start OPTION...: two clients of each address
load_start()
{
	mkfifo "$dir/commands" "$dir/answers"
	ns c1 "$LOAD" --server "$SERVER" --sources "10.50.0.1-10.50.0.$((CLIENTS / 2))" --per-source 2 \
		--clients "$CLIENTS" "$@" <"$dir/commands" >"$dir/answers" &
	load=$!
	exec {commands}>"$dir/commands" {answers}<"$dir/answers"
}

load_end()
{
	exec {commands}>&- {answers}<&-
	wait "$load"
	rm "$dir/commands" "$dir/answers"
}

# told EXPRESSION COMMAND [ARG...]: asserts of the answer, j in Python
told()
{
	local expression=$1 answer

	shift
	echo "$*" >&"$commands"
	read -r -t $((2 * PATIENCE)) -u "$answers" answer
	echo "$answer"
	asserts "$expression" <<<"$answer"
}

# The server has calls, as many
has_calls()
{
	json s "[slot['state'] for slot in j['slots']].count('connected') == $1" slots
}

in_and_out()
{
	load_start --mppe --password "$PASSWORD"
	check "$CLIENTS clients dial in, $AT_ONCE at once" \
		told "j['good'] == j['alive'] == $CLIENTS and 'failed' not in j" \
		dial "at-once=$AT_ONCE" "seconds=$PATIENCE"
	check "the server has as many calls" has_calls "$CLIENTS"
	check "packets go through each call, and come back" \
		told "j['good'] == $CLIENTS" ping octets=700 "seconds=$PATIENCE"
	check "all stay" told "j['alive'] == $CLIENTS and 'lost' not in j" hold seconds=2
	check "all hang up, and the server agrees" \
		told "j['good'] == $CLIENTS and j['alive'] == 0" hang-up "seconds=$PATIENCE"
	load_end
	check_call "nothing is left" nothing_left
}

vanish()
{
	load_start --mppe --password "$PASSWORD"
	check "clients dial in again" told "j['good'] == 2" dial count=2 "seconds=$PATIENCE"
	check "they are gone without a word" told "j['good'] == 2 and j['alive'] == 0" forget
	check "the server still has their calls" has_calls 2
	check "they call again, and their old calls are replaced" \
		told "j['good'] == $CLIENTS and 'failed' not in j" dial "at-once=$AT_ONCE" \
		"seconds=$PATIENCE"
	check "the server ends all" ctl s --run-directory "$dir/run" hangup --all
	check "they hear of it" told "j['alive'] == 0 and j['lost'] == {'closed': $CLIENTS}" \
		await "seconds=$PATIENCE"
	load_end
	check_call "nothing is left" nothing_left
}

# told, while another server takes over again and again
told_meanwhile()
{
	local turns

	take_over_times "$TURNS" >"$dir/turns" &
	turns=$!
	told "$@"
	wait "$turns"
	[ "$(grep -c 'has taken over' "$dir/turns")" -eq "$TURNS" ]
}

taken_over()
{
	load_start --mppe --password "$PASSWORD"
	check "$CLIENTS clients dial in while another server takes over, $TURNS times" \
		told_meanwhile "j['good'] == j['alive'] == $CLIENTS and 'failed' not in j" \
		dial "at-once=$CLIENTS" "seconds=$PATIENCE"
	check "the server has as many calls" has_calls "$CLIENTS"
	check "all stay, taken over $TURNS times" \
		told_meanwhile "j['alive'] == $CLIENTS and 'lost' not in j" hold "seconds=$((TURNS + 1))"
	check "packets go through each call, and come back" \
		told "j['good'] == $CLIENTS" ping octets=700 "seconds=$PATIENCE"
	check "all hang up, and the server agrees" \
		told "j['good'] == $CLIENTS and j['alive'] == 0" hang-up "seconds=$PATIENCE"
	load_end
	check_call "nothing is left" nothing_left
}

# refused_for CAUSE OPTION...
refused_for()
{
	local name=$1 cause=$2

	shift 2
	load_start "$@"
	check "$name" told "j['good'] == 0 and j['failed'] == {'$cause': 2}" \
		dial count=2 "seconds=$PATIENCE"
	load_end
}

dial_setup 1
[ -x "$LOAD" ] || skip_all "build it first: make -C selftests"
many_secrets
many_addresses
single_session=replace
# Of those that vanish, the calls stay until their users have logged in again. All may begin
# at once: who has to wait for whom is strangers.sh's.
server_conf "max-unauthenticated = $CLIENTS" "slots = $((CLIENTS + 2))" 'usage = { "all receive" }' \
	"remoteip = { \"192.168.77.10-192.168.77.$((CLIENTS + 59))\" }"
server_start
in_and_out
vanish
taken_over
refused_for "a wrong password is refused" login --mppe --password wrong
refused_for "so is who does not encrypt" closed --password "$PASSWORD"
check_call "nothing is left" nothing_left
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
