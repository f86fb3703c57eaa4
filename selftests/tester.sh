#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# pptp-linux can damage the order of what it sends, to test servers: every packet is
# delivered all the same, and in order.
#
# shellcheck disable=SC2317,SC2119 # functions are called by check
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly DATAGRAMS=1000
# Test type 3 of pptp-linux 1.10 loses the packet before those that it reverses: its
# number is never seen on the wire. Once in --test-rate.
readonly -A LOST=([1]=0 [2]=0 [3]=12)

# dial_tester TYPE
dial_tester()
{
	grep -v -e '^plugin' -e '^pptp_server' "$dir/options" >"$dir/options.pty"
	ns c1 pppd file "$dir/options.pty" linkname "${NS_PREFIX}c1" updetach logfile "$dir/c1.log" \
		pty "pptp $SERVER --nolaunchpppd --nohostroute --test-type $1 --test-rate 100" \
		</dev/null >/dev/null 2>&1
	wait_for "$PATIENCE" up c1
}

listens()
{
	[ -n "$(ns s ss -Huln "src $INNER:7778")" ]
}

# in_order TYPE
in_order()
{
	local receiver

	ns s timeout 90 python3 ./tunnel_order.py receive "$INNER" "$DATAGRAMS" "${LOST[$1]}" &
	receiver=$!
	wait_for "$PATIENCE" listens
	ns c1 python3 ./tunnel_order.py send "$INNER" "$DATAGRAMS"
	wait "$receiver"
}

# counted TYPE: the tester has done its work, packets were held for that, and none
# that it has sent was dropped
counted()
{
	json s 'len(j["calls"]) == 1 and j["calls"][0]["rx"]["high"] > 0' calls -s
	if [ "${LOST[$1]}" -eq 0 ]; then
		json s 'j["calls"][0]["stats"]["rx_reordered"] > 0' calls -s
	fi
	json s 'j["calls"][0]["stats"]["rx_drop_late"] == 0' calls -s
	json s "j['calls'][0]['stats']['rx_lost'] <= ${LOST[$1]}" calls -s
}

need_command pptp
dial_setup 1
server_conf
server_start
for type in 1 2 3; do
	check "test type $type: dials in" dial_tester "$type"
	check "test type $type: $DATAGRAMS datagrams, in order" in_order "$type"
	check "test type $type: they had been damaged" counted "$type"
	check "test type $type: hangs up" hang_up c1
	check "test type $type: nothing is left" nothing_left
done
tap_end
