#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The demonstration, inside the virtual machine: see scripts/demo.
#
# Three hosts in network namespaces of their own, on one wire: a server, and two
# clients. Every step waits for what it is for, and ends the script if that does
# not come.
set -euo pipefail

BUILD=${PPTP_MUX_BUILD:-/build}
PLUGIN=$BUILD/tools/pppd-plugin/pptp_mux.so
SERVER=203.0.113.1 INNER=192.168.77.1
PATIENCE=60

tell()
{
	printf '\n== %s\n' "$*"
}

note()
{
	printf '   %s\n' "$*"
}

fail()
{
	printf '\nFAILED: %s\n' "$1"
	tail -n 15 /tmp/pptpmuxd.log /tmp/*.pppd 2>/dev/null || true
	exit 1
}

# await WHAT COMMAND...: polls, as nothing here takes a known time
await()
{
	local what=$1 end=$((SECONDS + PATIENCE))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "$what did not come within $PATIENCE s"
		sleep 0.1
	done
}

on()
{
	local host=$1

	shift
	ip netns exec "$host" "$@"
}

ctl()
{
	on server "$BUILD/tools/pptpmuxctl/pptpmuxctl" "$@"
}

show()
{
	printf '   # %s\n' "pptpmuxctl $*"
	ctl "$@" | sed 's/^/   /'
}

# ---- set-up ----

host_new()
{
	ip netns add "$1"
	on "$1" ip link set lo up
	ip link add eth0 netns "$1" type veth peer name "to-$1" netns server
	on server ip link set "to-$1" master wire up
	on "$1" ip addr add "$2/24" dev eth0
	on "$1" ip link set eth0 up
}

hosts_new()
{
	ip netns add server
	on server ip link set lo up
	on server ip link add wire type bridge
	on server ip addr add "$SERVER/24" dev wire
	on server ip link set wire up
	host_new alice 203.0.113.10
	host_new bob 203.0.113.20
}

module_load()
{
	modprobe -a ppp_generic pppox gre ppp_async ppp_synctty
	insmod "$BUILD/pptp-mux.ko"
	note "$(modinfo -F description "$BUILD/pptp-mux.ko"): loaded into Linux $(uname -r)"
}

secrets_write()
{
	mkdir -p /etc/ppp
	cat >/etc/ppp/chap-secrets <<-CONF
		alice * wonderland *
		bob * builder *
	CONF
	chmod 600 /etc/ppp/chap-secrets
}

server_start()
{
	cat >/tmp/pptpmuxd.conf <<-CONF
		localip = "$INNER"
		remoteip = { "192.168.77.10-192.168.77.19" }
		plugin = "$PLUGIN"
		slots = 4
		usage = { "VPN1-3 receive", "VPN4 dial-out" }
	CONF
	sed 's/^/   | /' /tmp/pptpmuxd.conf
	ip netns exec server "$BUILD/tools/pptpmuxd/pptpmuxd" -f /tmp/pptpmuxd.conf 2>/tmp/pptpmuxd.log &
	daemon=$!
	await "pptpmuxd" grep -q 'listens on TCP port' /tmp/pptpmuxd.log
}

events_follow()
{
	ip netns exec server "$BUILD/tools/pptpmuxctl/pptpmuxctl" events >/tmp/events 2>/tmp/events.err &
	follower=$!
	await "pptpmuxctl events" grep -q following /tmp/events.err
}

# ---- calls ----

address()
{
	ip -n "$1" -4 -o addr | awk '$2 ~ /^ppp/ && !seen++ { print $4 }'
}

is_up()
{
	[ -n "$(address "$1")" ]
}

is_down()
{
	[ -z "$(ip netns pids "$1")" ] && ! is_up "$1"
}

# dial HOST PASSWORD OPTION...: MS-CHAPv2 and MPPE-128, or nothing
dial()
{
	local host=$1 password=$2 began=${EPOCHREALTIME/./}

	shift 2
	ip netns exec "$host" pppd "$@" user "$host" password "$password" noauth nodetach \
		refuse-pap refuse-chap refuse-mschap refuse-eap require-mppe-128 \
		noipdefault nodefaultroute noipv6 >"/tmp/$host.pppd" 2>&1 &
	await "$host's call" is_up "$host"
	note "$host: up after $(((${EPOCHREALTIME/./} - began) / 1000)) ms, has $(address "$host")," \
		"$(grep -m 1 -o 'MPPE 128-bit stateless' "/tmp/$host.pppd" || echo 'no MPPE')"
	grep -q 'MPPE 128-bit stateless' "/tmp/$host.pppd" || fail "$host's call is not encrypted"
}

dial_alice()
{
	dial alice wonderland pty "pptp $SERVER --nolaunchpppd"
}

dial_bob()
{
	dial bob builder plugin "$PLUGIN" pptp_server "$SERVER"
}

hang_up()
{
	ip netns pids "$1" | xargs kill
	await "the end of $1's call" is_down "$1"
}

# ---- traffic ----

pings()
{
	local from=$1 to=$2

	on "$from" ping -q -c 5 -i 0.2 -W 10 "$to" >/tmp/ping || fail "no answer from $to to $from"
	note "$from -> $to: $(grep -o '.*received' /tmp/ping), $(sed -n 's/^rtt //p' /tmp/ping)"
}

throughput()
{
	local host=$1 what=$2

	shift 2
	on "$host" iperf3 -c "$INNER" -n 2M "$@" >/tmp/iperf || fail "no TCP from $host"
	note "$host $what: $(awk '/receiver/ { print $7, $8 }' /tmp/iperf) of TCP (everything emulated)"
}

traffic()
{
	local host

	ip netns exec server iperf3 -s -B "$INNER" >/dev/null 2>&1 &
	listener=$!
	await "iperf3" sh -c "ip netns exec server ss -ltn | grep -q :5201"
	for host in alice bob; do
		pings "$host" "$INNER"
		pings server "$(address "$host" | sed 's,/.*,,')"
		throughput "$host" sends
		throughput "$host" receives -R
	done
	kill "$listener"
}

# ---- the end ----

all_free()
{
	ctl --json table | grep -q '"free": *4'
}

server_stop()
{
	kill "$daemon"
	wait "$daemon" || fail "pptpmuxd ended with $?"
	await "the end of bob's call" is_down bob
	await "free slots" all_free
	kill "$follower"
	[ -z "$(ip netns pids server)" ] || fail "a process is left on the server"
	! ip -n server -o link | grep -q ' ppp' || fail "an interface is left on the server"
	note "pptpmuxd ended with 0: no process, no interface, no slot is left"
	rmmod pptp_mux
	note "the module is unloaded"
}

slot_of()
{
	ctl slots | awk -v a="$1" 'index($0, a) && !seen++ { print $1 }'
}

# The server hears of the end a moment after the client
has_no_slot()
{
	[ -z "$(slot_of "$1")" ]
}

tell "The module"
module_load
tell "Server $SERVER with four slots; VPN4 may not receive calls"
hosts_new
secrets_write
server_start
events_follow
tell "alice dials with pptp-linux, Debian's user-space client"
dial_alice
tell "bob dials with pppd and pptp_mux.so: the kernel carries his packets too"
dial_bob
tell "Traffic, both ways, encrypted"
traffic
tell "The slots, and the calls in them"
show slots
show calls -s
tell "alice hangs up, and dials again: the next free slot, not the one just freed"
first=$(slot_of 203.0.113.10)
hang_up alice
await "the end of the call in $first" has_no_slot 203.0.113.10
dial_alice
second=$(slot_of 203.0.113.10)
show slots
[ "$first" != "$second" ] || fail "alice is in $first again, while another was free"
pings alice "$INNER"
tell "The server is told to end (SIGTERM)"
server_stop
tell "What the server's administrator was told (pptpmuxctl events)"
sed 's/^/   /' /tmp/events

cat <<SUMMARY

Summary
   alice (pptp-linux):     called twice, in $first and then in $second
   bob (pppd with plugin): called once, and was hung up by the server
   all calls:              MS-CHAPv2, MPPE 128-bit stateless, traffic both ways
   afterwards:             nothing left, module unloaded
SUMMARY
