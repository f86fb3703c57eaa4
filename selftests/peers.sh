#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Real peers that dial.sh does not have: the plugin's dialler and Debian's pptpd, which
# carries GRE in user space; and two calls on one control connection to pptpmuxd, with a
# pppd on each.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly PPTPD=10.8.0.1 PPTPD_INNER=192.168.88.1 OCTETS=500000

# In namespace p, for c1
pptpd_start()
{
	ns_new p
	ns_link p "$PPTPD/24" c1 10.8.0.2/24
	defer end_processes p
	cat >"$dir/pptpd.conf" <<-CONF
		option $dir/pptpd.options
		listen $PPTPD
		localip $PPTPD_INNER
		remoteip 192.168.88.10-12
		noipparam
	CONF
	cat >"$dir/pptpd.options" <<-CONF
		name pptpd
		logfile $dir/pptpd.log
		auth
		require-mschap-v2
		require-mppe-128
		nomppe-stateful
		noipv6
		novj
		nobsdcomp
		nodeflate
		mtu 1400
		mru 1400
		lcp-restart 1
		lcp-max-terminate 1
		chap-restart 1
		ipcp-restart 1
	CONF
	ip netns exec "${NS_PREFIX}p" pptpd --fg --conf "$dir/pptpd.conf" \
		--pidfile "$dir/pptpd.pid" >/dev/null 2>&1 &
	pptpd=$!
	wait_for "$PATIENCE" listens p
}

only_pptpd()
{
	[ "$(ip netns pids "${NS_PREFIX}p")" = "$pptpd" ]
}

dial_pptpd()
{
	dial c1 pptp_server "$PPTPD" "$@"
}

# Both say so, and our end's kernel has the call
encrypted()
{
	grep 'MPPE 128-bit stateless compression enabled' "$dir/c1.log"
	grep 'MPPE 128-bit stateless compression enabled' "$dir/pptpd.log"
	json c1 'len(j["calls"]) == 1 and j["calls"][0]["peer"] == "'"$PPTPD"'"' calls
}

reach_pptpd()
{
	ns c1 "${PING[@]}" -c 3 -i 0.2 -W 20 "$PPTPD_INNER"
	ns c1 "${PING[@]}" -c 3 -i 0.2 -W 20 -s 1300 "$PPTPD_INNER"
	ns p "${PING[@]}" -c 3 -i 0.2 -W 20 "$(client_address c1)"
}

pptpd_is_idle()
{
	wait_for "$PATIENCE" only_pptpd
	nothing_left_in c1
}

# What pptpctrl tells when its pppd ends, the client takes for the end of its call
pptpd_hangs_up()
{
	dial_pptpd
	kill "$(pgrep -x pppd --ns "$pptpd" --nslist net)"
	wait_for "$PATIENCE" no_process c1
	pptpd_is_idle
}

# pppd's status says so (19), or that nobody has answered its Terminate-Request in time
# (16): pptpd ends its own pppd together with the call.
wrong_password()
{
	local rc=0

	: >"$dir/c1.log"
	dial_pptpd password wrong || rc=$?
	cat "$dir/c1.log"
	grep 'CHAP authentication failed' "$dir/c1.log"
	[ "$rc" -eq 19 ] || [ "$rc" -eq 16 ]
	pptpd_is_idle
}

two_calls()
{
	grep -v '^pptp_server' "$dir/options" >"$dir/options.call"
	ns c1 python3 ./peers.py "$SERVER" 10.9.1.2 "$INNER" "$dir/options.call"
	wait_for "$PATIENCE" no_process c1
}

dial_setup 1
if command -v pptpd >/dev/null; then
	pptpd_start
fi
server_conf 'slots = 4' 'usage = { "all receive" }'
server_start

check "two calls on one control connection" two_calls
check "nothing is left" nothing_left
if command -v pptpd >/dev/null; then
	check "pptpd: the plugin dials it" dial_pptpd
	check "pptpd: encrypted" encrypted
	check "pptpd: pings both ways" reach_pptpd
	check "pptpd: TCP both ways, content verified" transfer "$OCTETS" p "$PPTPD_INNER"
	check "pptpd: the client hangs up" hang_up c1
	check "pptpd: nothing is left" pptpd_is_idle
	check "pptpd: hangs up" pptpd_hangs_up
	check "pptpd: refuses a wrong password" wrong_password
else
	skip "pptpd" "there is none: scripts/check brings it into its guests"
fi
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
