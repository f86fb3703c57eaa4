#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm sid debug
#
# The ABI: of the sockets (abi.py) and of the module, which shares GRE version 1
# with nobody and stays while there are calls.
#
# Functions are called by check, which shellcheck does not see; need_module's
# arguments are for the module and none of ours.
# shellcheck disable=SC2317,SC2119
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/lib.sh
. ./lib.sh

KO=$PPTP_MUX_BUILD/pptp-mux.ko

need_root
need_command ip python3 insmod rmmod modinfo
[ -x "$CTL" ] || skip_all "build it first: make -C tools"
[ -e "$KO" ] || skip_all "build it first: make"

load()
{
	insmod "$KO" "$@"
}

pptp_loaded()
{
	grep -q '^pptp ' /proc/modules
}

# errexit does not see the end of "! COMMAND"
fails()
{
	if "$@"; then
		echo "no failure of: $*"
		return 1
	fi
}

set_parameter()
{
	echo "$1" >/sys/module/pptp_mux/parameters/slots
}

# slots_are NAMESPACE NUMBER
slots_are()
{
	ns "$1" "$CTL" --json table | grep "\"slots\":$2,"
}

bad_parameter()
{
	local value

	for value in 0 65536 -1 4294967297 many; do
		if load slots="$value"; then
			echo "slots=$value was taken"
			rmmod pptp_mux
			return 1
		fi
	done
}

parameter_is_honoured()
{
	load slots=3
	ns_fresh a
	slots_are a 3
	ns_fresh b
	set_parameter 7
	slots_are b 7
	slots_are a 3
	fails set_parameter 65536
	fails set_parameter 0
	[ "$(cat /sys/module/pptp_mux/parameters/slots)" -eq 7 ]
	rmmod pptp_mux
	load slots=65535
	ns_fresh a
	slots_are a 65535
	rmmod pptp_mux
}

# As ns_new, but it may exist: one whose table is still to be made
ns_fresh()
{
	ip netns del "$NS_PREFIX$1" 2>/dev/null || true
	ip netns add "$NS_PREFIX$1"
	ip -n "$NS_PREFIX$1" link set lo up
}

refusals_in_log()
{
	dmesg | grep -c 'pptp_mux: pptp.ko is loaded and owns GRE version 1' || true
}

pptp_is_in_the_way()
{
	local before

	before=$(refusals_in_log)
	insmod "$PPTP_KO"
	if load; then
		echo "pptp-mux was loaded beside pptp"
		rmmod pptp_mux pptp
		return 1
	fi
	rmmod pptp
	[ "$(refusals_in_log)" -eq $((before + 1)) ]
	dmesg | grep 'rmmod pptp' | tail -n 1
	load
	rmmod pptp_mux
}

pptp_does_not_come_in()
{
	load
	if insmod "$PPTP_KO"; then
		echo "pptp was loaded beside pptp-mux"
		rmmod pptp
		return 1
	fi
	ns a python3 ./pppox_call.py --peer 127.0.0.1
	wait_for 60 unload
}

# hold NAMESPACE: a call in it until $hold is closed
hold()
{
	mkfifo "$dir/hold"
	ip netns exec "$NS_PREFIX$1" python3 ./pppox_call.py --peer 127.0.0.1 --hold \
		<"$dir/hold" >"$dir/call" &
	holder=$!
	exec {hold}>"$dir/hold"
	rm "$dir/hold"
	wait_for 60 test -s "$dir/call"
}

no_unload_with_a_call()
{
	load
	hold a
	fails rmmod pptp_mux
	module_loaded
	exec {hold}>&-
	wait "$holder"
	wait_for 60 unload
}

# The namespace has no name any more, but lives until its last call has gone
namespace_of_a_killed_process()
{
	rm "$dir/call"
	load
	ns_fresh a
	hold a
	ip netns del "${NS_PREFIX}a"
	fails rmmod pptp_mux
	kill -KILL "$holder"
	wait "$holder" || true
	exec {hold}>&-
	wait_for 60 unload
}

# Its points are shown below the one that they make together
sockets()
{
	ns b python3 ./abi.py | sed 's/^/    /'
}

dir=$(mktemp -d)
defer rm -r "$dir"
for name in a b; do
	ns_new "$name"
done

# Its last calls may still be on their way out
if module_loaded && wait_for 60 rmmod pptp_mux; then
	defer modprobe pptp-mux
fi
if module_loaded || pptp_loaded; then
	skip "the module itself" "it is in use: hang up the calls, rmmod pptp-mux or pptp"
else
	# They may be built in: insmod is the judge
	modprobe -a ppp_generic pppox gre 2>/dev/null || true
	defer unload
	check "slots= out of range" bad_parameter
	check "slots= is honoured" parameter_is_honoured
	check "no unload while there is a call" no_unload_with_a_call
	check "a namespace ends with a killed process" namespace_of_a_killed_process
	if PPTP_KO=$(modinfo -n pptp 2>/dev/null) && [ -e "$PPTP_KO" ]; then
		check "pptp.ko is in the way" pptp_is_in_the_way
		ns_fresh a
		check "pptp.ko does not come in" pptp_does_not_come_in
	else
		skip "pptp.ko is in the way" "this kernel has no pptp.ko"
		skip "pptp.ko does not come in" "this kernel has no pptp.ko"
	fi
fi

need_module
if sockets; then
	ok "sockets"
else
	not_ok "sockets"
fi
tap_end
