#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: sid debug
#
# Generic netlink family pptp_mux and pptpmuxctl, which speaks it: hostile
# messages, privileges, dumps, events, namespaces.
#
# Functions are called by check, which shellcheck does not see; need_module's
# arguments are for the module and none of ours.
# shellcheck disable=SC2317,SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

need_root
need_command ip python3 setpriv
[ -x "$CTL" ] || skip_all "build it first: make -C tools"

# Before the module is there
missing_module()
{
	local rc=0

	"$CTL" slots 2>"$dir/err" || rc=$?
	[ "$rc" -eq 3 ]
	grep -q 'modprobe pptp-mux' "$dir/err"
}

# Keeps a call in namespace a until $1 is closed; its JSON goes to $dir/call
hold_call()
{
	mkfifo "$dir/hold"
	ns a python3 ./pppox_call.py --local 192.0.2.1 --peer 192.0.2.2 --peer-id 7 \
		--usage receive --attach --hold <"$dir/hold" >"$dir/call" &
	holder=$!
	exec {hold}>"$dir/hold"
	defer kill "$holder"
	wait_for 60 test -s "$dir/call"
}

# json NAMESPACE EXPRESSION ARG...: of pptpmuxctl's answer, as Python sees it
json()
{
	local name=$1 expression=$2

	shift 2
	ns "$name" "$CTL" --json "$@" |
		python3 -I -S -c 'import json, sys; j = json.load(sys.stdin); assert '"$expression"', j'
}

exits()
{
	local expected=$1 rc=0

	shift
	"$@" >"$dir/out" 2>"$dir/err" || rc=$?
	cat "$dir/out" "$dir/err"
	[ "$rc" -eq "$expected" ]
}

call_is_shown()
{
	local ifname

	ifname=$(python3 -I -S -c 'import json, sys; print(json.load(sys.stdin)["ifname"])' <"$dir/call")
	json a 'len(j["calls"]) == 1
call = j["calls"][0]
assert call["peer"] == "192.0.2.2" and call["peer_id"] == 7, j
assert call["local"] == "192.0.2.1" and call["asked_usage"] == ["receive"], j
assert call["ifname"] == "'"$ifname"'" and call["stats"]["tx_packets"] >= 0' calls -s
	json a 'len(j["calls"]) == 1' calls
	json a 'sum(s["state"] == "connected" for s in j["slots"]) == 1' slots
	ns a "$CTL" slots | grep "connected.*192.0.2.2.*$ifname"
	ns a "$CTL" calls -s | grep rx_drop_late
}

busy_slot_is_named()
{
	local slot

	slot=$(python3 -I -S -c 'import json, sys; print(json.load(sys.stdin)["slot"])' <"$dir/call")
	ns a "$CTL" resize $((slot + 8))
	exits 1 ns a "$CTL" resize $((slot - 1))
	grep -q "VPN$slot " "$dir/err"
	json a 'j["slots"] == '$((slot + 8)) table
}

set_is_read()
{
	ns a "$CTL" set VPN2-3 5 usage demand-dial enabled no quarantine 250
	json a '[s["number"] for s in j["slots"] if s["quarantine_ms"] == 250] == [2, 3, 5]
assert [s["number"] for s in j["slots"] if not s["enabled"]] == [2, 3, 5]' slots
	json a 'j["disabled"] == 3' table
	ns a "$CTL" set 2 usage +receive
	json a 'j["slots"][1]["usage"] == ["receive", "demand-dial"]' slots
	ns a "$CTL" set 2 usage -demand-dial
	json a 'j["slots"][1]["usage"] == ["receive"]' slots
	ns a "$CTL" set all usage receive,dial-out enabled yes quarantine 0
	json a 'all(s["enabled"] and s["usage"] == ["receive", "dial-out"] for s in j["slots"])' slots
}

without_capability()
{
	local as=(setpriv --reuid 65534 --clear-groups --inh-caps=-all --bounding-set=-all)

	exits 0 ns b "${as[@]}" "$CTL" slots
	exits 0 ns b "${as[@]}" "$CTL" table
	exits 4 ns b "${as[@]}" "$CTL" set VPN1 enabled no
	grep -q CAP_NET_ADMIN "$dir/err"
	exits 4 ns b "${as[@]}" "$CTL" resize 5
}

wrong_usage()
{
	exits 2 ns b "$CTL"
	exits 2 ns b "$CTL" bogus
	exits 2 ns b "$CTL" resize 65536
	exits 2 ns b "$CTL" set VPN1 usage everything
	exits 2 ns b "$CTL" set VPN1
	exits 1 ns b "$CTL" set VPN65535 enabled no
	grep -q resize "$dir/err"
}

# follow NAME ARG...: pptpmuxctl events in the background, once it listens
follow()
{
	local name=$1

	shift
	ns b "$CTL" --json events --timeout 120 "$@" >"$dir/$name" 2>"$dir/$name.err" &
	follower=$!
	wait_for 60 grep -q following "$dir/$name.err"
}

events_of_a_call()
{
	follow events --count 3
	ns b python3 ./pppox_call.py --local 127.0.0.1 --peer 127.0.0.1 --cause admin
	wait "$follower"
	python3 - "$dir/events" <<-'PY'
		import json, sys
		claim, connected, hang_up = map(json.loads, open(sys.argv[1]))
		assert [e["type"] for e in (claim, connected, hang_up)] == \
		    ["claim", "connected", "hang-up"], (claim, connected, hang_up)
		assert claim["slot"] == connected["slot"] == hang_up["slot"]
		assert hang_up["cause"] == "admin", hang_up
	PY
}

events_of_a_refusal()
{
	ns b "$CTL" set all usage demand-dial
	follow refusal --count 1
	exits 1 ns b python3 ./pppox_call.py --usage receive
	wait "$follower"
	ns b "$CTL" set all usage receive,dial-out
	python3 - "$dir/refusal" "$dir/out" <<-'PY'
		import json, sys
		event, call = (json.load(open(name)) for name in sys.argv[1:])
		assert event["type"] == "refusal" and event["reason"] == "no-usage", event
		assert event["not_usage"] == event["slots"] > 0, event
		assert event["asked_usage"] == ["receive"], event
		assert call["errno"] == "EACCES", call
		assert all(call["refusal"][k] == event[k] for k in ("slots", "not_usage", "busy")), call
	PY
}

no_event_in_time()
{
	exits 5 ns b "$CTL" events --count 1 --timeout 1
	exits 0 ns b "$CTL" events --timeout 1
}

all_free()
{
	wait_for 60 json a 'j["free"] == j["slots"]' table
}

# Its points are shown below the one that they make together
hostile()
{
	ns c python3 ./netlink_hostile.py | sed 's/^/    /'
}

dir=$(mktemp -d)
defer rm -r "$dir"

if module_loaded; then
	skip "pptpmuxctl without the module" "it is loaded"
else
	check "pptpmuxctl without the module" missing_module
fi
need_module
for name in a b c peer; do
	ns_new "$name"
done
ns_link a 192.0.2.1/30 peer 192.0.2.2/30

# The next call gets a later slot than VPN1, which no table can shrink over
ns a python3 ./pppox_call.py >/dev/null
hold_call
check "a call is shown" call_is_shown
check "a refused resize names the slot" busy_slot_is_named
check "another namespace has no call" json b 'j["calls"] == []' calls
exec {hold}>&-
wait "$holder"
check "the call is hung up, its slot is free" all_free
check "what is set is read" set_is_read
check "without CAP_NET_ADMIN" without_capability
check "wrong usage" wrong_usage
check "events of a call" events_of_a_call
check "an event of a refusal" events_of_a_refusal
check "no event in time" no_event_in_time
if hostile; then
	ok "hostile messages"
else
	not_ok "hostile messages"
fi
tap_end
