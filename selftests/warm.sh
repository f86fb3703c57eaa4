#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm trixie
#
# The pppd that was started ahead, and whose copies serve calls: what it has read is not
# old, no copy shares what should be its own, and where there is none calls come in all
# the same.
#
# BRIEF=1, BRIEF_COPIES=1: only what differs by pppd
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

is_copy()
{
	tr '\0' '\n' <"/proc/$(server_pppd)/cmdline" | grep -q -x pptp_mux_warm
}

served_by_copy()
{
	dial c1
	reach c1
	is_copy
	[ "$(awk '$1 == "PPid:" { print $2 }' "/proc/$(server_pppd)/status")" = "$server" ]
	hang_up c1
	nothing_left
}

# rights NAME: what a call's pppd has and may do goes to the file of that name
rights()
{
	dial c1
	rights_of_call >"$dir/rights.$1"
	hang_up c1
	nothing_left
}

rights_of_call()
{
	local process

	process=/proc/$(server_pppd)
	find "$process/fd" -mindepth 1 -printf '%l\n' | sed 's/:\[.*//' | sort
	grep -e ^Name -e ^Umask -e ^Sig -e ^Cap -e ^NoNewPrivs -e ^Seccomp "$process/status" |
		grep -v ^SigQ
	cat "$process/limits"
	tr '\0' '\n' <"$process/environ"
	cut -d ' ' -f 5 "$process/stat" | grep -x "${process##*/}" | sed 's/.*/leads a group/'
	readlink "$process/cwd"
}

conf()
{
	server_conf 'slots = 6' 'usage = { "all receive" }' "options-file = \"$dir/more\"" "$@"
}

# Neither a challenge nor a magic number comes twice
draws_its_own()
{
	local i

	: >"$dir/c1.log"
	for i in 1 2 3 4; do
		dial c1 debug
		hang_up c1
	done
	grep -o 'rcvd \[CHAP Challenge id=0x[0-9a-f]* <[0-9a-f]*>' "$dir/c1.log" |
		sed 's/.*<//' >"$dir/challenges"
	grep -o 'rcvd \[LCP ConfReq .*<magic 0x[0-9a-f]*>' "$dir/c1.log" |
		sed 's/.*<magic//' >"$dir/magics"
	[ "$(wc -l <"$dir/challenges")" -ge 4 ] && [ "$(wc -l <"$dir/magics")" -ge 4 ]
	[ "$(sort -u "$dir/challenges" | wc -l)" -ge 4 ]
	[ "$(sort -u "$dir/magics" | wc -l)" -ge 4 ]
}

# It knows where its call comes from
knows_its_peer()
{
	local script="$dir/who"

	cat >"$script" <<-SCRIPT
		#!/bin/sh
		echo "\$6" >>$dir/ipparams
	SCRIPT
	chmod +x "$script"
	echo "ip-up-script $script" >"$dir/more"
	: >"$dir/ipparams"
	dial c1
	dial c2
	wait_for "$PATIENCE" grep -x 10.9.1.2 "$dir/ipparams"
	wait_for "$PATIENCE" grep -x 10.9.2.2 "$dir/ipparams"
	hang_up c1
	hang_up c2
	: >"$dir/more"
}

client_hears()
{
	: >"$dir/c1.log"
	dial c1 usepeerdns
	grep "primary   DNS address $1" "$dir/c1.log"
	hang_up c1
	nothing_left
}

copies_again()
{
	wait_for "$PATIENCE" warm_pppd
	served_by_copy
}

# The first call behind the change knows of it, and so does a copy of the next one
follows()
{
	client_hears "$1"
	wait_for "$PATIENCE" warm_pppd
	client_hears "$1"
	: >"$dir/c1.log"
	served_by_copy
}

options_file_changes()
{
	echo 'ms-dns 10.1.1.1' >"$dir/more"
	follows 10.1.1.1
}

file_in_file_changes()
{
	printf '# file nowhere\nfile %s\n' "'$dir/deep'" >"$dir/more"
	echo 'ms-dns 10.1.1.2' >"$dir/deep"
	follows 10.1.1.2
	echo 'ms-dns 10.1.1.3' >"$dir/deep"
	follows 10.1.1.3
	: >"$dir/more"
}

system_options_come_and_go()
{
	echo 'ms-dns 10.1.1.4' >/etc/ppp/options
	follows 10.1.1.4
	rm /etc/ppp/options
	dial c1 usepeerdns
	! grep 'DNS address' "$dir/c1.log" || return 1
	hang_up c1
	copies_again
}

secret_changes()
{
	printf 'alice * other *\n' >/etc/ppp/chap-secrets
	! dial c1 || return 1
	nothing_left
	printf 'alice * %s *\n' "$PASSWORD" >/etc/ppp/chap-secrets
	served_by_copy
}

# Whoever is up stays up, and the next call is none the worse
killed()
{
	dial c1
	log_mark
	kill -KILL "$(warm_pppd)"
	wait_for "$PATIENCE" log_has 'the pppd whose copies serve calls has ended'
	dial c2
	reach c1
	hang_up c1
	hang_up c2
	nothing_left
	copies_again
}

# One that neither makes copies nor ends
stopped()
{
	kill -STOP "$(warm_pppd)"
	log_mark
	dial c1
	log_has 'no copy of a pppd for it, it gets one that is started: nobody has made it'
	reach c1
	! is_copy || return 1
	hang_up c1
	nothing_left
	copies_again
}

# Only it may have no more processes
no_more_processes()
{
	local group="$dir/group"

	mkdir -p "$group"
	mount -t cgroup2 none "$group"
	mkdir "$group/warm"
	echo +pids >"$group/cgroup.subtree_control"
	warm_pppd >"$group/warm/cgroup.procs"
	echo 1 >"$group/warm/pids.max"
	log_mark
	dial c1
	log_has 'no copy of a pppd for it, it gets one that is started: Resource temporarily unavailable'
	reach c1
	hang_up c1
	nothing_left
	warm_pppd >"$group/cgroup.procs"
	rmdir "$group/warm"
	umount "$group"
	copies_again
}

# What pppd itself says is said, and mended options are noticed
bad_options()
{
	echo 'no-such-option' >"$dir/more"
	log_mark
	! dial c1 || return 1
	log_has "unrecognized option 'no-such-option'"
	log_has_times 1 'no pppd waits for calls to come'
	! dial c1 || return 1
	log_has_times 1 'no pppd waits for calls to come'
	: >"$dir/more"
	dial c1
	hang_up c1
	copies_again
}

whatever_happens()
{
	check_call "a file that an options file names changes" file_in_file_changes
	check_call "/etc/ppp/options comes and goes" system_options_come_and_go
	check_call "a secret changes" secret_changes
	check_call "it is killed: calls stay, the next one comes in" killed
	check_call "it is stopped: the next call comes in" stopped
	check_call "it may have no more processes: the next call comes in" no_more_processes
	check_call "options with a mistake: said once, and noticed when mended" bad_options
}

dial_setup 2
: >"$dir/more"
conf 'warm-pppd = false'
server_start
check "without one, each call starts its own" rights started
server_stop
conf
server_start
check "a pppd waits for calls" warm_pppd
check "a call gets a copy, pptpmuxd's own child" served_by_copy
check_call "a copy ..." rights copy
check "... may do, and has open, what a process that was started may and has" \
	diff "$dir/rights.started" "$dir/rights.copy"
check_call "each draws its own challenge and magic number" draws_its_own
check_call "each knows where its call comes from" knows_its_peer
check_call "an options file changes" options_file_changes
[ -n "${BRIEF-}${BRIEF_COPIES-}" ] || whatever_happens
check_call "nothing is left" nothing_left
warm=$(warm_pppd)
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
check "and it with pptpmuxd" wait_for "$PATIENCE" test ! -e "/proc/$warm"
tap_end
