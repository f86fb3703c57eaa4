#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm trixie
#
# Debian's scripts in /etc/ppp: a call of the server's starts no shell for them as long as
# they would do nothing, and whatever an administrator has added or changed runs.
#
# BRIEF=1, BRIEF_COPIES=1: only whether they are those that are known
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

# Who is called is recorded, with what it is for; then it runs as ever
record_run_parts()
{
	run_parts=$(readlink -f "$(command -v run-parts)")
	cp "$run_parts" "$dir/run-parts"
	cat >"$dir/recorder" <<-SCRIPT
		#!/bin/sh
		echo "\$PPP_IPPARAM \$1" >>$dir/runs
		exec $dir/run-parts "\$@"
	SCRIPT
	chmod 755 "$dir/recorder"
	mount --bind "$dir/recorder" "$run_parts"
}

# script PATH [COMMAND...]
script()
{
	printf '#!/bin/sh\n%s\n' "${*:2}" >"$1"
	chmod 755 "$1"
}

# Of the server's end, which is told where the call comes from; the client's has no such word
runs_of_server()
{
	grep '^10\.9\.1\.2 ' "$dir/runs"
}

call()
{
	: >"$dir/runs"
	: >"$dir/ran"
	dial c1
	"${@:-true}"
	hang_up c1
	nothing_left
}

# pppd 2.4.9 has the path of ip-pre-up where nobody can take it
nothing_runs()
{
	call
	! runs_of_server | grep -v -e ip-pre-up.d || return 1
	grep '^ /etc/ppp/ip-up.d' "$dir/runs"
}

added()
{
	script "/etc/ppp/$1.d/mine" "echo \"\$1 \$5 \$6\" >>$dir/ran"
	call
	grep '^ppp[0-9]* 192\.168\.77\.[0-9]* 10\.9\.1\.2$' "$dir/ran"
	[ "$(runs_of_server | grep -c "/$1\\.d\$")" -eq 1 ]
	chmod -x "/etc/ppp/$1.d/mine"
	nothing_runs
	rm "/etc/ppp/$1.d/mine"
}

add_down()
{
	script /etc/ppp/ip-down.d/mine "echo \"\$6\" >>$dir/ran"
}

added_meanwhile()
{
	call add_down
	grep -x 10.9.1.2 "$dir/ran"
	rm /etc/ppp/ip-down.d/mine
}

not_debians()
{
	cp -p /etc/ppp/ip-up "$dir/ip-up"
	echo "echo \"\$6\" >>$dir/ran" >>/etc/ppp/ip-up
	call
	grep -x 10.9.1.2 "$dir/ran"
	cp -p "$dir/ip-up" /etc/ppp/ip-up
	nothing_runs
}

local_one()
{
	script /etc/ppp/ip-up.local "echo \"\$6\" >>$dir/ran"
	call
	grep -x 10.9.1.2 "$dir/ran"
	rm /etc/ppp/ip-up.local
}

# What a call that was given name servers has put aside is put back
puts_back()
{
	local kept=/etc/resolv.conf.pppd-backup.ppp0

	echo 'nameserver 192.0.2.1' >"$kept"
	call
	[ ! -e "$kept" ]
	grep 192.0.2.1 /etc/resolv.conf
	nothing_runs
}

by_option()
{
	script "$dir/own" "echo \"\$6\" >>$dir/ran"
	echo "ip-down-script $dir/own" >"$dir/more"
	call
	grep -x 10.9.1.2 "$dir/ran"
	: >"$dir/more"
}

logs_what_it_runs()
{
	local log=/var/log/ppp-ipupdown.log

	: >"$log"
	call
	grep '/etc/ppp/ip-up .* 10\.9\.1\.2$' "$log"
	rm "$log"
	nothing_runs
}

whatever_is_there()
{
	check_call "to ip-down.d, too" added ip-down
	check_call "and one that was not there when the call came up" added_meanwhile
	check_call "one that is Debian's no longer runs" not_debians
	check_call "ip-up.local runs" local_one
	check_call "one of an option runs" by_option
	check_call "name servers that were put aside are put back" puts_back
	check_call "what it logs is logged" logs_what_it_runs
}

shipped=$(mktemp -d)
defer rm -r "$shipped"
cp -a /etc/ppp/ip-* "$shipped"
if [ ! -x "$shipped/ip-up" ] || [ ! -d "$shipped/ip-up.d" ]; then
	skip_all "these are not Debian's scripts"
fi
dial_setup 1
cp -a "$shipped"/ip-* /etc/ppp/
record_run_parts
: >"$dir/more"
server_conf 'slots = 4' 'usage = { "all receive" }' "options-file = \"$dir/more\""
server_start
check "as shipped: none runs for a call of the server's" nothing_runs
check_call "one that is added to ip-up.d runs" added ip-up
[ -n "${BRIEF-}${BRIEF_COPIES-}" ] || whatever_is_there
check_call "nothing is left" nothing_left
umount "$run_parts"
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
