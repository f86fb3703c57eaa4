#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# The packages as an administrator has them: installed, configured, a call; upgraded
# while a call is up and while none is; booted anew, removed, purged.
#
# scripts/lib/packages.sh builds them, those of the tree and those of a version after it.
# THOROUGH=1 has dkms build the module too, which takes a while where all is emulated.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh
# shellcheck source=selftests/container_lib.sh
. ./container_lib.sh

readonly PACKAGES=$PPTP_MUX_BUILD/packages

# install_by DIRECTORY COMMAND...: its packages
install_by()
{
	local name

	mkdir -p "$root/var/tmp/packages"
	for name in pptp-mux pptp-mux-dkms; do
		cp "$PACKAGES/$1/$name"_*.deb "$root/var/tmp/packages/$name.deb"
	done
	shift
	inside env DEBIAN_FRONTEND=noninteractive "$@" \
		"/var/tmp/packages/"{pptp-mux,pptp-mux-dkms}.deb
	rm -r "$root/var/tmp/packages"
}

version_of()
{
	dpkg-deb --field "$PACKAGES/$1/"pptp-mux_*.deb Version
}

dkms_has()
{
	inside dkms status pptp-mux | grep "^pptp-mux/$1[,:]"
	[ "$(inside dkms status pptp-mux | cut -d, -f1 | sort -u | wc -l)" -eq 1 ]
}

# Nothing runs before it is configured
installs()
{
	install_by this apt-get --quiet --yes --no-install-recommends install
	property ActiveState | grep -x inactive
	! inside systemctl is-enabled pptpmuxd || return 1
	dkms_has "$(version_of this)"
}

# The rest is as it is installed
configure()
{
	cat >"$root/etc/pptpmuxd.conf" <<-CONF
		localip = "$INNER"
		remoteip = { "${POOL[0]}-${POOL[-1]}" }
		options = { "lcp-restart 1 chap-restart 1 ipcp-restart 1 noipv6" }
	CONF
}

serves()
{
	configure
	inside pptpmuxd --test
	inside systemctl enable --now pptpmuxd
	listens s
	dial c1 user c1
	reach_at_last c1
}

runs()
{
	inside pptpmuxctl --version >"$dir/version"
	grep -F -x "pptpmuxd $1" "$dir/version"
}

# The new server takes over from the old one, with those who are there, and serves who comes
upgrades_under_a_call()
{
	local pid

	pid=$(property MainPID)
	install_by next dpkg --install >"$dir/upgrade"
	grep -F -x "pptpmuxd $(version_of next) has taken over" "$dir/upgrade"
	[ "$(property MainPID)" -eq "$pid" ]
	runs "$(version_of next)"
	reach c1
	dial c2 user c2
	reach_at_last c2
	dkms_has "$(version_of next)"
}

# The server goes on as it was, and nobody loses a call
cannot_take_over()
{
	echo 'slots = 0' >>"$root/etc/pptpmuxd.conf"
	install_by this dpkg --install >"$dir/upgrade" 2>&1
	grep 'pptpmuxd.conf:[0-9]*: slots = 0' "$dir/upgrade"
	grep 'calls are up, so the old one goes on' "$dir/upgrade"
	reach c1
	reach c2
}

# Of the programs on the disk, and of the one that runs
says_which_runs()
{
	runs "$(version_of next)"
	grep -F -x "pptpmuxctl $(version_of this)" "$dir/version"
	inside pptpmuxctl doctor >"$dir/doctor" || true
	grep -F "of a version $(version_of next), and $(version_of this) is installed" \
		"$dir/doctor"
}

# What it advised
is_mended()
{
	configure
	inside pptpmuxd --take-over
	runs "$(version_of this)"
	reach c1
	hang_up c1
	hang_up c2
}

# With no call that could be lost it serves at once
upgrades_alone()
{
	local pid

	pid=$(property MainPID)
	install_by next dpkg --install >"$dir/upgrade"
	! grep 'calls are up' "$dir/upgrade" || return 1
	grep -F -x "pptpmuxd $(version_of next) has taken over" "$dir/upgrade"
	[ "$(property MainPID)" -eq "$pid" ]
	listens s
	runs "$(version_of next)"
}

serves_after_boot()
{
	boots
	wait_for "$PATIENCE" listens s
	dial c1 user c1
	reach_at_last c1
	hang_up c1
}

# Others may have the kernel's own PPTP then
removed()
{
	inside dpkg --remove pptp-mux pptp-mux-dkms
	! listens s || return 1
	[ ! -d /sys/module/pptp_mux ]
	! inside modprobe --showconfig | grep -x -e 'blacklist pptp' -e 'alias .* pptp.mux' ||
		return 1
	[ -e "$root/etc/pptpmuxd.conf" ]
}

# In the layer are files that were written since, and devices for those that are gone
purged()
{
	inside dpkg --purge pptp-mux pptp-mux-dkms
	[ -z "$(find "$dir/layers/upper" -xdev -type f -path '*pptp*mux*')" ] ||
		{ find "$dir/layers/upper" -xdev -type f -path '*pptp*mux*'; false; }
}

[ -d "$PACKAGES" ] || skip_all "there are no packages: scripts/check builds them"
need_command dkms apt-get
dial_setup 2
# A user's second call would end the first
printf '%s * %s *\n' c1 "$PASSWORD" c2 "$PASSWORD" >>/etc/ppp/chap-secrets
root_new
root_settle
# An index of all manual pages after each step is what takes longest, and no concern here
rm -f "$root/var/lib/man-db/auto-update"
# a machine that runs services, whatever this one is
rm -f "$root/usr/sbin/policy-rc.d" "$root"/etc/systemd/system/multi-user.target.wants/*
[ -n "${THOROUGH-}" ] || rm -f "$root/lib/modules/$(uname -r)/build"
container_start basic.target
check "systemd is up" boots
check "installed, and nothing runs" installs
check "configured, it serves" serves
check "an upgrade loses no call" upgrades_under_a_call
check "a new server that cannot take over leaves the old one" cannot_take_over
check "that the old server runs is said" says_which_runs
check "as advised, the new one takes over" is_mended
check "an upgrade without calls has the new one serve" upgrades_alone
check "the machine goes down" power_off
container_start multi-user.target
check "after a boot it serves" serves_after_boot
check "removed, and pptp.ko is usable" removed
check "purged, and nothing is left" purged
check "and goes down again" power_off
tap_end
