# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What a script tells the person who runs it: progress on stderr, errors with
# what to do next. Sourced.

say()
{
	printf '==> %s\n' "$*" >&2
}

warn()
{
	printf '%s: warning: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	printf '%s: error: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# quietly LOG COMMAND...: the output goes to LOG; its end is shown when COMMAND fails.
quietly()
{
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	if "$@" >"$log" 2>&1 </dev/null; then
		return 0
	fi
	{
		printf '%s: failed: %s\n' "${0##*/}" "$*"
		tail -n 40 "$log"
		printf '(whole log: %s)\n' "$log"
	} >&2
	return 1
}

need_root()
{
	[ "$(id -u)" -eq 0 ] || die "this must run as root: sudo $0"
}
