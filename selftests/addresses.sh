#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Addresses that are used again always lead to the new call. In Windows NT 4.0 they
# did not once a pool had been used up (Microsoft's Q233048, event 20050); on Linux
# the kernel keeps the first of two routes, and the new call is up and dead.
#
# CALLS=N: how many calls go through a pool of four (12, four at a time)
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

CALLS=${CALLS:-12}
readonly FIRST=192.168.77.20 SECOND=192.168.77.21 CHOSEN=192.168.77.24 BEHIND=10.50.0.0/16 OUTER=10.9.1.2

# pool_conf RANGE LINE...: the pool, and what else is configured
pool_conf()
{
	local range=$1

	shift
	server_conf "$@"
	sed -i "s,^remoteip.*,remoteip = { \"$range\" }," "$dir/pptpmuxd.conf"
}

# Each client is a user of its own
call()
{
	dial "$1" user "$1" "${@:2}"
}

pinged()
{
	ns s ping -c 1 -W 20 "$(client_address "$1")"
}

reached()
{
	ns "$1" ping -c 1 -W 20 "$INNER"
	pinged "$1"
}

# pool NS EXPRESSION: asserts of what pptpmuxctl shows, j in Python
pool()
{
	json "$1" "$2" pool --run-directory "$dir/run"
}

# state_is ADDRESS STATE [USER]: as pptpmuxctl shows it
state_is()
{
	pool s '[(a["state"], a.get("user", "")) for a in j["addresses"] if a["address"] == "'"$1"'"] == [("'"$2"'", "'"${3-}"'")]'
}

leads_to_ppp()
{
	ip -n "${NS_PREFIX}s" route get "$1" | grep ' dev ppp'
}

# In parallel; the exit codes of all
each_client()
{
	local name pids=() rc=0

	for name in c1 c2 c3 c4; do
		"$@" "$name" &
		pids+=($!)
	done
	for name in "${pids[@]}"; do
		wait "$name" || rc=1
	done
	return "$rc"
}

recycled()
{
	local round

	for ((round = 0; round < CALLS / 4; round++)); do
		each_client call
		each_client reached
		[ "$(for name in c1 c2 c3 c4; do client_address "$name"; done | sort -u | wc -l)" -eq 4 ]
		each_client hang_up
		wait_for "$PATIENCE" all_free s
	done
	nothing_left
}

# That the rest of the network is a blackhole, as many have it, is in nobody's way
stale_route()
{
	ns s ip route add "$FIRST" dev to-c2 proto 80
	ns s ip route add blackhole 192.168.77.16/28
	log_mark
	call c1
	reached c1
	leads_to_ppp "$FIRST"
	log_has "address $FIRST: cleaned: its route on to-c2, left of an earlier call"
	ns s ip route del blackhole 192.168.77.16/28
	hang_up c1
	nothing_left
}

lingering_interface()
{
	local hold

	mkfifo "$dir/hold"
	ip netns exec "${NS_PREFIX}s" python3 ./addresses.py "$INNER" "$FIRST" \
		<"$dir/hold" >"$dir/interface" &
	exec {hold}>"$dir/hold"
	rm "$dir/hold"
	wait_for "$PATIENCE" grep ppp "$dir/interface"
	leads_to_ppp "$FIRST"
	log_mark
	call c1
	reached c1
	log_has "address $FIRST: cleaned: its interface on $(cat "$dir/interface")"
	hang_up c1
	exec {hold}>&-
	wait "$!"
	nothing_left
}

# Its turn would come later
chosen_by_secrets()
{
	call c3
	[[ $(client_address c3) = $CHOSEN* ]]
	reached c3
	state_is "$CHOSEN" held c3
	hang_up c3
	wait_for "$PATIENCE" state_is "$CHOSEN" free
	nothing_left
}

# What has not been used yet is next
foreign_route()
{
	ns s ip route add "$SECOND" dev to-c2 proto static
	log_mark
	call c1
	[[ $(client_address c1) != $SECOND* ]]
	reached c1
	log_has "event 20050: address $SECOND is claimed by somebody else: route $SECOND proto static on to-c2"
	state_is "$SECOND" aside
	ns s ip route del "$SECOND" dev to-c2 proto static
	hang_up c1
	nothing_left
}

# pre_up COMMAND...: run in the server's namespace while the call's interface has its
# address and is not up yet; $5 is the client's address
pre_up()
{
	printf '#!/bin/sh\n[ "$4" = %s ] || exit 0\n%s\n' "$INNER" "$*" >/etc/ppp/ip-pre-up
	chmod 700 /etc/ppp/ip-pre-up
}

route_in_between()
{
	pre_up 'ip route add "$5" dev to-c2 proto static'
	log_mark
	call c1
	# the server's end may come up after the client's
	reached c1
	rm /etc/ppp/ip-pre-up
	log_has "replaced: route $(client_address c1 | cut -d / -f 1) proto static on to-c2, which stood in the way"
	hang_up c1
	nothing_left
}

address_in_between()
{
	local rc=0 address

	pre_up 'ip addr add "$5/32" dev lo'
	log_mark
	: >"$dir/c1.log"
	call c1 || rc=$?
	rm /etc/ppp/ip-pre-up
	wait_for "$PATIENCE" no_process c1
	cat "$dir/c1.log"
	grep 'its packets would not reach this client' "$dir/c1.log"
	address=$(ip -n "${NS_PREFIX}s" -4 -o addr show dev lo to 192.168.77.0/24 |
		sed 's,.*inet \([0-9.]*\).*,\1,')
	wait_for "$PATIENCE" log_has "VPN[0-9]* .*: event 20050: call ended: c1 cannot be reached at $address: this host's own address on lo"
	state_is "$address" aside
	ns s ip addr del "$address/32" dev lo
	nothing_left
}

# What pppd did not take away itself, nor the kernel with its interface
killed_pppd()
{
	ns s sysctl -q -w net.ipv4.ip_forward=1
	call c1
	ns c1 ip route add 192.168.77.253 dev ppp0
	ns lan ping -c 1 -W 20 "$FIRST"
	ns s ip neigh show proxy | grep "^$FIRST dev to-lan"
	ns s ip route show "$BEHIND" | grep 'dev ppp'
	kill -KILL "$(server_pppd)"
	wait_for "$PATIENCE" no_process c1
	no_projection
	nothing_left
}

# The tunnel's own packets are not sent into the tunnel
route_to_itself()
{
	log_mark
	call c1
	log_has "warning.*no route $OUTER .*it contains $OUTER, where the tunnel itself leads to"
	ns s ip route get "$OUTER" | grep 'dev to-c1'
	ns s ip route show "$BEHIND" | grep 'dev ppp'
	reached c1
	hang_up c1
	nothing_left
}

no_projection()
{
	[ -z "$(ns s ip neigh show proxy)$(ns s ip route show "$BEHIND")" ]
}

# Both are killed, the call's pppd while nobody looks after it
killed_both()
{
	call c1
	ns s ip neigh show proxy | grep "^$FIRST dev to-lan"
	kill -KILL "$server"
	# one that its client has hung up on already may end before
	server_pids | xargs -r kill -KILL || true
	wait_for "$PATIENCE" no_process c1
}

# pptpmuxd is killed; the client hears of it, but cannot say so
killed_server()
{
	call c1
	client_address c1 | cut -d / -f 1 >"$dir/kept"
	silence c1
	kill -KILL "$server"
	wait_for "$PATIENCE" no_process c1
	[ -n "$(server_pids)" ]
}

keeps_address()
{
	unsilence c1
	log_has 'calls from before the restart: 1 stand and keep their addresses, 0 are gone'
	state_is "$(cat "$dir/kept")" held c1
	call c2
	reached c2
	[[ $(client_address c2) != $(cat "$dir/kept")* ]]
}

# All addresses are in use, one of them by the same user's dead call
takes_over()
{
	log_mark
	call c1
	[[ $(client_address c1) = $(cat "$dir/kept")* ]]
	reached c1
	log_has 'call from before the restart: ended: c1 calls again'
	state_is "$(cat "$dir/kept")" held c1
	hang_up c1
	hang_up c2
}

# A device loses its power without a word, and dials again by another line; three
# times, with two addresses
redials()
{
	local name

	for name in c1 c2 c3; do
		dial "$name" user c1
		reached "$name"
		silence "$name"
		end_processes "$name"
	done
	dial c4 user c1
	reached c4
	log_has 'replaced by VPN[0-9]* .*: its client calls again'
	wait_for "$PATIENCE" pool s '[a["user"] for a in j["addresses"] if a["state"] == "held"] == ["c1"]'
	hang_up c4
	unsilence c1
	unsilence c2
	unsilence c3
	nothing_left
}

# Another server in another namespace gives the same address to another client
two_servers()
{
	local address

	call c1
	address=$(client_address c1)
	pool_conf "${address%/*}"
	ip netns exec "${NS_PREFIX}t" "$PPTPMUXD" -f "$dir/pptpmuxd.conf" >"$dir/other.log" 2>&1 &
	wait_for "$PATIENCE" grep -q 'listens on TCP port' "$dir/other.log"
	dial u user u pptp_server 192.168.78.1
	[ "$(client_address u)" = "$address" ]
	reached c1
	reached_of_other
	pool t '[a["user"] for a in j["addresses"] if a["state"] == "held"] == ["u"]'
	pool s '[a["user"] for a in j["addresses"] if a["state"] == "held"] == ["c1"]'
	hang_up u
	hang_up c1
	kill "$!"
	wait "$!"
	nothing_left
}

reached_of_other()
{
	ns u ping -c 1 -W 20 "$INNER"
	ns t ping -c 1 -W 20 "$(client_address u)"
}

# refused_to_start CODE TEXT REMOTEIP LINE...: 78 if only an administrator can mend it, and
# 1 if to start it again may help
refused_to_start()
{
	local code=$1 text=$2 rc=0

	shift 2
	pool_conf "$@"
	ns s "$PPTPMUXD" -f "$dir/pptpmuxd.conf" >"$dir/start" 2>&1 || rc=$?
	cat "$dir/start"
	[ "$rc" -eq "$code" ]
	grep "pptpmuxd.conf:[0-9]*: .*$text" "$dir/start"
}

joined()
{
	[ "$(grep -c 'its events are followed too' "$dir/events.err")" -gt "$1" ]
}

# server_again: with its events followed
server_again()
{
	local before

	before=$(grep -c 'its events are followed too' "$dir/events.err") || true
	server_start
	wait_for "$PATIENCE" joined "$before"
}

restart()
{
	server_stop
	pool_conf "$@"
	server_again
}

# pptpmuxctl events, from before the first pptpmuxd to after the last
follow_events()
{
	ip netns exec "${NS_PREFIX}s" "$CTL" --json --run-directory "$dir/run" events \
		>"$dir/events" 2>"$dir/events.err" &
	onlooker=$!
	defer kill "$onlooker"
	wait_for "$PATIENCE" grep -q following "$dir/events.err"
}

# Beside the module's, and each as often as the points above bring it about
events_tell()
{
	python3 - "$dir/events" "$FIRST" "$SECOND" <<-'PY'
		import collections, json, sys
		events = [json.loads(line) for line in open(sys.argv[1])]
		first, second = sys.argv[2:]
		count = collections.Counter((e["type"], e.get("event")) for e in events)
		print(count)
		def told(kind, *parts, event=None):
		    assert any(e["type"] == kind and e.get("event") == event and
		               all(part in e["text"] for part in parts)
		               for e in events if "text" in e), (kind, parts)
		assert count["up", None] >= 12 and count["connected", None] >= count["up", None]
		told("cleaned", first, "route on to-c2")
		told("cleaned", first, "interface on ppp")
		told("set-aside", second, "proto static on to-c2", event=20050)
		told("redirected", "proto static on to-c2")
		told("failed", "c1 cannot be reached", "own address on lo", event=20050)
		told("replaced", "its client calls again")
	PY
}

# It is neither waited for, nor are the module's events kept back
events_of_silent()
{
	local rc=0

	kill -STOP "$server"
	ns s timeout 9 "$CTL" --run-directory "$dir/run" events --timeout 3 2>"$dir/silent" || rc=$?
	kill -CONT "$server"
	cat "$dir/silent"
	[ "$rc" -eq 0 ]
	grep 'pptpmuxd runs and does not answer' "$dir/silent"
}

events_without_root()
{
	ns s setpriv --reuid=65534 --clear-groups "$CTL" --run-directory "$dir/run" events \
		--timeout 1 2>"$dir/unprivileged"
	grep 'run it as root to see those of pptpmuxd' "$dir/unprivileged"
}

dial_setup 4
for name in c1 c2 c3 c4 u; do
	printf '%s * %s *\n' "$name" "$PASSWORD"
done >/etc/ppp/chap-secrets
single_session=replace
ns_new lan
ns_link s 192.168.77.254/24 lan 192.168.77.253/24
ns_new t
ns_new u
ns_link t 192.168.78.1/24 u 192.168.78.2/24
defer end_processes t
defer end_processes u

pool_conf 192.168.77.10-192.168.77.13
follow_events
server_again
check "a pool of four, $CALLS calls: each reaches its own client" recycled
restart "$FIRST"
check "a stale route on another interface" stale_route
check "a lingering interface with the same address" lingering_interface
sed -i "s/^c3 .*/c3 * $PASSWORD $CHOSEN/" /etc/ppp/chap-secrets
restart "$FIRST-$CHOSEN"
check "an address of chap-secrets is reserved in the pool" chosen_by_secrets
check "a foreign route: the next address is taken" foreign_route
check "a foreign route while IPCP comes up is replaced" route_in_between
check "a foreign address while IPCP comes up: event 20050, the call ends" address_in_between
restart "$FIRST" 'proxyarp = true' "routes = { \"c1 $BEHIND\", \"c1 $OUTER/32\" }"
check "a route to the client's own address is left out, and named" route_to_itself
check "proxy ARP and a route behind the client; pppd is killed" killed_pppd
check "pppd and pptpmuxd are killed" killed_both
server_again
check "started again: nothing is left" no_projection
restart "$FIRST-$SECOND"
cp "$dir/network" "$dir/idle"
check "pptpmuxd is killed with a call up" killed_server
server_again
# which takes what it finds for how it is when there is no call
mv "$dir/idle" "$dir/network"
check "started again: the call keeps its address" keeps_address
check "its user calls again, with no other address left" takes_over
check "nothing is left" nothing_left
check "the same client dials again without hanging up" redials
check "two namespaces with the same pool" two_servers
check "pptpmuxctl events: pptpmuxd does not answer" events_of_silent
check "pptpmuxctl events: without root" events_without_root
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
check "pptpmuxctl events: what was cleaned, set aside, replaced, refused" events_tell
check "bad configuration: a network that is not ours" refused_to_start 1 \
	'proxyarp for .*: this host is connected to no network' 192.168.99.0/24 'proxyarp = true'
check "bad configuration: the gateway in the pool" refused_to_start 78 \
	"localip $INNER is one of remoteip's" 192.168.77.0/24
tap_end
