#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: hand
#
# accel-ppp, which Debian does not have, as a server on this module: its calls are the
# module's, and the module encrypts them. It is called by pppd with the plugin and by
# pptp-linux.
#
# ACCEL_PPPD=FILE (accel-pppd): where it is
#
# Functions are called by check, which shellcheck does not see; need_module's
# arguments are for the module and none of ours.
# shellcheck disable=SC2317,SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

ACCEL_PPPD=${ACCEL_PPPD:-accel-pppd}
OCTETS=500000

accel_conf()
{
	cat >"$dir/accel.conf" <<-CONF
		[modules]
		log_file
		pptp
		auth_mschap_v2
		chap-secrets
		ippool
		[core]
		thread-count=2
		log-error=$dir/accel.log
		[log]
		log-file=$dir/accel.log
		level=5
		[ppp]
		verbose=1
		mppe=require
		ipv4=require
		ipv6=deny
		[client-ip-range]
		10.9.0.0/16
		[pptp]
		bind=$SERVER
		verbose=1
		[chap-secrets]
		chap-secrets=/etc/ppp/chap-secrets
		gw-ip-address=$INNER
		[ip-pool]
		gw-ip-address=$INNER
		${POOL[0]}-${POOL[-1]##*.}
	CONF
}

accel_start()
{
	accel_conf
	: >"$dir/accel.log"
	ip netns exec "${NS_PREFIX}s" "$ACCEL_PPPD" -c "$dir/accel.conf" >>"$dir/accel.log" 2>&1 &
	accel=$!
	defer kill -KILL "$accel"
}

accel_stop()
{
	kill "$accel"
	wait "$accel" || true
}

# Both directions of the server's end are the module's, and each packet had a key
encrypted_by_us()
{
	json s 'len(j["calls"]) == 1 and all(c["bits"] == 128 and c["mode"] == "stateless" and c["keys"]
		for c in (j["calls"][0]["tx_cipher"], j["calls"][0]["rx_cipher"]))' calls -s
}

no_call()
{
	json s 'j["calls"] == []' calls
}

carries()
{
	"$@" || { tail -n 20 "$dir/accel.log" "$dir/c1.log"; false; }
	reach c1
	encrypted_by_us
	transfer "$OCTETS"
	hang_up c1
	wait_for "$PATIENCE" no_call
}

# Each carries data at once, one after the other
many()
{
	local i

	for ((i = 0; i < 20; i++)); do
		dial c1
		ns c1 "${PING[@]}" -c 1 -W 20 "$INNER"
		hang_up c1
	done
}

command -v "$ACCEL_PPPD" >/dev/null || skip_all "no accel-pppd: build and install accel-ppp"
dial_setup 1
accel_start
check "it serves" wait_for "$PATIENCE" listens s
check "called by pppd with the plugin" carries dial c1
check "called by pptp-linux" carries dial_pptp_linux c1
check "twenty calls in a row" many
accel_stop
check "no call is left" wait_for "$PATIENCE" no_call
tap_end
