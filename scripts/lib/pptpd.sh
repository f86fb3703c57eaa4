# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Debian's pptpd, a server that is not ours, for guests on bookworm. It is unpacked into
# the cache and not installed: that would have it serve this machine, on TCP port 1723,
# from now on and at each boot. Sourced; needs say.sh, cache.sh, apt.sh, platform.sh.

pptpd_dir()
{
	echo "$CACHE/pptpd"
}

pptpd_make()
{
	need_packages libwrap0
	locked pptpd pptpd_unpack
}

pptpd_unpack()
{
	local dir version

	dir=$(pptpd_dir)
	version=$(apt-cache policy pptpd | awk '$1 == "Candidate:" { print $2 }')
	[ -n "$version" ] || die "apt knows no pptpd: run apt-get update, then this again"
	stamp_is "$dir" "$version" && return 0
	unstamp "$dir"
	rm -rf "$dir"
	mkdir -p "$dir"
	platform_download bookworm "$dir" "pptpd=$version" ||
		die "pptpd could not be fetched; mend apt, then run this again"
	dpkg-deb -x "$dir"/pptpd_*.deb "$dir"
	stamp "$dir" "$version"
}

# pptpd_give DIR: its programs, for a guest's root
pptpd_give()
{
	[ -e "$(pptpd_dir).stamp" ] || return 0
	mkdir -p "$1/usr/sbin"
	cp "$(pptpd_dir)"/usr/sbin/pptp* "$1/usr/sbin/"
}
