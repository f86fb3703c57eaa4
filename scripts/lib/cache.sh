# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The project's cache outside of the tree: kernels, platform roots, builds.
# Everything in it can be deleted at any time and is made again. Sourced.

CACHE=${PPTP_MUX_CACHE:-/var/cache/pptp-mux}
LOGS=$CACHE/logs

# locked NAME COMMAND...: only one process at a time makes what NAME stands for.
locked()
{
	local name=$1
	shift
	mkdir -p "$CACHE/locks"
	(
		flock -w 5 9 || say "waiting for another run that makes $name"
		flock 9
		# what COMMAND starts must not inherit the lock
		"$@" 9>&-
	) 9>"$CACHE/locks/$name"
}

# A directory of the cache is complete only if its stamp, written last, says
# what it should hold.
stamp_is()
{
	[ -f "$1.stamp" ] && [ "$(cat "$1.stamp")" = "$2" ]
}

stamp()
{
	printf '%s\n' "$2" >"$1.stamp.new"
	mv "$1.stamp.new" "$1.stamp"
}

unstamp()
{
	rm -f "$1.stamp"
}
