#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Why a call is refused: by RFC 2637's code on the wire, by what pppd tells its
# user, and by what the server's log tells its operator to do.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

busy_is_logged()
{
	log_has 'call refused: all VPN slots that may be used to receive are busy (2 of 2; 0 of another usage, 0 disabled)'
	log_has 'pptpmuxctl resize'
	log_has 'are busy (1 of 2; 0 of another usage, 1 disabled)'
}

no_usage_is_logged()
{
	log_has 'none of the 2 VPN slots may be used to receive (2 of another usage, 0 disabled)'
	log_has 'pptpmuxctl set VPN1 usage +receive'
	log_has 'usage = { "VPN1-2 receive" } in pptpmuxd.conf'
	log_has 'all 2 VPN slots are disabled: enable one, as with "pptpmuxctl set VPN1 enabled yes"'
}

# The advice in the log is a command that works
advice_helps()
{
	ctl s set all enabled no
	ctl s set VPN1 enabled yes
	ctl s set all usage dial-out
	ctl s set VPN1 usage +receive
	dial c1
	hang_up c1
	ctl s set all usage receive enabled yes
}

# told TEXT: pppd fails to dial and says so to its user
told()
{
	local rc=0

	: >"$dir/c1.log"
	dial c1 || rc=$?
	cat "$dir/c1.log"
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	grep -q -e "$1" "$dir/c1.log"
}

told_busy()
{
	# Both slots have to be free, and both addresses
	nothing_left
	dial c2
	dial c3
	told 'refused the call: busy: all VPN slots are taken, or no new calls are wanted (result 4)'
	hang_up c2
	hang_up c3
	wait_for "$PATIENCE" dial c1
	reach c1
	hang_up c1
}

# More slots than addresses
told_no_address()
{
	nothing_left
	ctl s resize 4
	dial c2
	dial c3
	log_mark
	told 'error 717: no address is free'
	wait_for "$PATIENCE" log_has 'event 20050: call ended: error 717: no address is free for alice in pool "default": 2 of 2 in use, 0 set aside'
	log_has 'add a range to remoteip in pptpmuxd.conf'
	hang_up c2
	dial c1
	reach c1
	hang_up c1
	hang_up c3
	nothing_left
	ctl s resize 2
}

told_no_usage()
{
	ctl s set all usage dial-out
	told 'refused the call: not accepted: no VPN slot is set to receive calls'
	ctl s set all usage receive
}

told_no_slot_here()
{
	ctl c1 set all usage receive
	told 'none of the 128 VPN slots may be used to dial-out'
	ctl c1 set all usage receive,dial-out
}

# fails_saying TEXT OPTION...: a client with these options of its own does not get in, and
# the log says why in these words
fails_saying()
{
	local text=$1 rc=0

	shift
	nothing_left
	log_mark
	grep -v -e '^refuse' -e '^require' "$dir/options" >"$dir/options.other"
	ns c1 pppd file "$dir/options.other" linkname "${NS_PREFIX}c1" updetach \
		logfile "$dir/c1.log" "$@" </dev/null >/dev/null 2>&1 || rc=$?
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	wait_for "$PATIENCE" log_has "call ended: $text"
}

pap_only()
{
	fails_saying 'the client offers PAP only, which is not allowed' \
		nomppe refuse-chap refuse-mschap refuse-mschap-v2 refuse-eap
}

weak_mppe()
{
	fails_saying 'the client offers MPPE of 40 or 56 bits only' \
		refuse-pap refuse-chap refuse-mschap refuse-eap require-mppe-40 nomppe-128
}

wrong_password()
{
	fails_saying "the client's name or password is wrong" \
		refuse-pap refuse-chap refuse-mschap refuse-eap password not-this-one
	log_has 'event 691'
}

# Of both directions one is enough to be told of
gre_lost()
{
	local rc=0

	ns "$1" nft -f - <<-NFT
		table ip lost {
			chain in {
				type filter hook input priority 0;
				ip protocol gre drop
			}
		}
	NFT
	fails_saying "$2" refuse-pap refuse-eap || rc=$?
	ns "$1" nft delete table ip lost
	return "$rc"
}

# Of a NAT with several, which has another one for GRE than for TCP
gre_from_elsewhere()
{
	local rc=0

	ns c1 nft -f - <<-NFT
		table ip elsewhere {
			chain out {
				type filter hook output priority 0;
				ip protocol gre ip saddr set 10.9.1.77
			}
		}
	NFT
	fails_saying 'nothing came from the client' refuse-pap refuse-eap || rc=$?
	ns c1 nft delete table ip elsewhere
	log_has 'a NAT with several addresses sends it from another one than TCP'
	return "$rc"
}

# A RADIUS server that nothing answers for; pppd's plugin wants all of these files
radius_conf()
{
	mkdir "$dir/radius"
	printf '%s\n' "$SERVER wrong-or-right" >"$dir/radius/servers"
	: >"$dir/radius/map"
	printf '%s\n' "plugin radius.so" "radius-config-file $dir/radius/conf" >"$dir/radius/options"
	cat >"$dir/radius/dictionary" <<-DICTIONARY
		ATTRIBUTE User-Name 1 string
		ATTRIBUTE NAS-IP-Address 4 ipaddr
		ATTRIBUTE NAS-Port 5 integer
		ATTRIBUTE Service-Type 6 integer
		ATTRIBUTE Framed-Protocol 7 integer
		ATTRIBUTE Calling-Station-Id 31 string
		ATTRIBUTE NAS-Identifier 32 string
		ATTRIBUTE NAS-Port-Type 61 integer
		VENDOR Microsoft 311
		ATTRIBUTE MS-CHAP-Challenge 11 string Microsoft
		ATTRIBUTE MS-CHAP2-Response 25 string Microsoft
	DICTIONARY
	cat >"$dir/radius/conf" <<-CONF
		auth_order radius
		login_tries 1
		login_timeout 5
		radius_timeout 1
		radius_retries 1
		authserver $SERVER:1812
		acctserver $SERVER:1813
		servers $dir/radius/servers
		dictionary $dir/radius/dictionary
		mapfile $dir/radius/map
		seqfile $dir/radius/sequence
	CONF
}

# It is no guess of its clients', however often they come: the second would be too much
radius_down()
{
	fails_saying 'no RADIUS server answers, so nobody can log in' \
		refuse-pap refuse-chap refuse-mschap refuse-eap
	fails_saying 'no RADIUS server answers, so nobody can log in' \
		refuse-pap refuse-chap refuse-mschap refuse-eap
	json s 'not any(s["failed_logins"] for s in j["sources"])' --run-directory "$dir/run" connections
}

told_no_server()
{
	told "cannot connect to $SERVER, TCP port 1723: Connection refused"
}

need_command nft
dial_setup 3
server_conf 'slots = 2' 'usage = { "all receive" }' 'max-calls-per-connection = 3' \
	'max-unauthenticated = 4'
sed -i "s/${POOL[-1]}/${POOL[1]}/" "$dir/pptpmuxd.conf"
server_start

check "all busy: result 4, and a call when one is free" part busy
check "too many on one connection: result 2, error 4" part too_many
check "no slot may receive: result 7, and a call when one may" part no_usage
check "no slot may receive: the log names slots and setting" no_usage_is_logged
check "no address: the call ends in IPCP, with the reason" told_no_address
check "the log's advice helps" advice_helps
check "pppd is told: busy" told_busy
check "pppd is told: no slot may receive" told_no_usage
check "pppd is told: no slot of its own may dial out" told_no_slot_here
check "a client of PAP only is named as such" pap_only
check "one of 40-bit encryption too" weak_mppe
check "and one with a wrong password" wrong_password
check "GRE is lost on the way to the client: which way is said" \
	gre_lost c1 'packets came from the client, and no answer to ours'
check "GRE is lost on the way from the client: that too" \
	gre_lost s 'nothing came from the client: GRE (IP protocol 47) is filtered on the way to here, as none came from another address either'
check "GRE comes from another address than TCP: that too" gre_from_elsewhere
check "nothing is left" nothing_left
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
check "pppd is told: no server" told_no_server

radius_conf
server_conf 'slots = 2' 'usage = { "all receive" }' 'login-failures = 1' \
	"options-file = \"$dir/radius/options\""
server_start
check "a RADIUS server that is down is named, and bans nobody" radius_down
check "nothing is left of that" nothing_left
server_stop
check "pptpmuxd ends again" test "$server_rc" -eq 0
tap_end
