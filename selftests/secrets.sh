#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm trixie
#
# chap-secrets, of which the pppd that waits for calls knows where each user's line is:
# whatever stands in it means what it means to a pppd that reads it itself, and a call
# does not read it all.
#
# BRIEF=1, BRIEF_COPIES=1: only what differs by pppd
# THOROUGH=1: what pppd makes of the files is asked of pppd
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly USERS=20000 READS_OF_A_CALL=65536
readonly SECRETS=/etc/ppp/chap-secrets

conf()
{
	server_conf 'slots = 6' 'usage = { "all receive" }' 'login-failures = 0' \
		"options-file = \"$dir/more\"" "$@"
}

# What a pppd that reads the file makes of it: a name, the password that it gives, what
# becomes of its call, and all that is in the file; "%s" is this host, "%1100c" so many
# blanks
cases()
{
	cat <<-'CASES'
		alice	one	in	alice * one *
		alice	two	not in	alice * one *
		alice	one	in	"alice"	*	'one'	"*"
		alice	one	in	# bob * two *\nalice * one * # alice * two *
		alice	two	not in	alice * one *\nalice * two *
		alice	two	in	alice * one *\nalice %s two *
		alice	one	not in	alice elsewhere one *
		alice	two	in	alice elsewhere one *\n* * two *
		alice	two	not in	alice * one *\n* %s two *
		alice	one	in	alice * one *\n* %s two *
		nobody	two	in	alice * one *\n* * two *
		alice	one	not in	alice * one
		alice	one	192.168.77.200	alice * one 192.168.77.200
		alice	one	not in	alice * @/etc/ppp/file *
		alice	six	in	alice * @/etc/ppp/file *
		al"ice	one	in	al\\"ice * one *
		alice	o ne	in	alice * "o ne" *
		alice	one	not in	alice * one%1100c-
		alice	one	in	alice * one * %1100c-- idle 600
		alice	one	not in	alice * one#two *
		alice	one	in	alice * one *\r
	CASES
}

# try NAME PASSWORD TEXT: what becomes of a call
try()
{
	local text=$3

	text=${text//%s/$(hostname)}
	printf '%b\n' "${text//%1100c/$blanks}" >"$SECRETS"
	grep -v -e ^user -e ^password "$dir/options" >"$dir/options.try"
	printf 'user %q\npassword "%s"\n' "$1" "$2" >>"$dir/options.try"
	if ns c1 pppd file "$dir/options.try" linkname "${NS_PREFIX}c1" updetach \
		logfile "$dir/c1.log" </dev/null >/dev/null 2>&1; then
		outcome
		hang_up c1
	else
		echo "not in"
	fi
	only_server_left
}

# With the address that one case has, or any
outcome()
{
	case $(client_address c1) in
	192.168.77.200*) echo 192.168.77.200 ;;
	*) echo "in" ;;
	esac
}

only_server_left()
{
	wait_for "$PATIENCE" only_server
}

try_all()
{
	local name password expected text became

	echo six >/etc/ppp/file
	chmod 600 /etc/ppp/file
	while IFS=$'\t' read -r name password expected text; do
		became=$(try "$name" "$password" "$text")
		echo "$name/$password, $text: $became, and should be $expected"
		[ "$became" = "$expected" ]
	done < <(cases | if [ -n "${BRIEF-}${BRIEF_COPIES-}" ]; then head -n 3; else cat; fi)
}

many_users()
{
	local i

	for ((i = 0; i < USERS; i++)); do
		echo "user$i * password-of-user$i *"
		[ "$i" -ne $((USERS / 2)) ] || echo "alice * $PASSWORD *"
	done >"$SECRETS"
}

# A call of a user among them, and the octets that its pppd has read
reads_of_a_call()
{
	dial c1
	awk '$1 == "rchar:" { print $2 }' "/proc/$(server_pppd)/io"
	hang_up c1
	nothing_left
}

reads_a_line()
{
	local reads

	many_users
	reads=$(reads_of_a_call)
	echo "a call has read $reads octets; $(stat -c %s "$SECRETS") are in the file"
	[ "$reads" -lt "$READS_OF_A_CALL" ]
}

# Each call sees the file as it is
changes()
{
	sed -i "s/^alice .*/alice * other */" "$SECRETS"
	! dial c1 || return 1
	nothing_left
	sed -i "s/^alice .*/alice * $PASSWORD */" "$SECRETS"
	[ "$(reads_of_a_call)" -lt "$READS_OF_A_CALL" ]
	sed -i "/^alice /d" "$SECRETS"
	! dial c1 || return 1
	nothing_left
	echo "alice * $PASSWORD *" >>"$SECRETS"
	[ "$(reads_of_a_call)" -lt "$READS_OF_A_CALL" ]
}

# That others may read it is said as ever
is_warned()
{
	chmod 644 "$SECRETS"
	log_mark
	! dial c1 user nobody || return 1
	log_has 'secret file .* has world and/or group access'
	chmod 600 "$SECRETS"
	nothing_left
}

# Nobody could log in: it is said by a pppd that is started, as without copies
is_empty()
{
	: >"$SECRETS"
	log_mark
	! dial c1 || return 1
	log_has "couldn't find any suitable secret"
	nothing_left
	echo "alice * $PASSWORD *" >"$SECRETS"
	dial c1
	hang_up c1
	nothing_left
}

# pppd 2.5 may be told of another file
other_file()
{
	echo "alice * other *" >"$SECRETS"
	echo "alice * $PASSWORD *" >"$dir/secrets"
	chmod 600 "$dir/secrets"
	echo "chap-secrets $dir/secrets" >"$dir/more"
	dial c1
	hang_up c1
	nothing_left
	wait_for "$PATIENCE" warm_pppd
	dial c1
	hang_up c1
	! dial c1 password other || return 1
	: >"$dir/more"
	nothing_left
}

printf -v blanks '%1100s' ''
dial_setup 1
: >"$dir/more"
if [ -n "${THOROUGH-}" ]; then
	conf 'warm-pppd = false'
	server_start
	check "whatever is in the file, to a pppd that is started" try_all
	server_stop
fi
conf
server_start
check "whatever is in the file means the same to a copy" try_all
check "a call of one of $USERS users reads its line" reads_a_line
check "... and the file as it is" changes
check "others may read the file: said" is_warned
check "an empty file: said" is_empty
if pppd --version 2>&1 | grep -q ' 2\.4\.'; then
	skip "another file" "pppd 2.4.9 has but one"
else
	check "another file" other_file
fi
check "nothing is left" nothing_left
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
