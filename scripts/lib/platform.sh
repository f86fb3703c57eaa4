# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Platforms: Debian releases with their own compiler, headers, pppd and user
# space. bookworm is the machine itself; the others are root directories in the
# cache. Sourced; needs say.sh, cache.sh, apt.sh.

PLATFORMS=(bookworm trixie sid)

# what every platform builds and runs with
PLATFORM_PACKAGES=(gcc make libc6-dev linux-headers-amd64
	ppp ppp-dev libevent-dev libconfuse-dev libmnl-dev
	pptp-linux iproute2 iputils-ping iperf3 kmod procps busybox-static python3)
# and what only the tests want
PLATFORM_TEST_PACKAGES=(mount clang sparse tcpdump ethtool python3-scapy python3-yaml)
# and what the tests that run on bookworm alone want besides
BOOKWORM_TEST_PACKAGES=(nftables iptables systemd-container dkms libgcrypt20-dev)

platform_root()
{
	if [ "$1" = bookworm ]; then
		echo /
	else
		echo "$CACHE/platforms/$1"
	fi
}

platform_known()
{
	case " ${PLATFORMS[*]} " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

# platform_make PLATFORM [tests]: brings it about
platform_make()
{
	platform_known "$1" || die "no platform \"$1\": choose one of ${PLATFORMS[*]}"
	if [ "$1" = bookworm ]; then
		bookworm_make "${2:-}"
	else
		locked "platform-$1" root_make "$1"
	fi
}

bookworm_make()
{
	need_packages "${PLATFORM_PACKAGES[@]}"
	[ -z "$1" ] || need_packages "${PLATFORM_TEST_PACKAGES[@]}" "${BOOKWORM_TEST_PACKAGES[@]}"
}

# The mirror that this machine's own apt takes bookworm from
apt_mirror()
{
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' \
		'Created-By: Packages' 'Origin: Debian' |
		awk '$2 == "bookworm" { print $1; exit }'
}

# apt options of this machine that reach the archive: a mirror can be a frozen
# snapshot, or behind a proxy.
apt_options()
{
	apt-config dump |
		sed -nE 's/^(Acquire::(Check-Valid-Until|Check-Date|https?::Proxy[^ ]*) .*)/--aptopt=\1/p'
}

root_make()
{
	local root mirror packages log=$LOGS/platform-$1.log
	local -a options

	root=$(platform_root "$1")
	packages=$(IFS=, && echo "${PLATFORM_PACKAGES[*]},${PLATFORM_TEST_PACKAGES[*]}")
	stamp_is "$root" "$packages" && return 0
	need_packages mmdebstrap
	mirror=$(apt_mirror)
	[ -n "$mirror" ] || die "apt knows no Debian archive for bookworm: run apt-get update, then this again"
	mapfile -t options < <(apt_options)

	say "$1: making its root directory"
	unstamp "$root"
	rm -rf --one-file-system "$root"
	mkdir -p "${root%/*}"
	# What it mounts goes with it, however it ends: /proc and /sys of this machine are no
	# part of what a later run removes. The package lists stay, for platform_download. A
	# kernel that comes with a package is never booted from there, and needs no initramfs.
	quietly "$log" env INITRD=No unshare --mount --propagation private nice mmdebstrap --mode=root --variant=apt --skip=cleanup/apt/lists \
		"${options[@]}" --include="$packages" "$1" "$root" "$mirror" ||
		die "mmdebstrap could not make $1 from $mirror"
	stamp "$root" "$packages"
}

platform_dpkg_query()
{
	local platform=$1
	shift
	dpkg-query --admindir="$(platform_root "$platform")/var/lib/dpkg" "$@"
}

# platform_run PLATFORM DIR COMMAND...: with the platform's own programs, DIR of
# this machine at the same path. What is mounted for it is seen by it alone and
# goes when it ends, however it ends.
platform_run()
{
	local platform=$1 dir=$2 root
	shift 2
	if [ "$platform" = bookworm ]; then
		(cd "$dir" && "$@")
		return
	fi
	root=$(platform_root "$platform")
	mkdir -p "$root$dir"
	touch "$root/etc/resolv.conf"
	unshare --mount --propagation private bash -c '
		root=$1 dir=$2; shift 2
		mount -t proc proc "$root/proc" &&
		mount --bind "$dir" "$root$dir" &&
		{ [ ! -e /etc/resolv.conf ] || mount --bind /etc/resolv.conf "$root/etc/resolv.conf"; } &&
		exec chroot "$root" /usr/bin/env -C "$dir" LC_ALL=C.UTF-8 "$@"
	' platform_run "$root" "$dir" "$@"
}

# platform_download PLATFORM DIR PACKAGE=VERSION: the .deb from the platform's archive
platform_download()
{
	quietly "$LOGS/download-$1.log" platform_run "$1" "$2" \
		apt-get -q -o APT::Sandbox::User=root download "$3"
}
