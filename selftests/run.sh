#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs kselftest scripts one after the other and judges them as the kernel's own
# runner does: by the exit code (4 = skipped) and a time limit.
#
# Usage: run.sh SCRIPT...       KSELFTEST_TIMEOUT: seconds for each (default 300)
set -u

LIMIT=${KSELFTEST_TIMEOUT:-300}
failed=0 n=0

verdict()
{
	case $1 in
	0) echo "ok $n selftests: $2" ;;
	4) echo "ok $n selftests: $2 # SKIP" ;;
	124 | 137) echo "not ok $n selftests: $2 # TIMEOUT $LIMIT seconds" ;;
	*) echo "not ok $n selftests: $2 # exit=$1" ;;
	esac
	[ "$1" -eq 0 ] || [ "$1" -eq 4 ] || failed=1
}

echo "TAP version 13"
echo "1..$#"
for script; do
	n=$((n + 1))
	echo "# selftests: ${script##*/}"
	started=$SECONDS
	timeout -k 10 "$LIMIT" "$script" </dev/null 2>&1 | sed -u 's/^/# /'
	verdict "${PIPESTATUS[0]}" "${script##*/}"
	echo "# ${script##*/} took $((SECONDS - started)) s"
done
exit "$failed"
