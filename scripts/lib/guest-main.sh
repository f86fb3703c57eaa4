# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Process 1 of the guest in the platform's root: runs the command, looks for what
# the kernel has to say about it, and prints the end marker last.
#
# The port "output" carries what the command prints, the port "report" what
# is found: one line each, "KIND TEXT", and "end" in the end.

VM=/run/vm
BUSYBOX=$VM/busybox
KMEMLEAK=/sys/kernel/debug/kmemleak
KCSAN=/sys/kernel/debug/kcsan
# kmemleak does not report what is younger than this (MSECS_MIN_AGE)
KMEMLEAK_AGE=5
MODULE=/sys/module/pptp_mux
# Seconds that calls may take to be taken down, whose processes have just ended
MODULE_PATIENCE=30

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C.UTF-8 TERM=dumb PPTP_MUX_SRC=/src PPTP_MUX_BUILD=/build

# find_port NAME: its device in PORT
find_port()
{
	local file name

	for file in /sys/class/virtio-ports/*/name; do
		read -r name <"$file"
		if [ "$name" = "$1" ]; then
			file=${file%/name}
			PORT=/dev/${file##*/}
		fi
	done
}

# The command has a session of its own; whatever is in any session but that of
# this process and of the kernel's threads (none) came from it.
end_left_processes()
{
	local stat line pid session args

	for stat in /proc/[0-9]*/stat; do
		read -r line <"$stat" || continue
		pid=${line%% *}
		# after "PID (NAME) ": state, parent, group, session
		read -r _ _ _ session _ <<<"${line##*) }"
		[ "$session" -ne 0 ] || continue
		args=$(tr '\0' ' ' <"/proc/$pid/cmdline")
		# a zombie has none, and is about to be waited for
		[ -n "$args" ] || continue
		echo "left process $pid: $args" >&3
		kill -KILL "$pid"
	done 2>/dev/null
}

# A pipe stands between, as a port cannot be opened twice (/dev/stdout).
run_command()
{
	local relay code

	find_port output
	coproc RELAY { exec "$BUSYBOX" cat >"$PORT"; }
	relay=$RELAY_PID
	cd /src || return
	"$BUSYBOX" setsid "$BUSYBOX" sh "$VM/command" </dev/null >&"${RELAY[1]}" 2>&1 3>&-
	code=$?
	eval "exec ${RELAY[1]}>&-"
	end_left_processes
	wait "$relay"
	return "$code"
}

# Every use of the module ends with what it was for: it unloads, always
check_module()
{
	local end=$((SECONDS + MODULE_PATIENCE))

	[ -d "$MODULE" ] || return 0
	until rmmod pptp_mux; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "pinned $(module_holders)" >&3
			return
		fi
		"$BUSYBOX" sleep 0.5
	done 2>/dev/null
}

module_holders()
{
	python3 -S "$PPTP_MUX_SRC/selftests/accounts.py" holders ||
		echo "$(<"$MODULE/refcnt") uses of pptp_mux"
}

check_memory()
{
	[ -e "$KMEMLEAK" ] || return 0
	# not a wait for an event: kmemleak goes by age
	"$BUSYBOX" sleep "$KMEMLEAK_AGE"
	if ! echo scan >"$KMEMLEAK" || ! echo scan >"$KMEMLEAK"; then
		echo "leak kmemleak is off and has seen nothing" >&3
		return
	fi
	"$BUSYBOX" sed -n 's/^unreferenced object/leak &/p' "$KMEMLEAK" >&3
	# the stacks, for the log
	"$BUSYBOX" cat "$KMEMLEAK" >/dev/kmsg
}

check_locks()
{
	[ -e /proc/lockdep_stats ] || return 0
	"$BUSYBOX" grep -q 'debug_locks: *1$' /proc/lockdep_stats ||
		echo "splat lockdep has switched itself off and has seen nothing since" >&3
}

check_log()
{
	"$BUSYBOX" dmesg >"$VM/log"
	"$BUSYBOX" awk -v want=rest -f "$VM/races.awk" "$VM/log" |
		"$BUSYBOX" grep -F -f "$VM/splats" | "$BUSYBOX" sed 's/^/splat /' >&3
}

# Races of others are for the record: the kernel has some, and not by our doing
check_races()
{
	[ -e "$KCSAN" ] || return 0
	"$BUSYBOX" awk -v want=races -f "$VM/races.awk" "$VM/log" >&3
	"$BUSYBOX" sed -n 's/^setup_watchpoints: */watchpoints /p' "$KCSAN" >&3
}

find_port report
exec 3>"$PORT" </dev/null
read -r uptime _ </proc/uptime
echo "boot $uptime" >&3
run_command
echo "exit $?" >&3
check_module
check_locks
check_log
check_races
check_memory
echo "end" >&3
exec 3>&-
# QEMU ends at a reboot; a power-off would need ACPI
"$BUSYBOX" reboot -f
