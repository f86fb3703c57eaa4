# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Helpers of the kselftest scripts, to be sourced under set -euo pipefail. Points
# are counted as they come, and tap_end prints the plan, so nobody keeps a number.
#
#   check NAME COMMAND [ARG...]    a point: ok if COMMAND, run in a subshell, exits 0
#   refuse NAME COMMAND [ARG...]   a point: ok if COMMAND exits 1 to 125
#   ok NAME | not_ok NAME [WHY] | skip NAME WHY
#   wait_for SECONDS COMMAND...    polls, and rests as long as that took; fails when
#                                  the time is over
#   defer COMMAND [ARG...]         runs at exit, the last deferred first
#   ns_new NAME                    a namespace with lo up; $NS_PREFIX is unique
#   ns NAME COMMAND [ARG...]       runs COMMAND in it
#   ns_link NAME ADDR/LEN NAME ADDR/LEN   a veth pair between two of them
#   need_root, need_command C..., need_module    or the whole script is skipped
#   skip_all WHY, tap_end
#
# A script fails, whatever its points say, if it leaves an account wrong, or the module
# in use: see its_end().

readonly KSFT_FAIL=1 KSFT_SKIP=4

tap_points=0
tap_failed=0
tap_skipped=0
tap_ended=no
deferred=()
NS_PREFIX="pmux$$-"
SELFTESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PPTP_MUX_BUILD=${PPTP_MUX_BUILD:-$(dirname "$SELFTESTS")}
CTL=${CTL:-$PPTP_MUX_BUILD/tools/pptpmuxctl/pptpmuxctl}
# The tree may be read-only, and then Python would try to cache in vain
export PYTHONDONTWRITEBYTECODE=1
export SELFTESTS PPTP_MUX_BUILD CTL NS_PREFIX

echo "TAP version 13"

diag()
{
	echo "# ${*//$'\n'/$'\n# '}"
}

ok()
{
	tap_points=$((tap_points + 1))
	echo "ok $tap_points $1"
}

not_ok()
{
	tap_points=$((tap_points + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_points $1"
	if [ -n "${2-}" ]; then
		diag "$2"
	fi
}

skip()
{
	tap_points=$((tap_points + 1))
	tap_skipped=$((tap_skipped + 1))
	echo "ok $tap_points $1 # SKIP $2"
}

skip_all()
{
	tap_ended=yes
	echo "1..0 # SKIP $1"
	exit $KSFT_SKIP
}

tap_end()
{
	tap_ended=yes
	echo "1..$tap_points"
	echo "# Totals: pass:$((tap_points - tap_failed - tap_skipped))" \
	     "fail:$tap_failed xfail:0 xpass:0 skip:$tap_skipped error:0"
	if [ "$tap_points" -eq 0 ] || [ "$tap_failed" -ne 0 ]; then
		exit $KSFT_FAIL
	fi
	exit 0
}

# Runs a command with its output kept, so that a good point stays one line. It
# is run in a subshell with errexit on and outside of any condition, so that a
# function as the command stops at its first failing line.
tap_run()
{
	set +e
	tap_output=$(set -e; "$@" 2>&1)
	tap_rc=$?
	set -e
}

check()
{
	local name=$1

	shift
	tap_run "$@"
	if [ "$tap_rc" -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "exit code $tap_rc of: $*
$tap_output"
	fi
}

# 126 and above is no refusal: not found, or killed by a signal
refuse()
{
	local name=$1

	shift
	tap_run "$@"
	if [ "$tap_rc" -ge 1 ] && [ "$tap_rc" -le 125 ]; then
		ok "$name"
	else
		not_ok "$name" "exit code $tap_rc, expected a refusal, of: $*
$tap_output"
	fi
}

# A pipe that nobody writes to: to read from it is to sleep, without a process
exec {tap_pipe}<> <(:)

# nap MICROSECONDS
nap()
{
	local seconds

	printf -v seconds '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000))
	read -r -t "$seconds" -u "$tap_pipe" || true
}

# To ask costs processes, and those who are waited for need the processor too
wait_for()
{
	local end=$((SECONDS + $1 + 1)) asked took

	shift
	while asked=${EPOCHREALTIME//[!0-9]/}; ! "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			return 1
		fi
		took=$((${EPOCHREALTIME//[!0-9]/} - asked))
		nap $((took > 50000 ? took : 50000))
	done
}

defer()
{
	deferred+=("$(printf '%q ' "$@")")
}

undo()
{
	local i

	for ((i = ${#deferred[@]} - 1; i >= 0; i--)); do
		eval "${deferred[i]}" >/dev/null 2>&1 || true
	done
}

module_loaded()
{
	grep -q '^pptp_mux ' /proc/modules
}

# How many hold the module; 0 if it is not loaded
module_uses()
{
	cat /sys/module/pptp_mux/refcnt 2>/dev/null || echo 0
}

module_idle()
{
	[ "$(module_uses)" -eq 0 ]
}

# Calls of somebody else may be there on a machine that is not a guest
uses_before=$(module_uses)
# Seconds in which calls that have ended are taken down
UNLOAD_TIME=${UNLOAD_TIME:-60}
waited_for_unload=no

# While there still are the calls and namespaces that the script has made
accounts_right()
{
	local wrong

	if ! module_loaded || [ ! -x "$CTL" ] || ! command -v python3 >/dev/null; then
		return 0
	fi
	wrong=$(python3 -S "$SELFTESTS/accounts.py" check 30 2>&1) && return
	diag "accounts are wrong at the end:
$wrong"
	return 1
}

# What has been undone holds the module no more, once its calls have been taken down
nothing_pinned()
{
	if [ "$uses_before" -ne 0 ] || module_idle; then
		return 0
	fi
	if [ "$waited_for_unload" = no ] && wait_for "$UNLOAD_TIME" module_idle; then
		return 0
	fi
	diag "the module is still in use: $(python3 -S "$SELFTESTS/accounts.py" holders 2>&1)"
	return 1
}

# The end of every script, whatever it is about
its_end()
{
	local rc=$?

	trap - EXIT
	accounts_right || rc=$KSFT_FAIL
	undo
	nothing_pinned || rc=$KSFT_FAIL
	if [ "$tap_ended" = no ]; then
		echo "Bail out! the script ended early with exit code $rc"
		rc=$KSFT_FAIL
	fi
	exit "$rc"
}
trap its_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ns_new()
{
	ip netns add "$NS_PREFIX$1"
	defer ip netns del "$NS_PREFIX$1"
	ip -n "$NS_PREFIX$1" link set lo up
}

ns()
{
	local name=$NS_PREFIX$1

	shift
	ip netns exec "$name" "$@"
}

# The peer's half is made in place, so the names never meet in one namespace
ns_link()
{
	ip -n "$NS_PREFIX$1" -batch - <<-IP
		link add to-$3 type veth peer name to-$1 netns $NS_PREFIX$3
		addr add $2 dev to-$3
		link set to-$3 up
	IP
	ip -n "$NS_PREFIX$3" -batch - <<-IP
		addr add $4 dev to-$1
		link set to-$1 up
	IP
}

need_root()
{
	[ "$(id -u)" -eq 0 ] || skip_all "run it as root"
}

need_command()
{
	local c

	for c in "$@"; do
		command -v "$c" >/dev/null || skip_all "install $c"
	done
}

unload()
{
	! module_loaded || rmmod pptp_mux
}

unload_soon()
{
	waited_for_unload=yes
	wait_for "$UNLOAD_TIME" unload
}

# To have the kernel stamp what comes in, as ping does by default, is to have it patch
# its own code at the start and the end of each ping. QEMU 7.2 may run what is half
# patched when it emulates several processors ("Oops: int3" of a kernel 7.2 in
# netif_rx), and it takes time.
readonly PING=(ping -U)

# Takes the module of this build; what was loaded before stays as it is
need_module()
{
	local ko=$PPTP_MUX_BUILD/pptp-mux.ko

	module_loaded && return
	if [ -e "$ko" ]; then
		# They may be built in: insmod is the judge
		modprobe -a ppp_generic pppox gre 2>/dev/null || true
		insmod "$ko" "$@" || skip_all "insmod $ko failed, see dmesg"
	else
		modprobe pptp-mux "$@" || skip_all "no pptp-mux module: build it first"
	fi
	# Its last calls may still be draining; the script may have unloaded it
	defer unload_soon
}
