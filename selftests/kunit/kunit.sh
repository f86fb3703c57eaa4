#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: debug
#
# Loads KUnit suites (default: those of this build) and judges their results, case by
# case. insmod succeeds even if cases fail, so only the results count.
#
# Usage: kunit.sh [MODULE.ko...]
set -euo pipefail

DIR=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/lib.sh
. "$DIR/../lib.sh"

RESULTS=/sys/kernel/debug/kunit

suites()
{
	ls "$RESULTS" 2>/dev/null || true
}

# The lines of a suite: its plan and its cases are indented, their parameters further,
# and its own verdict after them is not. A case that has much to say (why it failed,
# that is) may have no room left for its verdict: so the cases are counted, and the
# suite's verdict is heard.
judge_suite()
{
	local suite=$1 results line seen=0 plan=0 verdict=none

	results=$(cat "$RESULTS/$suite/results")
	while IFS= read -r line; do
		case $line in
		"ok "*) verdict=ok ;;
		"    "[!\ ]*) line=${line#    } ;;
		*) continue ;;
		esac
		case $line in
		"ok "*" $suite") continue ;;
		1..*) plan=${line#1..} && continue ;;
		"ok "*"# SKIP"*) skip "$suite: ${line#ok * }" "in the suite" ;;
		"ok "*) ok "$suite: ${line#ok * }" ;;
		"not ok "*) not_ok "$suite: ${line#not ok * }" "$results" ;;
		*) continue ;;
		esac
		seen=$((seen + 1))
	done <<<"$results"
	if [ "$verdict" != ok ] || [ "$seen" -eq 0 ] || [ "$seen" -ne "$plan" ]; then
		not_ok "$suite" "verdict $verdict; $seen of $plan cases say how they ended
$results"
	fi
}

judge_module()
{
	local module=$1 before suite new=

	before=$(suites)
	if ! insmod "$module"; then
		not_ok "${module##*/}" "it could not be loaded; see the kernel's log"
		return
	fi
	for suite in $(comm -13 <(echo "$before") <(suites)); do
		new=yes
		judge_suite "$suite"
	done
	[ "$new" = yes ] || not_ok "${module##*/}" "it registered no suite"
	rmmod "$(basename "${module%.ko}" | tr - _)"
}

need_root
modprobe kunit 2>/dev/null || skip_all "this kernel has no KUnit"
# insmod loads nothing else, and what these need may be built in
modprobe -a ppp_generic pppox gre 2>/dev/null || true
if [ $# -eq 0 ]; then
	set -- "$PPTP_MUX_BUILD"/selftests/kunit/*.ko
fi
for module; do
	judge_module "$module"
done
tap_end
