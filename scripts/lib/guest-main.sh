# SPDX-License-Identifier: GPL-2.0
# Process 1 of the guest in the platform's root: runs the command, looks for what
# the kernel has to say about it, and prints the end marker last.
#
# The port "output" carries what the command prints, the port "report" what
# is found: one line each, "KIND TEXT", and "end" in the end.

VM=/run/vm
KMEMLEAK=/sys/kernel/debug/kmemleak
# kmemleak does not report what is younger than this (MSECS_MIN_AGE)
KMEMLEAK_AGE=5

port()
{
	local name

	for name in /sys/class/virtio-ports/*/name; do
		if [ "$(cat "$name")" = "$1" ]; then
			name=${name%/name}
			echo "/dev/${name##*/}"
		fi
	done
}

prepare()
{
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export HOME=/root LC_ALL=C.UTF-8 TERM=dumb
	export PPTP_MUX_SRC=/src PPTP_MUX_BUILD=/build
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	mount -t tmpfs -o mode=755 tmpfs /var/log
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn /proc/self/fd/0 /dev/stdin
	ln -sfn /proc/self/fd/1 /dev/stdout
	ln -sfn /proc/self/fd/2 /dev/stderr
	# pptp-linux finds its own address by looking up the host's name
	echo 'vm' >/proc/sys/kernel/hostname
	printf '127.0.0.1 localhost vm\n' >/etc/hosts
	ip link set lo up
}

# The command has a session of its own; whatever is in any other session than
# this process (the kernel's threads are in none) came from it.
left_processes()
{
	ps -eo sid=,pid=,args= | awk '$1 != 0'
}

end_left_processes()
{
	local sid pid args

	while read -r sid pid args; do
		echo "left process $pid: $args" >&3
		kill -KILL "$pid"
	done < <(left_processes)
}

# A pipe stands between, as a port cannot be opened twice (/dev/stdout).
run_command()
{
	local relay code

	coproc RELAY { exec cat >"$(port output)"; }
	relay=$RELAY_PID
	cd /src || return
	# shellcheck disable=SC1091
	setsid --wait bash "$VM/command" </dev/null >&"${RELAY[1]}" 2>&1 3>&-
	code=$?
	eval "exec ${RELAY[1]}>&-"
	end_left_processes
	wait "$relay"
	return "$code"
}

check_memory()
{
	[ -e "$KMEMLEAK" ] || return 0
	# not a wait for an event: kmemleak goes by age
	sleep "$KMEMLEAK_AGE"
	if ! echo scan >"$KMEMLEAK" || ! echo scan >"$KMEMLEAK"; then
		echo "leak kmemleak is off and has seen nothing" >&3
		return
	fi
	sed -n 's/^unreferenced object/leak &/p' "$KMEMLEAK" >&3
	# the stacks, for the log
	cat "$KMEMLEAK" >/dev/kmsg
}

check_locks()
{
	[ -e /proc/lockdep_stats ] || return 0
	grep -q 'debug_locks: *1$' /proc/lockdep_stats ||
		echo "splat lockdep has switched itself off and has seen nothing since" >&3
}

check_log()
{
	dmesg | grep -F -f "$VM/splats" | sed 's/^/splat /' >&3
}

exec 3>"$(port report)" </dev/null
prepare
echo "boot $(cut -d ' ' -f 1 /proc/uptime)" >&3
run_command
echo "exit $?" >&3
check_locks
check_log
check_memory
echo "end" >&3
exec 3>&-
# QEMU ends at a reboot; a power-off would need ACPI
"$VM/busybox" reboot -f
