# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Canaries: guests that go wrong on purpose, and must be reported for what they
# are. Sourced; needs say.sh, points.sh.

# canary_guest CODE WHY OPTION... -- COMMAND...: scripts/vm must end with CODE and say WHY
canary_guest()
{
	local code=$1 why=$2 got=0
	shift 2

	"$TREE/scripts/vm" --output "$RESULTS/canary" "$@" >"$RESULTS/canary.out" \
		2>"$RESULTS/canary.err" || got=$?
	cat "$RESULTS/canary.out" "$RESULTS/canary.err"
	if [ "$got" -ne "$code" ]; then
		echo "scripts/vm ended with $got instead of $code"
		return 1
	fi
	[ -z "$why" ] || grep -q -- "$why" "$RESULTS/canary.err"
}

canary_stock()
{
	local vm=(--no-build --timeout 90)

	point "canary: nothing wrong" canary_guest 0 '' "${vm[@]}" -- true || true
	point "canary: a failing command" \
		canary_guest 1 'the command ended with 7' "${vm[@]}" -- sh -c 'exit 7' || true
	point "canary: a warning in the log" \
		canary_guest 3 'splat: .*WARNING: canary' "${vm[@]}" -- sh -c 'echo WARNING: canary >/dev/kmsg' || true
	point "canary: a panic" \
		canary_guest 4 'Kernel panic' "${vm[@]}" -- sh -c 'echo c >/proc/sysrq-trigger' || true
	point "canary: a reboot" \
		canary_guest 4 'died before its end marker' "${vm[@]}" -- busybox reboot -f || true
	point "canary: a power-off" \
		canary_guest 4 'died before its end marker' "${vm[@]}" -- busybox poweroff -f || true
	point "canary: a guest that hangs" \
		canary_guest 5 'time-out' --no-build --timeout 20 -- sleep 1000 || true
}

# After a lock fault lockdep is off, and after any splat unreliable: locks go first.
CANARY_KINDS=(abba atomic uaf overflow refcount leak)

# All faults in one guest: each must be named on its own
canary_debug_guest()
{
	canary_guest 3 '' --kernel debug --append kasan_multi_shot --timeout 600 -- bash -c '
		/src/selftests/run.sh /src/selftests/canary/kunit.sh
		for kind; do
			insmod /build/selftests/canary/canary.ko kind=$kind && rmmod canary || exit 1
		done' canary "${CANARY_KINDS[@]}"
}

# NdisWanSend's deadlock (Q219380): woken up as the module does it, lockdep has nothing
# to say; woken up from the destructor, it has.
canary_wake_guest()
{
	canary_guest 3 'splat: .*possible recursive locking' --kernel debug --timeout 300 -- bash -c '
		modprobe -a ppp_generic
		insmod /build/selftests/canary/canary_wake.ko && rmmod canary_wake || exit 1
		! dmesg | grep -q "recursive locking" || { echo "the module itself deadlocks"; exit 1; }
		echo "scheduled: silent"
		insmod /build/selftests/canary/canary_wake.ko wrong=1'
	grep -q "scheduled: silent" "$RESULTS/canary.out"
}

# An account that is wrong, and a call that nobody can end: each fails its script, though
# all of its points are good, and the second the guest as well.
canary_module_guest()
{
	canary_guest 3 'pinned: [0-9]* uses of pptp_mux: .*VPN[0-9]* is connected' --kernel debug --timeout 600 -- \
		env UNLOAD_TIME=10 /src/selftests/run.sh /src/selftests/canary/account.sh /src/selftests/canary/pin.sh
	points_of_tap canary "$RESULTS/canary.out" >"$RESULTS/canary.points"
	cat "$RESULTS/canary.points"
	[ "$(grep -c '^ok .*canary.ko' "$RESULTS/canary.points")" -eq 2 ] &&
		grep -q '^not_ok .*account.sh # exit=1' "$RESULTS/canary.points" &&
		grep -q '^not_ok .*pin.sh # exit=1' "$RESULTS/canary.points" &&
		grep -q 'transmit: 96 bytes on their way in 0 frames' "$RESULTS/canary.out" &&
		grep -q 'the module is still in use: .* is connected' "$RESULTS/canary.out"
}

canary_nesting_guest()
{
	canary_guest 3 'splat: .*Invalid wait context' --kernel rt --timeout 300 -- \
		insmod /build/selftests/canary/canary.ko kind=nesting
}

canary_race_guest()
{
	canary_guest 3 'race: data-race in canary_race_work' --kernel kcsan --timeout 300 -- \
		insmod /build/selftests/canary/canary.ko kind=race
}

canary_named()
{
	grep -E "$1" "$RESULTS/canary.err"
}

# The failing case must come out of the counting as one failed point, the other as one passed
canary_counted()
{
	points_of_tap canary "$RESULTS/canary.out" >"$RESULTS/canary.points"
	cat "$RESULTS/canary.points"
	grep -q '^ok .*canary_passes' "$RESULTS/canary.points" &&
		grep -q '^not_ok .*canary_fails' "$RESULTS/canary.points"
}

canary_debug()
{
	point "canary: NdisWanSend's deadlock" canary_wake_guest || true
	point "canary: a guest full of faults" canary_debug_guest || true
	point "canary: a failing KUnit case" canary_counted || true
	point "canary: abba" canary_named 'splat: .*possible circular locking' || true
	point "canary: lockdep off" canary_named 'splat: lockdep has switched itself off' || true
	point "canary: sleeping under a spinlock" canary_named 'splat: .*BUG: (sleeping|scheduling)' || true
	point "canary: use after free" canary_named 'splat: .*KASAN: .*use-after-free' || true
	point "canary: overflow" canary_named 'splat: .*KASAN: .*out-of-bounds' || true
	point "canary: refcount" canary_named 'splat: .*refcount_t: addition on 0' || true
	point "canary: leak" canary_named 'leak: unreferenced object' || true
	point "canary: a wrong account, and a pinned module" canary_module_guest || true
}

canary_rt()
{
	point "canary: a spinlock in a raw one" canary_nesting_guest || true
}

canary_kcsan()
{
	point "canary: a data race" canary_race_guest || true
}
