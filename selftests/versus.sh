#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Beside the kernel's own pptp.ko, in the same boot and by what both have: the socket
# ABI, the rows of enhanced GRE, and TCP with MPPE over a path that reorders, loses
# and doubles.
#
# need_module's arguments are for the module and none of ours.
# shellcheck disable=SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

# How long TCP sends, and how much more must come than with pptp.ko. An emulated machine
# by itself has 3.3 to 4.5 times as much; one whose host is busy is limited by its
# processors, which slows down the faster of the two.
readonly SECONDS_OF_TCP=10 TIMES=2

pptp_loaded()
{
	grep -q '^pptp ' /proc/modules
}

# namespaces of its own for each module, with nothing left of the other's
prepare()
{
	local name

	for name in a p; do
		ip netns del "$NS_PREFIX$name" 2>/dev/null || true
		ip netns add "$NS_PREFIX$name"
		ns "$name" ip link set lo up
	done
	ns_link a 192.0.2.1/24 p 192.0.2.2/24
	ns a ip addr add 192.0.2.5/24 dev to-p
	ns p ip addr add 192.0.2.6/24 dev to-a
}

# play MODULE: leaves the score in rows.MODULE
play()
{
	prepare
	python3 ./gre_rows.py "$NS_PREFIX"{a,p} "$1" >"$dir/rows"
	grep '^#' "$dir/rows"
	tail -n 1 "$dir/rows" >"$dir/rows.$1"
}

# tcp MODULE: leaves octets and errors in tcp.MODULE. The path is so long that it, and not
# the processor of this machine, says how much fits through it.
tcp()
{
	prepare
	python3 ./mppe_tunnel.py "$NS_PREFIX"{a,p} "$SECONDS_OF_TCP" \
		ip netns exec "${NS_PREFIX}a" tc qdisc add dev to-p root netem \
		delay 15ms reorder 25% loss 1% duplicate 1% limit 10000 >"$dir/tcp.$1"
}

# abi MODULE: in a namespace of its own
abi()
{
	ip netns del "${NS_PREFIX}a" 2>/dev/null || true
	ip netns add "${NS_PREFIX}a"
	ns a ip link set lo up
	if ! ns a python3 ./abi_plain.py >"$dir/abi.$1"; then
		not_ok "the ABI of $1" "$(grep -A 1 "^not ok" "$dir/abi.$1")"
	fi
	diag "$1: $(grep -c "^ok" "$dir/abi.$1") points of the ABI"
}

has_netem()
{
	ns a tc qdisc add dev lo root netem delay 1ms 2>/dev/null &&
		ns a tc qdisc del dev lo root
}

# run_both FUNCTION: calls it with each module loaded in turn
run_both()
{
	local what=$1

	insmod "$PPTP_KO"
	"$what" pptp.ko || { rmmod pptp; return 1; }
	wait_for 60 rmmod pptp
	insmod "$PPTP_MUX_BUILD/pptp-mux.ko"
	"$what" pptp-mux || { wait_for 60 rmmod pptp_mux; return 1; }
	wait_for 60 rmmod pptp_mux
}

rows()
{
	local ours theirs all

	run_both play || { not_ok "rows" "a module could not be played with"; return; }
	read -r ours all <"$dir/rows.pptp-mux"
	read -r theirs _ <"$dir/rows.pptp.ko"
	diag "rows: pptp-mux $ours of $all, pptp.ko $theirs of $all"
	if [ "$ours" -eq "$all" ]; then
		ok "every row by sockets and PPP alone"
	else
		not_ok "every row by sockets and PPP alone" "$ours of $all"
	fi
	if [ "$theirs" -le "$ours" ] && [ "$theirs" -gt 0 ]; then
		ok "pptp.ko does no more than that"
	else
		not_ok "pptp.ko does no more than that" "$theirs"
	fi
}

# Its points are of one kind: a program that was written for pptp.ko
same_abi()
{
	run_both abi || { not_ok "the ABI" "a module could not be loaded"; return; }
	if cmp "$dir/abi.pptp.ko" "$dir/abi.pptp-mux"; then
		ok "the ABI is the same"
	else
		not_ok "the ABI is the same" "$(diff "$dir/abi.pptp.ko" "$dir/abi.pptp-mux")"
	fi
}

# Prints what came through; fails if that is too little
enough()
{
	read -r ours errors <"$dir/tcp.pptp-mux"
	read -r theirs _ <"$dir/tcp.pptp.ko"
	diag "TCP for $SECONDS_OF_TCP s with MPPE, 25 % reordered, 1 % lost, 1 % doubled:" \
		"pptp-mux $((ours / 125 / SECONDS_OF_TCP)) kbit/s," \
		"pptp.ko $((theirs / 125 / SECONDS_OF_TCP)) kbit/s"
	[ "$ours" -gt 0 ] && [ "$ours" -ge $((TIMES * theirs)) ]
}

# Once more if it is too little: this machine may have had other things to do
bad_path()
{
	local ours theirs errors try

	for try in 1 2; do
		run_both tcp || { not_ok "TCP" "a tunnel could not be made"; return; }
		! enough || break
	done
	if enough >/dev/null; then
		ok "TCP over a bad path, $TIMES times as much as with pptp.ko"
	else
		not_ok "TCP over a bad path, $TIMES times as much as with pptp.ko" \
			"$ours octets, and $theirs"
	fi
	if [ "$errors" -eq 0 ]; then
		ok "nothing that could not be decrypted"
	else
		not_ok "nothing that could not be decrypted" "$errors errors"
	fi
}

need_root
need_command ip tc python3 insmod rmmod modinfo
[ -e "$PPTP_MUX_BUILD/pptp-mux.ko" ] || skip_all "build it first: make"
if module_loaded && ! wait_for 60 rmmod pptp_mux; then
	skip_all "pptp-mux is in use: hang up the calls"
fi
pptp_loaded && skip_all "pptp is loaded: rmmod pptp"
PPTP_KO=$(modinfo -n pptp 2>/dev/null) || skip_all "this kernel has no pptp.ko"
[ -e "$PPTP_KO" ] || skip_all "this kernel has pptp built in"

dir=$(mktemp -d)
defer rm -r "$dir"
for name in a p; do
	ns_new "$name"
done
modprobe -a ppp_generic pppox gre 2>/dev/null || true
same_abi
rows
if modprobe ppp_mppe 2>/dev/null && has_netem; then
	bad_path
else
	skip "TCP over a bad path" "this kernel has no MPPE or no netem"
fi
tap_end
