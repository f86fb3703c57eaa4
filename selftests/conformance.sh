#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Control connections by RFC 2637, with scapy's PPTP layer as the peer: a client of
# pptpmuxd, and a server that pppd with the plugin dials (conformance.py).
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly FORGED=10.8.0.1 LOWER=10.8.0.2

# Its points are shown below the one that they make together
conformance()
{
	/usr/bin/python3 ./conformance.py "$NS_PREFIX" "$SERVER" "$FORGED" \
		"$LOWER" 10.9.1.1 10.9.1.2 "$dir" | sed 's/^/    /'
}

# It was logged, and in the line that it belongs to
not_forged()
{
	log_has '[^ ]pptpmuxd: forged'
	! log_has $'^pptpmuxd: forged\\|[\033\r\177]'
}

/usr/bin/python3 -c 'import scapy.layers.pptp' 2>/dev/null ||
	skip_all "install python3-scapy"
dial_setup 1
ns_new f
ns_link f "$FORGED/24" c1 "$LOWER/24"
ip -n "${NS_PREFIX}s" route add "$LOWER" via 10.9.1.2
# What the dialler has to say to a server that does not read must not find much room
ns c1 sysctl -q -w net.ipv4.tcp_wmem='4096 4096 4096'
# All of this comes from one address, and nobody will speak PPP
printf '#!/bin/sh\nexec sleep 1000\n' >"$dir/silent"
chmod +x "$dir/silent"
server_conf 'slots = 200' 'usage = { "all receive, dial-out" }' 'reply-timeout = 3' \
	'max-calls-per-source = 200' 'max-connection-rate = 0' 'login-failures = 0' \
	"pppd = \"$dir/silent\"" 'warm-pppd = false'
server_start

if conformance; then
	ok "RFC 2637, by scapy"
else
	not_ok "RFC 2637, by scapy"
fi
check "no name forges a line of the log" not_forged
check "nothing is left" nothing_left
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
