# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A host with systemd as its first process: a container on the network of the server,
# whose root is a layer above this machine's. Sourced behind dial_lib.sh, whose names
# it uses.
#
# Functions are called by check, which shellcheck does not see, and by who sources this.
# shellcheck disable=SC2317,SC2154

need_command systemd-nspawn nsenter

# The tree of this machine with a layer above it
root_new()
{
	root=$dir/root
	mkdir "$root" "$dir/layers"
	mount -t tmpfs layers "$dir/layers"
	defer umount -l "$dir/layers"
	mkdir "$dir/layers/upper" "$dir/layers/work"
	mount -t overlay -o "lowerdir=/,upperdir=$dir/layers/upper,workdir=$dir/layers/work" \
		overlay "$root"
	defer umount -l "$root"
}

# It is another machine than this one, and knows the users of dial_lib.sh
root_settle()
{
	mkdir -p "$root/etc/ppp"
	cp /etc/ppp/chap-secrets "$root/etc/ppp"
	echo uninitialized >"$root/etc/machine-id"
}

# container_start TARGET: nothing of the machine's own services is begun, and its network is
# there already. The call's socket and pppd are what the container is for, so it has the
# capabilities; the unit takes them from pptpmuxd.
container_start()
{
	if ! mountpoint -q /sys/fs/cgroup; then
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		defer umount /sys/fs/cgroup
	fi
	# of one that was here before: none can be started in it
	[ ! -d /sys/fs/cgroup/payload ] || find /sys/fs/cgroup/payload -depth -type d -exec rmdir {} +
	systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit \
		--network-namespace-path="/run/netns/${NS_PREFIX}s" --capability=all \
		--bind=/dev/ppp --console=pipe --link-journal=no \
		systemd.unit="$1" systemd.mask=systemd-logind.service \
		systemd.mask=systemd-networkd-wait-online.service \
		</dev/null >"$dir/console" 2>&1 &
	nspawn=$!
	defer kill -KILL "$nspawn"
}

# Its first process is the child of systemd-nspawn
first_process()
{
	awk '{ print $NF }' "/proc/$nspawn/task/$nspawn/children"
}

inside()
{
	nsenter --target "$(first_process)" --mount --pid --net --ipc --uts --cgroup "$@"
}

booted()
{
	inside systemctl is-active basic.target | grep -x active
}

booted_or_gone()
{
	booted || ! kill -0 "$nspawn"
}

boots()
{
	wait_for $((4 * PATIENCE)) booted_or_gone
	booted || { tail -n 20 "$dir/console"; false; }
}

property()
{
	inside systemctl show --value --property="$1" pptpmuxd
}

journal()
{
	inside journalctl --no-pager --output=cat --unit=pptpmuxd
}

# A client's end is up when its pppd has heard the last answer, the server's when pppd has run
# ip-pre-up there: the first shell of a machine that has just started
reach_at_last()
{
	wait_for "$PATIENCE" ns "$1" "${PING[@]}" -c 1 -W 1 "$INNER"
	reach "$1"
}

# As a host tells it, systemd(1)
power_off()
{
	kill -s RTMIN+4 "$(first_process)"
	wait_for "$PATIENCE" is_down || { tail -n 20 "$dir/console"; false; }
}

is_down()
{
	! kill -0 "$nspawn"
}
