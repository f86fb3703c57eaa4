#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# What peers must not do: after each of them nothing of it is left, and the server
# takes the next call as if nothing had been.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

# The unit tests cut at every octet; here it is the server that has to live on
STEP=5 FUZZ=200
if is_debug; then
	STEP=23 FUZZ=60
fi

part()
{
	ns c1 python3 ./bad_peer.py "$1" "$SERVER" "${@:2}"
}

# A part, and what must be true after any; that the good call leaves nothing either
# is for the next one to find
survive()
{
	part "$@"
	nothing_left
	part alive
}

# Pages that malloc keeps are no leak: half a megabyte is far below what a leak of
# one buffer for each of the connections would make
resident_as_before()
{
	echo "resident: $1 kB, now $(resident) kB"
	[ "$(resident)" -le $(($1 + 512)) ]
}

# Nothing of what the client's kernel says can reach the server
vanish()
{
	nothing_left
	mkfifo "$dir/hold"
	: >"$dir/there"
	ip netns exec "${NS_PREFIX}c1" python3 ./bad_peer.py vanish "$SERVER" "$1" \
		<"$dir/hold" >"$dir/there" 2>&1 &
	exec {hold}>"$dir/hold"
	rm "$dir/hold"
	wait_for "$PATIENCE" grep there "$dir/there"
	silence c1
	exec {hold}>&-
	wait "$!"
	nothing_left_of_server
	unsilence c1
	nothing_left
	part alive
}

nothing_left_of_server()
{
	nothing_left_in s
	wait_for "$PATIENCE" files_as_before "$files"
}

vanish_when_up()
{
	nothing_left
	dial c1
	silence c1
	nothing_left_of_server
	# It may have noticed by itself, and be gone
	kill "$(client_pid c1)" || true
	wait_for "$PATIENCE" no_process c1
	unsilence c1
	nothing_left
	part alive
}

# refused EVENT OPTION...: a client that must not be let in, and why it was not
refused()
{
	local event=$1 rc=0

	shift
	log_mark
	dial c1 "$@" || rc=$?
	echo "pppd's exit code: $rc"
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	wait_for "$PATIENCE" log_has "event [0-9]*: $event"
	nothing_left
}

# Two wrong passwords, and then the right one: it has to wait
guess()
{
	local rc=0

	log_mark
	dial c1 password wrong || true
	dial c1 password wrong || true
	wait_for "$PATIENCE" log_has 'event 20014: .* no more calls from there for'
	: >"$dir/c1.log"
	dial c1 || rc=$?
	cat "$dir/c1.log"
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	grep -q 'not authorised to open a control connection' "$dir/c1.log"
	log_has 'connection refused: its log-ins have failed 2 times'
	wait_for "$PATIENCE" dial c1
	hang_up c1
	nothing_left
}

# guess_by_eap TYPE TIMES SAYING: that is how often it was by then
guess_by_eap()
{
	log_mark
	part eap "$1"
	nothing_left
	log_has "$3"
	json s 'any(s["failed_logins"] == '"$2"' for s in j["sources"])' \
		--run-directory "$dir/run" connections
}

shut_out()
{
	local rc=0

	log_mark
	dial c1 || rc=$?
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	log_has 'connection refused: its log-ins have failed 2 times'
}

# As often as it likes: it guesses at nothing, and others behind its address may call
knows_only_pap()
{
	local rc

	for _ in 1 2 3; do
		rc=0
		dial c1 refuse-mschap-v2 nomppe || rc=$?
		[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	done
	dial c1
	hang_up c1
	nothing_left
}

good_call()
{
	dial c1
	reach c1
	hang_up c1
	nothing_left
}

dial_setup 1
pppd_options='lcp-max-configure 3'
server_conf 'slots = 4' 'usage = { "all receive" }' 'echo-interval = 2' 'echo-timeout = 2' \
	'start-timeout = 2' 'login-failures = 2' 'login-backoff = 20'
server_start
check "a good call" good_call
files=$(open_files) memory=$(resident)

check "messages cut short" survive truncated "$STEP"
check "malformed headers" survive malformed
check "more octets than a message" survive oversized
check "another version" survive version
check "messages out of order" survive out_of_order
check "requests that cannot be" survive bad_requests
check "fuzz" survive fuzz "$FUZZ"
check "a peer that never reads" survive never_reads
check "an octet at a time" survive slowloris
check "half-open connections" survive half_open
check "RST at each step" survive reset
check "vanishes after TCP" vanish 1
check "vanishes after SCCRP" vanish 2
check "vanishes after OCRP" vanish 3
check "vanishes during LCP" vanish 4
check "vanishes during authentication" vanish 5
check "vanishes when up" vanish_when_up
check "a wrong password" refused "call ended: the client's name or password is wrong" password wrong
check "a client without MPPE" refused 'call ended: the client .*: require encryption there' nomppe
check "a client that knows only PAP" refused 'call ended: the client ' refuse-mschap-v2 nomppe
check "a good call" good_call
check "a device that cannot log in is not a guesser" knows_only_pap
check "passwords cannot be guessed as fast as one likes" guess
check "nothing is left" nothing_left
check "no descriptor more than before" files_as_before "$files"
check "no memory more than before" resident_as_before "$memory"
check "a good call" good_call
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0

# "mschap-v2" is CHAP's; in EAP the server's pppd begins with MD5, and takes what it is asked for
pppd_options='lcp-max-configure 3'
server_conf 'slots = 4' 'usage = { "all receive" }' 'authentication = "eap"' \
	'login-failures = 2' 'login-backoff = 60'
server_start
check "EAP: a wrong password by MD5 is a guess" guess_by_eap 4 1 "event 691: call ended: the client has not proved who it is: its name, password or certificate is wrong"
check "EAP: a wrong password by MSCHAPv2 is one more, and enough" \
	guess_by_eap 26 2 'pppd: EAP: MSCHAPv2 failure for peer alice'
check "EAP: who has guessed has to wait" shut_out
server_stop
check "pptpmuxd ends again" test "$server_rc" -eq 0
tap_end
