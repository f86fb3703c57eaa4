#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
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

# The lines of a suite: its cases are indented, and its own verdict after them is not,
# which says nothing that they have not said.
judge_suite()
{
	local suite=$1 results line seen=no

	results=$(cat "$RESULTS/$suite/results")
	while IFS= read -r line; do
		case $line in
		" "*) line=${line#"${line%%[! ]*}"} ;;
		*) continue ;;
		esac
		case $line in
		"ok "*"# SKIP"*) skip "$suite: ${line#ok * }" "in the suite" ;;
		"ok "*) ok "$suite: ${line#ok * }" ;;
		"not ok "*) not_ok "$suite: ${line#not ok * }" "$results" ;;
		*) continue ;;
		esac
		seen=yes
	done <<<"$results"
	[ "$seen" = yes ] || not_ok "$suite" "it has no results"
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
